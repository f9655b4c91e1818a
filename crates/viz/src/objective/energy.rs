//! How far the image is from the mean picture.

use burn::tensor::Tensor;
use reverie_model::vision::{Activations, Layer};

use super::Objective;
use crate::tensor::colour_like;

/// Minus the squared distance of the image from the mean picture: rewards pictures that stay calm
/// where nothing is gained.
///
/// `−1/(B·H·W) Σ (I − m)²` over all images, pixels and colours.
///
/// # Scale
/// A mean over pixels and a sum over colours, with the image in `[0, 1]`: at most 3. Simonyan's
/// `λ‖I‖²` sums over pixels too, on the network's own scale; his λ times pixels (and the square of
/// the scale) is our weight.
///
/// # Source
/// Simonyan, Vedaldi, Zisserman 2014 (arXiv 1312.6034), eq. 1, where `I` is the mean-subtracted
/// input of the network, so that the pull is toward the mean picture and not toward black.
#[derive(Clone, Copy, Debug)]
pub struct Energy {
    /// The mean picture's colour `m`, RGB in `[0, 1]`.
    pub toward: [f32; 3],
}

impl Objective for Energy {
    fn score(&self, seen: &Activations) -> Tensor<1> {
        let image = seen.image();
        let [batch, _, height, width] = image.dims();
        let away = image.clone() - colour_like(self.toward, &image);
        away.square().sum() / -((batch * height * width) as f64)
    }

    fn layers(&self) -> Vec<Layer> {
        Vec::new()
    }

    fn part(&self) -> &'static str {
        "energy"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::mirror::Mirror;

    #[test]
    fn the_mean_picture_has_no_energy_and_the_size_does_not_count() {
        let energy = Energy {
            toward: [0.5, 0.25, 0.0],
        };
        let score = |pixels: usize, colour: [f32; 3]| {
            let values = colour.map(|c| vec![c; pixels]).concat();
            let seen = Mirror::new(3).seen(values, [1, 3, 1, pixels]);
            energy.score(&seen).into_scalar::<f32>()
        };
        assert_eq!(score(4, [0.5, 0.25, 0.0]), 0.0);
        for pixels in [1, 6] {
            let found = score(pixels, [1.0, 0.25, 1.0]);
            assert!((found + 1.25).abs() < 1e-6, "{found}");
        }
    }
}
