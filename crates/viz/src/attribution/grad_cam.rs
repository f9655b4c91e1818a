//! Feature maps, weighed by what the score says of them.

use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use reverie_model::vision::{Layer, LayerKind, Network};

use super::{Attribution, Map, Question, Watch};
use crate::VizError;
use crate::bilinear::{Weights, resampled};

/// Grad-CAM: `L = ReLU(Σ_c α_c A_c)`, with α_c the mean gradient of the score over the positions of map
/// A_c of a deep layer, stretched to the picture bilinearly.
///
/// # Source
/// Selvaraju et al. 2017 (arXiv 1610.02391), eqs. 1 and 2.
#[derive(Clone, Debug)]
pub struct GradCam {
    /// The layer; [`GradCam::usual_layer`] says which one is taken as a rule.
    pub layer: Layer,
    /// Whether what speaks against the score is left out, as in the paper.
    pub is_rectified: bool,
}

impl GradCam {
    /// The deepest layer of rectified maps before the score; a branch inside a block is none, as the
    /// score depends on its siblings too.
    pub fn usual_layer(network: &dyn Network, score: &super::Score) -> Option<Layer> {
        // Class maps behind a rectifier, as SqueezeNet's, are no features of one layer but the scores.
        let end = match network.info(score.layer().as_str()) {
            Ok(info) if info.kind == LayerKind::Scores => network.evidence(),
            _ => Some(score.layer().clone()),
        };
        let before = network.layers().iter();
        let before = before.take_while(|info| Some(&info.layer) != end.as_ref());
        let is_fit = |kind| matches!(kind, LayerKind::Relu | LayerKind::Concat);
        let is_branch = |layer: &Layer| {
            let mut blocks = network.layers().iter().map(|info| &info.layer);
            blocks.any(|block| layer.is_part_of(block))
        };
        let fit = before.filter(|info| is_fit(info.kind) && info.receptive < usize::MAX);
        let fit = fit.filter(|info| !is_branch(&info.layer));
        fit.last().map(|info| info.layer.clone())
    }

    /// The map at the layer's own resolution, `[1, 1, H', W']`.
    ///
    /// # Errors
    /// [`VizError::NotOnTheWay`] if the score depends on more than this layer.
    pub fn coarse(&self, question: &Question<'_>, image: Tensor<4>) -> Result<Tensor<4>, VizError> {
        let network = question.network;
        let seen = network.activations(image, std::slice::from_ref(&self.layer))?;
        let maps = Tensor::<4>::from_inner(seen.of(&self.layer)).require_grad();
        let mut score = None;
        let wanted = std::slice::from_ref(question.score.layer());
        network.run_from(&self.layer, maps.clone(), wanted, &mut |_, maps| {
            score = Some(question.score.of_maps(maps));
        });
        let score = score.ok_or_else(|| VizError::NotOnTheWay {
            layer: self.layer.clone(),
            score: question.score.layer().clone(),
        })?;
        let grads = score.sum().backward();
        let features = maps.clone().inner();
        let gradient = maps.grad(&grads).unwrap_or_else(|| features.zeros_like());
        let weights = gradient.mean_dim(2).mean_dim(3);
        let sum = (features * weights).sum_dim(1);
        Ok(match self.is_rectified {
            true => relu(sum),
            false => sum,
        })
    }
}

impl Attribution for GradCam {
    fn name(&self) -> &'static str {
        "grad-cam"
    }

    fn attribute(
        &self,
        question: &Question<'_>,
        image: Tensor<4>,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Map>, VizError> {
        let [_, _, height, width] = image.dims();
        let coarse = self.coarse(question, image)?;
        let [_, _, rows, columns] = coarse.dims();
        let down = Weights::stretch(rows, height);
        let across = Weights::stretch(columns, width);
        let map = Map::of(resampled(coarse, down, across));
        Ok(watch(1, 1).is_continue().then_some(map))
    }

    fn passes(&self, _: [usize; 2]) -> usize {
        1
    }

    fn is_signed(&self) -> bool {
        true
    }
}
