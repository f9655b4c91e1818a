//! Convolution as a product with rows of neighbourhoods, forward.
//!
//! A row holds the nine neighbours of a pixel, `[3, 3, C_in]`: what others call im2col. Only a few
//! dozen pixels are laid out at a time, so that the rows never leave the caches.

use std::ops::Range;

use super::layout::turn;
use super::multiply::multiply;
use super::room::{Room, written};
use super::{Padding, Pictures};
use crate::cpu::product::{Into, Matrix, Output, Packed, Right, Scratch, Sizes};
use crate::cpu::simd::{Lanes, Level, Vectorised};
use crate::cpu::threads::{self, Shared};

/// Neighbours of a pixel, itself included.
pub(super) const NEIGHBOURS: usize = 9;
/// Numbers of a block of rows: half of a second cache.
const BLOCK: usize = 128 << 10;

/// Weights as a matrix.
#[derive(Clone, Debug)]
pub(super) struct Direct {
    pub level: Level,
    pub c_in: usize,
    pub c_out: usize,
    /// `[9 · C_in, C_out]`, the nine in the order of the neighbours.
    pub weights: Packed,
}

impl Direct {
    pub fn new(level: Level, weights: &[f32], c_in: usize, c_out: usize) -> Self {
        let mut rows = Room::of(weights.len());
        level.run(Turn {
            from: weights,
            rows: c_out,
            columns: c_in * NEIGHBOURS,
            to: &mut rows,
        });
        let mut packed = Packed::zeros(level, NEIGHBOURS * c_in, c_out);
        let width = packed.width();
        let panels = packed.panels_mut();
        for (number, row) in rows.chunks_exact(c_out.max(1)).enumerate() {
            let (channel, neighbour) = (number / NEIGHBOURS, number % NEIGHBOURS);
            for (panel, part) in row.chunks(width).enumerate() {
                let at = (panel * NEIGHBOURS + neighbour) * c_in + channel;
                panels[at * width..][..part.len()].copy_from_slice(part);
            }
        }
        Self {
            level,
            c_in,
            c_out,
            weights: packed,
        }
    }

    /// Numbers of a row.
    pub fn row(&self) -> usize {
        NEIGHBOURS * self.c_in
    }

    /// Threads that are worth it.
    pub fn threads(&self, pictures: Pictures) -> usize {
        threads::for_work(2 * pictures.pixels() * self.row() * self.c_out)
    }

    /// Pixels whose rows are laid out at once.
    pub fn block(&self, pixels: usize, threads: usize) -> usize {
        let block = (BLOCK / self.row()).clamp(32, 256);
        block.min(pixels.div_ceil(threads)).max(1)
    }

    pub fn forward(
        &self,
        pictures: Pictures,
        padding: Padding,
        x: &[f32],
        bias: Option<&[f32]>,
        is_rectified: bool,
    ) -> Vec<f32> {
        let (pixels, threads) = (pictures.pixels(), self.threads(pictures));
        if self.c_in == 0 {
            // No neighbours at all: what is left is the bias.
            let mut y = vec![0.0; pixels * self.c_out];
            self.level.run(Finish {
                y: &mut y,
                channels: self.c_out,
                bias,
                is_rectified,
            });
            return y;
        }
        let block = self.block(pixels, threads);
        let fill = |y: Shared<'_>| {
            threads::share(threads, pixels.div_ceil(block), |part| {
                let mut rows = Room::of(block * self.row());
                for number in part {
                    let range = number * block..((number + 1) * block).min(pixels);
                    // SAFETY: blocks of pixels do not overlap.
                    let y = unsafe { y.slice(range.start * self.c_out..range.end * self.c_out) };
                    self.level.run(Neighbours {
                        pictures,
                        padding,
                        x,
                        channels: self.c_in,
                        range: range.clone(),
                        to: &mut rows,
                    });
                    multiply(
                        self.level,
                        Sizes {
                            m: range.len(),
                            n: self.c_out,
                            k: self.row(),
                        },
                        Matrix::rows(&rows, self.row()),
                        Right::Packed(&self.weights),
                        Output::rows(y, self.c_out),
                        Into::Replace,
                        &mut Scratch::default(),
                    );
                    self.level.run(Finish {
                        y,
                        channels: self.c_out,
                        bias,
                        is_rectified,
                    });
                }
            });
        };
        // SAFETY: every pixel belongs to a block, and the product writes all its channels.
        unsafe { written(pixels * self.c_out, fill) }
    }
}

