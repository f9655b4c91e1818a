//! A turned image.

use burn::tensor::{Int, Tensor, TensorData};
use rand::RngExt;
use reverie_model::rng::Rng;

use super::Transform;
use crate::bilinear::taps;
use crate::tensor::constant_like;

/// Turns the image by a random angle about its centre; its size stays, and edge pixels are repeated
/// where the corners turn in.
///
/// Draws one number: the angle, uniform between `-degrees` and `degrees`.
///
/// # Source
/// lucid's `transform.random_rotate`, whose corners are black.
#[derive(Clone, Copy, Debug)]
pub struct Rotate {
    /// Largest angle either way, in degrees; 0 switches it off.
    pub degrees: f64,
}

impl Transform for Rotate {
    fn apply(&mut self, image: Tensor<4>, rng: &mut Rng) -> Tensor<4> {
        if self.degrees == 0.0 {
            return image;
        }
        let reach = self.degrees.abs();
        rotated(image, rng.random_range(-reach..=reach))
    }
}

/// Images `[B, C, H, W]` turned counter-clockwise about their centre, by an angle in degrees;
/// bilinear, with edge pixels repeated outside.
pub fn rotated(image: Tensor<4>, degrees: f64) -> Tensor<4> {
    let [_, _, height, width] = image.dims();
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (middle_x, middle_y) = ((width - 1) as f64 / 2.0, (height - 1) as f64 / 2.0);
    sampled(image, |x, y| {
        let (across, down) = (x as f64 - middle_x, y as f64 - middle_y);
        (
            middle_x + cos * across - sin * down,
            middle_y + sin * across + cos * down,
        )
    })
}

/// Images `[B, C, H, W]` of the same size whose pixel in column x and row y is what stands at the
/// place `from(x, y)` between the pixels of `image`.
///
/// Places and weights are made on the host, so that all backends sample alike. Selecting has a
/// gradient on all of them, where Burn's own `grid_sample_2d` has two ways, one with and one without
/// gradients.
fn sampled(image: Tensor<4>, from: impl Fn(usize, usize) -> (f64, f64)) -> Tensor<4> {
    let dims = image.dims();
    let [batch, channels, height, width] = dims;
    let (planes, pixels) = (batch * channels, height * width);
    let mut indices = vec![0i32; 4 * pixels];
    let mut weights = vec![0.0; 4 * pixels];
    for pixel in 0..pixels {
        let (x, y) = from(pixel % width, pixel / width);
        let mut corner = pixel;
        for (row, down) in taps(y, height) {
            for (column, across) in taps(x, width) {
                indices[corner] = (row * width + column) as i32;
                weights[corner] = down * across;
                corner += pixels;
            }
        }
    }
    let indices = TensorData::new(indices, [4 * pixels]);
    let indices = Tensor::<1, Int>::from_data(indices, &image.device());
    let weights = constant_like(weights, [1, 4, pixels], &image);
    let corners = image
        .reshape([planes, pixels])
        .select(1, indices)
        .reshape([planes, 4, pixels]);
    (corners * weights).sum_dim(1).reshape(dims)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use reverie_model::rng::seeded;

    use super::*;
    use crate::tensor::values_of;

    #[test]
    fn a_quarter_turn_moves_every_pixel_counter_clockwise() {
        let image = TensorData::new(vec![1.0f32, 2.0, 3.0, 4.0], [1, 1, 2, 2]);
        let image = Tensor::<4>::from_data(image, &Device::flex());
        let turned = values_of(rotated(image, 90.0));
        for (found, want) in turned.iter().zip([2.0, 4.0, 1.0, 3.0]) {
            assert!((found - want).abs() < 1e-6, "{turned:?}");
        }
    }

    #[test]
    fn flat_images_stay_flat_up_to_the_corners() {
        let image = Tensor::<4>::full([2, 3, 5, 9], 0.3, &Device::flex());
        let mut rng = seeded(2);
        for _ in 0..5 {
            let view = Rotate { degrees: 60.0 }.apply(image.clone(), &mut rng);
            assert_eq!(view.dims(), [2, 3, 5, 9]);
            let off = (view - 0.3).abs().max().into_scalar::<f32>();
            assert!(off < 1e-6, "off by {off}");
        }
    }
}
