//! A larger or smaller image.

use burn::tensor::Tensor;
use rand::RngExt;
use reverie_model::rng::Rng;

use super::Transform;
use crate::bilinear::{Weights, resampled};

/// Shows the image at a random size; both sides get the same factor.
///
/// Draws one number: the factor, uniform between both ends.
///
/// # Panics
/// [`apply`](Transform::apply) panics if `lowest` is above `highest`.
///
/// # Source
/// lucid's `transform.random_scale`.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Smallest factor, above 0. With 1 for both the image stays as it is.
    pub lowest: f64,
    /// Largest factor.
    pub highest: f64,
}

/// Images `[B, C, H, W]` with sides of `factor·H` and `factor·W` pixels, rounded, at least 1;
/// bilinear, with edge pixels repeated beyond their centres, and not smoothed when made smaller.
pub fn scaled(image: Tensor<4>, factor: f64) -> Tensor<4> {
    let [_, _, height, width] = image.dims();
    let to = |side: usize| ((side as f64 * factor).round() as usize).max(1);
    let rows = Weights::stretch(height, to(height));
    resampled(image, rows, Weights::stretch(width, to(width)))
}

impl Transform for Scale {
    fn apply(&mut self, image: Tensor<4>, rng: &mut Rng) -> Tensor<4> {
        if self.lowest == 1.0 && self.highest == 1.0 {
            return image;
        }
        scaled(image, rng.random_range(self.lowest..=self.highest))
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use reverie_model::rng::seeded;

    use super::*;

    #[test]
    fn sizes_stay_between_both_ends_and_flat_images_flat() {
        let image = Tensor::<4>::full([1, 3, 20, 10], 0.3, &Device::flex());
        let mut scale = Scale {
            lowest: 0.5,
            highest: 1.5,
        };
        let mut rng = seeded(2);
        for _ in 0..20 {
            let view = scale.apply(image.clone(), &mut rng);
            let [_, _, height, width] = view.dims();
            assert!((10..=30).contains(&height) && (5..=15).contains(&width));
            let off = (view - 0.3).abs().max().into_scalar::<f32>();
            assert!(off < 1e-6, "off by {off}");
        }
        assert_eq!(scaled(image, 0.01).dims(), [1, 3, 1, 1]);
    }
}
