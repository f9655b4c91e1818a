//! How large, how many steps to the bar, where the continuation begins.

use serde::{Deserialize, Serialize};

/// Steps of a bar: eighth notes in four quarters.
pub const DEFAULT_STEPS_PER_BAR: usize = 8;
/// Steps of a beat: eighth notes in a quarter.
pub const DEFAULT_STEPS_PER_BEAT: usize = 2;
/// Steps of a row: sixteen such bars.
pub const DEFAULT_STEPS_PER_ROW: usize = 128;
/// Pixels of a step and of a key.
pub const DEFAULT_CELL: (u32, u32) = (9, 7);
/// The most steps of a bar, of a beat and of a row.
const MAX_STEPS: usize = 4_096;
/// The least and the most pixels of a step or a key: less has no room for a border.
const CELLS: (u32, u32) = (3, 64);
/// The most pixels of a picture: 96 MB.
pub(super) const MAX_PIXELS: u64 = 32 << 20;

/// How a roll is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RollConfig {
    /// Steps of a bar.
    pub steps_per_bar: usize,
    /// Steps of a beat.
    pub steps_per_beat: usize,
    /// Steps of a row.
    pub steps_per_row: usize,
    /// Pixels of a step, 3 to 64.
    pub cell_width: u32,
    /// Pixels of a key, 3 to 64.
    pub cell_height: u32,
    /// Steps of the beginning that was given; the rest is a continuation in another colour.
    pub given: Option<usize>,
}

impl Default for RollConfig {
    fn default() -> Self {
        Self {
            steps_per_bar: DEFAULT_STEPS_PER_BAR,
            steps_per_beat: DEFAULT_STEPS_PER_BEAT,
            steps_per_row: DEFAULT_STEPS_PER_ROW,
            cell_width: DEFAULT_CELL.0,
            cell_height: DEFAULT_CELL.1,
            given: None,
        }
    }
}

impl RollConfig {
    /// Whether a roll can be drawn so.
    ///
    /// # Errors
    /// [`RollError::BadSetting`] with the first setting that is wrong.
    pub fn check(&self) -> Result<(), RollError> {
        let within = |name, value, low, high| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            Err(RollError::BadSetting {
                name,
                value,
                low,
                high,
            })
        };
        let (low, high) = (CELLS.0 as usize, CELLS.1 as usize);
        within("steps_per_bar", self.steps_per_bar, 1, MAX_STEPS)?;
        within("steps_per_beat", self.steps_per_beat, 1, MAX_STEPS)?;
        within("steps_per_row", self.steps_per_row, 1, MAX_STEPS)?;
        within("cell_width", self.cell_width as usize, low, high)?;
        within("cell_height", self.cell_height as usize, low, high)
    }
}

/// Why a roll cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RollError {
    /// A setting that cannot be worked with.
    #[error("{name} must be between {low} and {high}, but it is {value}")]
    BadSetting {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: usize,
        /// The lowest value.
        low: usize,
        /// The highest value.
        high: usize,
    },
    /// A roll without a step.
    #[error("there is not a single step of music to draw")]
    Empty,
    /// The picture does not become a file.
    #[error("the picture of the music cannot be written as PNG: {0}")]
    Encode(String),
    /// More pixels than fit.
    #[error(
        "the picture would have {width}x{height} pixels, but at most {MAX_PIXELS} are drawn; show \
         fewer steps or make cells smaller"
    )]
    TooLarge {
        /// Pixels across.
        width: u64,
        /// Pixels down.
        height: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_can_be_drawn_and_nonsense_cannot() {
        RollConfig::default().check().unwrap();
        let config = RollConfig {
            cell_width: 1,
            ..RollConfig::default()
        };
        assert_eq!(
            config.check().unwrap_err().to_string(),
            "cell_width must be between 3 and 64, but it is 1"
        );
    }
}
