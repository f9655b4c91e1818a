//! What the colours and marks mean.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::super::MusicCell;
use super::colours;
use crate::report::curve::ink;
use crate::report::curve::legend::width;
use crate::report::curve::pen::{Area, UNIT, text};

/// Width of a line, in eighths of a pixel.
pub const THIN: u32 = 12;
/// Radius of a mark, in pixels.
pub const MARK: i32 = 4;
/// Length of a colour's line, in pixels.
const SWATCH: i32 = 22;
/// Between a colour and its name, in pixels.
const GAP: i32 = 6;
/// Between a name and the next colour, in pixels.
const SPACE: i32 = 18;

/// The mark of a cell at a place in units of the drawing, on an edge of the card's colour: colours
/// alone are not told apart by everybody.
pub fn mark(area: &Area<'_>, cell: MusicCell, at: (i32, i32)) -> anyhow::Result<()> {
    for (colour, radius) in [(&ink::CARD, MARK + 1), (colours::of(cell), MARK)] {
        let (radius, style) = (radius * UNIT, colour.filled());
        match cell {
            MusicCell::Tanh => area.draw(&Circle::new(at, radius, style))?,
            MusicCell::Gru => {
                // As large to the eye as the circle.
                let half = radius * 8 / 9;
                let corners = [(at.0 - half, at.1 - half), (at.0 + half, at.1 + half)];
                area.draw(&Rectangle::new(corners, style))?;
            }
            MusicCell::Lstm => area.draw(&TriangleMarker::new(at, radius * 5 / 4, style))?,
        }
    }
    Ok(())
}

/// Names the cells from a place on, in pixels.
///
/// # Errors
/// If the backend fails.
pub fn key(area: &Area<'_>, cells: &[MusicCell], (mut x, y): (i32, i32)) -> anyhow::Result<()> {
    for &cell in cells {
        let line = [(x, y), (x + SWATCH, y)].map(|(x, y)| (x * UNIT, y * UNIT));
        let style = colours::of(cell).stroke_width(THIN);
        area.draw(&PathElement::new(line, style))?;
        mark(area, cell, ((x + SWATCH / 2) * UNIT, y * UNIT))?;
        x += SWATCH + GAP;
        text(area, cell.title(), (x, y), HPos::Left, &ink::INK)?;
        x += width(cell.title()) + SPACE;
    }
    Ok(())
}
