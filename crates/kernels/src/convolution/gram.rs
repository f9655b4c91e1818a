//! Gram matrices of feature maps.

use burn::tensor::Tensor;

use super::{composed, sizes};
use crate::cpu::convolution::Pictures;
use crate::cpu::product::{Into, Matrix, Sizes, multiply_all};
use crate::cpu::simd::Level;
use crate::cpu::threads;
use crate::host::{HostOp, Made, Needs, Seen, apply, serves};

/// G_ij = Σ_k F_ki F_kj / M: which channels are active together, over the M = H·W pixels of each
/// picture.
///
/// # Shapes
/// `[B, H, W, C]` to `[B, C, C]`.
///
/// # Source
/// Gatys, Ecker, Bethge 2016, eq. 3, without the divisor.
pub fn gram(features: Tensor<4>) -> Tensor<3> {
    if !serves(&features) {
        return composed::gram(features);
    }
    let (pictures, channels) = sizes(features.dims());
    let op = Gram {
        level: crate::level(),
        pictures,
        channels,
    };
    apply(op, vec![features.into_dispatch()])
}

#[derive(Debug)]
struct Gram {
    level: Level,
    pictures: Pictures,
    channels: usize,
}

/// Pixels whose products are summed in single precision before they are added to the others.
const STRETCH: usize = 4096;

impl Gram {
    /// Pixels of one picture.
    fn pixels(&self) -> usize {
        self.pictures.height * self.pictures.width
    }

    /// Fᵀ F of one picture, `[C, C]`. Every thread sums over pixels of its own, and their sums are
    /// added in order and in double precision, so that the number of threads, and where a picture is
    /// cut, hardly matter.
    fn one(&self, features: &[f32]) -> Vec<f32> {
        let (channels, pixels) = (self.channels, self.pixels());
        let square = channels * channels;
        let stretches = pixels.div_ceil(STRETCH).max(1);
        let mut sums = vec![0.0; stretches * square];
        let out = threads::Shared::new(&mut sums);
        let count = threads::for_work(2 * pixels * square);
        if stretches == 1 {
            let sizes = Sizes {
                m: channels,
                n: channels,
                k: pixels,
            };
            let rows = Matrix::rows(features, channels);
            let left = rows.transposed();
            multiply_all(self.level, sizes, left, rows, &mut sums, Into::Replace);
            return sums;
        }
        threads::take_turns(count, stretches, |number| {
            let part = number * STRETCH..((number + 1) * STRETCH).min(pixels);
            let rows = Matrix::rows(&features[part.start * channels..], channels);
            // SAFETY: every stretch has sums of its own.
            let sums = unsafe { out.slice(number * square..(number + 1) * square) };
            self.level.run(crate::cpu::product::Multiply {
                sizes: Sizes {
                    m: channels,
                    n: channels,
                    k: part.len(),
                },
                left: rows.transposed(),
                right: rows,
                out: sums,
                into: Into::Replace,
            });
        });
        let mut whole = vec![0.0_f64; square];
        for part in sums.chunks_exact(square) {
            let pairs = whole.iter_mut().zip(part);
            pairs.for_each(|(sum, x)| *sum += f64::from(*x));
        }
        whole.into_iter().map(|sum| sum as f32).collect()
    }
}

impl HostOp for Gram {
    fn forward(&self, inputs: &[&[f32]], _: &[bool]) -> Made {
        let (channels, pixels) = (self.channels, self.pixels());
        let mut values = Vec::with_capacity(self.pictures.batch * channels * channels);
        for features in inputs[0].chunks_exact((pixels * channels).max(1)) {
            let scale = 1.0 / pixels as f32;
            values.extend(self.one(features).into_iter().map(|sum| sum * scale));
        }
        Made {
            values,
            shape: vec![self.pictures.batch, channels, channels],
            kept: None,
        }
    }

    fn needs(&self, _: &[bool]) -> Needs {
        Needs {
            inputs: vec![true],
            output: false,
        }
    }

    /// dF = F (dG + dGᵀ) / M.
    fn backward(&self, seen: Seen<'_>, _: &[bool]) -> Vec<Option<Vec<f32>>> {
        let (channels, pixels) = (self.channels, self.pixels());
        let scale = 1.0 / pixels as f32;
        let features = seen.input(0);
        let mut found = vec![0.0; features.len()];
        let pictures = features
            .chunks_exact((pixels * channels).max(1))
            .zip(found.chunks_exact_mut((pixels * channels).max(1)));
        for (number, (features, found)) in pictures.enumerate() {
            let square = channels * channels;
            let gradient = &seen.gradient[number * square..(number + 1) * square];
            let both: Vec<f32> = (0..square)
                .map(|i| {
                    let turned = i % channels * channels + i / channels;
                    (gradient[i] + gradient[turned]) * scale
                })
                .collect();
            let sizes = Sizes {
                m: pixels,
                n: channels,
                k: channels,
            };
            let (left, right) = (
                Matrix::rows(features, channels),
                Matrix::rows(&both, channels),
            );
            multiply_all(self.level, sizes, left, right, found, Into::Replace);
        }
        vec![Some(found)]
    }
}
