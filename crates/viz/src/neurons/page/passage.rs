//! A text whose characters are coloured by the values of a cell.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};

use super::super::palette::level;

/// Largest byte of a value; 0 lies in the middle of the bytes used, at [`ZERO`].
const SCALE: f32 = 127.0;

/// The byte of 0.
const ZERO: f32 = 128.0;

/// What is drawn for a character, so that each takes some room.
///
/// A carriage return, a mark of no width or a control character is a dot in the middle.
fn visible(c: char) -> String {
    match c {
        '\n' => "↵\n".to_owned(),
        '\t' => "\t".to_owned(),
        '\r' | '\u{200b}'..='\u{200f}' | '\u{feff}' => "·".to_owned(),
        c if c.is_control() => "·".to_owned(),
        c => c.to_string(),
    }
}

/// A coloured part of a text.
pub(super) struct Coloured<'a> {
    /// The whole text.
    pub(super) text: &'a [char],
    /// The value at every character of the whole text.
    pub(super) series: &'a [f32],
    /// Characters to be underlined, of the whole text.
    pub(super) marked: Option<&'a [bool]>,
    /// The part to be shown.
    pub(super) part: Range<usize>,
}

impl Coloured<'_> {
    /// The passage; `label` says to those who cannot see it what it is.
    pub(super) fn markup(&self, id: Option<&str>, label: &str) -> Markup {
        let class = |t: usize| {
            let marked = self.marked.is_some_and(|marked| marked[t]);
            let mark = if marked { " y" } else { "" };
            format!("a{}{mark}", level(self.series[t]))
        };
        let bytes = pack(&self.series[self.part.clone()]);
        html! {
            p.passage id=[id] role="img" aria-label=(label) data-values=(STANDARD.encode(bytes)) {
                @for t in self.part.clone() { i class=(class(t)) { (visible(self.text[t])) } }
            }
        }
    }
}

/// Values in `[-1, 1]` as bytes from 1 to 255.
pub(super) fn pack(values: &[f32]) -> Vec<u8> {
    let byte = |value: &f32| (value.clamp(-1.0, 1.0) * SCALE + ZERO).round() as u8;
    values.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_takes_some_room() {
        for c in ['\n', '\t', '\r', '\0', '\u{7f}', '\u{feff}', 'é', ' '] {
            assert!(!visible(c).is_empty());
        }
        assert_eq!(visible('\r'), "·");
    }

    #[test]
    fn bytes_have_zero_in_the_middle() {
        assert_eq!(pack(&[-1.0, 0.0, 1.0, 7.0, 0.5]), [1, 128, 255, 255, 192]);
    }

    #[test]
    fn marks_and_colours_stand_at_their_characters() {
        let coloured = Coloured {
            text: &['a', '<', 'c'],
            series: &[0.0, 1.0, -1.0],
            marked: Some(&[false, true, false]),
            part: 0..2,
        };
        let markup = coloured.markup(None, "x").into_string();
        assert!(
            markup.contains(r#"<i class="a8">a</i><i class="a16 y">&lt;</i></p>"#),
            "{markup}"
        );
    }
}
