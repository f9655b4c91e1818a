//! Cell arrays and the piano rolls in them.

use std::io::Read;

use super::super::intake::{Intake, MAX_SEQUENCES, MAX_STEPS};
use super::super::{Counted, Fault, Frame, KEYS, Place, Roll, Split};
use super::MatFault;
use super::stream::{
    MI_DOUBLE, MI_INT8, MI_INT16, MI_INT32, MI_INT64, MI_MATRIX, MI_SINGLE, MI_UINT8, MI_UINT16,
    MI_UINT32, MI_UINT64, Stream,
};

/// Class of a cell array.
const CELL: u8 = 1;
/// Classes of full matrices of numbers, from double to 64 bits.
const NUMBERS: std::ops::RangeInclusive<u8> = 6..=15;
/// In the flags: the matrix has an imaginary part.
const COMPLEX: u8 = 0x08;
/// The most bytes of a variable's name; MATLAB itself stops at 63.
const MAX_NAME: u32 = 255;
/// What variables have behind the name of the split.
const SUFFIX: &str = "data";
/// How many bytes of numbers are read at a time; a multiple of 8.
const CHUNK: usize = 1 << 14;

/// What stands before the data of a matrix.
struct Header {
    class: u8,
    is_complex: bool,
    rows: i32,
    columns: i32,
    name: String,
}

/// A variable of `len` bytes without its tag: the sequences of a split, or something to be skipped.
pub(super) fn variable(
    stream: &mut Stream<impl Read>,
    len: u64,
    intake: &mut Intake,
) -> Result<(), Fault> {
    if len == 0 {
        return Ok(());
    }
    let header = header(stream)?;
    let stem = header.name.strip_suffix(SUFFIX).unwrap_or(&header.name);
    let Some(split) = Split::from_name(stem) else {
        intake.other(&header.name);
        return Ok(());
    };
    intake.begin_split(split)?;
    for _ in 0..cells(header)? {
        sequence(stream, intake)?;
    }
    intake.end_split();
    Ok(())
}

/// How many cells an array has.
fn cells(header: Header) -> Result<usize, Fault> {
    let Header { rows, columns, .. } = header;
    let variable = header.name;
    if header.class != CELL {
        let class = class_name(header.class);
        return Err(MatFault::NotCell { variable, class }.into());
    }
    let cells = match (rows, columns) {
        (1, n) | (n, 1) | (n @ 0, 0) => usize::try_from(n).ok(),
        _ => None,
    };
    let Some(cells) = cells else {
        return Err(MatFault::CellShape {
            variable,
            rows,
            columns,
        }
        .into());
    };
    if cells > MAX_SEQUENCES {
        return Err(Fault::TooMany {
            counted: Counted::Sequences,
            limit: MAX_SEQUENCES,
        });
    }
    Ok(cells)
}

/// One cell: a matrix with its tag.
fn sequence(stream: &mut Stream<impl Read>, intake: &mut Intake) -> Result<(), Fault> {
    let tag = stream.tag()?;
    if tag.kind != MI_MATRIX {
        let kind = tag.kind;
        let want = "a matrix";
        return Err(MatFault::Unexpected { want, kind }.into());
    }
    // That is how an empty cell is written.
    if tag.len == 0 {
        return intake.sequence(Roll::new());
    }
    let before = stream.left();
    let header = header(stream)?;
    let roll = roll(stream, &header, intake)?;
    let used = before - stream.left();
    let rest = u64::from(tag.len)
        .checked_sub(used)
        .ok_or(MatFault::CutShort)?;
    stream.skip(rest)?;
    intake.sequence(roll)
}

