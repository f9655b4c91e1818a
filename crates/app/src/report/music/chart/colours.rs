//! The charts' colours, light and dark.

use plotters::style::RGBColor;

use super::super::MusicCell;
use crate::report::curve::ink::{CARD, DARK, DARK_CARD, dark_rules, hex};
use crate::report::curve::pen::UNIT;

/// Class of the charts, so that their style sheet changes nothing else on a page.
pub const CLASS: &str = "losses-of-cells";
/// Lines where models without a network are; no other line has this colour.
pub const BASELINE: RGBColor = RGBColor(0x77, 0x77, 0x80);

const TANH: RGBColor = RGBColor(0x0f, 0x85, 0x78);
const GRU: RGBColor = RGBColor(0xcc, 0x5a, 0x08);
const LSTM: RGBColor = RGBColor(0x4a, 0x50, 0xb8);

/// Every colour of ours with the one that takes its place on a dark screen.
const OWN: [(RGBColor, &str); 4] = [
    (BASELINE, "#92929d"),
    (TANH, "#3fc4b2"),
    (GRU, "#f7a05c"),
    (LSTM, "#a3a8ff"),
];
/// Width of the edge around words, half of it outside, in pixels.
const EDGE: i32 = 4;
/// Length of a dash and of a gap, in pixels.
const DASH: i32 = 5;

/// Colour of a cell.
pub fn of(cell: MusicCell) -> &'static RGBColor {
    match cell {
        MusicCell::Tanh => &TANH,
        MusicCell::Gru => &GRU,
        MusicCell::Lstm => &LSTM,
    }
}

/// A cell's colour on a light and on a dark screen, as style sheets write them.
#[cfg(test)]
pub fn hex_of(cell: MusicCell) -> [String; 2] {
    let colour = of(cell);
    let dark = OWN.iter().find(|(own, _)| own == colour);
    [
        hex(*colour),
        dark.map_or_else(String::new, |(_, dark)| (*dark).to_owned()),
    ]
}

/// The charts' style sheet: an edge around words, so that no line runs through them, dashes, and
/// the dark colours where the reader prefers a dark screen.
pub fn style() -> String {
    let (card, baseline) = (hex(CARD), hex(BASELINE));
    let (edge, dash) = (EDGE * UNIT, DASH * UNIT);
    let colours: Vec<(RGBColor, &str)> = DARK.into_iter().chain(OWN).collect();
    let dark = dark_rules(CLASS, &colours);
    format!(
        ".{CLASS} text{{paint-order:stroke;stroke:{card};stroke-width:{edge}}}\
         .{CLASS} [stroke=\"{baseline}\"]{{stroke-dasharray:{dash}}}\
         @media (prefers-color-scheme:dark){{{dark}.{CLASS} text{{stroke:{DARK_CARD}}}}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_colours_are_the_same() {
        let all: Vec<RGBColor> = DARK.iter().chain(&OWN).map(|(colour, _)| *colour).collect();
        for (index, colour) in all.iter().enumerate() {
            assert!(!all[..index].contains(colour), "{}", hex(*colour));
        }
    }

    #[test]
    fn every_cell_has_two_colours() {
        for cell in MusicCell::ALL {
            let [light, dark] = hex_of(cell);
            assert!(light != dark && dark.starts_with('#'), "{light} {dark}");
        }
    }
}
