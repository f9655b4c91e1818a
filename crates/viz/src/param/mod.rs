//! Which numbers are optimised, and how they make an image.
//!
//! | numbers | are |
//! |---|---|
//! | [`Pixels`] | the pixels themselves |
//! | [`Guarded`] | the pixels, of which some stay as they are |
//! | [`Fourier`] | the spectrum of the image, in independent colours |
//! | [`Pyramid`] | images of different size that add up, in independent colours |

mod colour;
mod fourier;
mod guarded;
mod pixels;
mod pyramid;

pub use fourier::Fourier;
pub use guarded::Guarded;
pub use pixels::Pixels;
pub use pyramid::Pyramid;

use burn::tensor::Tensor;

/// A way to write an image as a list of numbers.
///
/// The list is flat whatever the way, so that every optimiser and every checkpoint works on it.
///
/// # Shapes
/// Numbers are `[N]`, the image is `[B, 3, H, W]` in `[0, 1]` (or slightly outside, while nothing
/// clips it).
pub trait ImageParam {
    /// The image these numbers stand for; differentiable.
    fn decode(&self, values: Tensor<1>) -> Tensor<4>;

    /// Numbers that stand for this image (the best there are, where not every image has some).
    fn encode(&self, image: Tensor<4>) -> Tensor<1>;
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};
    use rand::RngExt;
    use reverie_model::rng::seeded;

    use super::*;
    use crate::tensor::values_of;

    #[test]
    fn images_survive_being_written_as_numbers() {
        let mut rng = seeded(4);
        for (batch, height, width) in [(1, 64, 48), (1, 33, 31), (2, 7, 10), (1, 1, 5), (3, 4, 1)] {
            let dims = [batch, 3, height, width];
            let count = dims.iter().product();
            let pixels: Vec<f32> = (0..count).map(|_| rng.random_range(0.02..=0.98)).collect();
            let image = Tensor::from_data(TensorData::new(pixels.clone(), dims), &Device::flex());
            let params: [Box<dyn ImageParam>; 2] = [
                Box::new(Fourier::new(width, height).with_batch(batch)),
                Box::new(Pyramid::new(width, height).with_batch(batch)),
            ];
            for param in params {
                let found = values_of(param.decode(param.encode(image.clone())));
                let off = pixels.iter().zip(&found).map(|(a, b)| (a - b).abs());
                let off = off.fold(0.0, f32::max);
                assert!(off < 1e-4, "{dims:?}: off by {off}");
            }
        }
    }
}
