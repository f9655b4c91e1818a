//! Letters of eight by eight pixels, for labels.

use font8x8::{BASIC_FONTS, BOX_FONTS, GREEK_FONTS, LATIN_FONTS, UnicodeFonts};

/// Pixels of a letter's side, at scale 1.
pub(crate) const LETTER: u32 = 8;

/// What stands for a letter that the font does not have.
const UNKNOWN: char = '?';

/// Calls `paint(x, y)` for every dark pixel of a text at scale 1, from the text's top left corner.
pub(crate) fn for_each_dark_pixel(text: &str, mut paint: impl FnMut(u32, u32)) {
    for (column, letter) in (0..).zip(text.chars()) {
        for (y, bits) in (0..).zip(glyph(letter)) {
            for x in (0..LETTER).filter(|x| bits >> x & 1 == 1) {
                paint(column * LETTER + x, y);
            }
        }
    }
}

fn glyph(letter: char) -> [u8; 8] {
    let known = |letter| {
        BASIC_FONTS
            .get(letter)
            .or_else(|| LATIN_FONTS.get(letter))
            .or_else(|| GREEK_FONTS.get(letter))
            .or_else(|| BOX_FONTS.get(letter))
    };
    known(letter).or_else(|| known(UNKNOWN)).unwrap_or_default()
}

/// The text in lines of at most `letters` letters, at most `lines` of them, broken at spaces where
/// there are any; what is left out at the end becomes two dots.
pub(crate) fn wrap(text: &str, letters: usize, lines: usize) -> Vec<String> {
    const LEFT_OUT: &str = "..";
    let letters = letters.max(LEFT_OUT.len() + 1);
    let all: Vec<char> = text.trim().chars().collect();
    let mut rest = all.as_slice();
    let mut wrapped = Vec::new();
    while !rest.is_empty() && wrapped.len() < lines {
        let fits = rest.len() <= letters;
        let is_last = wrapped.len() + 1 == lines;
        let space = rest
            .iter()
            .take(letters + 1)
            .rposition(|letter| *letter == ' ');
        let end = match space {
            _ if fits => rest.len(),
            _ if is_last => letters - LEFT_OUT.len(),
            Some(space) if space > 0 => space,
            _ => letters,
        };
        let mut line: String = rest[..end].iter().collect();
        if is_last && !fits {
            line.push_str(LEFT_OUT);
        }
        wrapped.push(line);
        let gap = rest[end..]
            .iter()
            .take_while(|letter| **letter == ' ')
            .count();
        rest = &rest[end + gap..];
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dark_pixels(text: &str) -> Vec<(u32, u32)> {
        let mut pixels = Vec::new();
        for_each_dark_pixel(text, |x, y| pixels.push((x, y)));
        pixels
    }

    #[test]
    fn letters_follow_each_other() {
        let (one, two) = (dark_pixels("l"), dark_pixels("ll"));
        assert_eq!(two.len(), 2 * one.len());
        assert!(two.contains(&(one[0].0 + LETTER, one[0].1)));
        assert!(dark_pixels(" ").is_empty());
    }

    #[test]
    fn an_unknown_letter_is_a_question_mark() {
        assert_eq!(dark_pixels("夜"), dark_pixels("?"));
        assert_ne!(dark_pixels("é"), dark_pixels("?"));
    }

    #[test]
    fn long_texts_are_wrapped_and_then_cut() {
        assert_eq!(wrap("relu4_2:63", 6, 2), ["relu4_", "2:63"]);
        assert_eq!(wrap("abcdefghijkl", 4, 2), ["abcd", "ef.."]);
        assert_eq!(
            wrap("channel 12 of relu4_2", 12, 2),
            ["channel 12", "of relu4_2"]
        );
        assert_eq!(wrap("a channel", 8, 2), ["a", "channel"]);
        assert_eq!(wrap("", 4, 2), Vec::<String>::new());
    }
}
