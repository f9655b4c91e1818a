//! Pooling with windows of any side, stride and padding, channels-last.
//!
//! On the way back every pixel gathers from the windows that saw it, so that no two threads write to
//! the same pixel though windows overlap.

use std::ops::Range;

use super::Pictures;
use super::pooling::is_at;
use super::room::written;
use crate::cpu::simd::{Lanes, Level, MOST_LANES, Vectorised};
use crate::cpu::threads::{self, Shared};

/// A square window that moves over pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Side, in pixels.
    pub side: usize,
    /// Pixels from one place to the next.
    pub stride: usize,
    /// Pixels beyond the rim that it may cover; they never are the largest.
    pub padding: usize,
    /// Whether a last window that is only partly filled counts.
    pub is_ceil: bool,
    /// Whether a mean counts pixels beyond the rim as zeros.
    pub counts_padding: bool,
}

/// Sides up to this have places that fit into a byte.
const MOST_SIDE: usize = 16;

impl Window {
    /// Places along a side of so many pixels.
    pub fn places(self, size: usize) -> usize {
        let more = if self.is_ceil { self.stride - 1 } else { 0 };
        let Some(room) = (size + 2 * self.padding).checked_sub(self.side) else {
            return usize::from(self.is_ceil && size > 0);
        };
        let places = (room + more) / self.stride + 1;
        // A window that would begin beyond the picture and the padding before it does not count.
        match self.is_ceil && (places - 1) * self.stride >= size + self.padding {
            true => places - 1,
            false => places,
        }
    }

    /// What comes of pictures.
    #[must_use]
    pub fn outputs(self, pictures: Pictures) -> Pictures {
        Pictures {
            height: self.places(pictures.height),
            width: self.places(pictures.width),
            ..pictures
        }
    }

    /// Pixels of a side that a window covers.
    fn covered(self, place: usize, size: usize) -> Range<usize> {
        let start = place * self.stride;
        let at = |pixel: usize| pixel.saturating_sub(self.padding).min(size);
        at(start)..at(start + self.side)
    }

    /// Windows that cover a pixel, of so many.
    fn covering(self, pixel: usize, places: usize) -> Range<usize> {
        let from_rim = pixel + self.padding;
        let first = (from_rim + 1)
            .saturating_sub(self.side)
            .div_ceil(self.stride);
        first..(from_rim / self.stride + 1).min(places)
    }

    /// What a mean is divided by, along one side.
    fn divisor(self, place: usize, size: usize) -> usize {
        match self.counts_padding {
            true => self.side.min(size + 2 * self.padding - place * self.stride),
            false => self.covered(place, size).len(),
        }
    }
}

/// What pictures are pooled, and how.
#[derive(Clone, Copy, Debug)]
pub struct Pooled {
    /// Instructions.
    pub level: Level,
    /// The pictures before.
    pub pictures: Pictures,
    /// C.
    pub channels: usize,
    /// The windows.
    pub window: Window,
}

impl Pooled {
    /// The largest of every window of x `[B, H, W, C]`, and if it is asked for which it was: row by
    /// row from 0 on, the first of several. Both are `[B, H', W', C]`.
    ///
    /// # Panics
    /// If x has another size, or the window is larger than 16 pixels a side.
    pub fn largest(self, x: &[f32], with_positions: bool) -> (Vec<f32>, Vec<u8>) {
        assert!(self.window.side <= MOST_SIDE, "positions fit into a byte");
        let len = self.window.outputs(self.pictures).pixels() * self.channels;
        let mut positions = vec![0_u8; if with_positions { len } else { 0 }];
        let noted = Bytes(positions.as_mut_ptr());
        let noted = &noted;
        let y = self.lines_there(x, |number, line, y| {
            let noted = match with_positions {
                // SAFETY: lines do not overlap, and there is a byte for every number.
                true => unsafe {
                    std::slice::from_raw_parts_mut(noted.0.add(number * y.len()), y.len())
                },
                false => &mut [],
            };
            self.level.run(Largest { line, y, noted });
        });
        (y, positions)
    }

