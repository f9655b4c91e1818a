//! Gradients along the way from a baseline.

use burn::tensor::Tensor;
use reverie_model::vision::Rule;

use super::{AT_ONCE, Attribution, Map, Question, Watch};
use crate::VizError;
use crate::tensor::colour_like;

/// The picture in which there is nothing to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Baseline {
    /// The mean colour of the network, which it sees as zero.
    #[default]
    Mean,
    /// Black.
    Black,
    /// White.
    White,
}

impl Baseline {
    /// The names that [`by_name`](Self::by_name) knows.
    pub const NAMES: [&str; 3] = ["mean", "black", "white"];

    /// The baseline of this name.
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "mean" => Some(Self::Mean),
            "black" => Some(Self::Black),
            "white" => Some(Self::White),
            _ => None,
        }
    }

    /// The picture, as large as `image`.
    pub fn beside(self, question: &Question<'_>, image: &Tensor<4>) -> Tensor<4> {
        let colour = match self {
            Self::Mean => question.network.mean_colour(),
            Self::Black => [0.0; 3],
            Self::White => [1.0; 3],
        };
        image.zeros_like() + colour_like(colour, image)
    }
}

/// Integrated gradients, `(I − I') ⊙ ∫₀¹ ∂S/∂I (I' + α (I − I')) dα`, whose sum is `S(I) − S(I')`.
///
/// The integral is taken by the midpoint rule, α = (k + ½)/n.
///
/// # Source
/// Sundararajan, Taly, Yan 2017 (arXiv 1703.01365), eqs. 1 and 3; completeness is their proposition 1.
#[derive(Clone, Copy, Debug)]
pub struct IntegratedGradients {
    /// Gradients along the way, n.
    pub steps: usize,
    /// Where the way begins, I'.
    pub baseline: Baseline,
}

impl Default for IntegratedGradients {
    fn default() -> Self {
        Self {
            steps: 50,
            baseline: Baseline::Mean,
        }
    }
}

impl IntegratedGradients {
    /// How far the sum of a map is from the difference of the scores, as a share of that difference:
    /// the completeness gap.
    ///
    /// # Errors
    /// Images that are too small.
    pub fn gap(
        &self,
        question: &Question<'_>,
        image: Tensor<4>,
        map: &Map,
    ) -> Result<f64, VizError> {
        let base = self.baseline.beside(question, &image);
        let scores = question.scores(Tensor::cat(vec![image, base], 0))?;
        let difference = f64::from(scores[0]) - f64::from(scores[1]);
        let sum: f64 = map.values.iter().map(|value| f64::from(*value)).sum();
        Ok((sum - difference).abs() / difference.abs().max(f64::from(f32::MIN_POSITIVE)))
    }
}

impl Attribution for IntegratedGradients {
    fn name(&self) -> &'static str {
        "integrated-gradients"
    }

    fn attribute(
        &self,
        question: &Question<'_>,
        image: Tensor<4>,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Map>, VizError> {
        let base = self.baseline.beside(question, &image);
        let way = image.clone() - base.clone();
        let mut sum = image.zeros_like();
        for first in (0..self.steps).step_by(AT_ONCE) {
            let count = AT_ONCE.min(self.steps - first);
            let places = (first..first + count).map(|k| (k as f64 + 0.5) / self.steps as f64);
            let stops = places.map(|share| base.clone() + way.clone() * share);
            let stops = Tensor::cat(stops.collect(), 0);
            sum = sum + question.send_back(Rule::Gradient, stops)?.images.sum_dim(0);
            if watch(first + count, self.steps).is_break() {
                return Ok(None);
            }
        }
        Ok(Some(Map::of(way * sum / self.steps.max(1) as f32)))
    }

    fn passes(&self, _: [usize; 2]) -> usize {
        self.steps.div_ceil(AT_ONCE)
    }

    fn is_signed(&self) -> bool {
        true
    }
}
