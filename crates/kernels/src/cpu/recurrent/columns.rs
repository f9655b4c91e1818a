//! A walk over the columns of a row, a vector at a time.

use std::mem::MaybeUninit;

use crate::cpu::simd::{Lanes, MOST_LANES, prefetch};

/// Some neighbouring columns: as many as a vector has lanes, or the fewer that are left at the end
/// of a row.
///
/// Work over columns is written once and compiled for both, so that whole vectors never ask how
/// many lanes count.
pub(super) trait Part: Copy {
    /// These columns of a row; zero in the lanes behind the last.
    fn load<L: Lanes>(self, from: &[f32]) -> L;
    /// Writes these columns.
    fn store<L: Lanes>(self, value: L, to: &mut [f32]);
    /// Writes these columns of a row that nobody has written yet.
    fn begin<L: Lanes>(self, value: L, to: &mut [MaybeUninit<f32>]);
    /// The value with zero in the lanes behind the last column.
    fn only<L: Lanes>(self, value: L) -> L;

    /// Adds to these columns.
    #[inline(always)]
    fn add<L: Lanes>(self, value: L, to: &mut [f32]) {
        let sum = self.load::<L>(to) + value;
        self.store(sum, to);
    }
}

/// A whole vector from this column on.
#[derive(Clone, Copy)]
struct Whole(usize);

impl Part for Whole {
    #[inline(always)]
    fn load<L: Lanes>(self, from: &[f32]) -> L {
        let from = &from[self.0..self.0 + L::COUNT];
        // SAFETY: the slice has as many numbers as the vector.
        unsafe { L::load(from.as_ptr()) }
    }

    #[inline(always)]
    fn store<L: Lanes>(self, value: L, to: &mut [f32]) {
        let to = &mut to[self.0..self.0 + L::COUNT];
        // SAFETY: the slice has as many numbers as the vector.
        unsafe { value.store(to.as_mut_ptr()) }
    }

    #[inline(always)]
    fn begin<L: Lanes>(self, value: L, to: &mut [MaybeUninit<f32>]) {
        let to = &mut to[self.0..self.0 + L::COUNT];
        // SAFETY: the slice has room for as many numbers as the vector.
        unsafe { value.store(to.as_mut_ptr().cast()) }
    }

    #[inline(always)]
    fn only<L: Lanes>(self, value: L) -> L {
        value
    }
}

/// What is left at the end of a row.
#[derive(Clone, Copy)]
struct Rest {
    from: usize,
    to: usize,
}

impl Part for Rest {
    #[inline(always)]
    fn load<L: Lanes>(self, from: &[f32]) -> L {
        L::load_some(&from[self.from..self.to])
    }

    #[inline(always)]
    fn store<L: Lanes>(self, value: L, to: &mut [f32]) {
        value.store_some(&mut to[self.from..self.to]);
    }

    #[inline(always)]
    fn begin<L: Lanes>(self, value: L, to: &mut [MaybeUninit<f32>]) {
        let mut lanes = [0.0; MOST_LANES];
        let to = &mut to[self.from..self.to];
        value.store_some(&mut lanes[..to.len()]);
        for (to, lane) in to.iter_mut().zip(lanes) {
            to.write(lane);
        }
    }

    #[inline(always)]
    fn only<L: Lanes>(self, value: L) -> L {
        let mut lanes = [0.0; MOST_LANES];
        let count = self.to - self.from;
        value.store_some(&mut lanes[..count]);
        L::load_some(&lanes[..count])
    }
}

/// Work on the columns of a row.
///
/// `part` must be `#[inline(always)]`, as all work on vectors.
pub(super) trait Columns<L: Lanes> {
    /// The work on some columns.
    fn part<P: Part>(&mut self, part: P);
}

/// Does the work on all columns, from the first on.
#[inline(always)]
pub(super) fn over<L: Lanes>(count: usize, work: &mut impl Columns<L>) {
    let mut at = 0;
    while at + L::COUNT <= count {
        work.part(Whole(at));
        at += L::COUNT;
    }
    if at < count {
        work.part(Rest {
            from: at,
            to: count,
        });
    }
}

/// The parts of a row that belong to `G` gates of `k` units.
#[inline(always)]
pub(super) fn gates<const G: usize>(row: &[f32], k: usize) -> [&[f32]; G] {
    std::array::from_fn(|gate| &row[gate * k..(gate + 1) * k])
}

/// The parts of a row that belong to `G` gates of `k` units, to write.
#[inline(always)]
pub(super) fn gates_mut<const G: usize>(row: &mut [f32], k: usize) -> [&mut [f32]; G] {
    let mut parts = row.chunks_exact_mut(k);
    std::array::from_fn(|_| parts.next().expect("the row has as many gates"))
}

/// Rows that are asked for ahead of the one that is worked on.
pub(super) const AHEAD: usize = 2;

/// Asks for as many numbers as these, so far behind them.
#[inline(always)]
pub(super) fn ask_for(numbers: &[f32], ahead: usize) {
    let from = numbers.as_ptr().wrapping_add(ahead);
    for line in (0..numbers.len()).step_by(MOST_LANES) {
        prefetch(from.wrapping_add(line));
    }
}
