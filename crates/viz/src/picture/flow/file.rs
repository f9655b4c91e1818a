//! Middlebury `.flo` files.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::{Flow, known};
use crate::picture::{Limits, PictureError, count, write_atomic};

/// The longest side of a flow that is read.
pub const MAX_FLOW_SIDE: u32 = 65_535;

/// What a file begins with: 202021.25 as a little-endian single-precision number.
const MAGIC: [u8; 4] = *b"PIEH";
/// Bytes before the vectors: the magic, columns, rows.
const HEAD: usize = 12;
/// Bytes of a vector.
const VECTOR: usize = 8;
/// What unknown vectors are written as, by us and by the authors of the format.
const UNKNOWN_IN_FILES: [f32; 2] = [1e10; 2];

/// Reads the flow in a Middlebury `.flo` file; a vector with a part that is not finite or beyond 1e9 in
/// absolute value is unknown.
///
/// # Errors
/// [`PictureError::Missing`] or [`PictureError::Read`]; [`PictureError::NotAFlow`],
/// [`PictureError::FlowHead`], [`PictureError::FlowSide`], [`PictureError::TooManyPixels`] (the limit
/// of a picture) or [`PictureError::FlowLength`] for what is in it.
///
/// # Source
/// Baker, Scharstein, Lewis, Roth, Black, Szeliski 2011, A database and evaluation methodology for
/// optical flow; the format is described with their code,
/// <https://vision.middlebury.edu/flow/code/flow-code/README.txt>.
pub fn load_flow(path: &Path) -> Result<Flow, PictureError> {
    let failed = |source| PictureError::from_read(path, source);
    let file = File::open(path).map_err(failed)?;
    // What is no ordinary file has no length before it is read.
    let promised = file.metadata().map_err(failed)?.len();
    let mut file = BufReader::new(file);
    let mut head = Vec::new();
    take(&mut file, HEAD, &mut head).map_err(failed)?;
    let (width, height) = read_head(&head, path)?;
    let expected = VECTOR * count(width, height);
    let mut bytes = Vec::new();
    // One byte more than needed shows that there are more.
    take(&mut file, expected + 1, &mut bytes).map_err(failed)?;
    if bytes.len() != expected {
        return Err(PictureError::FlowLength {
            path: path.to_owned(),
            bytes: promised.max((HEAD + bytes.len()) as u64),
            width,
            height,
            expected: (HEAD + expected) as u64,
        });
    }
    let (vectors, _) = bytes.as_chunks::<VECTOR>();
    let vectors = vectors.iter().map(|bytes| {
        let [a, b, c, d, rest @ ..] = *bytes;
        [[a, b, c, d], rest].map(f32::from_le_bytes)
    });
    Ok(Flow::new(width, height, vectors.collect()))
}

/// Writes a flow as a Middlebury `.flo` file, wholly or not at all; unknown vectors become 1e10, as the
/// authors of the format write them.
///
/// # Errors
/// What [`write_atomic`] says; nothing is left behind.
pub fn save_flow(flow: &Flow, path: &Path, overwrite: bool) -> Result<(), PictureError> {
    let mut bytes = Vec::with_capacity(HEAD + VECTOR * flow.vectors().len());
    bytes.extend(MAGIC);
    for side in [flow.width(), flow.height()] {
        bytes.extend(side.to_le_bytes());
    }
    for &vector in flow.vectors() {
        let [u, v] = known(vector).unwrap_or(UNKNOWN_IN_FILES);
        bytes.extend(u.to_le_bytes());
        bytes.extend(v.to_le_bytes());
    }
    write_atomic(path, &bytes, overwrite)
}

/// Up to so many bytes; memory grows with what is there, not with what a head promises.
fn take(file: &mut impl Read, bytes: usize, into: &mut Vec<u8>) -> io::Result<usize> {
    file.take(bytes as u64).read_to_end(into)
}