    /// The mean of every window of x `[B, H, W, C]`: `[B, H', W', C]`.
    ///
    /// # Panics
    /// If x has another size.
    pub fn mean(self, x: &[f32]) -> Vec<f32> {
        self.lines_there(x, |_, line, y| self.level.run(Mean { line, y }))
    }

    /// The gradient of the input `[B, H, W, C]` of [`Pooled::largest`], given that of its output and
    /// where the largest stood.
    ///
    /// # Panics
    /// If sizes do not match.
    pub fn largest_back(self, dy: &[f32], positions: &[u8]) -> Vec<f32> {
        assert_eq!(dy.len(), positions.len(), "one position for every gradient");
        self.lines_back(dy, Some(positions))
    }

    /// The gradient of the input `[B, H, W, C]` of [`Pooled::mean`], given that of its output.
    ///
    /// # Panics
    /// If sizes do not match.
    pub fn mean_back(self, dy: &[f32]) -> Vec<f32> {
        self.lines_back(dy, None)
    }

    /// Work on every line of outputs: its number, what it reads, what it writes.
    fn lines_there(self, x: &[f32], work: impl Fn(usize, Line<'_>, &mut [f32]) + Sync) -> Vec<f32> {
        let small = self.window.outputs(self.pictures);
        assert_eq!(
            x.len(),
            self.pictures.pixels() * self.channels,
            "[B, H, W, C]"
        );
        let (lines, line) = (small.batch * small.height, small.width * self.channels);
        let operations = lines * line * self.window.side.pow(2);
        let fill = |y: Shared<'_>| {
            threads::share(threads::for_work(2 * operations), lines, |part| {
                for number in part {
                    // SAFETY: lines do not overlap.
                    let y = unsafe { y.slice(number * line..(number + 1) * line) };
                    let from = Line {
                        pooled: self,
                        numbers: x,
                        positions: None,
                        picture: number / small.height,
                        row: number % small.height,
                    };
                    work(number, from, y);
                }
            });
        };
        // SAFETY: every line is written whole.
        unsafe { written(lines * line, fill) }
    }

    fn lines_back(self, dy: &[f32], positions: Option<&[u8]>) -> Vec<f32> {
        let small = self.window.outputs(self.pictures);
        assert_eq!(dy.len(), small.pixels() * self.channels, "[B, H', W', C]");
        let Pictures {
            batch,
            height,
            width,
        } = self.pictures;
        let (lines, line) = (batch * height, width * self.channels);
        let operations = dy.len() * self.window.side.pow(2);
        let fill = |dx: Shared<'_>| {
            threads::share(threads::for_work(2 * operations), lines, |part| {
                for number in part {
                    // SAFETY: lines do not overlap.
                    let dx = unsafe { dx.slice(number * line..(number + 1) * line) };
                    let line = Line {
                        pooled: self,
                        numbers: dy,
                        positions,
                        picture: number / height,
                        row: number % height,
                    };
                    self.level.run(Gathered { line, dx });
                }
            });
        };
        // SAFETY: every line is written whole.
        unsafe { written(lines * line, fill) }
    }
}

/// A place for bytes that threads share, each writing its own.
struct Bytes(*mut u8);

// SAFETY: it is only a place; whoever makes slices of it vouches that they do not overlap.
unsafe impl Sync for Bytes {}

/// A line to write, and what it is made of.
#[derive(Clone, Copy)]
struct Line<'a> {
    pooled: Pooled,
    numbers: &'a [f32],
    positions: Option<&'a [u8]>,
    picture: usize,
    row: usize,
}

struct Largest<'a> {
    line: Line<'a>,
    y: &'a mut [f32],
    noted: &'a mut [u8],
}

