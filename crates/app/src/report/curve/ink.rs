//! The picture's colours, light and dark.

use plotters::style::RGBColor;

use super::pen::UNIT;

/// Class of the picture, so that its style sheet changes nothing else on a page.
pub const CLASS: &str = "losses-over-iterations";

/// What lies behind.
pub const CARD: RGBColor = RGBColor(0xff, 0xff, 0xff);
/// Words.
pub const INK: RGBColor = RGBColor(0x1d, 0x1d, 0x22);
/// Words beside the point.
pub const FAINT: RGBColor = RGBColor(0x63, 0x63, 0x6c);
/// Lines to measure by.
pub const GRID: RGBColor = RGBColor(0xdf, 0xdb, 0xd2);
/// Training loss.
pub const TRAIN: RGBColor = RGBColor(0x56, 0x80, 0xb8);
/// Validation loss.
pub const VALIDATION: RGBColor = RGBColor(0xc4, 0x55, 0x12);
/// Samples.
pub const MARK: RGBColor = RGBColor(0x2f, 0x7d, 0x4f);

/// Behind the picture on a dark screen.
pub const DARK_CARD: &str = "#202026";
/// Width of the edge around a sample's label, half of it outside, in pixels.
const EDGE: i32 = 5;

/// Every colour with the one that takes its place on a dark screen.
pub const DARK: [(RGBColor, &str); 7] = [
    (CARD, DARK_CARD),
    (INK, "#ececf0"),
    (FAINT, "#a0a0ab"),
    (GRID, "#3a3a44"),
    (TRAIN, "#7ba2d6"),
    (VALIDATION, "#f2935a"),
    (MARK, "#63c48c"),
];

/// The picture's style sheet: an edge around the labels of samples, so that no line runs through
/// them, and the dark colours where the reader prefers a dark screen.
pub fn style() -> String {
    let (card, mark) = (hex(CARD), hex(MARK));
    let width = EDGE * UNIT;
    let mut dark = dark_rules(CLASS, &DARK);
    let label = format!(".{CLASS} text[fill=\"{mark}\"]");
    dark.push_str(&format!("{label}{{stroke:{DARK_CARD}}}"));
    format!(
        "{label}{{paint-order:stroke;stroke:{card};stroke-width:{width}}}\
         @media (prefers-color-scheme:dark){{{dark}}}"
    )
}

/// The rules that put other colours in the place of these, in pictures of a class.
pub fn dark_rules(class: &str, colours: &[(RGBColor, &str)]) -> String {
    let mut rules = String::new();
    for (colour, counterpart) in colours {
        let colour = hex(*colour);
        for property in ["fill", "stroke"] {
            rules.push_str(&format!(
                ".{class} [{property}=\"{colour}\"]{{{property}:{counterpart}}}"
            ));
        }
    }
    rules
}

/// A colour as the backend writes it.
pub fn hex(RGBColor(red, green, blue): RGBColor) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_colours_are_the_same() {
        for (index, (colour, _)) in DARK.iter().enumerate() {
            assert!(DARK[..index].iter().all(|(other, _)| other != colour));
        }
    }
}
