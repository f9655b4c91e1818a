//! All charts of a study in one file.

use plotters::style::text_anchor::HPos;

use super::super::input::StudyReport;
use super::lines::lines;
use super::panel::panel;
use super::{Measure, colours};
use crate::report::curve::pen::{UNIT, text};
use crate::report::curve::{self, Shape, ink};

/// One chart.
const PANEL: Shape = Shape {
    width: 430,
    height: 300,
};
/// Room above two charts for the title of their set, in pixels.
const TITLE: i32 = 34;
/// Left of a title, in pixels.
const MARGIN: i32 = 10;

/// The curves as a file of its own: a row for each set, over updates at the left and over seconds
/// at the right.
///
/// # Errors
/// If it cannot be drawn.
pub fn curves_svg(report: &StudyReport<'_>) -> anyhow::Result<String> {
    let row = TITLE + PANEL.height;
    let rows = i32::try_from(report.sets.len().max(1))?;
    let shape = Shape {
        width: 2 * PANEL.width,
        height: rows * row,
    };
    curve::picture(shape, colours::CLASS, &colours::style(), |area| {
        if report.sets.is_empty() {
            let middle = (shape.width / 2, shape.height / 2);
            return text(area, "no sets", middle, HPos::Center, &ink::FAINT);
        }
        for (set, top) in report.sets.iter().zip((0..).step_by(row as usize)) {
            let title = set.full_title().replace(char::is_control, " ");
            let place = (MARGIN, top + TITLE / 2 + 4);
            text(area, &title, place, HPos::Left, &ink::INK)?;
            for (measure, left) in Measure::ALL.into_iter().zip([0, PANEL.width]) {
                let part = area.clone().shrink(
                    (left * UNIT, (top + TITLE) * UNIT),
                    (PANEL.width * UNIT, PANEL.height * UNIT),
                );
                panel(&part, PANEL, measure, set, &lines(set, measure))?;
            }
        }
        Ok(())
    })
}
