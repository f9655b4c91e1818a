//! What a cell does to the sum that reaches it.

use burn::tensor::Tensor;
use burn::tensor::activation::{relu, sigmoid, softmax};
use serde::{Deserialize, Serialize};

/// A function of every unit by itself, or of all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// Between -1 and 1, steepest at zero.
    #[default]
    Tanh,
    /// The logistic function, between 0 and 1.
    Sigmoid,
    /// Zero below zero.
    Relu,
    /// The sum itself.
    Identity,
    /// Shares that add up to one over all units.
    Softmax,
}

impl Activation {
    /// `[B, K]` in, `[B, K]` out.
    pub fn apply(self, sum: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Tanh => sum.tanh(),
            Self::Sigmoid => sigmoid(sum),
            Self::Relu => relu(sum),
            Self::Identity => sum,
            Self::Softmax => softmax(sum, 1),
        }
    }
}
