//! Feature maps on their way through a network.

use burn::tensor::Tensor;

use reverie_kernels::convolution::{join_channels, to_channels_last};

/// Feature maps, channels last: `[B, H, W, C]` from the picture to the last layer.
#[derive(Clone, Debug)]
pub(super) struct Maps {
    tensor: Tensor<4>,
    /// Whether a rectifier would change nothing, as the convolution had one built in.
    is_rectified: bool,
}

impl Maps {
    /// Maps `[B, H, W, C]`.
    pub(super) fn new(tensor: Tensor<4>) -> Self {
        Self {
            tensor,
            is_rectified: false,
        }
    }

    /// Maps `[B, C, H, W]`, moved to where they belong.
    pub(super) fn from_first(tensor: Tensor<4>) -> Self {
        Self::new(to_channels_last(tensor))
    }

    /// The same maps, and whether a rectifier was built into what made them.
    pub(super) fn rectified(self, is_rectified: bool) -> Self {
        Self {
            is_rectified,
            ..self
        }
    }

    /// Whether a rectifier would change nothing, for certain.
    pub(super) fn is_rectified(&self) -> bool {
        self.is_rectified
    }

    /// The maps as `[B, H, W, C]`.
    pub(super) fn tensor(&self) -> Tensor<4> {
        self.tensor.clone()
    }

    /// The maps as `[B, C, H, W]`; nothing is moved.
    pub(super) fn to_first(&self) -> Tensor<4> {
        self.tensor.clone().permute([0, 3, 1, 2])
    }

    /// The channels of all, one behind the other.
    pub(super) fn concat(all: &[Self]) -> Self {
        Self::new(join_channels(all.iter().map(Self::tensor).collect()))
    }
}
