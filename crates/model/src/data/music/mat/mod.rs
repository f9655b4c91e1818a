//! Sets of music as MATLAB files, as they are handed around for the four published sets.
//!
//! A file has the variables `traindata`, `validdata` and `testdata` (or `train`, `valid`, `test`),
//! each a cell array of 1 x N matrices; a matrix has a row for each time step and 88 columns, A0
//! first, with a 1 where the key sounds. Numbers may be of any class and stored as any type, as
//! MATLAB writes doubles that are whole numbers as bytes. Other variables are skipped.
//!
//! # Source
//! MATLAB, *MAT-File Format* (MathWorks, R2019b), version 5: "Level 5 MAT-Files".

mod error;
mod matrix;
mod stream;
#[cfg(test)]
mod testing;

use std::io::Read;

use flate2::read::ZlibDecoder;

pub use error::MatFault;
use stream::{MI_COMPRESSED, MI_MATRIX, Stream};

use super::Fault;
use super::intake::Intake;

/// How long the header is.
const HEADER: usize = 128;
/// Where in the header the version stands, and then the byte order.
const VERSION_AT: usize = 124;
/// What HDF5 files begin with; MATLAB calls them version 7.3 and puts a header before it.
const HDF5: &[u8] = b"\x89HDF\r\n\x1a\n";
/// Version 5 in the header.
const VERSION_5: u16 = 0x0100;
/// Version 7.3 in the header.
const VERSION_73: u16 = 0x0200;
/// The most bytes that are unpacked; the largest published file has 34 566 264.
const MAX_UNPACKED: u64 = 1 << 30;

/// Whether these bytes begin as a MATLAB file of any version does.
pub(super) fn looks_like_mat(bytes: &[u8]) -> bool {
    let order = bytes.get(VERSION_AT + 2..HEADER);
    bytes.starts_with(HDF5)
        || bytes.starts_with(b"MATLAB 5.0 MAT-file")
        || bytes.starts_with(b"MATLAB 7.3 MAT-file")
        || (matches!(order, Some(b"IM" | b"MI")) && bytes[0].is_ascii_alphabetic())
}

/// Hands the notes of a MATLAB file to `intake`.
pub(super) fn read(bytes: &[u8], intake: &mut Intake) -> Result<(), Fault> {
    let Some((header, body)) = bytes.split_at_checked(HEADER) else {
        return Err(if bytes.starts_with(HDF5) {
            MatFault::Hdf5.into()
        } else {
            MatFault::CutShort.into()
        });
    };
    check_header(header)?;
    let mut body = Stream::new(body, body.len() as u64);
    let mut unpacked = MAX_UNPACKED;
    while body.left() > 0 {
        let tag = body.tag()?;
        match tag.kind {
            MI_COMPRESSED => {
                let packed = body.bytes(u64::from(tag.len))?;
                let mut inner = Stream::packed(ZlibDecoder::new(packed), unpacked);
                variable(&mut inner, intake)?;
                unpacked = inner.left();
            }
            MI_MATRIX => {
                let inner = body.bytes(u64::from(tag.len))?;
                let mut inner = Stream::new(inner, inner.len() as u64);
                matrix::variable(&mut inner, u64::from(tag.len), intake)?;
                body.skip_padding(tag)?;
            }
            _ => {
                body.skip(u64::from(tag.len))?;
                body.skip_padding(tag)?;
            }
        }
    }
    Ok(())
}

/// A variable with its tag.
fn variable(stream: &mut Stream<impl Read>, intake: &mut Intake) -> Result<(), Fault> {
    let tag = stream.tag()?;
    if tag.kind != MI_MATRIX {
        return Err(MatFault::Unexpected {
            want: "a matrix",
            kind: tag.kind,
        }
        .into());
    }
    matrix::variable(stream, u64::from(tag.len), intake)
}

