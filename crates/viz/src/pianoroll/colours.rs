//! Which colour everything has.

/// Red, green and blue, sRGB-encoded.
pub(super) type Bytes = [u8; 3];

/// Behind everything.
pub(super) const PAPER: Bytes = [0xff, 0xff, 0xff];
/// Behind the white keys' notes, and behind the black ones'.
pub(super) const WHITE_ROW: Bytes = [0xfb, 0xfb, 0xfc];
pub(super) const BLACK_ROW: Bytes = [0xf0, 0xf1, 0xf4];
/// Lines between beats, between octaves and between bars.
pub(super) const BEAT_LINE: Bytes = [0xe6, 0xe7, 0xec];
pub(super) const OCTAVE_LINE: Bytes = [0xc3, 0xc6, 0xd2];
pub(super) const BAR_LINE: Bytes = [0xb4, 0xb8, 0xc6];
/// Borders of the roll and of the keys, and the black keys.
pub(super) const BORDER: Bytes = [0x8a, 0x8f, 0xa1];
pub(super) const BLACK_KEY: Bytes = [0x3a, 0x3e, 0x4c];
/// Letters.
pub(super) const INK: Bytes = [0x4a, 0x4f, 0x60];

/// The colours of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Note {
    /// Inside.
    pub(super) fill: Bytes,
    /// Where it begins.
    pub(super) edge: Bytes,
    /// The property of a style sheet that replaces the colour on a page.
    pub(super) variable: &'static str,
    /// The word for it.
    pub(super) word: &'static str,
}

/// What was given, or everything where nothing was continued: blue.
pub(super) const GIVEN: Note = Note {
    fill: [0x3b, 0x73, 0xb9],
    edge: [0x1e, 0x42, 0x78],
    variable: "--roll-given",
    word: "given",
};
/// The continuation: orange, which nobody takes for the blue.
pub(super) const CONTINUED: Note = Note {
    fill: [0xe0, 0x7b, 0x2a],
    edge: [0x9c, 0x4a, 0x0c],
    variable: "--roll-continued",
    word: "continued",
};

/// A colour in the notation of web pages.
pub(super) fn hex([red, green, blue]: Bytes) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_colours_differ_in_brightness_too() {
        let luma = |[red, green, blue]: Bytes| {
            0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue)
        };
        assert!(luma(CONTINUED.fill) - luma(GIVEN.fill) > 30.0);
        assert_eq!(hex(GIVEN.fill), "#3b73b9");
    }
}
