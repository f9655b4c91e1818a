//! Where a rectifier let numbers through, one bit each.
//!
//! The way back through a ReLU only asks where its output was above zero. Keeping the output itself
//! for that would hold every layer of a picture in memory until the end.

use std::ops::{Deref, Range};

use super::room::Room;
use crate::cpu::simd::{Lanes, Level, Vectorised};
use crate::cpu::threads::{self, Shared};

/// Bits of the largest vector: channels come in groups of so many.
const GROUP: usize = 16;
/// Numbers that a thread cuts at a time.
const PART: usize = 1 << 14;

/// One bit for every number of an output `[B, H, W, C]`: whether it is above zero.
#[derive(Clone, Debug)]
pub struct Passed {
    bits: Vec<u16>,
}

impl Passed {
    /// Whether outputs of so many channels can be noted this way: vectors must not straddle groups.
    pub fn suits(channels: usize) -> bool {
        channels.is_multiple_of(GROUP)
    }

    /// The bits of an output.
    ///
    /// # Panics
    /// If the numbers are no whole groups.
    pub fn of(level: Level, y: &[f32]) -> Self {
        assert!(y.len().is_multiple_of(GROUP), "whole groups of {GROUP}");
        let mut bits = vec![0; y.len() / GROUP];
        let threads = threads::for_work(2 * y.len());
        let share = bits.len().div_ceil(threads).max(1);
        rayon::scope(|scope| {
            for (part, bits) in bits.chunks_mut(share).enumerate() {
                let y = &y[part * share * GROUP..];
                scope.spawn(move |_| level.run(Note { y, bits }));
            }
        });
        Self { bits }
    }

    /// How many numbers are noted.
    pub(super) fn len(&self) -> usize {
        self.bits.len() * GROUP
    }

    /// The numbers from `at` on that were let through, zeros for the others.
    ///
    /// # Panics
    /// If `at` is not a multiple of the vector's width, or past the end.
    #[inline(always)]
    pub(super) fn cut<L: Lanes>(&self, at: usize, value: L) -> L {
        debug_assert!(at.is_multiple_of(L::COUNT));
        value.only(self.bits[at / GROUP] >> (at % GROUP))
    }
}

struct Note<'a> {
    y: &'a [f32],
    bits: &'a mut [u16],
}

impl Vectorised for Note<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        for (bits, y) in self.bits.iter_mut().zip(self.y.chunks_exact(GROUP)) {
            *bits = 0;
            for (part, y) in y.chunks_exact(L::COUNT).enumerate() {
                *bits |= L::load_some(y).positive_bits() << (part * L::COUNT);
            }
        }
    }
}

/// What a backward pass knows of the rectifier behind a convolution.
#[derive(Clone, Copy, Debug)]
pub enum Rectified<'a> {
    /// The output, `[B, H, W, C]`.
    Output(&'a [f32]),
    /// Where it was above zero.
    Passed(&'a Passed),
}

impl Rectified<'_> {
    /// Numbers of the output.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Output(y) => y.len(),
            Self::Passed(passed) => passed.len(),
        }
    }

    /// Gradients where the output is above zero, zeros elsewhere.
    ///
    /// # Panics
    /// If there are more or fewer gradients than numbers of the output.
    pub fn passed(&self, level: Level, dy: &[f32]) -> impl Deref<Target = [f32]> + use<> {
        assert_eq!(self.len(), dy.len(), "a gradient for every number");
        let mut room = Room::of(dy.len());
        let to = Shared::new(&mut room);
        let parts = dy.len().div_ceil(PART);
        threads::share(threads::for_work(4 * dy.len()), parts, |part| {
            for number in part {
                let range = number * PART..((number + 1) * PART).min(dy.len());
                // SAFETY: parts do not overlap.
                let to = unsafe { to.slice(range.clone()) };
                self.cut(level, range.clone(), &dy[range], to);
            }
        });
        room
    }

    /// Gradients where the output is above zero, zeros elsewhere, of some of the numbers.
    pub(super) fn cut(&self, level: Level, range: Range<usize>, dy: &[f32], to: &mut [f32]) {
        level.run(Cut {
            rectified: *self,
            range,
            dy,
            to,
        });
    }
}

struct Cut<'a> {
    rectified: Rectified<'a>,
    range: Range<usize>,
    dy: &'a [f32],
    to: &'a mut [f32],
}

impl Vectorised for Cut<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let parts = self.dy.chunks(L::COUNT).zip(self.to.chunks_mut(L::COUNT));
        for (number, (dy, to)) in parts.enumerate() {
            let at = self.range.start + number * L::COUNT;
            let dy = L::load_some(dy);
            let dy = match self.rectified {
                Rectified::Output(y) => {
                    L::load_some(&y[at..self.range.end]).where_positive(dy, L::zero())
                }
                Rectified::Passed(passed) => passed.cut(at, dy),
            };
            dy.store_some(to);
        }
    }
}
