//! Convolution as a product with rows of neighbourhoods, backward.
//!
//! The gradient of the rows is dy · Wᵀ, and every row is added to the pixels it was made of; the
//! gradient of the weights is rowsᵀ · dy. A thread owns a band of rows of pixels of the input. The
//! outputs above and below its band reach into it: those it computes as well, and its neighbours
//! compute them too, so that nobody waits for anybody.

use std::ops::Range;

use super::direct::{Direct, NEIGHBOURS, Neighbours, Turn, Walk};
use super::multiply::{multiply, turn_rows};
use super::room::{Room, written};
use super::{Arrived, Gradients, Padding, Pictures};
use crate::cpu::product::{Into, Matrix, Output, Packed, Right, Scratch, Sizes};
use crate::cpu::simd::{Lanes, Vectorised};
use crate::cpu::threads::{self, Shared};

impl Direct {
    pub fn backward(
        &self,
        pictures: Pictures,
        padding: Padding,
        arrived: Arrived<'_>,
    ) -> Gradients {
        let lines = pictures.batch * pictures.height;
        let bands = self.threads(pictures).min(lines);
        let block = self.block(pictures.pixels(), bands);
        let mut turned = Packed::zeros(self.level, 0, 0);
        if arrived.wants_input {
            turn_rows(self.level, &self.weights, 0..self.row(), &mut turned);
        }
        let of_weights = self.row() * self.c_out;
        let of_band = (of_weights + self.c_out) * usize::from(arrived.x.is_some());
        let mut sums = Room::of_zeros(bands * of_band);
        let shared = Shared::new(&mut sums);
        let fill = |dx: Shared<'_>| {
            threads::share(bands, bands, |part| {
                for band in part {
                    let lines = band * lines / bands..(band + 1) * lines / bands;
                    let pixels = lines.start * pictures.width..lines.end * pictures.width;
                    // SAFETY: bands do not overlap, and each has sums of its own.
                    let (dx, sums) = unsafe {
                        let dx = match arrived.wants_input {
                            true => dx.slice(pixels.start * self.c_in..pixels.end * self.c_in),
                            false => &mut [],
                        };
                        (dx, shared.slice(band * of_band..(band + 1) * of_band))
                    };
                    dx.fill(0.0);
                    Band {
                        layer: self,
                        pictures,
                        padding,
                        arrived,
                        turned: &turned,
                        pixels,
                        dx,
                        sums,
                        rows: Room::of(block * self.row()),
                        dy: Room::of(block * self.c_out),
                    }
                    .run(block);
                }
            });
        };
        let input = match arrived.wants_input {
            // SAFETY: every band begins with writing zeros.
            true => Some(unsafe { written(pictures.pixels() * self.c_in, fill) }),
            false => {
                fill(Shared::new(&mut []));
                None
            }
        };
        if arrived.x.is_none() {
            return Gradients {
                input,
                ..Gradients::default()
            };
        }
        let (first, others) = sums.split_at_mut(of_band);
        for other in others.chunks_exact(of_band) {
            for (sum, more) in first.iter_mut().zip(other) {
                *sum += more;
            }
        }
        Gradients {
            input,
            weights: Some(self.in_order(&first[..of_weights])),
            bias: Some(first[of_weights..].to_vec()),
        }
    }

    /// `[3, 3, C_in, C_out]` to `[C_out, C_in, 3, 3]`.
    fn in_order(&self, sums: &[f32]) -> Vec<f32> {
        let mut rows = Room::of(sums.len());
        for (number, row) in rows.chunks_exact_mut(self.c_out).enumerate() {
            let (channel, neighbour) = (number / NEIGHBOURS, number % NEIGHBOURS);
            let at = (neighbour * self.c_in + channel) * self.c_out;
            row.copy_from_slice(&sums[at..at + self.c_out]);
        }
        let mut weights = vec![0.0; sums.len()];
        self.level.run(Turn {
            from: &rows,
            rows: self.row(),
            columns: self.c_out,
            to: &mut weights,
        });
        weights
    }
}

/// What one thread does.
struct Band<'a> {
    layer: &'a Direct,
    pictures: Pictures,
    padding: Padding,
    arrived: Arrived<'a>,
    turned: &'a Packed,
    /// Pixels of the band.
    pixels: Range<usize>,
    dx: &'a mut [f32],
    /// Of the weights, then of the bias.
    sums: &'a mut [f32],
    rows: Room,
    dy: Room,
}

