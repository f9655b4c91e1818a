//! Which numbers are optimised, and how they make an image.

mod pixels;

pub use pixels::Pixels;

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
