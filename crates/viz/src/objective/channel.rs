//! One feature map.

use burn::tensor::Tensor;
use reverie_model::vision::{Activations, Layer, LayerInfo};

use super::{Additive, Objective, Part, check_channel};
use crate::VizError;

/// The mean of one channel over all positions: what does this feature look for, everywhere?
///
/// # Source
/// Olah, Mordvintsev, Schubert 2017 (Feature Visualization), "channel" objective.
#[derive(Clone, Debug)]
pub struct ChannelMean {
    layer: Layer,
    channel: usize,
}

impl ChannelMean {
    /// Channel number `channel` of a layer, counted from 0.
    ///
    /// # Errors
    /// [`VizError::NoSuchChannel`], with the last channel there is.
    pub fn new(info: &LayerInfo, channel: usize) -> Result<Self, VizError> {
        check_channel(info, channel)?;
        let layer = info.layer.clone();
        Ok(Self { layer, channel })
    }
}

impl Objective for ChannelMean {
    fn score(&self, seen: &Activations) -> Tensor<1> {
        seen.of(&self.layer).narrow(1, self.channel, 1).mean()
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

impl Additive for ChannelMean {
    fn sums(&self, part: &Part<'_>) -> Vec<Tensor<3>> {
        let mean = part.of(&self.layer).narrow(1, self.channel, 1).mean();
        vec![(mean * part.share(&self.layer)).reshape([1, 1, 1])]
    }

    fn score_of(&self, sums: Vec<Tensor<3>>) -> Tensor<1> {
        sums[0].clone().sum()
    }
}