impl Band<'_> {
    fn run(mut self, block: usize) {
        let Pictures { height, width, .. } = self.pictures;
        let (area, pixels) = (height * width, self.pixels.clone());
        if self.arrived.wants_input && pixels.start % area > 0 {
            self.blocks(pixels.start - width..pixels.start, block, false);
        }
        self.blocks(pixels.clone(), block, true);
        if self.arrived.wants_input && pixels.end % area > 0 {
            self.blocks(pixels.end..pixels.end + width, block, false);
        }
    }

    /// Some outputs, block by block; `is_own` if the weights see them.
    fn blocks(&mut self, pixels: Range<usize>, block: usize, is_own: bool) {
        for start in pixels.clone().step_by(block) {
            self.block(start..(start + block).min(pixels.end), is_own);
        }
    }

    fn block(&mut self, range: Range<usize>, is_own: bool) {
        let layer = self.layer;
        let (c_out, row) = (layer.c_out, layer.row());
        let numbers = range.start * c_out..range.end * c_out;
        let mut dy = &self.arrived.dy[numbers.clone()];
        if let Some(rectified) = self.arrived.rectified {
            rectified.cut(layer.level, numbers, dy, &mut self.dy);
            dy = &self.dy[..range.len() * c_out];
        }
        let dy_rows = Matrix::rows(dy, c_out);
        if let (Some(x), true) = (self.arrived.x, is_own) {
            layer.level.run(Neighbours {
                pictures: self.pictures,
                padding: self.padding,
                x,
                channels: layer.c_in,
                range: range.clone(),
                to: &mut self.rows,
            });
            let (weights, bias) = self.sums.split_at_mut(row * c_out);
            multiply(
                layer.level,
                Sizes {
                    m: row,
                    n: c_out,
                    k: range.len(),
                },
                Matrix::rows(&self.rows, row).transposed(),
                Right::Plain(dy_rows),
                Output::rows(weights, c_out),
                Into::Add,
                &mut Scratch::default(),
            );
            layer.level.run(AddUp { dy, to: bias });
        }
        if self.arrived.wants_input {
            multiply(
                layer.level,
                Sizes {
                    m: range.len(),
                    n: row,
                    k: c_out,
                },
                dy_rows,
                Right::Packed(self.turned),
                Output::rows(&mut self.rows, row),
                Into::Replace,
                &mut Scratch::default(),
            );
            layer.level.run(AddNeighbours {
                pictures: self.pictures,
                padding: self.padding,
                rows: &self.rows,
                channels: layer.c_in,
                range,
                band: self.pixels.clone(),
                dx: self.dx,
            });
        }
    }
}

/// The sum over pixels, added to what is there.
struct AddUp<'a> {
    dy: &'a [f32],
    to: &'a mut [f32],
}

impl Vectorised for AddUp<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let channels = self.to.len();
        for (number, to) in self.to.chunks_mut(L::COUNT).enumerate() {
            let first = number * L::COUNT;
            let mut sum: L = L::load_some(to);
            for pixel in self.dy.chunks_exact(channels) {
                sum = sum + L::load_some(&pixel[first..]);
            }
            sum.store_some(to);
        }
    }
}

/// Adds rows to the pixels they were made of, those inside the band.
struct AddNeighbours<'a> {
    pictures: Pictures,
    padding: Padding,
    rows: &'a [f32],
    channels: usize,
    range: Range<usize>,
    band: Range<usize>,
    dx: &'a mut [f32],
}

impl Vectorised for AddNeighbours<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (c, band) = (self.channels, self.band);
        let mut walk = Walk::from(self.pictures, self.padding, self.range.start);
        let rows = self.rows.chunks_exact(NEIGHBOURS * c);
        for row in rows.take(self.range.len()) {
            for (a, three) in row.chunks_exact(3 * c).enumerate() {
                let Some(line) = walk.line(a).filter(|line| band.contains(line)) else {
                    continue;
                };
                let line = &mut self.dx[(line - band.start) * c..][..self.pictures.width * c];
                if walk.is_inside() {
                    add::<L>(three, &mut line[(walk.middle() - 1) * c..][..3 * c]);
                    continue;
                }
                for (b, one) in three.chunks_exact(c).enumerate() {
                    if let Some(column) = walk.column(b) {
                        add::<L>(one, &mut line[column * c..][..c]);
                    }
                }
            }
            walk.step();
        }
    }
}

#[inline(always)]
fn add<L: Lanes>(from: &[f32], to: &mut [f32]) {
    for (from, to) in from.chunks(L::COUNT).zip(to.chunks_mut(L::COUNT)) {
        (L::load_some(to) + L::load_some(from)).store_some(to);
    }
}
