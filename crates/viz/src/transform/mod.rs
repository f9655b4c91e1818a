//! How the image is shaken before the network looks at it.
//!
//! Without this a network is pleased with noise that no eye can read: patterns that fall apart when
//! the image moves by a pixel. Random moves forbid them.
//!
//! | transform | view |
//! |---|---|
//! | [`Pad`] | with a grey border |
//! | [`Jitter`] | moved, with what leaves coming back on the other side |
//! | [`Crop`] | a window at a random place |
//! | [`Scale`] | larger or smaller |
//! | [`Rotate`] | turned |
//!
//! Each has a value that switches it off: then the image is handed on as it is and nothing is drawn
//! from the generator.

mod crop;
mod jitter;
mod pad;
mod rotate;
mod scale;

pub use crop::Crop;
pub use jitter::Jitter;
pub use pad::Pad;
pub use rotate::{Rotate, rotated};
pub use scale::{Scale, scaled};

use burn::tensor::Tensor;
use reverie_model::rng::Rng;

/// A random view of an image, drawn anew at every look.
///
/// # Shapes
/// `[B, 3, H, W]` in and out; height and width may change. Differentiable.
pub trait Transform {
    /// One view. Every random number comes from `rng`, so that all backends see the same view.
    fn apply(&mut self, image: Tensor<4>, rng: &mut Rng) -> Tensor<4>;
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};
    use reverie_model::rng::{normal, seeded, to_text};

    use super::*;
    use crate::tensor::values_of;

    #[test]
    fn what_is_switched_off_neither_changes_nor_draws_anything() {
        let data = normal(&mut seeded(1), 3 * 4 * 5);
        let image = TensorData::new(data.clone(), [1, 3, 4, 5]);
        let image = Tensor::<4>::from_data(image, &Device::flex());
        let off: [Box<dyn Transform>; 5] = [
            Box::new(Pad { by: 0, value: 0.5 }),
            Box::new(Jitter { reach: 0 }),
            Box::new(Crop { by: 0 }),
            Box::new(Scale {
                lowest: 1.0,
                highest: 1.0,
            }),
            Box::new(Rotate { degrees: 0.0 }),
        ];
        for mut transform in off {
            let mut rng = seeded(2);
            let view = transform.apply(image.clone(), &mut rng);
            assert_eq!(values_of(view), data);
            assert_eq!(to_text(&rng), to_text(&seeded(2)));
        }
    }
}
