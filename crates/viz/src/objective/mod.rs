//! What we want to see: scores that are raised.
//!
//! | objective | raises |
//! |---|---|
//! | [`LayerNorm`] | a whole layer: whatever it already sees |
//! | [`ChannelMean`] | one channel, everywhere |
//! | [`Neuron`] | one channel at one position |
//! | [`Direction`] | several channels in fixed proportions |
//! | [`GuidedMatch`] | a layer toward what it sees in a guide picture |
//! | [`Smoothness`] | calm surfaces |
//! | [`Energy`] | nearness to the mean picture |
//! | [`AlphaNorm`] | colours that are valid |
//! | [`Diversity`] | differences between the images of a batch |
//!
//! They add up as a [`Goal`]; the images of a batch are averaged.

mod alpha_norm;
mod channel;
mod direction;
mod diversity;
mod energy;
mod goal;
mod guided;
mod layer_norm;
mod neuron;
mod part;
mod rows;
mod smoothness;

#[cfg(test)]
pub(crate) mod mirror;

pub use alpha_norm::AlphaNorm;
pub use channel::ChannelMean;
pub use direction::Direction;
pub use diversity::Diversity;
pub use energy::Energy;
pub use goal::{Goal, Scored};
pub use guided::GuidedMatch;
pub use layer_norm::LayerNorm;
pub use neuron::Neuron;
pub use part::{Additive, Join, Part, Window, Windows};
pub use rows::Rows;
pub use smoothness::{Smoothness, Stencil, total_variation};

use burn::tensor::Tensor;
use reverie_model::vision::{Activations, Layer, LayerInfo};

use crate::VizError;

/// A score of what the network makes of an image. Larger is better, so a loss counts negative.
pub trait Objective {
    /// The score, `[1]`; differentiable.
    fn score(&self, seen: &Activations) -> Tensor<1>;

    /// The layers that `score` reads, so that the forward pass can stop after the deepest.
    fn layers(&self) -> Vec<Layer>;

    /// Under which name reports add this up: `"style"`, `"content"`, …
    fn part(&self) -> &'static str;

    /// How to look part by part; none where the score needs the whole picture at once. An objective
    /// that reads no layer never needs it: it is given the whole image.
    fn additive(&self) -> Option<&dyn Additive> {
        None
    }

    /// For one that reads no layer: what some rows of the image add to the score, `[1]`, where it is a
    /// sum over rows; none where it needs the whole image at once.
    fn score_rows(&self, _rows: &Rows) -> Option<Tensor<1>> {
        None
    }

    /// For one that reads no layer: whether the last row is above the first.
    fn meets_around(&self) -> bool {
        false
    }
}

pub(crate) fn check_channel(info: &LayerInfo, channel: usize) -> Result<(), VizError> {
    if channel < info.channels {
        return Ok(());
    }
    Err(VizError::NoSuchChannel {
        layer: info.layer.clone(),
        asked: channel,
        last: info.channels - 1,
    })
}

fn check_length(info: &LayerInfo, found: usize) -> Result<(), VizError> {
    if found == info.channels {
        return Ok(());
    }
    Err(VizError::WrongLength {
        layer: info.layer.clone(),
        channels: info.channels,
        found,
    })
}
