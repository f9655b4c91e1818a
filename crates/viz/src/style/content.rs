//! The content loss.

use burn::tensor::Tensor;
use reverie_model::vision::{Activations, Layer};

use super::ContentNorm;
use crate::objective::{Additive, Objective, Part};

/// Distance of feature maps `[B, C, H, W]`.
///
/// | norm | distance |
/// |---|---|
/// | [`ContentNorm::Lecture`] | `1/2 Σ (F − P)²` (Gatys et al. 2016, eq. 1) |
/// | [`ContentNorm::Mean`] | mean of `(F − P)²` |
/// | [`ContentNorm::Energy`] | `Σ (F − P)² / Σ P²`: 1 for a blank picture, whatever network and size |
pub fn content_distance(features: Tensor<4>, target: Tensor<4>, norm: ContentNorm) -> Tensor<1> {
    let squares = (features - target.clone()).square();
    match norm {
        ContentNorm::Lecture => squares.sum() * 0.5,
        ContentNorm::Mean => squares.mean(),
        ContentNorm::Energy => squares.sum() / target.square().sum().clamp_min(f32::MIN_POSITIVE),
    }
}

/// Minus the distance of a layer to what it was for the content picture.
#[derive(Clone, Debug)]
pub struct ContentMatch {
    /// The layer.
    pub layer: Layer,
    /// What the layer made of the content picture, `[1, C, H, W]`.
    pub target: Tensor<4>,
    /// How the distance is scaled.
    pub norm: ContentNorm,
}

impl Objective for ContentMatch {
    fn score(&self, seen: &Activations) -> Tensor<1> {
        content_distance(seen.of(&self.layer), self.target.clone(), self.norm).neg()
    }

    fn layers(&self) -> Vec<Layer> {
        vec![self.layer.clone()]
    }

    fn part(&self) -> &'static str {
        "content"
    }

    fn additive(&self) -> Option<&dyn Additive> {
        Some(self)
    }
}

impl Additive for ContentMatch {
    fn sums(&self, part: &Part<'_>) -> Vec<Tensor<3>> {
        let target = part.same(&self.layer, &self.target);
        let mean = (part.of(&self.layer) - target).square().mean();
        vec![(mean * part.share(&self.layer)).reshape([1, 1, 1])]
    }

    fn score_of(&self, sums: Vec<Tensor<3>>) -> Tensor<1> {
        let mean = sums[0].clone().sum();
        let positions = self.target.shape().num_elements() as f64;
        let distance = match self.norm {
            ContentNorm::Lecture => mean * (positions * 0.5),
            ContentNorm::Mean => mean,
            ContentNorm::Energy => {
                let energy = self.target.clone().square().mean();
                mean / energy.clamp_min(f32::MIN_POSITIVE)
            }
        };
        distance.neg()
    }
}
