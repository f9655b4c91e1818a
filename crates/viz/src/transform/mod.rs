//! How the image is shaken before the network looks at it.
//!
//! Without this a network is pleased with noise that no eye can read: patterns that fall apart when
//! the image moves by a pixel. Random moves forbid them.

mod jitter;

pub use jitter::Jitter;

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
