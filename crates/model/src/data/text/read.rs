//! From a file to characters.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Encoding, TextError, strip_boilerplate};
use crate::weights::sha256_bytes;

/// What happens to the line ends of a text.
///
/// Only line ends are touched: a byte order mark is the symbol U+FEFF under either policy. A
/// result says which policy it was made with, as the symbols differ: a CRLF text has one symbol
/// more than the same text on LF, and a second, trivially predicted character in every line.
///
/// | text | bytes that differ | characters, keep | symbols, keep | characters, lf | symbols, lf |
/// |---|---|---|---|---|---|
/// | `warpeace_input.txt` | 87 | 3 258 227 | 84 | 3 196 213 | 83 |
/// | `pg2600-0.txt`, whole | 114 | 3 293 104 | 109 | 3 227 075 | 108 |
/// | `pg2600-0.txt`, book only | | 3 274 029 | 106 | 3 208 366 | 105 |
///
/// The 87 symbols of char-rnn's War and Peace are bytes: the byte order mark is three of them, and
/// the accented letters à ä é ê are five (a leading one and one each). As characters they are one
/// and four.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Newlines {
    /// The file as it is.
    Keep,
    /// CRLF and a lone CR become LF.
    #[default]
    Lf,
}

impl Newlines {
    /// The characters of a text under this policy, and how many line ends were replaced.
    ///
    /// A prime text goes through this too, with the policy that the model was trained with.
    pub fn apply(self, text: &str) -> (Vec<char>, usize) {
        if self == Self::Keep {
            return (text.chars().collect(), 0);
        }
        let mut replaced = 0;
        let mut chars = Vec::with_capacity(text.len());
        let mut rest = text.chars().peekable();
        while let Some(char) = rest.next() {
            if char == '\r' {
                rest.next_if_eq(&'\n');
                replaced += 1;
                chars.push('\n');
            } else {
                chars.push(char);
            }
        }
        (chars, replaced)
    }
}

/// What happens to the header and the footer of a Project Gutenberg book.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Boilerplate {
    /// They stay.
    Keep,
    /// They go where their markers are found, see [`strip_boilerplate`]; other texts are left
    /// alone.
    #[default]
    Strip,
}

/// A text, and what is to be known about where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The characters.
    pub chars: Vec<char>,
    /// SHA-256 of the file's bytes as they lie on the disk, in lower-case hexadecimal.
    pub sha256: String,
    /// What happened to the line ends.
    pub newlines: Newlines,
    /// Line ends that were replaced.
    pub replaced: usize,
    /// Bytes of header and footer that were taken off.
    pub stripped: usize,
}

/// Reads a UTF-8 text.
///
/// # Errors
/// The file is missing, unreadable, empty or not UTF-8 (with the place of the first wrong byte),
/// or holds nothing but boilerplate that was to be taken off.
pub fn read_text(
    path: &Path,
    newlines: Newlines,
    boilerplate: Boilerplate,
) -> Result<Text, TextError> {
    let bytes = std::fs::read(path).map_err(|source| TextError::io(path, source))?;
    if bytes.is_empty() {
        let path = path.to_owned();
        return Err(TextError::Empty { path });
    }
    let whole =
        str::from_utf8(&bytes).map_err(|error| not_utf8(path, &bytes, error.valid_up_to()))?;
    let body = match boilerplate {
        Boilerplate::Keep => whole,
        Boilerplate::Strip => strip_boilerplate(whole),
    };
    if body.is_empty() {
        let path = path.to_owned();
        return Err(TextError::NothingInside { path });
    }
    let (chars, replaced) = newlines.apply(body);
    Ok(Text {
        chars,
        sha256: sha256_bytes(&bytes),
        newlines,
        replaced,
        stripped: whole.len() - body.len(),
    })
}

