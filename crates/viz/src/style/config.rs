//! Every choice of a style transfer, as presets and settings files write them.

use reverie_model::vision::{Edges, Pooling};
use serde::{Deserialize, Serialize};

use crate::VizError;
use crate::objective::Stencil;
use crate::render::{LineSearch, OptimizerConfig};

/// What a style is measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StyleLoss {
    /// Gram matrices.
    Gram,
    /// Means and standard deviations of channels.
    Moments,
    /// Means and covariances, compared by the 2-Wasserstein distance.
    Wasserstein,
    /// Distributions along many directions: the sliced Wasserstein distance.
    Sliced,
}

/// How the distance of two Gram matrices is scaled; see [`gram_distance`](super::gram_distance). Other
/// style losses know [`Energy`](GramNorm::Energy), relative to the distance of a blank picture; with
/// any other value they are as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GramNorm {
    /// The lecture's `E_l`.
    Lecture,
    /// Mean square.
    Mean,
    /// Mean square of matrices divided by `C H W`.
    Elements,
    /// Relative to the target.
    Energy,
}

/// How the distance of two feature maps is scaled; see
/// [`content_distance`](super::content_distance).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContentNorm {
    /// Half the sum of squares.
    Lecture,
    /// Mean square.
    Mean,
    /// Relative to the target.
    Energy,
}

/// What each style layer's weight is multiplied by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LayerWeighting {
    /// Nothing.
    Listed,
    /// What makes the listed weights sum to one over the layers in use.
    Normalised,
    /// `1/C²`, as the notebook of Gatys.
    PerChannelSquared,
}

/// What the first image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Init {
    /// The content picture.
    Content,
    /// The first style picture, stretched to size.
    Style,
    /// Normal noise around the network's mean colour.
    Noise,
}

/// Which optimiser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerKind {
    /// L-BFGS.
    Lbfgs,
    /// Adam.
    Adam,
}

/// Which optimiser works at which size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerChoice {
    /// L-BFGS up to a megapixel, Adam above.
    ///
    /// L-BFGS needs far fewer looks and leaves less grain, but remembers `2 history` images.
    Auto,
    /// L-BFGS at every size.
    Lbfgs,
    /// Adam at every size.
    Adam,
}

impl OptimizerChoice {
    /// The optimiser for an image of so many pixels across and down.
    pub fn at(self, (width, height): (u32, u32)) -> OptimizerKind {
        let is_small = u64::from(width) * u64::from(height) <= LBFGS_PIXELS;
        match self {
            Self::Lbfgs => OptimizerKind::Lbfgs,
            Self::Auto if is_small => OptimizerKind::Lbfgs,
            Self::Auto | Self::Adam => OptimizerKind::Adam,
        }
    }
}

/// Which colours the result has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Colour {
    /// Those of the style.
    Free,
    /// The content's chroma under the result's luma.
    Chroma,
    /// The style picture is first given the content's mean and covariance of colours.
    Linear,
    /// The style picture is first given the content's histograms.
    Histogram,
    /// The result is at last given the histograms of the first style picture.
    StyleHistogram,
}

