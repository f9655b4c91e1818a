//! What can be wrong with a MATLAB file.

use std::io;

use super::super::{KEYS, Place, Split};

/// Why a MATLAB file is not the one that is expected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MatFault {
    /// Version 7.3.
    #[error(
        "it is a MATLAB file of version 7.3 (HDF5), but version 5 to 7 is read; convert it in \
         MATLAB with: load old.mat; save('new.mat', '-v7')"
    )]
    Hdf5,
    /// Written on another kind of machine.
    #[error(
        "it is a big-endian MATLAB file, but little-endian ones are read; load it in MATLAB on a \
         PC and save it again"
    )]
    BigEndian,
    /// A version that nobody knows.
    #[error("it is a MATLAB file of version 0x{version:04x}, but version 5 (0x0100) is read")]
    Version {
        /// What the header says.
        version: u16,
    },
    /// It ends before it should, or an element is longer than what it is in.
    #[error(
        "the MATLAB file is cut short or damaged: an element goes beyond its end; get it again"
    )]
    CutShort,
    /// More than any set of music has.
    #[error("it unpacks to more than {limit} bytes; cut the set into smaller ones")]
    TooLarge {
        /// The most that is unpacked.
        limit: u64,
    },
    /// The zlib stream is damaged.
    #[error("a compressed element of the MATLAB file is damaged ({0}); get the file again")]
    Compressed(#[source] io::Error),
    /// Elements in an order that makes no matrix.
    #[error(
        "the MATLAB file is damaged: it has an element of type {kind} where {want} must be; get it \
         again"
    )]
    Unexpected {
        /// What belongs there.
        want: &'static str,
        /// The type that is there.
        kind: u32,
    },
    /// A variable that should hold all sequences of a split.
    #[error("{variable} is of class {class}, but must be a cell array of 1 x N piano rolls")]
    NotCell {
        /// Its name.
        variable: String,
        /// What it is.
        class: &'static str,
    },
    /// A cell array that is no row and no column.
    #[error("{variable} is a cell array of {rows} x {columns}, but must be of 1 x N")]
    CellShape {
        /// Its name.
        variable: String,
        /// Rows.
        rows: i32,
        /// Columns.
        columns: i32,
    },
    /// A sequence that is no matrix of numbers.
    #[error(
        "sequence {sequence} of {split} is of class {class}, but must be a full, real matrix of \
         numbers; convert it in MATLAB with: double(full(x))"
    )]
    Class {
        /// The split.
        split: Split,
        /// The sequence, counted from 0.
        sequence: usize,
        /// What it is.
        class: &'static str,
    },
    /// A sequence that is no piano roll.
    #[error(
        "sequence {sequence} of {split} is a matrix of {rows} x {columns}, but must be of time \
         steps x {KEYS}{}",
        if *rows == KEYS as i32 { "; transpose it" } else { "" }
    )]
    Shape {
        /// The split.
        split: Split,
        /// The sequence, counted from 0.
        sequence: usize,
        /// Rows.
        rows: i32,
        /// Columns.
        columns: i32,
    },
    /// Something other than two dimensions.
    #[error("a matrix has {dimensions} dimensions, but must have 2")]
    Dimensions {
        /// How many it has.
        dimensions: u32,
    },
    /// Shape and numbers do not agree.
    #[error(
        "sequence {sequence} of {split} has {bytes} bytes of numbers, but its shape needs {need}; \
         the file is damaged, get it again"
    )]
    Size {
        /// The split.
        split: Split,
        /// The sequence, counted from 0.
        sequence: usize,
        /// Bytes that there are.
        bytes: u64,
        /// Bytes that there should be.
        need: u64,
    },
    /// Neither on nor off.
    #[error("there is a {value} at {place}, but a piano roll has only 0 and 1; use: double(x > 0)")]
    NotBinary {
        /// Where.
        place: Place,
        /// The number.
        value: f64,
    },
}
