//! Writes MATLAB files for the tests of the reader.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::super::{Frame, KEYS, Split, Splits};
use super::VERSION_AT;
use super::stream::{MI_COMPRESSED, MI_DOUBLE, MI_INT8, MI_INT32, MI_MATRIX, MI_UINT8, MI_UINT32};

/// An element of that type.
pub(super) fn element(kind: u32, data: &[u8]) -> Vec<u8> {
    let len = data.len() as u32;
    let mut bytes = [kind.to_le_bytes(), len.to_le_bytes()].concat();
    bytes.extend(data);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

/// A matrix of that class with the elements of its data.
pub(super) fn matrix(class: u32, dims: [i32; 2], name: &str, data: &[u8]) -> Vec<u8> {
    let mut body = element(MI_UINT32, &[class.to_le_bytes(), [0; 4]].concat());
    body.extend(element(MI_INT32, &dims.map(i32::to_le_bytes).concat()));
    body.extend(element(MI_INT8, name.as_bytes()));
    body.extend(data);
    element(MI_MATRIX, &body)
}

/// What a file begins with.
pub(super) fn header() -> Vec<u8> {
    let mut bytes = b"MATLAB 5.0 MAT-file, made by a test".to_vec();
    bytes.resize(VERSION_AT, b' ');
    bytes.extend(b"\x00\x01IM");
    bytes
}

/// The same as a compressed element.
pub(super) fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    let packed = encoder.finish().unwrap();
    let len = packed.len() as u32;
    let tag = [MI_COMPRESSED.to_le_bytes(), len.to_le_bytes()].concat();
    [tag, packed].concat()
}

/// A piano roll, as doubles where `wide`.
pub(super) fn roll(frames: &[Frame], wide: bool) -> Vec<u8> {
    let cells = (0..KEYS).flat_map(|key| frames.iter().map(move |frame| frame.has(key)));
    let data = if wide {
        let cells = cells.flat_map(|on| f64::from(u8::from(on)).to_le_bytes());
        element(MI_DOUBLE, &cells.collect::<Vec<_>>())
    } else {
        element(MI_UINT8, &cells.map(u8::from).collect::<Vec<_>>())
    };
    matrix(6, [frames.len() as i32, KEYS as i32], "", &data)
}

/// A variable with these sequences.
pub(super) fn cell(name: &str, rolls: &[Vec<u8>]) -> Vec<u8> {
    matrix(1, [1, rolls.len() as i32], name, &rolls.concat())
}

/// A whole file, with numbers as doubles where `wide`.
pub(super) fn to_mat(splits: &Splits, is_packed: bool, wide: bool) -> Vec<u8> {
    let mut bytes = header();
    for split in Split::ALL {
        let rolls = splits.get(split).iter().map(|frames| roll(frames, wide));
        let cell = cell(&format!("{split}data"), &rolls.collect::<Vec<_>>());
        bytes.extend(if is_packed { packed(&cell) } else { cell });
    }
    bytes
}
