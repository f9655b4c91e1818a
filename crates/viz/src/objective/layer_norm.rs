//! DeepDream's objective.

use burn::tensor::Tensor;
use reverie_model::vision::{Activations, Layer};

use super::{Additive, Objective, Part};

/// Half the squared L2 norm of a whole layer: whatever the layer already sees, more of it.
///
/// # Scale
/// Divided by the number of values, so that octaves of different size compare. A step that is
/// normalised by the gradient's size does not notice the divisor.
///
/// # Source
/// The DeepDream notebook (Mordvintsev, Olah, Tyka 2015), `objective_L2`: the gradient with respect
/// to the layer is the layer itself.
#[derive(Clone, Debug)]
pub struct LayerNorm {
    /// The layer whose activity grows.
    pub layer: Layer,
}

impl Objective for LayerNorm {
    fn score(&self, seen: &Activations) -> Tensor<1> {
        seen.of(&self.layer).square().mean() * 0.5
    }

    fn layers(&self) -> Vec<Layer> {
        vec![self.layer.clone()]
    }

    fn part(&self) -> &'static str {
        "activity"
    }

    fn additive(&self) -> Option<&dyn Additive> {
        Some(self)
    }
}

impl Additive for LayerNorm {
    fn sums(&self, part: &Part<'_>) -> Vec<Tensor<3>> {
        let mean = part.of(&self.layer).square().mean();
        vec![(mean * part.share(&self.layer)).reshape([1, 1, 1])]
    }

    fn score_of(&self, sums: Vec<Tensor<3>>) -> Tensor<1> {
        sums[0].clone().sum() * 0.5
    }
}
