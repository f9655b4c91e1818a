//! One feature map.

use burn::tensor::Tensor;
use reverie_model::vision::{Activations, Layer, LayerInfo};

use super::{Objective, check_channel};
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
}
