//! Where transformed tiles lie, and how channels get there and back.

use super::tiles::REACH;
use super::weights::POINTS;
use crate::cpu::simd::{Lanes, MOST_LANES};
use crate::cpu::threads::Shared;

/// Where the numbers of a block of transformed tiles lie: 36 matrices `[tiles, C]`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planes {
    /// From one tile to the next: whole vectors.
    pub row: usize,
    /// From one matrix to the next.
    pub plane: usize,
}

impl Planes {
    pub fn of(channels: usize, tiles: usize) -> Self {
        let row = channels.next_multiple_of(MOST_LANES);
        // One cache line more than needed: else the 36 places that a transformation writes at once
        // compete for the same few lines of the cache.
        let plane = tiles * row + MOST_LANES;
        Self { row, plane }
    }

    pub fn len(self) -> usize {
        POINTS * self.plane
    }

    /// All 36 numbers of a tile, from one channel on.
    ///
    /// # Safety
    /// `at` is the place of a channel in the first matrix, with room for a vector behind it.
    #[inline(always)]
    pub unsafe fn load<L: Lanes>(self, from: &[f32], at: usize) -> [[L; REACH]; REACH] {
        debug_assert!(from.len() >= self.len());
        let mut d = [[L::zero(); REACH]; REACH];
        for r in 0..REACH {
            for s in 0..REACH {
                // SAFETY: there are 36 matrices, and the caller vouches for the place.
                d[r][s] = unsafe { L::load(from.as_ptr().add((r * REACH + s) * self.plane + at)) };
            }
        }
        d
    }

    /// The way back.
    ///
    /// # Safety
    /// As [`Planes::load`], and nobody else reads or writes these places meanwhile.
    #[inline(always)]
    pub unsafe fn store<L: Lanes>(self, d: &[[L; REACH]; REACH], to: Shared<'_>, at: usize) {
        let to = to.at(at);
        for r in 0..REACH {
            for s in 0..REACH {
                // SAFETY: there are 36 matrices, and the caller vouches for the place.
                unsafe { d[r][s].store(to.add((r * REACH + s) * self.plane)) };
            }
        }
    }
}

/// Channels of a pixel from `c` on, as many as a vector holds.
///
/// # Safety
/// The pixel is there.
#[inline(always)]
pub(super) unsafe fn load<L: Lanes>(x: &[f32], pixel: usize, c: usize, channels: usize) -> L {
    // SAFETY: the caller vouches for the pixel; what is loaded ends with its channels.
    unsafe {
        let from = x.as_ptr().add(pixel * channels + c);
        match channels - c < L::COUNT {
            true => L::load_some(std::slice::from_raw_parts(from, channels - c)),
            false => L::load(from),
        }
    }
}

/// Writes or adds as many channels as there are.
///
/// # Safety
/// There are `count` channels at `to`, and nobody else touches them meanwhile.
#[inline(always)]
pub(super) unsafe fn put<L: Lanes>(value: L, to: *mut f32, count: usize, is_added: bool) {
    // SAFETY: the caller vouches for the place.
    unsafe {
        if count >= L::COUNT {
            let value = if is_added { L::load(to) + value } else { value };
            value.store(to);
        } else {
            let to = std::slice::from_raw_parts_mut(to, count);
            let value = if is_added {
                L::load_some(to) + value
            } else {
                value
            };
            value.store_some(to);
        }
    }
}