impl Vectorised for Largest<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Line {
            pooled,
            numbers: x,
            picture,
            row,
            ..
        } = self.line;
        let (c, window, pictures) = (pooled.channels, pooled.window, pooled.pictures);
        let rows = window.covered(row, pictures.height);
        for (column, y) in self.y.chunks_exact_mut(c.max(1)).enumerate() {
            let columns = window.covered(column, pictures.width);
            // The first pixel's place in the window.
            let a = rows.start + window.padding - row * window.stride;
            let b = columns.start + window.padding - column * window.stride;
            let above = picture * pictures.height + rows.start;
            let origin = (above * pictures.width + columns.start) * c;
            for first in (0..c).step_by(L::COUNT) {
                let count = L::COUNT.min(c - first);
                let mut best = L::splat(f32::NEG_INFINITY);
                let mut position = L::zero();
                for (i, _) in rows.clone().enumerate() {
                    for (j, _) in columns.clone().enumerate() {
                        let at = origin + (i * pictures.width + j) * c + first;
                        let other = L::load_some(&x[at..at + count]);
                        let place = L::splat(((a + i) * window.side + b + j) as f32);
                        if i + j == 0 {
                            (best, position) = (other, place);
                            continue;
                        }
                        let gain = other - best;
                        best = gain.where_positive(other, best);
                        position = gain.where_positive(place, position);
                    }
                }
                best.store_some(&mut y[first..first + count]);
                if !self.noted.is_empty() {
                    let mut lanes = [0.0; MOST_LANES];
                    position.store_some(&mut lanes);
                    let bytes = lanes.map(|position| position as u8);
                    let to = &mut self.noted[column * c + first..][..count];
                    match count == L::COUNT {
                        true => to.copy_from_slice(&bytes[..L::COUNT]),
                        false => to.copy_from_slice(&bytes[..count]),
                    }
                }
            }
        }
    }
}

struct Mean<'a> {
    line: Line<'a>,
    y: &'a mut [f32],
}

impl Vectorised for Mean<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Line {
            pooled,
            numbers: x,
            picture,
            row,
            ..
        } = self.line;
        let (c, window, pictures) = (pooled.channels, pooled.window, pooled.pictures);
        let rows = window.covered(row, pictures.height);
        for (column, y) in self.y.chunks_exact_mut(c.max(1)).enumerate() {
            let columns = window.covered(column, pictures.width);
            let divisor =
                window.divisor(row, pictures.height) * window.divisor(column, pictures.width);
            let scale = L::splat(1.0 / divisor as f32);
            for first in (0..c).step_by(L::COUNT) {
                let count = L::COUNT.min(c - first);
                let mut sum = L::zero();
                for row in rows.clone() {
                    let above = picture * pictures.height + row;
                    for column in columns.clone() {
                        let at = (above * pictures.width + column) * c + first;
                        sum = sum + L::load_some(&x[at..at + count]);
                    }
                }
                (sum * scale).store_some(&mut y[first..first + count]);
            }
        }
    }
}

/// Gradients of a line of pixels: from the windows where it was the largest if positions are known,
/// else a part of each.
struct Gathered<'a> {
    line: Line<'a>,
    dx: &'a mut [f32],
}

impl Vectorised for Gathered<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Line {
            pooled,
            numbers: dy,
            positions,
            picture,
            row,
        } = self.line;
        let (c, window, pictures) = (pooled.channels, pooled.window, pooled.pictures);
        let small = window.outputs(pictures);
        let rows = window.covering(row, small.height);
        for (column, dx) in self.dx.chunks_exact_mut(c.max(1)).enumerate() {
            let columns = window.covering(column, small.width);
            dx.fill(0.0);
            for i in rows.clone() {
                for j in columns.clone() {
                    let from = ((picture * small.height + i) * small.width + j) * c;
                    let a = row + window.padding - i * window.stride;
                    let b = column + window.padding - j * window.stride;
                    let place = (a * window.side + b) as u8;
                    let divisor =
                        window.divisor(i, pictures.height) * window.divisor(j, pictures.width);
                    let scale = L::splat(1.0 / divisor as f32);
                    for first in (0..c).step_by(L::COUNT) {
                        let count = L::COUNT.min(c - first);
                        let dy = L::load_some(&dy[from + first..][..count]);
                        let part = match positions {
                            Some(positions) => {
                                let here = &positions[from + first..][..count];
                                is_at::<L>(here, place).where_positive(dy, L::zero())
                            }
                            None => dy * scale,
                        };
                        let to = &mut dx[first..first + count];
                        (L::load_some(to) + part).store_some(to);
                    }
                }
            }
        }
    }
}
