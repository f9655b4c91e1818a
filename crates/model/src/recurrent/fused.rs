//! Cells as layers of the fused operation, which does all steps of a sequence at once.

use burn::module::Param;
use burn::tensor::Tensor;
use reverie_kernels::recurrent::{Cell, Inputs, Layer, LayerNorm, walk};

use super::{Gates, Mode, Regularisation, Sequence, State};

impl Gates {
    /// The layer of these gates, with this sequence's noise on its weights.
    pub(super) fn layer(
        &self,
        cell: Cell,
        regularisation: &Regularisation,
        mode: &mut Mode<'_>,
    ) -> Layer {
        let (input, hidden) = self.disturbed(regularisation, mode);
        Layer {
            cell,
            input,
            hidden,
            bias: self.whole_bias(),
            peepholes: None,
            candidate_bias: None,
            norm: self.gains.as_ref().map(|gains| LayerNorm {
                gain: gains.input.val(),
                hidden_gain: Some(gains.hidden.val()),
                memory: None,
            }),
        }
    }
}

/// The value of a parameter that not every cell has.
pub(super) fn value(param: &Option<Param<Tensor<1>>>) -> Option<Tensor<1>> {
    param.as_ref().map(Param::val)
}

/// Runs a layer along a sequence: outputs `[T, B, K]` and the state at the end.
pub(super) fn run(layer: Layer, inputs: Sequence, state: &State) -> (Tensor<3>, State) {
    let lengths = inputs.lengths().map(|lengths| lengths.to_vec());
    let inputs = match inputs {
        Sequence::Symbols(symbols) => Inputs::Symbols(symbols),
        dense => Inputs::Dense(dense.into_by_time()),
    };
    let (hidden, memory) = (state.hidden.clone(), state.memory.clone());
    let walked = walk(layer, inputs, hidden, memory, lengths);
    let state = State {
        hidden: walked.hidden,
        memory: walked.memory,
    };
    (walked.outputs, state)
}
