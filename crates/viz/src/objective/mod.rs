//! What we want to see: scores that are raised.

mod channel;
mod goal;
mod layer_norm;
mod smoothness;

pub use channel::ChannelMean;
pub use goal::{Goal, Scored};
pub use layer_norm::LayerNorm;
pub use smoothness::{Smoothness, Stencil, total_variation};

use burn::tensor::Tensor;
use reverie_model::vision::{Activations, Layer};

/// A score of what the network makes of an image. Larger is better, so a loss counts negative.
pub trait Objective {
    /// The score, `[1]`; differentiable.
    fn score(&self, seen: &Activations) -> Tensor<1>;

    /// The layers that `score` reads, so that the forward pass can stop after the deepest.
    fn layers(&self) -> Vec<Layer>;

    /// Under which name reports add this up: `"style"`, `"content"`, …
    fn part(&self) -> &'static str;
}