/// Every choice of a style transfer but the pictures and the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StyleConfig {
    /// Layers whose statistics shall match the style's.
    pub style_layers: Vec<String>,
    /// One weight a style layer.
    pub layer_weights: Vec<f64>,
    /// What the layer weights are multiplied by.
    pub layer_weighting: LayerWeighting,
    /// What a style is measured by.
    pub style_loss: StyleLoss,
    /// Scale of the style distance.
    pub gram_norm: GramNorm,
    /// Directions of the sliced Wasserstein distance.
    pub projections: usize,
    /// Weight of the style loss (β).
    pub style_weight: f64,
    /// Multiplies the style weight; means the same at every size.
    pub strength: f64,
    /// Layers whose activations shall match the content's.
    pub content_layers: Vec<String>,
    /// Scale of the content distance.
    pub content_norm: ContentNorm,
    /// Weight of the content loss (α).
    pub content_weight: f64,
    /// Weight of the total variation.
    pub tv_weight: f64,
    /// How the total variation is summed.
    pub tv_stencil: Stencil,
    /// Frames of a film: weight of staying with the frame before.
    pub temporal_weight: f64,
    /// How the network halves its feature maps.
    pub pooling: Pooling,
    /// What the network sees beyond the border.
    pub edges: Edges,
    /// What the first image is.
    pub init: Init,
    /// Standard deviation of the noise, in units of the image (0 black, 1 white).
    pub init_noise: f64,
    /// Longest side of the result, in pixels.
    pub size: u32,
    /// Longest side of the first, coarsest image; sizes between grow by `growth`.
    pub start_size: u32,
    /// Ratio of neighbouring sizes.
    pub growth: f64,
    /// Whether only what was changed is enlarged from size to size, and added to the content, which so
    /// stays sharp; else the picture itself is enlarged.
    pub carry_detail: bool,
    /// Steps at the first size.
    pub first_steps: usize,
    /// Steps at every further size.
    pub steps: usize,
    /// Frames of a film: steps for each after the first.
    pub frame_steps: usize,
    /// Whether borders meet, so that copies of the result can be laid side by side.
    pub tileable: bool,
    /// Width over height of a texture; a content gives its own.
    pub aspect: f64,
    /// Size of the style pictures relative to the result.
    pub style_scale: f64,
    /// Which optimiser.
    pub optimizer: OptimizerChoice,
    /// Step size: for Adam in units of the image, for L-BFGS a factor of the Newton step. Where
    /// [the size decides](OptimizerChoice::Auto) it is Adam's, and L-BFGS takes the Newton step.
    pub rate: f64,
    /// Adam's memory of the mean gradient.
    pub beta_1: f64,
    /// Adam's memory of the squared gradient.
    pub beta_2: f64,
    /// Adam's guard of the division, for images of up to 512 by 512 pixels; for larger ones it falls
    /// as gradients do, in proportion to the number of pixels.
    pub epsilon: f64,
    /// L-BFGS: remembered steps.
    pub history: usize,
    /// L-BFGS: search along the direction?
    pub line_search: LineSearch,
    /// Whether Adam's image is clipped to valid colours after every step.
    pub clamp: bool,
    /// Decay of the running average of Adam's images, which becomes the result; 0 keeps none. L-BFGS,
    /// whose steps do not rattle, has none: it would only lag behind.
    pub average: f64,
    /// Which colours the result has.
    pub colour: Colour,
}

/// Pixels up to which [`OptimizerChoice::Auto`] takes L-BFGS.
const LBFGS_PIXELS: u64 = 1 << 20;

/// Pixels up to which Adam's epsilon is as it is given.
const EPSILON_PIXELS: f64 = 512.0 * 512.0;
/// Longest side that can be asked for, in pixels.
const MAX_SIZE: u32 = 65_535;

