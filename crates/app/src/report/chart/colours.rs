//! Colours of series, light and dark.

use plotters::style::RGBColor;

use crate::report::curve::ink::{CARD, DARK, DARK_CARD, dark_rules, hex};
use crate::report::curve::pen::UNIT;

/// Class of the charts, so that their style sheet changes nothing else on a page.
pub const CLASS: &str = "chart";

/// Colours in their order, each with the one for a dark screen; after the last comes the first.
const SERIES: [(RGBColor, &str); 8] = [
    (RGBColor(0x4a, 0x50, 0xb8), "#a3a8ff"),
    (RGBColor(0xcc, 0x5a, 0x08), "#f7a05c"),
    (RGBColor(0x0f, 0x85, 0x78), "#3fc4b2"),
    (RGBColor(0xb0, 0x2f, 0x62), "#f07aa8"),
    (RGBColor(0x6b, 0x7f, 0x0e), "#b5cc4a"),
    (RGBColor(0x7d, 0x4a, 0x9e), "#cf9bf0"),
    (RGBColor(0x1b, 0x78, 0xa8), "#6cc0ee"),
    (RGBColor(0x77, 0x77, 0x80), "#92929d"),
];
/// Width of the edge around words, half of it outside, in pixels.
const EDGE: i32 = 4;

/// Width of dashed lines, in units of the drawing; no other line has it.
pub const DASHED: u32 = 2 * UNIT.unsigned_abs() - 1;
/// Length of a dash and of a gap, in pixels.
const DASH: i32 = 5;

/// The colour of a number.
pub fn of(number: usize) -> RGBColor {
    SERIES[number % SERIES.len()].0
}

/// The charts' style sheet: an edge around words, so that no line runs through them, dashes, and
/// the dark colours where the reader prefers a dark screen.
pub fn style() -> String {
    let (card, edge, dash) = (hex(CARD), EDGE * UNIT, DASH * UNIT);
    let colours: Vec<(RGBColor, &str)> = DARK.into_iter().chain(SERIES).collect();
    let dark = dark_rules(CLASS, &colours);
    format!(
        ".{CLASS} text{{paint-order:stroke;stroke:{card};stroke-width:{edge}}}\
         .{CLASS} [stroke-width=\"{DASHED}\"]{{stroke-dasharray:{dash}}}\
         @media (prefers-color-scheme:dark){{{dark}.{CLASS} text{{stroke:{DARK_CARD}}}}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_colours_are_the_same() {
        let all: Vec<RGBColor> = DARK.iter().chain(&SERIES).map(|(one, _)| *one).collect();
        for (index, colour) in all.iter().enumerate() {
            assert!(!all[..index].contains(colour), "{}", hex(*colour));
        }
    }
}
