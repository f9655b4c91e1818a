//! Tells by its first bytes what a file is, whatever its name says.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::WeightsError;

/// Bytes looked at; a tar archive names itself latest, at 257.
const HEAD_BYTES: u64 = 512;
/// Where a tar archive says that it is one.
const TAR_MAGIC_AT: usize = 257;
/// Longest header that the safetensors format allows.
pub(super) const LONGEST_SAFETENSORS_HEADER: u64 = 100_000_000;

/// What a file that holds no weights looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LooksLike {
    /// There is nothing in it.
    Empty,
    /// A web page, such as servers send in place of a file.
    WebPage,
    /// A JSON document.
    Json,
    /// The few lines that stand for a file in a repository with large files kept elsewhere.
    LfsPointer,
    /// Some other text.
    Text,
    /// Bytes of no kind that is known here.
    Unknown,
}

impl fmt::Display for LooksLike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is empty",
            Self::WebPage => "is a web page, probably an error page sent in place of the file",
            Self::Json => "is a JSON document",
            Self::LfsPointer => "is a Git LFS pointer, not the file it stands for",
            Self::Text => "is a text file",
            Self::Unknown => "is neither a safetensors nor a PyTorch file",
        })
    }
}

/// What a file is by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Safetensors,
    PytorchZip,
    PytorchOther,
    Other(LooksLike),
}

/// Looks at the first bytes of a file.
pub(super) fn of_file(path: &Path) -> Result<Content, WeightsError> {
    let mut head = Vec::new();
    File::open(path)
        .and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head))
        .map_err(|source| WeightsError::io(path, source))?;
    Ok(of_bytes(&head))
}

fn of_bytes(head: &[u8]) -> Content {
    if head.is_empty() {
        return Content::Other(LooksLike::Empty);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Content::PytorchZip;
    }
    if is_safetensors(head) {
        return Content::Safetensors;
    }
    let is_tar = head
        .get(TAR_MAGIC_AT..)
        .is_some_and(|rest| rest.starts_with(b"ustar"));
    if is_tar || head.starts_with(b"\x80") {
        return Content::PytorchOther;
    }
    Content::Other(text_kind(head))
}

fn is_safetensors(head: &[u8]) -> bool {
    let length = head
        .first_chunk::<8>()
        .map(|bytes| u64::from_le_bytes(*bytes));
    length.is_some_and(|n| n <= LONGEST_SAFETENSORS_HEADER) && head.get(8) == Some(&b'{')
}

fn text_kind(head: &[u8]) -> LooksLike {
    // A character cut in two at the end of what was read is still text.
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return LooksLike::Unknown,
    };
    let start = text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .to_ascii_lowercase();
    if ["<!doctype", "<html", "<?xml", "<head", "<body"]
        .iter()
        .any(|tag| start.starts_with(tag))
    {
        LooksLike::WebPage
    } else if start.starts_with(['{', '[']) {
        LooksLike::Json
    } else if start.starts_with("version https://git-lfs") {
        LooksLike::LfsPointer
    } else if text
        .chars()
        .any(|c| c.is_control() && !c.is_ascii_whitespace())
    {
        LooksLike::Unknown
    } else {
        LooksLike::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_known_by_their_first_bytes() {
        assert_eq!(
            of_bytes(b"\x10\0\0\0\0\0\0\0{\"a\":1}"),
            Content::Safetensors
        );
        // A header of 128 bytes begins like a pickle.
        assert_eq!(
            of_bytes(b"\x80\0\0\0\0\0\0\0{\"a\":1}"),
            Content::Safetensors
        );
        assert_eq!(of_bytes(b"PK\x03\x04rest"), Content::PytorchZip);
        assert_eq!(
            of_bytes(b"\x80\x02\x8a\x0al\xfc\x9cF"),
            Content::PytorchOther
        );
    }

    #[test]
    fn everything_else_is_named() {
        let kind = |bytes: &[u8]| match of_bytes(bytes) {
            Content::Other(kind) => kind,
            other => panic!("{other:?}"),
        };
        assert_eq!(kind(b""), LooksLike::Empty);
        assert_eq!(kind(b"\n<!DOCTYPE html><html>"), LooksLike::WebPage);
        assert_eq!(kind(b"<HTML><body>403"), LooksLike::WebPage);
        assert_eq!(kind(b"{\"error\": \"not found\"}"), LooksLike::Json);
        assert_eq!(
            kind(b"version https://git-lfs.github.com/spec/v1\n"),
            LooksLike::LfsPointer
        );
        assert_eq!(kind(b"Not Found\n"), LooksLike::Text);
        assert_eq!(kind("über".as_bytes().split_at(1).0), LooksLike::Text);
        assert_eq!(kind(b"\xff\xd8\xff\xe0"), LooksLike::Unknown);
        assert_eq!(kind(b"ab\0\0\x01"), LooksLike::Unknown);
    }
}
