//! A product of what every place of a grid reads with one matrix, in blocks that stay in the cache.

use std::ops::Range;

use super::direct::Finish;
use super::multiply::multiply;
use super::passed::Rectified;
use super::room::Room;
use super::taps::{Gather, Taps};
use super::{Pictures, Slide};
use crate::cpu::product::{Into, Matrix, Output, Packed, Right, Scratch, Sizes};
use crate::cpu::simd::Level;
use crate::cpu::threads::{self, Shared};

/// Numbers that are laid out at once: half of a second cache.
const BLOCK: usize = 128 << 10;
/// Places of a block, at least and at most.
const FEWEST: usize = 32;
const MOST: usize = 224;

/// What places read, and the matrix it is multiplied with.
#[derive(Clone, Debug)]
pub(super) struct Sweep {
    pub level: Level,
    pub taps: Taps,
    /// Channels that are read, and numbers that come of it at every place.
    pub channels: [usize; 2],
    /// `[taps · C, numbers]`.
    pub weights: Packed,
}

/// Where the numbers of a place go.
#[derive(Clone, Copy, Debug)]
pub(super) enum To {
    /// To the place itself.
    Place,
    /// To a pixel of larger pictures.
    Pixel(Tiling),
}

/// Pixels some way apart, one for each place of a grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiling {
    pub pictures: Pictures,
    /// The first of them.
    pub first: [usize; 2],
    /// Pixels from one to the next.
    pub stride: [usize; 2],
}

impl Tiling {
    /// The grid of all of them.
    pub fn grid(&self) -> Pictures {
        let along = |axis: usize, size: usize| {
            let room = size.saturating_sub(self.first[axis]);
            room.div_ceil(self.stride[axis])
        };
        Pictures {
            height: along(0, self.pictures.height),
            width: along(1, self.pictures.width),
            ..self.pictures
        }
    }
}

/// One sweep over a grid.
pub(super) struct Job<'a> {
    pub sweep: &'a Sweep,
    pub pictures: Pictures,
    pub x: &'a [f32],
    /// A rectifier in front of what is read; only where places read themselves.
    pub rectified: Option<Rectified<'a>>,
    pub grid: Pictures,
    pub bias: Option<&'a [f32]>,
    pub is_rectified: bool,
    pub to: To,
}

impl Job<'_> {
    /// Numbers of a row of the left-hand side.
    fn row(&self) -> usize {
        self.sweep.taps.count() * self.sweep.channels[0]
    }

    /// Writes the numbers of all places, every thread those of its own.
    pub fn run(&self, to: Shared<'_>) {
        let (places, [_, numbers]) = (self.grid.pixels(), self.sweep.channels);
        if places == 0 || numbers == 0 {
            return;
        }
        let threads = threads::for_work(2 * places * self.row() * numbers);
        let most = (BLOCK / self.row().max(1)).clamp(FEWEST, MOST);
        // Blocks of nearly the same size, as many for each thread.
        let turns = places.div_ceil(threads * most);
        let block = places.div_ceil(threads * turns);
        threads::share(threads, places.div_ceil(block), |part| {
            let is_read_in_place = self.is_read_in_place();
            let laid_out = match (is_read_in_place, self.rectified) {
                (true, None) => 0,
                _ => block * self.row(),
            };
            let mut room = Room::of(laid_out);
            let mut out = match self.to {
                To::Place => Room::of(0),
                To::Pixel(_) => Room::of(block * numbers),
            };
            for number in part {
                let range = number * block..((number + 1) * block).min(places);
                self.block(range, &mut room, &mut out, to);
            }
        });
    }

    fn is_read_in_place(&self) -> bool {
        self.sweep.taps.is_itself() && self.grid == self.pictures
    }

    fn block(&self, range: Range<usize>, room: &mut Room, out: &mut Room, to: Shared<'_>) {
        let Sweep {
            level, channels, ..
        } = *self.sweep;
        let [c_in, numbers] = channels;
        let own = range.start * c_in..range.end * c_in;
        let left = match (self.is_read_in_place(), self.rectified) {
            (true, None) => &self.x[own],
            (true, Some(rectified)) => {
                rectified.cut(level, own.clone(), &self.x[own], room);
                room
            }
            (false, rectified) => {
                assert!(rectified.is_none(), "cut before it is laid out");
                level.run(Gather {
                    taps: &self.sweep.taps,
                    pictures: self.pictures,
                    x: self.x,
                    channels: c_in,
                    grid: self.grid,
                    range: range.clone(),
                    to: room,
                });
                room
            }
        };
        let y = match self.to {
            // SAFETY: blocks of places do not overlap.
            To::Place => unsafe { to.slice(range.start * numbers..range.end * numbers) },
            To::Pixel(_) => &mut out[..range.len() * numbers],
        };
        multiply(
            level,
            Sizes {
                m: range.len(),
                n: numbers,
                k: self.row(),
            },
            Matrix::rows(left, self.row()),
            Right::Packed(&self.sweep.weights),
            Output::rows(y, numbers),
            Into::Replace,
            &mut Scratch::default(),
        );
        if self.bias.is_some() || self.is_rectified {
            level.run(Finish {
                y: &mut *y,
                channels: numbers,
                bias: self.bias,
                is_rectified: self.is_rectified,
            });
        }
        if let To::Pixel(tiling) = self.to {
            self.spread(tiling, range, y, to);
        }
    }

    /// Brings the numbers of places to their pixels.
    fn spread(&self, tiling: Tiling, range: Range<usize>, y: &[f32], to: Shared<'_>) {
        let Tiling {
            pictures,
            first,
            stride,
        } = tiling;
        let [_, channels] = self.sweep.channels;
        for (place, y) in range.zip(y.chunks_exact(channels)) {
            let (i, j) = (place / self.grid.width, place % self.grid.width);
            let (picture, i) = (i / self.grid.height, i % self.grid.height);
            let (row, column) = (first[0] + i * stride[0], first[1] + j * stride[1]);
            let at = ((picture * pictures.height + row) * pictures.width + column) * channels;
            // SAFETY: every place has a pixel of its own.
            let to = unsafe { to.slice(at..at + channels) };
            to.copy_from_slice(y);
        }
    }
}

/// Taps of a convolution.
pub(super) fn taps_of(slide: Slide) -> Taps {
    let along = |axis: usize| {
        let first = -slide.padding[axis].cast_signed();
        first..first + slide.kernel[axis].cast_signed()
    };
    Taps {
        along: [along(0), along(1)],
        step: slide.stride,
    }
}
