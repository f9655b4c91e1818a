//! Text with invented words underlined and invisible characters made visible.

use maud::{Markup, PreEscaped, html};

use reverie_model::data::text::{Piece, key};

/// Names of the control characters U+0000 to U+001F, as ASCII has them.
const CONTROLS: [&str; 32] = [
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR",
    "SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC",
    "FS", "GS", "RS", "US",
];
/// Name of U+007F.
const DELETE: &str = "DEL";

/// Pieces of a text for the page: words that `is_known` does not know are `<u>`, and characters
/// that could not be seen are spelt out.
///
/// Line breaks (also carriage return with line feed) and tabs stay what they are.
pub fn marked_pieces<'t>(
    pieces: impl Iterator<Item = Piece<'t>>,
    is_known: &dyn Fn(&str) -> bool,
) -> Markup {
    let mut all = PreEscaped(String::new());
    for piece in pieces {
        let part = match piece {
            Piece::Word(word) if is_known(&key(word)) => html! { (word) },
            Piece::Word(word) => html! { u { (word) } },
            Piece::Between(text) => visible(text),
        };
        all.0.push_str(&part.0);
    }
    all
}

/// A text in which every character can be seen.
fn visible(text: &str) -> Markup {
    let text = text.replace("\r\n", "\n");
    html! {
        @for stretch in text.split_inclusive(is_hidden) {
            @let hidden = stretch.chars().next_back().filter(|last| is_hidden(*last));
            @if let Some(hidden) = hidden {
                (stretch[..stretch.len() - hidden.len_utf8()])
                span.hidden title=(format!("U+{:04X}", u32::from(hidden))) { (name(hidden)) }
            } @else {
                (stretch)
            }
        }
    }
}

fn name(hidden: char) -> String {
    let code = u32::from(hidden);
    match CONTROLS.get(code as usize) {
        Some(name) => (*name).to_owned(),
        None if hidden == '\u{7f}' => DELETE.to_owned(),
        None => format!("U+{code:04X}"),
    }
}

/// Whether a character shows nothing by itself, or changes how its neighbours are shown.
///
/// Controls, soft hyphen, marks of direction, spaces without width, line and paragraph separators,
/// byte order mark, tags. Joiners stay: some scripts are wrong without them.
fn is_hidden(character: char) -> bool {
    let is_layout = matches!(character, '\n' | '\t');
    let is_format = matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    );
    !is_layout && (character.is_control() || is_format)
}

#[cfg(test)]
mod tests {
    use reverie_model::data::text::pieces;

    use super::*;

    fn written(text: &str) -> String {
        marked_pieces(pieces(text), &|word| word == "known").0
    }

    #[test]
    fn only_invented_words_are_underlined() {
        assert_eq!(written("Known, anvented\n"), "Known, <u>anvented</u>\n");
    }

    #[test]
    fn markup_in_a_text_is_text() {
        assert_eq!(
            written("<known> & \"<known"),
            "&lt;known&gt; &amp; &quot;&lt;known"
        );
    }

    #[test]
    fn hidden_characters_are_spelt_out() {
        assert_eq!(
            written("1\u{0}2\r3"),
            "1<span class=\"hidden\" title=\"U+0000\">NUL</span>2\
             <span class=\"hidden\" title=\"U+000D\">CR</span>3"
        );
        for hidden in ['\u{7f}', '\u{9b}', '\u{202e}', '\u{feff}', '\u{e0041}'] {
            let page = written(&format!("1{hidden}"));
            assert!(!page.contains(hidden), "{page}");
        }
    }

    #[test]
    fn lines_and_tabs_stay() {
        assert_eq!(written("\u{e9}\r\n\t\n"), "<u>é</u>\n\t\n");
    }
}
