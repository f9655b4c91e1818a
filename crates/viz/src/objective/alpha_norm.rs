//! A wall at the end of the valid colours.

use burn::tensor::Tensor;
use reverie_model::vision::{Activations, Layer};

use super::Objective;
use crate::tensor::colour_like;

/// How far a valid colour lies from the middle of the range, with the image in `[0, 1]`: the `B = 128`
/// of Mahendran and Vedaldi on a scale of 255.
const REACH: f64 = 128.0 / 255.0;

/// Minus the α-norm of the image about the mean picture: hardly anything for valid colours, a lot
/// beyond them.
///
/// The mean over images, pixels and colours of `|(x − m)/B|^α`.
///
/// # Scale
/// 1 for an image of black and white pixels, whatever its size. Mahendran and Vedaldi sum over pixels
/// and colours, of `σx` with σ the norm of a photograph; their `λ_α` times `3HW·B^α/σ^α` is our weight.
///
/// # Source
/// Mahendran and Vedaldi 2015 (arXiv 1412.0035), section 3, with α = 6.
#[derive(Clone, Copy, Debug)]
pub struct AlphaNorm {
    /// The exponent α; at least 2.
    pub alpha: f64,
    /// The mean picture's colour `m`, RGB in `[0, 1]`.
    pub toward: [f32; 3],
}

impl Objective for AlphaNorm {
    fn score(&self, seen: &Activations) -> Tensor<1> {
        let image = seen.image();
        let away = (image.clone() - colour_like(self.toward, &image)) / REACH;
        // Squares first: a power of a negative number is not one on every backend.
        away.square().powf_scalar(self.alpha / 2.0).mean().neg()
    }

    fn layers(&self) -> Vec<Layer> {
        Vec::new()
    }

    fn part(&self) -> &'static str {
        "alpha-norm"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::mirror::Mirror;

    #[test]
    fn valid_colours_cost_little_and_others_much() {
        let norm = AlphaNorm {
            alpha: 6.0,
            toward: [0.5; 3],
        };
        let cost = |grey: f32, pixels: usize| {
            let seen = Mirror::new(3).seen(vec![grey; 3 * pixels], [1, 3, 1, pixels]);
            -norm.score(&seen).into_scalar::<f32>()
        };
        for pixels in [1, 7] {
            for (grey, want) in [(0.5, 0.0), (1.0, 0.9769), (0.75, 0.01526), (-0.5, 62.52)] {
                let found = cost(grey, pixels);
                assert!((found - want).abs() <= 1e-3 * want, "{grey}: {found}");
            }
        }
    }
}
