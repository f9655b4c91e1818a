//! One number a pixel and colour.

use burn::tensor::Tensor;

use super::ImageParam;

/// The plain way: the numbers are the pixels, in the order `[B, 3, H, W]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// `[B, 3, H, W]`.
    pub dims: [usize; 4],
}

impl Pixels {
    /// One image of this size in pixels.
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            dims: [1, 3, height, width],
        }
    }
}

impl ImageParam for Pixels {
    fn decode(&self, values: Tensor<1>) -> Tensor<4> {
        values.reshape(self.dims)
    }

    fn encode(&self, image: Tensor<4>) -> Tensor<1> {
        image.flatten(0, 3)
    }
}
