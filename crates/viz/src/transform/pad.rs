//! A border around the image.

use burn::tensor::Tensor;
use burn::tensor::ops::PadMode;
use reverie_model::rng::Rng;

use super::Transform;

/// Puts a border of one grey around the image, so that a later [`Jitter`](super::Jitter) or
/// [`Crop`](super::Crop) finds something beyond the edge, and the edge itself earns nothing.
///
/// Nothing is drawn at random.
///
/// # Source
/// lucid's `transform.pad`: 12 pixels of mid grey.
#[derive(Clone, Copy, Debug)]
pub struct Pad {
    /// Width of the border on each side, in pixels; 0 switches it off.
    pub by: usize,
    /// Its value in all colours, in units of the image.
    pub value: f32,
}

impl Transform for Pad {
    fn apply(&mut self, image: Tensor<4>, _rng: &mut Rng) -> Tensor<4> {
        if self.by == 0 {
            return image;
        }
        image.pad(
            (self.by, self.by, self.by, self.by),
            PadMode::Constant(self.value),
        )
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use reverie_model::rng::seeded;

    use super::*;
    use crate::tensor::values_of;

    #[test]
    fn a_border_is_put_around() {
        let image = Tensor::<4>::ones([1, 3, 1, 2], &Device::flex());
        let mut pad = Pad { by: 1, value: 0.5 };
        let padded = pad.apply(image, &mut seeded(1));
        assert_eq!(padded.dims(), [1, 3, 3, 4]);
        let row = [[0.5; 4], [0.5, 1.0, 1.0, 0.5], [0.5; 4]].concat();
        assert_eq!(values_of(padded), row.repeat(3));
    }
}
