//! Valid colours.

use burn::tensor::Tensor;

use super::Constraint;

/// Keeps every pixel in `[0, 1]`.
#[derive(Clone, Copy, Debug)]
pub struct Clamp;

impl Constraint for Clamp {
    fn apply(&mut self, _step: usize, image: Tensor<4>, _: Option<&Tensor<4>>) -> Tensor<4> {
        image.clamp(0.0, 1.0)
    }
}
