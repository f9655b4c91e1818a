//! Staying with the frame before.

use burn::tensor::Tensor;
use reverie_model::vision::{Activations, Layer};

use crate::objective::Objective;

/// Minus the distance of an image to what the frame before has become, where that can be trusted:
/// `Σ c (x − w)² / (3 max(Σ c, 1))`.
///
/// # Shapes
/// `warped` is `[1, 3, H, W]`, `trust` is `[1, 1, H, W]` in `[0, 1]`.
///
/// # Source
/// Ruder, Dosovitskiy, Brox 2016 (arXiv 1604.08610), eq. 7: short-term consistency; divided by the
/// trusted pixels instead of all, so that a scene with much that is new is held as firmly.
#[derive(Clone, Debug)]
pub struct TemporalMatch {
    /// The frame before, brought to where things are now.
    pub warped: Tensor<4>,
    /// Where it can be trusted.
    pub trust: Tensor<4>,
}

/// [`TemporalMatch`] as a loss of an image `[1, 3, H, W]`.
pub fn temporal_distance(image: Tensor<4>, warped: Tensor<4>, trust: Tensor<4>) -> Tensor<1> {
    // Where nothing is trusted the sum is zero, and so is the distance.
    let total = trust.clone().sum().clamp_min(1.0) * 3.0;
    ((image - warped).square() * trust).sum() / total
}

impl Objective for TemporalMatch {
    fn score(&self, seen: &Activations) -> Tensor<1> {
        temporal_distance(seen.image(), self.warped.clone(), self.trust.clone()).neg()
    }

    fn layers(&self) -> Vec<Layer> {
        Vec::new()
    }

    fn part(&self) -> &'static str {
        "temporal"
    }
}