impl StyleConfig {
    /// Checks every number.
    ///
    /// # Errors
    /// [`VizError::Setting`], for the first that is out of range.
    pub fn check(&self) -> Result<(), VizError> {
        let fail = |name, value: String, must| Err(VizError::Setting { name, value, must });
        let positive = [
            ("rate", self.rate),
            ("style-scale", self.style_scale),
            ("aspect", self.aspect),
        ];
        for (name, value) in positive {
            if !(value.is_finite() && value > 0.0) {
                return fail(name, value.to_string(), "a number above 0");
            }
        }
        let weights = [
            ("style-weight", self.style_weight),
            ("content-weight", self.content_weight),
            ("tv-weight", self.tv_weight),
            ("temporal-weight", self.temporal_weight),
            ("strength", self.strength),
            ("init-noise", self.init_noise),
        ];
        for (name, value) in weights {
            if !(value.is_finite() && value >= 0.0) {
                return fail(name, value.to_string(), "0 or a number above 0");
            }
        }
        for (name, value) in [
            ("average", self.average),
            ("beta-1", self.beta_1),
            ("beta-2", self.beta_2),
        ] {
            if !(0.0..1.0).contains(&value) {
                return fail(name, value.to_string(), "at least 0 and below 1");
            }
        }
        if !(self.epsilon.is_finite() && self.epsilon > 0.0) {
            return fail("epsilon", self.epsilon.to_string(), "a number above 0");
        }
        if !(self.growth.is_finite() && self.growth > 1.0) {
            return fail("growth", self.growth.to_string(), "a number above 1");
        }
        for (name, value) in [("size", self.size), ("start-size", self.start_size)] {
            if !(1..=MAX_SIZE).contains(&value) {
                return fail(
                    name,
                    value.to_string(),
                    "at least 1 pixel and at most 65535",
                );
            }
        }
        for (name, value) in [
            ("steps", self.steps),
            ("first-steps", self.first_steps),
            ("frame-steps", self.frame_steps),
            ("history", self.history),
            ("projections", self.projections),
        ] {
            if value == 0 {
                return fail(name, value.to_string(), "at least 1");
            }
        }
        if self.style_layers.is_empty() {
            return fail("style-layers", "empty".to_owned(), "at least one layer");
        }
        if self.layer_weights.len() != self.style_layers.len() {
            let value = format!("{} long", self.layer_weights.len());
            return fail("layer-weights", value, "as long as style-layers");
        }
        if self
            .layer_weights
            .iter()
            .any(|weight| !(weight.is_finite() && *weight >= 0.0))
        {
            let value = format!("{:?}", self.layer_weights);
            return fail("layer-weights", value, "numbers of 0 or above");
        }
        Ok(())
    }

    /// Pixels across and down of a texture.
    pub fn form(&self) -> (u32, u32) {
        let longest = f64::from(self.size);
        let shorter = |factor: f64| ((longest * factor).round() as u32).max(1);
        match self.aspect >= 1.0 {
            true => (self.size, shorter(1.0 / self.aspect)),
            false => (shorter(self.aspect), self.size),
        }
    }

    /// The optimiser with its settings, for an image of so many pixels across and down.
    pub fn optimizer_config(&self, size: (u32, u32)) -> OptimizerConfig {
        match self.optimizer.at(size) {
            OptimizerKind::Adam => OptimizerConfig::Adam {
                rate: self.rate,
                beta_1: self.beta_1 as f32,
                beta_2: self.beta_2 as f32,
                epsilon: (self.epsilon * fall(size)) as f32,
            },
            OptimizerKind::Lbfgs => OptimizerConfig::Lbfgs {
                rate: match self.optimizer {
                    OptimizerChoice::Auto => 1.0,
                    OptimizerChoice::Lbfgs | OptimizerChoice::Adam => self.rate,
                },
                history: self.history,
                line_search: self.line_search,
            },
        }
    }
}

/// What gradients of an image fall by that is larger than 512 by 512 pixels: losses are means over
/// positions, so each pixel's share of them is smaller.
fn fall((width, height): (u32, u32)) -> f64 {
    let pixels = f64::from(width) * f64::from(height);
    (EPSILON_PIXELS / pixels).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epsilon_falls_with_the_gradients() {
        for (size, wanted) in [((64, 64), 1.0), ((512, 512), 1.0), ((2048, 1024), 0.125)] {
            assert_eq!(fall(size), wanted, "{size:?}");
        }
    }

    #[test]
    fn up_to_a_megapixel_lbfgs_and_adam_above() {
        let auto = OptimizerChoice::Auto;
        assert_eq!(auto.at((1024, 1024)), OptimizerKind::Lbfgs);
        assert_eq!(auto.at((1024, 1025)), OptimizerKind::Adam);
        assert_eq!(auto.at((65_535, 65_535)), OptimizerKind::Adam);
        assert_eq!(OptimizerChoice::Adam.at((1, 1)), OptimizerKind::Adam);
        let large = (u32::MAX, u32::MAX);
        assert_eq!(OptimizerChoice::Lbfgs.at(large), OptimizerKind::Lbfgs);
    }
}