/// The size of the flow, if one that we read.
fn read_head(head: &[u8], path: &Path) -> Result<(u32, u32), PictureError> {
    let path = || path.to_owned();
    let begin = &head[..head.len().min(MAGIC.len())];
    if !MAGIC.starts_with(begin) {
        return Err(PictureError::NotAFlow {
            path: path(),
            begin: begin.to_owned(),
        });
    }
    let &[_, _, _, _, a, b, c, d, e, f, g, h] = head else {
        return Err(PictureError::FlowHead {
            path: path(),
            bytes: head.len(),
            expected: HEAD,
        });
    };
    let (width, height) = (
        i32::from_le_bytes([a, b, c, d]),
        i32::from_le_bytes([e, f, g, h]),
    );
    let side = |side: i32| {
        let side = u32::try_from(side).ok();
        side.filter(|side| (1..=MAX_FLOW_SIDE).contains(side))
    };
    let (Some(columns), Some(rows)) = (side(width), side(height)) else {
        return Err(PictureError::FlowSide {
            path: path(),
            width,
            height,
            limit: MAX_FLOW_SIDE,
        });
    };
    Limits::default().check(columns, rows, &path())?;
    Ok((columns, rows))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use tempfile::TempDir;

    use super::*;

    fn bytes(width: i32, height: i32, values: &[f32]) -> Vec<u8> {
        let mut bytes = 202_021.25_f32.to_le_bytes().to_vec();
        bytes.extend(width.to_le_bytes());
        bytes.extend(height.to_le_bytes());
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        bytes
    }

    fn written(bytes: &[u8]) -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.flo");
        fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    /// What is said of a file, without its folder.
    fn refusal(bytes: &[u8]) -> String {
        let (folder, path) = written(bytes);
        let text = load_flow(&path).unwrap_err().to_string();
        text.replace(&format!("{}/", folder.path().display()), "")
    }

    #[test]
    fn a_file_made_by_hand_is_read_row_by_row() {
        let (_folder, path) = written(&bytes(2, 1, &[1.5, -2.0, 1e10, 1e10]));
        let flow = load_flow(&path).unwrap();
        assert_eq!((flow.width(), flow.height()), (2, 1));
        assert_eq!(flow.get(0, 0), Some([1.5, -2.0]));
        assert_eq!(flow.get(1, 0), None);
    }

    #[test]
    fn saved_and_read_again_is_the_same() {
        let flow = Flow::from_fn(5, 3, |x, y| match (x, y) {
            (4, 1) => [f32::NAN; 2],
            _ => [x as f32 / 3.0, -1e3 * y as f32],
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.flo");
        save_flow(&flow, &path, false).unwrap();
        let found = load_flow(&path).unwrap();
        assert_eq!((found.width(), found.height()), (5, 3));
        let vectors = |flow: &Flow| -> Vec<_> {
            let vectors = flow.vectors().iter();
            vectors.map(|vector| vector.map(f32::to_bits)).collect()
        };
        assert_eq!(vectors(&found), vectors(&flow));
        assert_eq!(found.get(4, 1), None);
        let error = save_flow(&flow, &path, false).unwrap_err();
        assert!(matches!(error, PictureError::Exists { .. }), "{error}");
        save_flow(&flow, &path, true).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn other_files_are_called_so() {
        assert_eq!(
            refusal(b"\x89PNG\r\n\x1a\n"),
            "a.flo is not a flow file: it begins with \"\\x89PNG\", and a Middlebury .flo (little \
             endian) with \"PIEH\"; compute the flow with a program that writes such files"
        );
        assert!(refusal(b"no").contains("begins with \"no\""));
        let sentence = |bytes: usize| {
            format!(
                "a.flo is cut off: it has {bytes} bytes, and the head of a flow file alone has 12; copy it \
                 or compute it again"
            )
        };
        assert_eq!(refusal(b""), sentence(0));
        assert_eq!(refusal(&bytes(2, 2, &[])[..11]), sentence(11));
    }

    #[test]
    fn a_size_beyond_the_limits_is_refused_before_anything_is_read() {
        for (width, height) in [(0, 4), (4, 0), (-1, 4), (65_536, 1), (3, i32::MIN)] {
            assert_eq!(
                refusal(&bytes(width, height, &[0.0; 8])),
                format!(
                    "a.flo says that it has {width}x{height} vectors, but each side must have 1 to 65535; \
                     compute the flow again, for smaller frames if they are that large"
                )
            );
        }
        let text = refusal(&bytes(65_535, 65_535, &[]));
        let expected = "a.flo has 65535x65535 pixels, more than the limit of 200000000; make it";
        assert!(text.starts_with(expected), "{text}");
    }

    #[test]
    fn a_length_that_does_not_fit_the_size_is_refused() {
        for (values, found) in [(7, 40), (9, 48), (0, 12), (3000, 12_012)] {
            assert_eq!(
                refusal(&bytes(2, 2, &vec![0.0; values])),
                format!(
                    "a.flo has {found} bytes, but a flow of 2x2 takes 44; copy it or compute it again"
                )
            );
        }
        // A head may promise much: nothing is reserved for it.
        assert!(refusal(&bytes(20_000, 10_000, &[])).contains("has 12 bytes"));
    }

    #[test]
    fn nothing_and_a_folder_are_one_sentence_each() {
        let folder = tempfile::tempdir().unwrap();
        let error = load_flow(&folder.path().join("none.flo")).unwrap_err();
        assert!(matches!(error, PictureError::Missing { .. }), "{error}");
        let error = load_flow(folder.path()).unwrap_err();
        assert!(matches!(error, PictureError::Read { .. }), "{error}");
    }
}
