//! Names of layers and what is known about each without running the network.

use std::fmt;
use std::sync::Arc;

use crate::ModelError;

/// A layer by its name in the literature: `conv3_1`, `relu4_2`, `pool5`.
///
/// Asked for by [`Network::layer`](super::Network::layer), which refuses names the network does not
/// have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Layer(Arc<str>);

impl Layer {
    /// A layer of this name; whether a network has it is for the network to say.
    pub fn named(name: impl AsRef<str>) -> Self {
        Self(name.as_ref().into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a layer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerKind {
    /// A convolution; its output is the *pre-activation*, which may be negative.
    Conv,
    /// Batch normalisation with fixed statistics.
    Norm,
    /// `max(x, 0)`.
    Relu,
    /// A pooling: every position is the largest or the mean of several.
    Pool,
    /// The channels of several layers, one behind the other.
    Concat,
    /// A fully connected layer before its rectifier: `[B, K, 1, 1]`, whatever the size of the picture.
    Dense,
    /// One number a class, before the softmax: `[B, K, 1, 1]`, whatever the size of the picture.
    Scores,
}

/// What is known about a layer before any picture is seen.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerInfo {
    /// Its name.
    pub layer: Layer,
    /// What it does.
    pub kind: LayerKind,
    /// Feature maps it puts out.
    pub channels: usize,
    /// Pixels of the picture between neighbouring positions of this layer.
    pub stride: usize,
    /// Pixels of the picture, in one direction, that one position depends on; [`usize::MAX`] where
    /// there is a single position, which sees all of it.
    pub receptive: usize,
    /// Pixels that convolutions and poolings without, or with wide, padding take from the picture or
    /// add to it: there are `(side + shift) / stride` positions along a side. Zero in a VGG.
    pub shift: isize,
    /// Smallest side of a picture that leaves one position here, in pixels.
    pub smallest: usize,
}

impl LayerInfo {
    /// A layer at the picture's own resolution that sees single pixels.
    pub fn new(layer: Layer, kind: LayerKind, channels: usize) -> Self {
        Self {
            layer,
            kind,
            channels,
            stride: 1,
            receptive: 1,
            shift: 0,
            smallest: 1,
        }
    }

    /// Smallest side of a picture that leaves one position here, in pixels.
    pub fn min_side(&self) -> usize {
        self.smallest
    }

    /// Positions along a side of a picture of so many pixels.
    pub fn positions(&self, pixels: usize) -> usize {
        match self.receptive {
            usize::MAX => 1,
            _ => pixels.saturating_add_signed(self.shift) / self.stride,
        }
    }

    /// Refuses a picture that pooling leaves nothing of at this layer; sides in pixels.
    ///
    /// # Errors
    /// [`ModelError::PictureTooSmall`], with the smallest side that would do.
    pub fn check_side(&self, width: usize, height: usize) -> Result<(), ModelError> {
        let (layer, need) = (self.layer.clone(), self.min_side());
        if width.min(height) < need {
            return Err(ModelError::PictureTooSmall {
                layer,
                need,
                width,
                height,
            });
        }
        Ok(())
    }

    /// Values this layer holds for one picture of `height` x `width` pixels.
    pub fn elements(&self, height: usize, width: usize) -> usize {
        self.channels * self.positions(height) * self.positions(width)
    }
}