fn not_utf8(path: &Path, bytes: &[u8], position: usize) -> TextError {
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    TextError::NotUtf8 {
        path: path.to_owned(),
        position,
        line: 1 + bytes[..position].iter().filter(|b| **b == b'\n').count(),
        byte: bytes[position],
        encoding: if is_utf16 {
            Encoding::Utf16
        } else {
            Encoding::Latin1
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::data::real_file;

    fn read(bytes: &[u8], newlines: Newlines) -> Result<Text, TextError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.txt");
        std::fs::write(&path, bytes).unwrap();
        read_text(&path, newlines, Boilerplate::Strip)
    }

    #[track_caller]
    fn assert_lf(text: &str, want: &str, replaced: usize) {
        let (chars, count) = Newlines::Lf.apply(text);
        assert_eq!((String::from_iter(chars), count), (want.into(), replaced));
    }

    #[test]
    fn every_kind_of_line_end_becomes_lf() {
        assert_lf("a\r\nb\rc\nd\r", "a\nb\nc\nd\n", 3);
        assert_lf("\r\r\n\n\r", "\n\n\n\n", 3);
        assert_lf("plain\n", "plain\n", 0);
    }

    #[test]
    fn kept_line_ends_stay() {
        let text = read("a\r\nb\r".as_bytes(), Newlines::Keep).unwrap();
        assert_eq!(text.chars, ['a', '\r', '\n', 'b', '\r']);
        assert_eq!((text.replaced, text.stripped), (0, 0));
    }

    #[test]
    fn a_byte_order_mark_is_a_symbol() {
        for newlines in [Newlines::Keep, Newlines::Lf] {
            let text = read(b"\xef\xbb\xbfa", newlines).unwrap();
            assert_eq!(text.chars, ['\u{feff}', 'a']);
        }
    }

    #[test]
    fn the_hash_is_that_of_the_file() {
        let text = read(b"abc", Newlines::Lf).unwrap();
        assert!(text.sha256.starts_with("ba7816bf"), "{}", text.sha256);
    }

    #[test]
    fn bytes_that_are_no_utf8_are_placed() {
        let error = read(b"one\ntwo caf\xe9", Newlines::Lf).unwrap_err();
        let sentence = error.to_string();
        assert!(
            sentence.contains("byte 11 (line 2) is 0xe9; if it is latin1"),
            "{sentence}"
        );
        assert!(sentence.ends_with("iconv -f latin1 -t utf-8"), "{sentence}");
        let error = read(b"\xff\xfea\0", Newlines::Lf).unwrap_err().to_string();
        assert!(error.contains("iconv -f utf-16"), "{error}");
    }

    #[test]
    fn a_character_that_is_cut_off_is_no_utf8() {
        let error = read(b"caf\xc3", Newlines::Lf).unwrap_err();
        assert!(matches!(
            error,
            TextError::NotUtf8 {
                position: 3,
                byte: 0xc3,
                ..
            }
        ));
    }

    #[test]
    fn missing_empty_and_unreadable_files_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("nothing");
        let read = |path: &Path| read_text(path, Newlines::Lf, Boilerplate::Strip).unwrap_err();
        let error = read(&missing).to_string();
        assert!(error.contains("reverie data list"), "{error}");
        assert!(matches!(read(dir.path()), TextError::Io { .. }));
        std::fs::write(&missing, "").unwrap();
        assert!(matches!(read(&missing), TextError::Empty { .. }));
    }

    #[test]
    fn a_book_without_a_book_is_refused() {
        let text = "*** START OF THE PROJECT GUTENBERG EBOOK X ***\n\n\
                    *** END OF THE PROJECT GUTENBERG EBOOK X ***\n";
        let error = read(text.as_bytes(), Newlines::Lf).unwrap_err();
        assert!(matches!(error, TextError::NothingInside { .. }), "{error}");
    }

    #[test]
    fn policies_have_the_names_of_the_settings() {
        assert_eq!(serde_json::to_string(&Newlines::Lf).unwrap(), "\"lf\"");
        assert_eq!(serde_json::to_string(&Newlines::Keep).unwrap(), "\"keep\"");
        let strip = serde_json::to_string(&Boilerplate::Strip).unwrap();
        assert_eq!(strip, "\"strip\"");
    }

    #[track_caller]
    fn assert_counts(
        file: &str,
        newlines: Newlines,
        boilerplate: Boilerplate,
        characters: usize,
        symbols: usize,
    ) {
        let Some(path) = real_file(file) else { return };
        let text = read_text(&path, newlines, boilerplate).unwrap();
        let found: BTreeSet<char> = text.chars.iter().copied().collect();
        assert_eq!((text.chars.len(), found.len()), (characters, symbols));
    }

    #[test]
    fn the_published_war_and_peace_has_87_bytes_and_fewer_symbols() {
        let file = "text/warpeace_input.txt";
        let Some(path) = real_file(file) else { return };
        let bytes: BTreeSet<u8> = std::fs::read(path).unwrap().into_iter().collect();
        assert_eq!(bytes.len(), 87);
        for boilerplate in [Boilerplate::Keep, Boilerplate::Strip] {
            assert_counts(file, Newlines::Keep, boilerplate, 3_258_227, 84);
            assert_counts(file, Newlines::Lf, boilerplate, 3_196_213, 83);
        }
    }

    #[test]
    fn the_gutenberg_war_and_peace_has_the_counts_of_the_table() {
        let file = "text/pg2600-0.txt";
        assert_counts(file, Newlines::Keep, Boilerplate::Keep, 3_293_104, 109);
        assert_counts(file, Newlines::Lf, Boilerplate::Keep, 3_227_075, 108);
        assert_counts(file, Newlines::Keep, Boilerplate::Strip, 3_274_029, 106);
        assert_counts(file, Newlines::Lf, Boilerplate::Strip, 3_208_366, 105);
    }
}
