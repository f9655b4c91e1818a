//! Texts in a GIF: comments ahead of the frames, each with its keyword.

use std::io::{self, Read, Write};

use super::super::MAX_RECIPE_BYTES;

/// Bytes of a GIF before its colours: signature and screen.
const HEADER_BYTES: usize = 13;
/// Where in the header it stands how many colours there are.
const FLAGS_AT: usize = 10;
/// What an extension begins with.
const EXTENSION: u8 = 0x21;
/// The kind of extension that is a comment.
const COMMENT: u8 = 0xfe;

/// Writes a comment `keyword: text`, in UTF-8.
///
/// The format asks for ASCII, in its days before UTF-8; most programs show either.
pub(super) fn write_comment<W: Write>(
    encoder: &mut gif::Encoder<W>,
    keyword: &str,
    text: &str,
) -> Result<(), gif::EncodingError> {
    let comment = format!("{keyword}: {text}");
    encoder.write_raw_extension(gif::Extension::Comment.into(), &[comment.as_bytes()])
}

/// The text of the comment with a keyword, out of what precedes the first frame of a GIF.
///
/// # Errors
/// What the file says; its end, when it comes too early.
pub(in super::super) fn read_comment(
    file: &mut impl Read,
    keyword: &str,
) -> io::Result<Option<String>> {
    let mut header = [0; HEADER_BYTES];
    file.read_exact(&mut header)?;
    if header[FLAGS_AT] & 0x80 != 0 {
        let colours = 2_usize << (header[FLAGS_AT] & 7);
        file.read_exact(&mut vec![0; 3 * colours])?;
    }
    // Another program may have written longer ones; those are none of ours.
    let most = keyword.len() + 2 + MAX_RECIPE_BYTES + 1;
    while read_byte(file)? == EXTENSION {
        let is_comment = read_byte(file)? == COMMENT;
        let mut content = Vec::new();
        loop {
            let mut block = vec![0; read_byte(file)?.into()];
            if block.is_empty() {
                break;
            }
            file.read_exact(&mut block)?;
            if is_comment && content.len() < most {
                content.extend_from_slice(&block);
            }
        }
        let text = String::from_utf8(content).unwrap_or_default();
        let text = text.strip_prefix(keyword);
        if let Some(text) = text.and_then(|text| text.strip_prefix(": ")) {
            return Ok(Some(text.to_owned()));
        }
    }
    Ok(None)
}

fn read_byte(file: &mut impl Read) -> io::Result<u8> {
    let mut byte = [0];
    file.read_exact(&mut byte)?;
    Ok(byte[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_comments(comments: &[(&str, &str)], palette: &[u8]) -> Vec<u8> {
        let mut encoder = gif::Encoder::new(Vec::new(), 1, 1, palette).unwrap();
        encoder.set_repeat(gif::Repeat::Infinite).unwrap();
        for (keyword, text) in comments {
            write_comment(&mut encoder, keyword, text).unwrap();
        }
        let frame = gif::Frame::from_rgb(1, 1, &[1, 2, 3]);
        encoder.write_frame(&frame).unwrap();
        encoder.into_inner().unwrap()
    }

    #[test]
    fn a_text_of_any_length_comes_back_letter_by_letter() {
        for length in [0, 100, 255, 256, 100_000] {
            let text = format!("été 夜 {}", "x".repeat(length));
            for palette in [&[][..], &[0, 0, 0, 9, 9, 9, 1, 2, 3]] {
                let bytes = with_comments(&[("other", "words"), ("mine", &text)], palette);
                let found = read_comment(&mut &bytes[..], "mine").unwrap();
                assert_eq!(found.as_deref(), Some(&text[..]));
            }
        }
    }

    #[test]
    fn no_comment_is_none_and_half_a_file_is_an_error() {
        let bytes = with_comments(&[("other", "words")], &[]);
        assert_eq!(read_comment(&mut &bytes[..], "mine").unwrap(), None);
        let error = read_comment(&mut &bytes[..25], "mine").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
