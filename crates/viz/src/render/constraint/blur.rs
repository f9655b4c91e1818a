//! Gaussian blur.

use burn::tensor::module::conv2d;
use burn::tensor::ops::{ConvOptions, PadMode};
use burn::tensor::{Tensor, TensorData};

use super::Constraint;

/// Blurs the image every few steps; borders are repeated.
///
/// # Source
/// Yosinski et al. 2015, section 3, "Gaussian blur".
#[derive(Clone, Copy, Debug)]
pub struct Blur {
    /// Standard deviation of the Gaussian, in pixels.
    pub sigma: f64,
    /// Steps between two blurs.
    pub every: usize,
}

impl Constraint for Blur {
    fn apply(&mut self, step: usize, image: Tensor<4>, _: Option<&Tensor<4>>) -> Tensor<4> {
        if self.sigma > 0.0 && step.is_multiple_of(self.every.max(1)) {
            gaussian_blur(image, self.sigma)
        } else {
            image
        }
    }
}

/// Gaussian blur of images `[B, C, H, W]` with standard deviation `sigma` in pixels; the kernel ends
/// at three standard deviations.
pub fn gaussian_blur(image: Tensor<4>, sigma: f64) -> Tensor<4> {
    let channels = image.dims()[1];
    let radius = (3.0 * sigma).ceil() as usize;
    let weights: Vec<f64> = (0..=2 * radius)
        .map(|i| (-0.5 * ((i as f64 - radius as f64) / sigma).powi(2)).exp())
        .collect();
    let sum: f64 = weights.iter().sum();
    let kernel: Vec<f32> = weights.iter().map(|weight| (weight / sum) as f32).collect();
    let device = image.device();
    let along = |shape: [usize; 4]| {
        let data = TensorData::new(kernel.repeat(channels), shape);
        Tensor::<4>::from_data(data, &device)
    };
    let size = kernel.len();
    let options = || ConvOptions::new([1, 1], [0, 0], [1, 1], channels);
    let padded = image.pad((radius, radius, radius, radius), PadMode::Edge);
    let across = conv2d(padded, along([channels, 1, 1, size]), None, options());
    conv2d(across, along([channels, 1, size, 1]), None, options())
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn blur_keeps_a_flat_image_and_the_brightness_of_a_spot() {
        let device = Device::flex();
        let flat = Tensor::<4>::full([1, 3, 6, 5], 0.4, &device);
        let off = (gaussian_blur(flat.clone(), 0.8) - flat)
            .abs()
            .max()
            .into_scalar::<f32>();
        assert!(off < 1e-6, "off by {off}");
        let mut spot = vec![0.0; 15 * 15];
        spot[7 * 15 + 7] = 1.0;
        let spot = Tensor::<4>::from_data(TensorData::new(spot, [1, 1, 15, 15]), &device);
        let blurred = gaussian_blur(spot, 1.0);
        let sum = blurred.clone().sum().into_scalar::<f32>();
        assert!((sum - 1.0).abs() < 1e-5, "sum {sum}");
        let peak = blurred.max().into_scalar::<f32>();
        assert!((peak - 0.1592).abs() < 2e-3, "peak {peak}, 1/(2π) expected");
    }
}
