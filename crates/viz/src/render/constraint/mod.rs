//! What is done to the image after every step.
//!
//! These are the aids of the lecture against pictures that please only the network: decay toward
//! the mean picture (the step form of an L2 penalty), blur, clipping to valid colours, clipping of
//! pixels that hardly matter, and a mask that keeps parts of a picture as they are.

mod blur;
mod clamp;
mod clip;
mod decay;
mod keep;

pub use blur::{Blur, gaussian_blur};
pub use clamp::Clamp;
pub use clip::{ContributionClip, NormClip};
pub use decay::Decay;
pub use keep::Keep;

use burn::tensor::Tensor;

/// A change to the image between steps.
///
/// Numbers that are not pixels are decoded, changed as an image, and encoded again: what a
/// constraint does then holds as exactly as such an image can be written
/// ([`ImageParam::encode`](crate::param::ImageParam::encode)).
pub trait Constraint {
    /// The image after step number `step` (from 1), `[B, 3, H, W]` in and out.
    ///
    /// `gradient` is that of the loss with respect to the image, `[B, 3, H, W]`, as it was at the
    /// last look of this step: before the step for Adam and plain ascent, after it for L-BFGS.
    /// Whatever numbers make the image, pixels or not, it is the gradient of the pixels, before
    /// any transform. It is there if any constraint of the scene
    /// [needs it](Constraint::needs_gradient).
    fn apply(&mut self, step: usize, image: Tensor<4>, gradient: Option<&Tensor<4>>) -> Tensor<4>;

    /// Whether [`apply`](Constraint::apply) reads the gradient, which costs a second image.
    fn needs_gradient(&self) -> bool {
        false
    }
}