fn check_header(header: &[u8]) -> Result<(), MatFault> {
    if header.starts_with(HDF5) {
        return Err(MatFault::Hdf5);
    }
    if &header[VERSION_AT + 2..] == b"MI" {
        return Err(MatFault::BigEndian);
    }
    match u16::from_le_bytes([header[VERSION_AT], header[VERSION_AT + 1]]) {
        VERSION_5 => Ok(()),
        VERSION_73 => Err(MatFault::Hdf5),
        version => Err(MatFault::Version { version }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::read::read_splits;
    use super::super::testing::{any_splits, damage};
    use super::super::{Format, Frame, Outside};
    use super::testing::{cell, element, header, matrix, packed, roll, to_mat};
    use super::*;

    fn refused(variables: &[Vec<u8>]) -> String {
        let bytes = [header(), variables.concat()].concat();
        read_splits(Format::Mat, &bytes, Outside::Refuse)
            .unwrap_err()
            .to_string()
    }

    #[track_caller]
    fn assert_refused(variable: Vec<u8>, words: &str) {
        let error = refused(&[variable]);
        assert!(error.contains(words), "{error}");
    }

    #[test]
    fn other_versions_say_how_to_convert() {
        let with = |version: &[u8]| {
            let mut bytes = header();
            bytes[VERSION_AT..].copy_from_slice(version);
            let result = read_splits(Format::Mat, &bytes, Outside::Refuse);
            result.unwrap_err().to_string()
        };
        assert!(with(b"\x00\x02IM").contains("'-v7'"));
        assert!(with(b"\x01\x00MI").contains("big-endian"));
        assert!(with(b"\x00\x03IM").contains("0x0300"));
        let error = read_splits(Format::Mat, HDF5, Outside::Refuse).unwrap_err();
        assert!(error.to_string().contains("HDF5"), "{error}");
        let error = read_splits(Format::Mat, b"MATLAB 5.0 MAT-file", Outside::Refuse);
        assert!(error.unwrap_err().to_string().contains("cut short"));
        assert!(refused(&[]).contains("there is nothing"));
    }

    #[test]
    fn other_shapes_and_classes_are_named() {
        let silent = [Frame::SILENT; 3];
        assert_refused(
            matrix(6, [3, 88], "traindata", &element(2, &[0; 264])),
            "traindata is of class double, but must be a cell array",
        );
        assert_refused(
            matrix(1, [2, 2], "traindata", &roll(&silent, false).repeat(4)),
            "traindata is a cell array of 2 x 2",
        );
        let one = |cell_| cell("traindata", &[roll(&silent, true), cell_]);
        let numbers = element(2, &[0; 264]);
        assert_refused(
            one(matrix(6, [88, 3], "", &numbers)),
            "sequence 1 of train is a matrix of 88 x 3, but must be of time steps x 88; transpose",
        );
        assert_refused(
            one(matrix(6, [3, 128], "", &element(2, &[0; 384]))),
            "matrix of 3 x 128",
        );
        assert_refused(one(matrix(5, [3, 88], "", &numbers)), "double(full(x))");
        assert_refused(one(matrix(4, [3, 88], "", &numbers)), "class char");
        assert_refused(
            one(matrix(6, [4, 88], "", &numbers)),
            "264 bytes of numbers",
        );
        assert_refused(one(matrix(6, [-3, 88], "", &numbers)), "-3 x 88");
        let mut numbers = vec![0; 264];
        numbers[4] = 64;
        assert_refused(
            one(matrix(9, [3, 88], "", &element(2, &numbers))),
            "64 at step 1 of sequence 1 of train",
        );
        assert_refused(one(element(MI_MATRIX, &[])), "train");
        assert_refused(cell("traindata", &[]), "valid is missing");
        let both = [cell("train", &[]), cell("traindata", &[])];
        assert!(refused(&both).contains("train is there twice"));
        let other = matrix(4, [1, 5], "notes", &element(4, b"h\0e\0"));
        assert!(refused(&[other]).contains("there is notes"));
    }

    #[test]
    fn a_broken_stream_is_named() {
        let good = packed(&cell("traindata", &[roll(&[Frame::SILENT; 99], false)]));
        let mut broken = good.clone();
        broken[8..20].fill(0xff);
        assert_refused(broken, "compressed");
        assert!(refused(&[good[..good.len() - 20].to_vec()]).contains("cut short"));
    }

    /// A kilobyte that claims to be a matrix of gigabytes.
    #[test]
    fn large_claims_are_not_believed() {
        let claim = |cells: i32, rows: i32, bytes: u32| {
            let mut data = [2u32.to_le_bytes(), bytes.to_le_bytes()].concat();
            data.extend([0; 100]);
            let mut body = element(6, &[6u32.to_le_bytes(), [0; 4]].concat());
            body.extend(element(5, &[rows, 88].map(i32::to_le_bytes).concat()));
            body.extend(element(1, b""));
            body.extend(data);
            let huge = [MI_MATRIX.to_le_bytes(), u32::MAX.to_le_bytes()].concat();
            matrix(1, [1, cells], "traindata", &[huge, body].concat())
        };
        assert_refused(
            claim(9, 48_806_446, 4_294_967_248),
            "more than 8388608 time steps",
        );
        assert_refused(claim(i32::MAX, 9, 792), "more than 1048576 sequences");
        assert_refused(packed(&claim(9, 8_000_000, 704_000_000)), "cut short");
        assert_refused(claim(9, 8_000_000, 704_000_000), "cut short");
    }

    /// Silence compresses a thousandfold, so what is unpacked decides.
    #[test]
    fn silence_without_end_ends() {
        let mut intake = Intake::new(Outside::Refuse);
        let room = intake.steps_left();
        let silence = vec![Frame::SILENT; room - 25_000];
        intake.sequence(silence).unwrap();
        let rolls = vec![roll(&[Frame::SILENT; 10_000], false); 3];
        let bytes = [header(), packed(&cell("traindata", &rolls))].concat();
        assert!(bytes.len() < 40_000, "{}", bytes.len());
        let error = super::read(&bytes, &mut intake).unwrap_err().to_string();
        assert!(error.contains("more than 8388608 time steps"), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn sets_come_back(splits in any_splits(), is_packed: bool, wide: bool) {
            let bytes = to_mat(&splits, is_packed, wide);
            let read = read_splits(Format::Mat, &bytes, Outside::Refuse).unwrap();
            prop_assert_eq!(read.0, splits);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..300), is_packed: bool) {
            let bytes = if is_packed { packed(&bytes) } else { bytes };
            let _ = read_splits(Format::Mat, &[header(), bytes].concat(), Outside::Clip);
        }

        #[test]
        fn damaged_files_are_read_or_refused(
            splits in any_splits(), harms in vec(damage(), 1..4), is_packed: bool, wide: bool,
        ) {
            let bytes = harms.iter().fold(to_mat(&splits, is_packed, wide), |b, harm| harm.apply(b));
            let _ = read_splits(Format::Mat, &bytes, Outside::Clip);
        }

        /// Damage inside the compressed stream, which a check sum would hide otherwise.
        #[test]
        fn damaged_matrices_are_read_or_refused(
            splits in any_splits(), harms in vec(damage(), 1..4),
        ) {
            let rolls = splits.train.iter().map(|frames| roll(frames, false));
            let cell = cell("traindata", &rolls.collect::<Vec<_>>());
            let cell = harms.iter().fold(cell, |bytes, harm| harm.apply(bytes));
            let bytes = [header(), packed(&cell)].concat();
            let _ = read_splits(Format::Mat, &bytes, Outside::Clip);
        }
    }
}
