//! How words and lines are drawn: everything in pixels.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Units of the drawing per pixel, because the backend knows whole units only.
pub const UNIT: i32 = 8;
/// Height of type, in pixels.
pub const TYPE: i32 = 13;
/// The SVG backend divides sizes of type by this.
const TYPE_FACTOR: f64 = 1.24;

/// The picture.
pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Words at a place.
///
/// # Errors
/// If the backend fails.
pub fn text(
    area: &Area<'_>,
    words: &str,
    (x, y): (i32, i32),
    align: HPos,
    colour: &'static RGBColor,
) -> anyhow::Result<()> {
    let style = type_style(colour).pos(Pos::new(align, VPos::Center));
    area.draw_text(words, &style, (x * UNIT, y * UNIT))?;
    Ok(())
}

/// Type of a colour.
pub fn type_style(colour: &'static RGBColor) -> TextStyle<'static> {
    let size = f64::from(TYPE * UNIT) * TYPE_FACTOR;
    TextStyle::from(("sans-serif", size).into_font()).color(colour)
}

/// A line of a colour and a width.
pub fn stroke(colour: &RGBColor, width: u32) -> ShapeStyle {
    colour.stroke_width(width * UNIT.unsigned_abs())
}