/// A transposition, compiled for every instruction set.
pub(super) struct Turn<'a> {
    pub from: &'a [f32],
    pub rows: usize,
    pub columns: usize,
    pub to: &'a mut [f32],
}

impl Vectorised for Turn<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        turn::<L>(
            self.from,
            self.columns,
            self.rows,
            self.columns,
            self.to,
            self.rows,
        );
    }
}

/// Bias and ReLU.
pub(super) struct Finish<'a> {
    pub y: &'a mut [f32],
    pub channels: usize,
    pub bias: Option<&'a [f32]>,
    pub is_rectified: bool,
}

impl Vectorised for Finish<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let low = if self.is_rectified {
            0.0
        } else {
            f32::NEG_INFINITY
        };
        for pixel in self.y.chunks_exact_mut(self.channels) {
            for (number, part) in pixel.chunks_mut(L::COUNT).enumerate() {
                let bias = match self.bias {
                    Some(bias) => L::load_some(&bias[number * L::COUNT..]),
                    None => L::zero(),
                };
                (L::load_some(part) + bias)
                    .max(L::splat(low))
                    .store_some(part);
            }
        }
    }
}

/// Pixels one after the other, each with the rows and columns of its neighbours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    pictures: Pictures,
    padding: Padding,
    /// First pixel of the picture.
    picture: usize,
    row: usize,
    column: usize,
}

impl Walk {
    pub fn from(pictures: Pictures, padding: Padding, pixel: usize) -> Self {
        let area = pictures.height * pictures.width;
        let within = pixel % area;
        Self {
            pictures,
            padding,
            picture: pixel - within,
            row: within / pictures.width,
            column: within % pictures.width,
        }
    }

    pub fn step(&mut self) {
        self.column += 1;
        if self.column == self.pictures.width {
            self.column = 0;
            self.row += 1;
            if self.row == self.pictures.height {
                self.row = 0;
                self.picture += self.pictures.height * self.pictures.width;
            }
        }
    }

    /// First pixel of the row of neighbours `a`, if there is such a row.
    #[inline(always)]
    pub fn line(&self, a: usize) -> Option<usize> {
        let row = self.along(self.row + a, self.pictures.height)?;
        Some(self.picture + row * self.pictures.width)
    }

    /// Whether the neighbours in a row are three pixels side by side.
    #[inline(always)]
    pub fn is_inside(&self) -> bool {
        self.column > 0 && self.column + 1 < self.pictures.width
    }

    /// Column of neighbour `b`, if there is one.
    #[inline(always)]
    pub fn column(&self, b: usize) -> Option<usize> {
        self.along(self.column + b, self.pictures.width)
    }

    /// Column of the pixel itself.
    #[inline(always)]
    pub fn middle(&self) -> usize {
        self.column
    }

    /// The place that counts from the padding on.
    #[inline(always)]
    fn along(&self, place: usize, size: usize) -> Option<usize> {
        match self.padding {
            Padding::Edge => Some(place.saturating_sub(1).min(size - 1)),
            Padding::Zeros => place.checked_sub(1).filter(|&place| place < size),
        }
    }
}

/// Lays out the rows of some pixels.
pub(super) struct Neighbours<'a> {
    pub pictures: Pictures,
    pub padding: Padding,
    pub x: &'a [f32],
    pub channels: usize,
    pub range: Range<usize>,
    pub to: &'a mut [f32],
}

impl Vectorised for Neighbours<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (x, c) = (self.x, self.channels);
        let mut walk = Walk::from(self.pictures, self.padding, self.range.start);
        let rows = self.to.chunks_exact_mut(NEIGHBOURS * c);
        for row in rows.take(self.range.len()) {
            for (a, three) in row.chunks_exact_mut(3 * c).enumerate() {
                let Some(line) = walk.line(a) else {
                    three.fill(0.0);
                    continue;
                };
                if walk.is_inside() {
                    let start = (line + walk.middle() - 1) * c;
                    copy::<L>(&x[start..start + 3 * c], three);
                    continue;
                }
                for (b, one) in three.chunks_exact_mut(c).enumerate() {
                    match walk.column(b) {
                        Some(column) => copy::<L>(&x[(line + column) * c..][..c], one),
                        None => one.fill(0.0),
                    }
                }
            }
            walk.step();
        }
    }
}

/// For a handful of numbers, for which the call of a function would take longer.
#[inline(always)]
fn copy<L: Lanes>(from: &[f32], to: &mut [f32]) {
    for (from, to) in from.chunks(L::COUNT).zip(to.chunks_mut(L::COUNT)) {
        L::load_some(from).store_some(to);
    }
}
