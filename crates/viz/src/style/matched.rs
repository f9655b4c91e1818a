//! The style loss as an objective.

use burn::tensor::Tensor;
use reverie_model::vision::{Activations, Layer};

use super::statistic::Target;
use super::{GramNorm, Measure, Statistic};
use crate::objective::{Additive, Join, Objective, Part};

/// Minus the distance of a layer's statistic to the style's.
#[derive(Clone, Debug)]
pub struct StyleMatch {
    layer: Layer,
    measure: Measure,
    target: Target,
    /// `[1, 1, H, W]` at the layer's own size, with sum 1.
    weights: Option<Tensor<4>>,
}

impl StyleMatch {
    /// A match of `layer` to `target`, everywhere alike.
    pub fn new(layer: Layer, target: Statistic, norm: GramNorm) -> Self {
        Self {
            layer,
            measure: target.kind().clone(),
            target: target.target(norm),
            weights: None,
        }
    }

    /// The same where positions count as much as `weights`, `[1, 1, H, W]` at the layer's own size,
    /// say; they sum to 1.
    pub fn within(self, weights: Tensor<4>) -> Self {
        Self {
            weights: Some(weights),
            ..self
        }
    }
}

impl Additive for StyleMatch {
    fn sums(&self, part: &Part<'_>) -> Vec<Tensor<3>> {
        let features = part.of(&self.layer);
        match &self.weights {
            None => self.measure.part(features, part.share(&self.layer)),
            Some(weights) => {
                let weights = part.same(&self.layer, weights);
                self.measure.weighted(features, weights)
            }
        }
    }

    fn score_of(&self, sums: Vec<Tensor<3>>) -> Tensor<1> {
        self.target.distance(sums).neg()
    }

    fn join(&self) -> Join {
        self.measure.join()
    }
}

impl Objective for StyleMatch {
    fn score(&self, seen: &Activations) -> Tensor<1> {
        self.score_of(self.sums(&Part::whole(seen)))
    }

    fn layers(&self) -> Vec<Layer> {
        vec![self.layer.clone()]
    }

    fn part(&self) -> &'static str {
        "style"
    }

    fn additive(&self) -> Option<&dyn Additive> {
        Some(self)
    }
}
