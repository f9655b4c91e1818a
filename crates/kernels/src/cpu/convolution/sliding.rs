//! Convolutions with filters of any shape, stride and padding, and the gradient of their input.
//!
//! Forward, what lies under a filter is laid out in a row and multiplied with all filters. The way
//! back is made of such convolutions, too: a pixel gathers from the outputs that read it. With a
//! stride of s, pixels are read by different taps depending on their place modulo s, so there are s²
//! convolutions of stride 1, each for the pixels of one such place. Where there are few channels, one
//! convolution does blocks of s x s pixels at once, with zeros for taps that a pixel lacks.

use std::ops::Range;
use std::sync::OnceLock;

use super::passed::Rectified;
use super::room::{Room, written};
use super::sweep::{Job, Sweep, Tiling, To, taps_of};
use super::taps::Taps;
use super::{Pictures, Slide};
use crate::cpu::product::{Matrix, Packed};
use crate::cpu::simd::Level;
use crate::cpu::threads::Shared;

/// Numbers of a block of s x s pixels up to which all of them are computed at once.
const AT_ONCE: usize = 64;

/// Filters that never change, in the form that the work needs.
#[derive(Debug)]
pub struct Sliding {
    level: Level,
    slide: Slide,
    /// C_in and C_out.
    channels: [usize; 2],
    weights: Vec<f32>,
    there: Sweep,
    /// Made when a gradient is first wanted.
    back: OnceLock<Vec<Back>>,
}

/// What some of the pixels gather on the way back.
#[derive(Debug)]
struct Back {
    sweep: Sweep,
    first: [usize; 2],
    size: [usize; 2],
}

impl Sliding {
    /// Filters `[C_out, C_in, h, w]`.
    ///
    /// # Panics
    /// If there are more or fewer numbers than that.
    pub fn new(level: Level, weights: Vec<f32>, channels: [usize; 2], slide: Slide) -> Self {
        let [c_in, c_out] = channels;
        let taps = slide.taps();
        assert_eq!(weights.len(), c_out * c_in * taps, "[C_out, C_in, h, w]");
        let level = level.min(Level::detect());
        let mut rows = Room::of(weights.len());
        for (number, row) in rows.chunks_exact_mut(c_out.max(1)).enumerate() {
            let (tap, channel) = (number / c_in, number % c_in);
            for (filter, to) in row.iter_mut().enumerate() {
                *to = weights[(filter * c_in + channel) * taps + tap];
            }
        }
        let matrix = Matrix::rows(&rows, c_out);
        let there = Sweep {
            level,
            taps: taps_of(slide),
            channels,
            weights: Packed::new(level, matrix, taps * c_in, c_out),
        };
        Self {
            level,
            slide,
            channels,
            weights,
            there,
            back: OnceLock::new(),
        }
    }

    /// The instruction set they are laid out for.
    pub fn level(&self) -> Level {
        self.level
    }

    /// C_in and C_out.
    pub fn channels(&self) -> [usize; 2] {
        self.channels
    }

    /// Convolves x `[B, H, W, C_in]` and adds the bias `[C_out]`; negative results become zero if
    /// `is_rectified`. Gives `[B, H', W', C_out]`.
    ///
    /// # Panics
    /// If sizes do not match.
    pub fn forward(
        &self,
        pictures: Pictures,
        x: &[f32],
        bias: &[f32],
        is_rectified: bool,
    ) -> Vec<f32> {
        let [c_in, c_out] = self.channels;
        assert_eq!(x.len(), pictures.pixels() * c_in, "[B, H, W, C_in]");
        assert_eq!(bias.len(), c_out, "the bias is [C_out]");
        let grid = self.slide.outputs(pictures);
        let job = Job {
            sweep: &self.there,
            pictures,
            x,
            rectified: None,
            grid,
            bias: Some(bias),
            is_rectified,
            to: To::Place,
        };
        // SAFETY: every output belongs to a block, and the product writes all its channels.
        unsafe { written(grid.pixels() * c_out, |y| job.run(y)) }
    }

