//! Convolutions with filters of any shape, stride and padding, and the gradient of their input.
//!
//! Forward, what lies under a filter is laid out in a row and multiplied with all filters. The way
//! back is made of such convolutions, too: a pixel gathers from the outputs that read it. With a
//! stride of s, pixels are read by different taps depending on their place modulo s, so there are s²
//! convolutions of stride 1, each for the pixels of one such place. Where there are few channels,
//! [`Scatter`] does it.

use std::ops::Range;
use std::sync::OnceLock;

use super::passed::Rectified;
use super::room::{Room, written};
use super::scatter::{Scatter, Upstream};
use super::sweep::{Job, Sweep, Tiling, To, taps_of};
use super::taps::Taps;
use super::{Pictures, Slide};
use crate::cpu::product::{Matrix, Packed};
use crate::cpu::simd::Level;
use crate::cpu::threads::Shared;

/// Channels of the input up to which outputs are scattered on the way back.
const FEW: usize = 8;

/// Filters that never change, in the form that the work needs.
#[derive(Debug)]
pub struct Sliding {
    level: Level,
    slide: Slide,
    /// C_in and C_out.
    channels: [usize; 2],
    there: Sweep,
    /// Made when a gradient is first wanted.
    back: OnceLock<Back>,
}

/// How the gradient of the input is found.
#[derive(Debug)]
enum Back {
    Scattered(Scatter),
    Gathered(Vec<Gathered>),
}

/// What the pixels gather that stand at one place modulo the stride.
#[derive(Debug)]
struct Gathered {
    sweep: Sweep,
    first: [usize; 2],
}

impl Sliding {
    /// Filters `[C_out, C_in, h, w]`.
    ///
    /// # Panics
    /// If there are more or fewer numbers than that.
    pub fn new(level: Level, weights: &[f32], channels: [usize; 2], slide: Slide) -> Self {
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
        // SAFETY: every pixel belongs to a band, or to one of the gatherings, and all are written.
        unsafe {
            written(pictures.pixels() * c_in, |dx| match back {
                Back::Scattered(scatter) => {
                    let upstream = Upstream {
                        pictures,
                        dy,
                        rectified,
                    };
                    scatter.run(upstream, dx);
                }
                Back::Gathered(all) => self.gather(all, pictures, dy, rectified, dx),
            })
        }
    }

    fn gather(
        &self,
        all: &[Gathered],
        pictures: Pictures,
        dy: &[f32],
        rectified: Option<Rectified<'_>>,
        dx: Shared<'_>,
    ) {
        let is_cut_in_blocks = self.there.taps.is_itself();
        let cut = match rectified {
            Some(rectified) if !is_cut_in_blocks => Some(rectified.passed(self.level, dy)),
            _ => None,
        };
        for gathered in all {
            let tiling = Tiling {
                pictures,
                first: gathered.first,
                stride: self.slide.stride,
            };
            let job = Job {
                sweep: &gathered.sweep,
                pictures: self.slide.outputs(pictures),
                x: cut.as_deref().unwrap_or(dy),
                rectified: rectified.filter(|_| is_cut_in_blocks),
                grid: tiling.grid(),
                bias: None,
                is_rectified: false,
                to: match self.slide.stride {
                    [1, 1] => To::Place,
                    _ => To::Pixel(tiling),
                },
            };
            job.run(dx);
        }
    }

    fn way_back(&self) -> Back {
        let [c_in, c_out] = self.channels;
        if c_in <= FEW {
            let row = self.slide.taps() * c_in;
            let mut matrix = Room::of(c_out * row);
            for (number, to) in matrix.iter_mut().enumerate() {
                *to = self.there.weights.at(number % row, number / row);
            }
            return Back::Scattered(Scatter {
                level: self.level,
                slide: self.slide,
                channels: self.channels,
                weights: Packed::new(self.level, Matrix::rows(&matrix, row), c_out, row),
            });
        }
        let [rows, columns] = self.slide.stride;
        let places = (0..rows).flat_map(|i| (0..columns).map(move |j| [i, j]));
        Back::Gathered(places.map(|first| self.gathered(first)).collect())
    }

    /// What the pixels gather from `first` on, a stride apart.
    fn gathered(&self, first: [usize; 2]) -> Gathered {
        let [c_in, c_out] = self.channels;
        let along = [0, 1].map(|axis| self.readers(axis, first[axis]));
        let taps = Taps {
            along: along.clone(),
            step: [1, 1],
        };
        let k = taps.count() * c_out;
        let mut matrix = Room::of(k * c_in);
        let [rows, columns] = along;
        let read = rows.flat_map(|row| columns.clone().map(move |column| [row, column]));
        for (number, reader) in read.enumerate() {
            let tap = [0, 1].map(|axis| self.tap(axis, first[axis], reader[axis]));
            let [a, b] = tap.map(|tap| tap.expect("readers read"));
            let of = (a * self.slide.kernel[1] + b) * c_in;
            for filter in 0..c_out {
                let to = (number * c_out + filter) * c_in;
                for (channel, to) in matrix[to..to + c_in].iter_mut().enumerate() {
                    *to = self.there.weights.at(of + channel, filter);
                }
            }
        }
        let sweep = Sweep {
            level: self.level,
            taps,
            channels: [c_out, c_in],
            weights: Packed::new(self.level, Matrix::rows(&matrix, c_in), k, c_in),
        };
        Gathered { sweep, first }
    }

    /// The tap through which an output reads a pixel; both are counted from the block's place.
    fn tap(&self, axis: usize, pixel: usize, output: isize) -> Option<usize> {
        let stride = self.slide.stride[axis].cast_signed();
        let tap = (pixel + self.slide.padding[axis]).cast_signed() - stride * output;
        usize::try_from(tap)
            .ok()
            .filter(|tap| *tap < self.slide.kernel[axis])
    }

    /// The outputs that read a pixel, without gaps.
    fn readers(&self, axis: usize, pixel: usize) -> Range<isize> {
        let stride = self.slide.stride[axis].cast_signed();
        let last = (pixel + self.slide.padding[axis]).cast_signed();
        // The tap of output o is `last - stride · o`, from 0 to the last tap.
        let most = self.slide.kernel[axis].cast_signed() - 1;
        let first = -(most - last).div_euclid(stride);
        first..last.div_euclid(stride) + 1
    }
}
