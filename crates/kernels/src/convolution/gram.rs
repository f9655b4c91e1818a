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

/// Pixels whose products are summed in single precision before they are added to the others in
/// double: few, so that where a picture is cut hardly changes the sum.
const STRETCH: usize = 128;
/// Stretches that one thread takes at a time.
const TURN: usize = 32;

impl Gram {
    /// Pixels of one picture.
    fn pixels(&self) -> usize {
        self.pictures.height * self.pictures.width
    }

    /// Fᵀ F of one picture, `[C, C]`. Stretches are summed in double precision, and what threads take
    /// in turns is added in order, so that the number of threads does not matter, and where a picture
    /// is cut hardly.
    fn one(&self, features: &[f32]) -> Vec<f32> {
        let (channels, pixels) = (self.channels, self.pixels());
        let square = channels * channels;
        let turns = pixels.div_ceil(STRETCH * TURN).max(1);
        let mut sums = vec![0.0_f64; turns * square];
        let out = threads::Shared::new(&mut sums);
        let count = threads::for_work(2 * pixels * square);
        threads::take_turns(count, turns, |number| {
            // SAFETY: every turn has sums of its own.
            let sums = unsafe { out.slice(number * square..(number + 1) * square) };
            let mut stretch = vec![0.0; square];
            let end = ((number + 1) * STRETCH * TURN).min(pixels);
            for start in (number * STRETCH * TURN..end).step_by(STRETCH) {
                let rows = Matrix::rows(&features[start * channels..], channels);
                self.level.run(crate::cpu::product::Multiply {
                    sizes: Sizes {
                        m: channels,
                        n: channels,
                        k: STRETCH.min(end - start),
                    },
                    left: rows.transposed(),
                    right: rows,
                    out: &mut stretch,
                    into: Into::Replace,
                });
                for (sum, x) in sums.iter_mut().zip(&stretch) {
                    *sum += f64::from(*x);
                }
            }
        });
        let (whole, rest) = sums.split_at_mut(square);
        for part in rest.chunks_exact(square.max(1)) {
            whole.iter_mut().zip(part).for_each(|(sum, x)| *sum += x);
        }
        whole.iter().map(|sum| *sum as f32).collect()
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
