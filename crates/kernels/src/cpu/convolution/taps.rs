//! Which pixels a place of a grid reads, and their numbers in a row.
//!
//! Place (i, j) reads the pixels `(i·step + row, j·step + column)` for all rows and columns of a
//! list; those outside the picture are zeros. A convolution reads this way, and so does the way
//! back through it.

use std::ops::Range;

use super::Pictures;
use crate::cpu::simd::{Lanes, Vectorised};

/// Numbers from which on a call of the system's copy is the faster way.
const LONG: usize = 64;

/// The pixels that a place reads, relative to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Taps {
    /// Rows and columns, each one after the other without gaps.
    pub along: [Range<isize>; 2],
    /// Pixels from one place to the next.
    pub step: [usize; 2],
}

impl Taps {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.along.iter().map(length).product()
    }

    /// Whether a place reads just the pixel where it stands.
    pub fn is_itself(&self) -> bool {
        self.along.iter().all(|along| *along == (0..1)) && self.step == [1, 1]
    }
}

/// How many numbers a range holds.
#[inline(always)]
fn length(range: &Range<isize>) -> usize {
    (range.end - range.start).max(0).unsigned_abs()
}

/// Lays out what some places read, `[rows, columns, C]` for each.
pub(super) struct Gather<'a> {
    pub taps: &'a Taps,
    pub pictures: Pictures,
    pub x: &'a [f32],
    pub channels: usize,
    /// The grid of all places.
    pub grid: Pictures,
    /// Which of them.
    pub range: Range<usize>,
    pub to: &'a mut [f32],
}

impl Vectorised for Gather<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (c, grid) = (self.channels, self.grid);
        let [rows, columns] = &self.taps.along;
        let line = length(columns) * c;
        if line == 0 || rows.is_empty() {
            return;
        }
        let places = self.to.chunks_exact_mut(line * length(rows));
        for (place, to) in self.range.zip(places) {
            let (i, j) = (place / grid.width, place % grid.width);
            let (picture, i) = (i / grid.height, i % grid.height);
            let top = (i * self.taps.step[0]).cast_signed() + rows.start;
            let left = (j * self.taps.step[1]).cast_signed() + columns.start;
            let right = left + length(columns).cast_signed();
            // The part of a line that lies in the picture.
            let width = self.pictures.width.cast_signed();
            let inside = left.clamp(0, width)..right.clamp(0, width);
            let before = (inside.start - left).unsigned_abs() * c;
            let within = (inside.end - inside.start).unsigned_abs() * c;
            for (row, to) in (top..).zip(to.chunks_exact_mut(line)) {
                if !(0..self.pictures.height.cast_signed()).contains(&row) || within == 0 {
                    to.fill(0.0);
                    continue;
                }
                let above = picture * self.pictures.height + row.unsigned_abs();
                let first = (above * self.pictures.width + inside.start.unsigned_abs()) * c;
                copy::<L>(
                    &self.x[first..first + within],
                    &mut to[before..before + within],
                );
                if within < line {
                    to[..before].fill(0.0);
                    to[before + within..].fill(0.0);
                }
            }
        }
    }
}

/// Copies numbers, few or many.
#[inline(always)]
fn copy<L: Lanes>(from: &[f32], to: &mut [f32]) {
    if from.len() >= LONG {
        return to.copy_from_slice(from);
    }
    for (from, to) in from.chunks(L::COUNT).zip(to.chunks_mut(L::COUNT)) {
        L::load_some(from).store_some(to);
    }
}
