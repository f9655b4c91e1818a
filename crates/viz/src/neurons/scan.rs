//! Reads a text as the network does, with no look ahead, and says at every character what is true
//! after it: `[T]` in, `[T]` out.

/// Columns that a tab of an indentation counts.
const TAB_COLUMNS: f32 = 8.0;

/// Characters since the last line break; 0 right after it.
pub(super) fn columns(text: &[char]) -> Vec<f32> {
    let mut column = 0.0;
    let step = |c: &char| {
        column = if *c == '\n' { 0.0 } else { column + 1.0 };
        column
    };
    text.iter().map(step).collect()
}

/// Columns of blank that the line began with, so far as they have been read.
pub(super) fn indents(text: &[char]) -> Vec<f32> {
    let (mut indent, mut leading) = (0.0, true);
    let step = |c: &char| {
        match c {
            '\n' => (indent, leading) = (0.0, true),
            ' ' if leading => indent += 1.0,
            '\t' if leading => indent += TAB_COLUMNS,
            _ => leading = false,
        }
        indent
    };
    text.iter().map(step).collect()
}

/// Says after which line breaks an empty line has ended.
#[derive(Default)]
struct Paragraphs {
    blank_so_far: bool,
}

impl Paragraphs {
    /// Whether this character ends an empty line.
    fn ends_at(&mut self, c: char) -> bool {
        let ended = c == '\n' && self.blank_so_far;
        self.blank_so_far = c == '\n' || (self.blank_so_far && c.is_whitespace());
        ended
    }
}

/// Between double quotes: straight ones toggle, curly ones and guillemets open and close. Single
/// quotes are not looked at, since apostrophes are written the same way.
///
/// An empty line closes all of them, so that one missing quote does not turn the rest of the text
/// inside out. A quote behind a backslash is part of the string.
pub(super) fn inside_quotes(text: &[char]) -> Vec<bool> {
    let (mut open, mut paragraphs) = (None, Paragraphs::default());
    let mut before = '\n';
    let step = |&c: &char| {
        open = match (open, c) {
            _ if paragraphs.ends_at(c) => None,
            (None, '"') if before != '\\' => Some('"'),
            (Some('"'), '"') if before != '\\' => None,
            (None, '\u{201c}' | '\u{201e}' | '\u{ab}') => Some(c),
            (Some('\u{201c}' | '\u{201e}'), '\u{201d}') => None,
            (Some('\u{201e}'), '\u{201c}') => None,
            (Some('\u{ab}'), '\u{bb}') => None,
            (open, _) => open,
        };
        before = c;
        open.is_some()
    };
    text.iter().map(step).collect()
}

/// Between round or square brackets, however deep; a closing one that closes nothing is not looked
/// at, and an empty line closes those that were forgotten.
pub(super) fn inside_brackets(text: &[char]) -> Vec<bool> {
    let (mut depth, mut paragraphs) = (0_usize, Paragraphs::default());
    let step = |&c: &char| {
        depth = match c {
            _ if paragraphs.ends_at(c) => 0,
            '(' | '[' => depth + 1,
            ')' | ']' => depth.saturating_sub(1),
            _ => depth,
        };
        depth > 0
    };
    text.iter().map(step).collect()
}

/// Between curly brackets, however deep, across empty lines too. One that closes at the beginning
/// of a line closes all: so ends a function in most styles, and so a forgotten one is made good.
pub(super) fn inside_blocks(text: &[char]) -> Vec<bool> {
    let (mut depth, mut before) = (0_usize, '\n');
    let step = |&c: &char| {
        depth = match (before, c) {
            (_, '{') => depth + 1,
            ('\n', '}') => 0,
            (_, '}') => depth.saturating_sub(1),
            _ => depth,
        };
        before = c;
        depth > 0
    };
    text.iter().map(step).collect()
}

/// Inside `/* */`, or behind `//` up to the end of the line; `://` of an address is none.
pub(super) fn inside_comments(text: &[char]) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq)]
    enum Comment {
        Line,
        Block,
    }
    let (mut open, mut last) = (None, ['\n'; 2]);
    let step = |&c: &char| {
        open = match (open, last[1], c) {
            (Some(Comment::Line), _, '\n') => None,
            (Some(Comment::Block), '*', '/') => None,
            (None, '/', '*') => Some(Comment::Block),
            (None, '/', '/') if last[0] != ':' => Some(Comment::Line),
            (open, ..) => open,
        };
        last = [last[1], c];
        open.is_some()
    };
    text.iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::super::labels::Labels;
    use super::super::property::Property;

    fn marks(property: Property, text: &str) -> String {
        let text: Vec<char> = text.chars().collect();
        match property.labels(&text) {
            Labels::YesNo(labels) => labels.iter().map(|l| if *l { '1' } else { '.' }).collect(),
            Labels::Graded(values) => values.iter().map(|v| format!("{v}")).collect(),
        }
    }

    #[test]
    fn the_column_begins_anew_after_a_line_break() {
        assert_eq!(marks(Property::Column, "abc\nde\n\nf"), "123012001");
    }

    #[test]
    fn quotes_open_and_close() {
        assert_eq!(marks(Property::Quotes, r#"a "b" c"#), "..11...");
        assert_eq!(marks(Property::Quotes, "“a “ b” c"), "111111...");
        assert_eq!(marks(Property::Quotes, "„a“ «b»"), "11..11.");
        assert_eq!(marks(Property::Quotes, r#""a\"b" c"#), "11111...");
    }

    #[test]
    fn an_apostrophe_is_no_quote() {
        assert_eq!(marks(Property::Quotes, "don't 'do'"), "..........");
    }

    #[test]
    fn an_empty_line_closes_a_forgotten_quote_and_a_line_break_does_not() {
        assert_eq!(marks(Property::Quotes, "\"a\nb\n\nc"), "11111..");
        assert_eq!(marks(Property::Quotes, "\"a\n \nc"), "1111..");
    }

    #[test]
    fn brackets_nest_and_a_stray_closing_one_is_nothing() {
        assert_eq!(marks(Property::Brackets, "a(b[c]d)e)f(g"), ".111111....11");
        assert_eq!(marks(Property::Brackets, "(a\n\nb"), "111..");
    }

    #[test]
    fn blocks_last_across_empty_lines_and_end_with_the_function() {
        assert_eq!(marks(Property::Block, "a{b\n\n{c}d}e"), ".11111111..");
        assert_eq!(marks(Property::Block, "{{\n}a"), "111..");
    }

    #[test]
    fn no_word_is_open_after_anything_but_a_letter() {
        assert_eq!(marks(Property::WordEnd, "an é, 7b"), "..1.111.");
    }

    #[test]
    fn the_indentation_lasts_for_the_line() {
        assert_eq!(marks(Property::Indent, "  a b\n\tc\nd"), "1222208800");
    }

    #[test]
    fn comments_of_c_are_found_and_addresses_are_not() {
        assert_eq!(marks(Property::Comment, "a//b\nc"), "..11..");
        assert_eq!(marks(Property::Comment, "a/*b\n*/c"), "..1111..");
        assert_eq!(marks(Property::Comment, "x://y"), ".....");
    }
}
