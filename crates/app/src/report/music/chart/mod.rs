//! Validation losses of the cells over updates and over seconds.
//!
//! | module | what is in it |
//! |---|---|
//! | `lines` | the curves of a set as lines of numbers |
//! | `view` | which losses are worth looking at, and lines cut to them |
//! | `panel` | one chart |
//! | `grid` | all charts of a study in one file |
//! | `key` | what the colours mean |
//! | `colours` | the colours, light and dark |

mod colours;
mod grid;
mod key;
mod lines;
mod panel;
#[cfg(test)]
mod tests;
mod view;

#[cfg(test)]
pub use colours::hex_of;
pub use grid::curves_svg;

use self::lines::lines;
use self::panel::panel;
use super::SetReport;
use crate::report::curve::{self, Shape};

/// A chart where two fit beside each other.
pub const WIDE: Shape = Shape {
    width: 540,
    height: 350,
};
/// A chart on a phone.
pub const NARROW: Shape = Shape::NARROW;

/// What a loss is drawn over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Updates of the weights.
    Updates,
    /// Seconds of training.
    Seconds,
}

impl Measure {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Updates, Self::Seconds];

    /// What the axis counts.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Updates => "updates",
            Self::Seconds => "seconds",
        }
    }
}

/// Validation losses of all seeds of the chosen rates: a line for each run, with a mark at its
/// lowest, and dashed lines where the models without a network are.
///
/// # Errors
/// If it cannot be drawn.
pub fn chart_svg(set: &SetReport, measure: Measure, shape: Shape) -> anyhow::Result<String> {
    let lines = lines(set, measure);
    curve::picture(shape, colours::CLASS, &colours::style(), |area| {
        panel(area, shape, measure, set, &lines)
    })
}
