//! Products to tiles of outputs, and their gradients back.

use std::ops::Range;

use super::passed::Rectified;
use super::planes::{Planes, load, put};
use super::tiles::{REACH, SIDE, Tiles};
use super::transform::{Outputs, OutputsBack, both_ways};
use crate::cpu::simd::{Lanes, Vectorised};
use crate::cpu::threads::Shared;

/// Aᵀ m A of some tiles, bias and ReLU.
pub(super) struct TransformProducts<'a> {
    pub tiles: Tiles,
    pub range: Range<usize>,
    /// First tile of the block.
    pub first: usize,
    pub from: &'a [f32],
    pub channels: usize,
    pub planes: Planes,
    pub bias: Option<&'a [f32]>,
    pub is_rectified: bool,
    pub y: Shared<'a>,
}

impl Vectorised for TransformProducts<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (channels, planes) = (self.channels, self.planes);
        for index in self.range.clone() {
            let pixels = self.tiles.outputs(self.tiles.tile(index));
            let row = (index - self.first) * planes.row;
            for c in (0..channels).step_by(L::COUNT) {
                // SAFETY: the tile is one of the block, and rows are whole vectors wide.
                let m = unsafe { planes.load::<L>(self.from, row + c) };
                let y = both_ways::<L, Outputs, REACH, SIDE>(&m);
                let bias = match self.bias {
                    Some(bias) => L::load_some(&bias[c..]),
                    None => L::zero(),
                };
                for r in 0..SIDE {
                    for s in 0..SIDE {
                        let Some(pixel) = pixels[r][s] else { continue };
                        let sum = y[r][s] + bias;
                        let sum = if self.is_rectified {
                            sum.max(L::zero())
                        } else {
                            sum
                        };
                        let to = self.y.at(pixel * channels + c);
                        // SAFETY: the pixel is inside the pictures, and each tile has one writer.
                        unsafe { put(sum, to, channels - c, false) };
                    }
                }
            }
        }
    }
}

/// A dy Aᵀ of some tiles, dy being zero where a rectifier let nothing through.
pub(super) struct TransformGradients<'a> {
    pub tiles: Tiles,
    pub range: Range<usize>,
    /// First tile of the block.
    pub first: usize,
    pub dy: &'a [f32],
    pub rectified: Option<Rectified<'a>>,
    pub channels: usize,
    pub planes: Planes,
    pub to: Shared<'a>,
}

impl Vectorised for TransformGradients<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (channels, planes) = (self.channels, self.planes);
        let numbers = self.tiles.pictures.pixels() * channels;
        let is_inside = |rectified: Rectified<'_>| numbers <= rectified.len();
        assert!(numbers <= self.dy.len() && self.rectified.is_none_or(is_inside));
        for index in self.range.clone() {
            let pixels = self.tiles.outputs(self.tiles.tile(index));
            let row = (index - self.first) * planes.row;
            for c in (0..channels).step_by(L::COUNT) {
                let mut d = [[L::zero(); SIDE]; SIDE];
                for r in 0..SIDE {
                    for s in 0..SIDE {
                        let Some(pixel) = pixels[r][s] else { continue };
                        // SAFETY: the pixel is inside the pictures, as asserted above.
                        d[r][s] = unsafe {
                            let dy: L = load(self.dy, pixel, c, channels);
                            match self.rectified {
                                Some(Rectified::Passed(passed)) => {
                                    passed.cut(pixel * channels + c, dy)
                                }
                                Some(Rectified::Output(y)) => {
                                    load::<L>(y, pixel, c, channels).where_positive(dy, L::zero())
                                }
                                None => dy,
                            }
                        };
                    }
                }
                let d = both_ways::<L, OutputsBack, SIDE, REACH>(&d);
                // SAFETY: rows are whole vectors wide, and each tile has one writer.
                unsafe { planes.store(&d, self.to, row + c) };
            }
        }
    }
}
