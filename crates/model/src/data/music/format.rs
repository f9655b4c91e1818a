//! Which kind of file it is, by what is in it.

use std::fmt;

use super::mat::looks_like_mat;
use super::pickle::looks_like_pickle;

/// What a file of music is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// `{"train": [[[60, 64], …], …], "valid": …, "test": …}` with MIDI numbers.
    Json,
    /// MATLAB: `traindata`, `validdata` and `testdata`, each a cell array of piano rolls.
    Mat,
    /// Python: a dictionary of lists of lists of lists or tuples of MIDI numbers.
    Pickle,
}

impl Format {
    /// The format of these bytes; the name of a file tells nothing.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let text = without_mark(bytes).trim_ascii_start();
        if text.starts_with(b"{") {
            Some(Self::Json)
        } else if looks_like_mat(bytes) {
            Some(Self::Mat)
        } else if looks_like_pickle(bytes) {
            Some(Self::Pickle)
        } else {
            None
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "JSON",
            Self::Mat => "MATLAB",
            Self::Pickle => "pickle",
        })
    }
}

/// The same without the byte order mark that some editors write.
pub(super) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_tells() {
        let mut mat = b"MATLAB 5.0 MAT-file".to_vec();
        mat.resize(124, b' ');
        mat.extend(b"\x00\x01IM");
        for (bytes, format) in [
            (&b"{}"[..], Some(Format::Json)),
            (b"\xef\xbb\xbf \r\n{", Some(Format::Json)),
            (&mat, Some(Format::Mat)),
            (b"\x89HDF\r\n\x1a\n", Some(Format::Mat)),
            (b"(dp0\ns.", Some(Format::Pickle)),
            (b"}q\x00.", Some(Format::Pickle)),
            (b"\x80\x04}\x94.", Some(Format::Pickle)),
            (b"cos\nsystem\n", Some(Format::Pickle)),
            (b"", None),
            (b"<!DOCTYPE html>", None),
            (b"\x1f\x8b\x08", None),
            (b"MThd", None),
            (b"PK\x03\x04", None),
        ] {
            assert_eq!(Format::of(bytes), format, "{}", bytes.escape_ascii());
        }
    }
}