fn roll(stream: &mut Stream<impl Read>, header: &Header, intake: &Intake) -> Result<Roll, Fault> {
    let &Header { rows, columns, .. } = header;
    let Place {
        split, sequence, ..
    } = intake.place();
    if !NUMBERS.contains(&header.class) || header.is_complex {
        return Err(MatFault::Class {
            split,
            sequence,
            class: if header.is_complex {
                "complex"
            } else {
                class_name(header.class)
            },
        }
        .into());
    }
    let steps = match usize::try_from(rows) {
        Ok(0) => return Ok(Roll::new()),
        Ok(steps) if columns == KEYS as i32 => steps,
        _ => {
            return Err(MatFault::Shape {
                split,
                sequence,
                rows,
                columns,
            }
            .into());
        }
    };
    if steps > intake.steps_left() {
        return Err(Fault::TooMany {
            counted: Counted::Steps,
            limit: MAX_STEPS,
        });
    }
    let tag = stream.tag()?;
    let Some(type_) = Type::of(tag.kind) else {
        let kind = tag.kind;
        let want = "numbers";
        return Err(MatFault::Unexpected { want, kind }.into());
    };
    let bytes = u64::from(tag.len);
    let need = (steps as u64) * (KEYS * type_.size) as u64;
    // Numbers that stand in the tag are four at most, and 88 are needed.
    if bytes != need || tag.small.is_some() {
        return Err(MatFault::Size {
            split,
            sequence,
            bytes,
            need,
        }
        .into());
    }
    let mut roll = Roll::new();
    for key in 0..KEYS {
        column(stream, type_, key, steps, &mut roll).map_err(|fault| match fault {
            Column::File(fault) => fault,
            Column::Value { step, value } => MatFault::NotBinary {
                place: Place {
                    split,
                    sequence,
                    step,
                },
                value,
            },
        })?;
    }
    stream.skip_padding(tag)?;
    Ok(roll)
}

/// What can be wrong with a column.
enum Column {
    File(MatFault),
    Value { step: usize, value: f64 },
}

/// All steps of one key. The roll grows with the first one, so it is never longer than what was
/// really read.
fn column(
    stream: &mut Stream<impl Read>,
    type_: Type,
    key: usize,
    steps: usize,
    roll: &mut Roll,
) -> Result<(), Column> {
    let mut buffer = [0; CHUNK];
    let mut step = 0;
    while step < steps {
        let count = (steps - step).min(CHUNK / type_.size);
        let chunk = &mut buffer[..count * type_.size];
        stream.fill(chunk).map_err(Column::File)?;
        if key == 0 {
            roll.resize(step + count, Frame::SILENT);
        }
        let frames = &mut roll[step..step + count];
        for (i, (number, frame)) in chunk.chunks_exact(type_.size).zip(frames).enumerate() {
            let value = (type_.decode)(number);
            if value == 1.0 {
                *frame = frame.with(key);
            } else if value != 0.0 {
                let step = step + i;
                return Err(Column::Value { step, value });
            }
        }
        step += count;
    }
    Ok(())
}

fn header(stream: &mut Stream<impl Read>) -> Result<Header, MatFault> {
    let flags = stream.short("the class of a matrix", &[MI_UINT32], 8)?;
    let &[class, flags, ..] = flags.as_slice() else {
        return Err(MatFault::CutShort);
    };
    let shape = stream.short("the shape of a matrix", &[MI_INT32], 1 << 10)?;
    let &[a, b, c, d, e, f, g, h] = shape.as_slice() else {
        let dimensions = shape.len() as u32 / 4;
        return Err(MatFault::Dimensions { dimensions });
    };
    let name = stream.short("the name of a matrix", &[MI_INT8, MI_UINT8], MAX_NAME)?;
    Ok(Header {
        class,
        is_complex: flags & COMPLEX != 0,
        rows: i32::from_le_bytes([a, b, c, d]),
        columns: i32::from_le_bytes([e, f, g, h]),
        name: String::from_utf8_lossy(&name).into_owned(),
    })
}

/// How numbers are stored.
#[derive(Clone, Copy)]
struct Type {
    size: usize,
    /// The number that these `size` bytes are.
    decode: fn(&[u8]) -> f64,
}

impl Type {
    fn of(kind: u32) -> Option<Self> {
        /// The type with this function to read it.
        macro_rules! number {
            ($type:ty) => {
                Self {
                    size: size_of::<$type>(),
                    decode: |bytes| {
                        let bytes = bytes.try_into().expect("a chunk has the size of its type");
                        <$type>::from_le_bytes(bytes) as f64
                    },
                }
            };
        }
        Some(match kind {
            MI_INT8 => number!(i8),
            MI_UINT8 => number!(u8),
            MI_INT16 => number!(i16),
            MI_UINT16 => number!(u16),
            MI_INT32 => number!(i32),
            MI_UINT32 => number!(u32),
            MI_SINGLE => number!(f32),
            MI_DOUBLE => number!(f64),
            MI_INT64 => number!(i64),
            MI_UINT64 => number!(u64),
            _ => return None,
        })
    }
}

/// What MATLAB calls a class.
fn class_name(class: u8) -> &'static str {
    match class {
        CELL => "cell",
        2 => "struct",
        3 => "object",
        4 => "char",
        5 => "sparse",
        6 => "double",
        7 => "single",
        8 | 10 | 12 | 14 => "int",
        9 | 11 | 13 | 15 => "uint",
        16 => "function",
        _ => "unknown",
    }
}
