//! Moves the image by a few pixels.

use burn::tensor::Tensor;
use rand::RngExt;
use reverie_model::rng::Rng;

use super::Transform;

/// Rolls the image by up to `reach` pixels in both directions; what leaves on one side comes back
/// on the other.
///
/// # Source
/// The DeepDream notebook (Mordvintsev, Olah, Tyka 2015), `jitter=32`.
#[derive(Clone, Copy, Debug)]
pub struct Jitter {
    /// Farthest move, in pixels.
    pub reach: usize,
}

impl Transform for Jitter {
    fn apply(&mut self, image: Tensor<4>, rng: &mut Rng) -> Tensor<4> {
        if self.reach == 0 {
            return image;
        }
        let reach = self.reach as i64;
        let shifts = [
            rng.random_range(-reach..=reach),
            rng.random_range(-reach..=reach),
        ];
        image.roll(&shifts, &[2, 3])
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};
    use reverie_model::rng::seeded;

    use super::*;

    #[test]
    fn jitter_keeps_every_pixel() {
        let data: Vec<f32> = (0..3 * 4 * 5).map(|v| v as f32).collect();
        let image =
            Tensor::<4>::from_data(TensorData::new(data.clone(), [1, 3, 4, 5]), &Device::flex());
        let mut rng = seeded(3);
        for _ in 0..5 {
            let moved = Jitter { reach: 7 }.apply(image.clone(), &mut rng);
            let mut values = crate::tensor::values_of(moved);
            values.sort_by(f32::total_cmp);
            assert_eq!(values, data);
        }
    }
}