    /// The gradient of the input, `[B, H, W, C_in]`, given that of the output; `pictures` are those
    /// of the input.
    ///
    /// # Panics
    /// If sizes do not match.
    pub fn backward(
        &self,
        pictures: Pictures,
        dy: &[f32],
        rectified: Option<Rectified<'_>>,
    ) -> Vec<f32> {
        let [c_in, c_out] = self.channels;
        let grid = self.slide.outputs(pictures);
        assert_eq!(dy.len(), grid.pixels() * c_out, "[B, H', W', C_out]");
        if let Some(rectified) = rectified {
            assert_eq!(
                rectified.len(),
                dy.len(),
                "the output is [B, H', W', C_out]"
            );
        }
        let back = self.back.get_or_init(|| self.way_back());
        let is_cut_in_blocks = self.there.taps.is_itself();
        let cut = match rectified {
            Some(rectified) if !is_cut_in_blocks => Some(rectified.passed(self.level, dy)),
            _ => None,
        };
        let fill = |dx: Shared<'_>| {
            for back in back {
                let tiling = Tiling {
                    pictures,
                    first: back.first,
                    stride: self.slide.stride,
                    size: back.size,
                };
                let job = Job {
                    sweep: &back.sweep,
                    pictures: grid,
                    x: cut.as_deref().unwrap_or(dy),
                    rectified: rectified.filter(|_| is_cut_in_blocks),
                    grid: tiling.grid(),
                    bias: None,
                    is_rectified: false,
                    to: match self.slide.stride {
                        [1, 1] => To::Place,
                        _ => To::Block(tiling),
                    },
                };
                job.run(dx);
            }
        };
        // SAFETY: every pixel belongs to one of the blocks, all of which are written.
        unsafe { written(pictures.pixels() * c_in, fill) }
    }

    fn way_back(&self) -> Vec<Back> {
        let [rows, columns] = self.slide.stride;
        if rows * columns * self.channels[0] <= AT_ONCE {
            return vec![self.gathered([0, 0], [rows, columns])];
        }
        let places = (0..rows).flat_map(|i| (0..columns).map(move |j| [i, j]));
        places.map(|first| self.gathered(first, [1, 1])).collect()
    }

    /// What the pixels of a block gather that begins at `first`.
    fn gathered(&self, first: [usize; 2], size: [usize; 2]) -> Back {
        let [c_in, c_out] = self.channels;
        let along = [0, 1].map(|axis| self.readers(axis, first[axis], size[axis]));
        let taps = Taps {
            along: along.clone(),
            step: [1, 1],
        };
        let (k, n) = (taps.count() * c_out, size[0] * size[1] * c_in);
        let mut matrix = Room::of_zeros(k * n);
        let [rows, columns] = along;
        let read = rows.flat_map(|row| columns.clone().map(move |column| [row, column]));
        for (number, reader) in read.enumerate() {
            for pixel in 0..size[0] * size[1] {
                let place = [first[0] + pixel / size[1], first[1] + pixel % size[1]];
                let tap = [0, 1].map(|axis| self.tap(axis, place[axis], reader[axis]));
                let [Some(a), Some(b)] = tap else { continue };
                for filter in 0..c_out {
                    let to = (number * c_out + filter) * n + pixel * c_in;
                    for (channel, to) in matrix[to..to + c_in].iter_mut().enumerate() {
                        let of = (filter * c_in + channel) * self.slide.taps();
                        *to = self.weights[of + a * self.slide.kernel[1] + b];
                    }
                }
            }
        }
        let matrix = Matrix::rows(&matrix, n);
        Back {
            sweep: Sweep {
                level: self.level,
                taps,
                channels: [c_out, n],
                weights: Packed::new(self.level, matrix, k, n),
            },
            first,
            size,
        }
    }

    /// The tap through which an output reads a pixel; both are counted from the block's place.
    fn tap(&self, axis: usize, pixel: usize, output: isize) -> Option<usize> {
        let stride = self.slide.stride[axis].cast_signed();
        let tap = (pixel + self.slide.padding[axis]).cast_signed() - stride * output;
        usize::try_from(tap)
            .ok()
            .filter(|tap| *tap < self.slide.kernel[axis])
    }

    /// The outputs that read one of `size` pixels from `first` on.
    fn readers(&self, axis: usize, first: usize, size: usize) -> Range<isize> {
        let reach =
            (first + size + self.slide.padding[axis] + self.slide.kernel[axis]).cast_signed();
        let is_read = |output: &isize| {
            (first..first + size).any(|pixel| self.tap(axis, pixel, *output).is_some())
        };
        let all: Vec<isize> = (-reach..=reach).filter(is_read).collect();
        match (all.first(), all.last()) {
            (Some(first), Some(last)) => *first..last + 1,
            _ => 0..0,
        }
    }
}
