//! Parts of a picture that stay as they are.

use burn::tensor::Tensor;

use super::Constraint;

/// Puts the pixels of a picture back wherever a mask says so: `x ← mask·x + (1 − mask)·base`.
///
/// Where the mask is 0 the pixels of `base` stay (bit for bit where the numbers are pixels); where it is 1 the image is free; in
/// between both are blended anew after every step, so that what grew there fades.
///
/// # Shapes
/// `base` is `[B, 3, H, W]` and `mask` `[B, 1, H, W]` in `[0, 1]`; B may be 1 for every image alike.
///
/// # Panics
/// [`apply`](Constraint::apply) panics if one of them has another size than the image.
#[derive(Clone, Debug)]
pub struct Keep {
    /// The picture to keep.
    pub base: Tensor<4>,
    /// How free each pixel is.
    pub mask: Tensor<4>,
}

impl Constraint for Keep {
    fn apply(&mut self, _step: usize, image: Tensor<4>, _: Option<&Tensor<4>>) -> Tensor<4> {
        let kept = self.mask.clone().neg() + 1.0;
        image * self.mask.clone() + self.base.clone() * kept
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;
    use crate::tensor::values_of;

    #[test]
    fn a_mask_keeps_blends_and_frees() {
        let device = Device::flex();
        let mask = TensorData::new(vec![0.0f32, 0.5, 1.0], [1, 1, 1, 3]);
        let mut keep = Keep {
            base: Tensor::full([1, 3, 1, 3], 0.3, &device),
            mask: Tensor::from_data(mask, &device),
        };
        let image = Tensor::full([2, 3, 1, 3], 0.7, &device);
        let found = values_of(keep.apply(1, image, None));
        for pixels in found.chunks_exact(3) {
            assert_eq!((pixels[0], pixels[2]), (0.3, 0.7));
            assert!((pixels[1] - 0.5).abs() < 1e-6, "{pixels:?}");
        }
    }
}
