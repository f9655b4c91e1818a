//! What a cell hands from one step to the next.

use burn::tensor::Tensor;

/// What a cell remembers between two steps.
///
/// # Shapes
/// `hidden` is `[B, K]`; for a Jordan cell it is the output that is fed back, `[B, V]`. `memory`
/// is `[B, K]`, and only the LSTM has one.
#[derive(Clone, Debug)]
pub struct State {
    /// h, the output of the last step.
    pub hidden: Tensor<2>,
    /// c, which only the gates of an LSTM read and write.
    pub memory: Option<Tensor<2>>,
}

impl State {
    /// A state without a memory.
    pub fn of(hidden: Tensor<2>) -> Self {
        Self {
            hidden,
            memory: None,
        }
    }

    /// The same values without their history: where truncated back-propagation ends.
    pub fn detach(self) -> Self {
        self.map(Tensor::detach)
    }

    /// Does the same to every tensor.
    pub fn map(self, mut change: impl FnMut(Tensor<2>) -> Tensor<2>) -> Self {
        Self {
            hidden: change(self.hidden),
            memory: self.memory.map(change),
        }
    }
}
