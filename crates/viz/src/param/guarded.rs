//! Pixels of which some stay as they are.

use burn::tensor::Tensor;

use super::{ImageParam, Pixels};

/// Pixels that are free where a mask is 1, those of a base where it is 0, and a blend between:
/// `x = m v + (1 − m) b`.
///
/// The gradient of a number is that of its pixel times the mask, so no optimiser moves what is kept,
/// and the network sees it as it is.
///
/// # Shapes
/// `base` is `[1, 3, H, W]`, `free` is `[1, 1, H, W]`.
#[derive(Clone, Debug)]
pub struct Guarded {
    pixels: Pixels,
    base: Tensor<4>,
    free: Tensor<4>,
}

impl Guarded {
    /// An image of the base's size.
    pub fn new(base: Tensor<4>, free: Tensor<4>) -> Self {
        let [.., height, width] = base.dims();
        Self {
            pixels: Pixels::new(width, height),
            base,
            free,
        }
    }
}

impl ImageParam for Guarded {
    fn decode(&self, values: Tensor<1>) -> Tensor<4> {
        let kept = self.base.clone() * (self.free.clone().neg() + 1.0);
        self.pixels.decode(values) * self.free.clone() + kept
    }

    /// The image itself: where it is kept, decoding gives the base whatever stands here.
    fn encode(&self, image: Tensor<4>) -> Tensor<1> {
        self.pixels.encode(image)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;
    use crate::tensor::values_of;

    #[test]
    fn what_is_kept_has_the_bits_of_the_base_and_no_gradient() {
        let device = Device::flex();
        let mask = TensorData::new(vec![0.0f32, 0.5, 1.0], [1, 1, 1, 3]);
        let base = Tensor::full([1, 3, 1, 3], 0.1, &device);
        let guarded = Guarded::new(base, Tensor::from_data(mask, &device));
        let values = Tensor::<1>::full([9], 0.7, &device)
            .autodiff()
            .require_grad();
        let image = guarded.decode(values.clone());
        let mut gradients = image.clone().sum().backward();
        let gradient = values_of(values.grad_remove(&mut gradients).unwrap());
        assert_eq!(gradient[..3], [0.0, 0.5, 1.0]);
        let image = values_of(image.inner());
        assert_eq!((image[0], image[2]), (0.1, 0.7));
        assert!((image[1] - 0.4).abs() < 1e-6);
    }
}
