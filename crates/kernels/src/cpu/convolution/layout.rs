//! Channels first or last: a transposition, block by block.

use super::Pictures;
use super::room::written;
use crate::cpu::simd::{Lanes, Level, Vectorised};
use crate::cpu::threads::{self, Shared};

/// Pixels that one piece of work moves: their lines of both layouts fit into the first cache.
const PIECE: usize = 64;

/// `[B, C, H, W]` to `[B, H, W, C]`.
///
/// # Panics
/// If there are more or fewer numbers than that.
pub fn to_channels_last(level: Level, pictures: Pictures, channels: usize, x: &[f32]) -> Vec<f32> {
    moved(level, pictures, channels, x, true)
}

/// `[B, H, W, C]` to `[B, C, H, W]`.
///
/// # Panics
/// If there are more or fewer numbers than that.
pub fn to_channels_first(level: Level, pictures: Pictures, channels: usize, x: &[f32]) -> Vec<f32> {
    moved(level, pictures, channels, x, false)
}

fn moved(
    level: Level,
    pictures: Pictures,
    channels: usize,
    x: &[f32],
    is_to_last: bool,
) -> Vec<f32> {
    assert_eq!(
        x.len(),
        pictures.pixels() * channels,
        "pictures of other sizes"
    );
    let pixels = pictures.height * pictures.width;
    let pieces = pixels.div_ceil(PIECE);
    // A number moved takes about as long as eight operations.
    let threads = threads::for_work(8 * x.len());
    let fill = |to: Shared<'_>| {
        threads::share(threads, pictures.batch * pieces, |part| {
            for index in part {
                let start = index % pieces * PIECE;
                level.run(Piece {
                    x: &x[index / pieces * pixels * channels..][..pixels * channels],
                    to,
                    offset: index / pieces * pixels * channels,
                    pixels,
                    channels,
                    start,
                    count: PIECE.min(pixels - start),
                    is_to_last,
                });
            }
        });
    };
    // SAFETY: every pixel belongs to a piece, and all its channels are written.
    unsafe { written(x.len(), fill) }
}

struct Piece<'a> {
    /// The picture.
    x: &'a [f32],
    to: Shared<'a>,
    /// Where the picture begins.
    offset: usize,
    pixels: usize,
    channels: usize,
    start: usize,
    count: usize,
    is_to_last: bool,
}

impl Vectorised for Piece<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self {
            x,
            to,
            offset,
            pixels,
            channels,
            start,
            count,
            is_to_last,
        } = self;
        if channels == 0 || count == 0 {
            return;
        }
        // SAFETY: pieces are disjoint sets of pixels, `turn_into` writes those of this piece only,
        // and the whole picture is inside both.
        unsafe {
            if is_to_last {
                let to = to.at(offset + start * channels);
                turn_into::<L>(x[start..].as_ptr(), pixels, channels, count, to, channels);
            } else {
                let from = x[start * channels..].as_ptr();
                turn_into::<L>(
                    from,
                    channels,
                    count,
                    channels,
                    to.at(offset + start),
                    pixels,
                );
            }
        }
    }
}

/// `[rows, columns]` to `[columns, rows]`; rows lie `from_row` apart and columns `to_row`.
#[inline(always)]
pub(super) fn turn<L: Lanes>(
    from: &[f32],
    from_row: usize,
    rows: usize,
    columns: usize,
    to: &mut [f32],
    to_row: usize,
) {
    if rows == 0 || columns == 0 {
        return;
    }
    assert!((rows - 1) * from_row + columns <= from.len());
    assert!((columns - 1) * to_row + rows <= to.len());
    // SAFETY: as asserted, and slices do not overlap.
    unsafe {
        turn_into::<L>(
            from.as_ptr(),
            from_row,
            rows,
            columns,
            to.as_mut_ptr(),
            to_row,
        )
    };
}

/// As [`turn`].
///
/// # Safety
/// The numbers are there, and nobody else touches those that are written meanwhile.
#[inline(always)]
unsafe fn turn_into<L: Lanes>(
    from: *const f32,
    from_row: usize,
    rows: usize,
    columns: usize,
    to: *mut f32,
    to_row: usize,
) {
    let (whole_rows, whole_columns) = (rows / L::COUNT * L::COUNT, columns / L::COUNT * L::COUNT);
    // SAFETY: rows and columns stay below those that the caller vouches for.
    unsafe {
        for i in (0..whole_rows).step_by(L::COUNT) {
            for j in (0..whole_columns).step_by(L::COUNT) {
                let (from, to) = (from.add(i * from_row + j), to.add(j * to_row + i));
                L::transpose(from, from_row, to, to_row);
            }
        }
        for i in 0..rows {
            let rest = if i < whole_rows { whole_columns } else { 0 };
            for j in rest..columns {
                *to.add(j * to_row + i) = *from.add(i * from_row + j);
            }
        }
    }
}
