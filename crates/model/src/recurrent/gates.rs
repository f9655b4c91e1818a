//! The weights of a cell, all gates side by side, and the sums they make.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use super::init::Draw;
use super::{Input, Mode, Regularisation, normalise};

/// W_x, W_h and b of G gates.
///
/// # Shapes
/// `input` is `[D, G·K]`, `hidden` `[H, G·K]` with H the width of what is fed back, `bias`
/// `[G·K]`; the columns of one gate lie together. One matrix for all gates is what a fused
/// operation multiplies with; an unrolled cell takes it apart once for a sequence.
#[derive(Module, Debug)]
pub struct Gates {
    /// W_x.
    pub input: Param<Tensor<2>>,
    /// W_h.
    pub hidden: Param<Tensor<2>>,
    /// b.
    pub bias: Param<Tensor<1>>,
    /// A second bias that is added to the first; see
    /// [`CellConfig::two_biases`](super::CellConfig::two_biases).
    pub hidden_bias: Option<Param<Tensor<1>>>,
    /// With layer normalisation: gains of x W_x and of h W_h, which are normalised apart.
    pub gains: Option<Gain>,
    n_gates: usize,
}

/// Gains of layer normalisation, `[G·K]` each.
#[derive(Module, Debug)]
pub struct Gain {
    /// Of x W_x.
    pub input: Param<Tensor<1>>,
    /// Of h W_h.
    pub hidden: Param<Tensor<1>>,
}

/// Sizes of [`Gates`].
pub(crate) struct GatesConfig {
    pub d_input: usize,
    /// Width of what is fed back.
    pub d_state: usize,
    pub d_hidden: usize,
    pub n_gates: usize,
    pub layer_norm: bool,
    pub two_biases: bool,
}

impl Gates {
    pub(crate) fn init(config: &GatesConfig, draw: &mut Draw<'_>) -> Self {
        let width = config.n_gates * config.d_hidden;
        let input = draw.input(config.d_input, config.n_gates, config.d_hidden);
        let hidden = draw.hidden(config.d_state, config.n_gates, config.d_hidden);
        let bias = draw.bias(width);
        let hidden_bias = config.two_biases.then(|| draw.bias(width));
        let ones = || vec![1.0; width];
        Self {
            input,
            hidden,
            bias: draw.vector(bias),
            hidden_bias: hidden_bias.map(|bias| draw.vector(bias)),
            gains: config.layer_norm.then(|| Gain {
                input: draw.vector(ones()),
                hidden: draw.vector(ones()),
            }),
            n_gates: config.n_gates,
        }
    }

    /// W_x and W_h with this sequence's noise on them.
    pub(super) fn disturbed(
        &self,
        regularisation: &Regularisation,
        mode: &mut Mode<'_>,
    ) -> (Tensor<2>, Tensor<2>) {
        let noise = regularisation.weight_noise;
        let input = mode.disturbed(self.input.val(), noise);
        (input, mode.disturbed(self.hidden.val(), noise))
    }

    /// b, or the sum of both where there are two.
    pub(super) fn whole_bias(&self) -> Tensor<1> {
        match &self.hidden_bias {
            Some(second) => self.bias.val() + second.val(),
            None => self.bias.val(),
        }
    }

    /// Takes the weights apart by gate, with this sequence's noise on them.
    pub(crate) fn apart(
        &self,
        batch: usize,
        regularisation: &Regularisation,
        mode: &mut Mode<'_>,
    ) -> Apart {
        let (input, hidden) = self.disturbed(regularisation, mode);
        let (device, dtype) = (input.device(), input.dtype());
        let share = regularisation.variational_dropout;
        let [d_input, d_state] = [input.dims()[0], hidden.dims()[0]];
        let chunks = |values: Tensor<1>| values.unsqueeze::<2>().chunk(self.n_gates, 1);
        let row = |values: &Param<Tensor<1>>| chunks(values.val());
        let bias = self.whole_bias();
        let gains = self.gains.as_ref();
        let mut input_gains = gains.map(|gains| row(&gains.input).into_iter());
        let mut hidden_gains = gains.map(|gains| row(&gains.hidden).into_iter());
        let parts = input.chunk(self.n_gates, 1).into_iter();
        let parts = parts.zip(hidden.chunk(self.n_gates, 1)).zip(chunks(bias));
        let gates = parts.map(|((input, hidden), bias)| Gate {
            // A symbol picks one row of W_x, so its bias may as well lie in that row.
            rows: gains.is_none().then(|| input.clone() + bias.clone()),
            input,
            hidden,
            bias,
            input_gain: input_gains.as_mut().and_then(Iterator::next),
            hidden_gain: hidden_gains.as_mut().and_then(Iterator::next),
        });
        Apart {
            gates: gates.collect(),
            input_mask: mode.dropout_mask(share, [batch, d_input], (&device, dtype)),
            hidden_mask: mode.dropout_mask(share, [batch, d_state], (&device, dtype)),
        }
    }
}

/// Gates made ready for one sequence.
pub(crate) struct Apart {
    gates: Vec<Gate>,
    input_mask: Option<Tensor<2>>,
    hidden_mask: Option<Tensor<2>>,
}

/// One gate's share of the weights.
struct Gate {
    /// `[D, K]`
    input: Tensor<2>,
    /// `[H, K]`
    hidden: Tensor<2>,
    /// `[1, K]`
    bias: Tensor<2>,
    /// W_x with the bias in every row; not where x W_x is normalised by itself.
    rows: Option<Tensor<2>>,
    /// `[1, K]`
    input_gain: Option<Tensor<2>>,
    /// `[1, K]`
    hidden_gain: Option<Tensor<2>>,
}

impl Apart {
    /// The input as this sequence's gates see it.
    pub fn seen(&self, input: Input) -> Input {
        match (input, &self.input_mask) {
            (Input::Dense(features), Some(mask)) => Input::Dense(features * mask.clone()),
            (input, _) => input,
        }
    }

    /// The state as this sequence's gates see it.
    pub fn remembered(&self, hidden: Tensor<2>) -> Tensor<2> {
        match &self.hidden_mask {
            Some(mask) => hidden * mask.clone(),
            None => hidden,
        }
    }

    /// x W_x + b of one gate, `[B, K]`, with x W_x normalised where that is asked for.
    pub fn input_sum(&self, gate: usize, input: &Input) -> Tensor<2> {
        let gate = &self.gates[gate];
        match (input, &gate.rows) {
            (Input::Symbols(symbols), Some(rows)) => rows.clone().select(0, symbols.clone()),
            (input, _) => {
                let sums = match input {
                    Input::Symbols(symbols) => gate.input.clone().select(0, symbols.clone()),
                    Input::Dense(features) => features.clone().matmul(gate.input.clone()),
                };
                scaled(sums, gate.input_gain.as_ref()) + gate.bias.clone()
            }
        }
    }

    /// x W_x of one gate and nothing more.
    pub fn bare_input(&self, gate: usize, input: &Input) -> Tensor<2> {
        let weights = self.gates[gate].input.clone();
        match input {
            Input::Symbols(symbols) => weights.select(0, symbols.clone()),
            Input::Dense(features) => features.clone().matmul(weights),
        }
    }

    /// b of one gate, `[1, K]`.
    pub fn bias(&self, gate: usize) -> Tensor<2> {
        self.gates[gate].bias.clone()
    }

    /// h W_h of one gate, `[B, K]`, normalised where that is asked for.
    pub fn hidden_sum(&self, gate: usize, hidden: Tensor<2>) -> Tensor<2> {
        let gate = &self.gates[gate];
        scaled(
            hidden.matmul(gate.hidden.clone()),
            gate.hidden_gain.as_ref(),
        )
    }

    /// Everything that reaches one gate: x W_x + h W_h + b.
    pub fn sum(&self, gate: usize, input: &Input, hidden: &Tensor<2>) -> Tensor<2> {
        self.input_sum(gate, input) + self.hidden_sum(gate, hidden.clone())
    }
}

fn scaled(sums: Tensor<2>, gain: Option<&Tensor<2>>) -> Tensor<2> {
    match gain {
        Some(gain) => normalise(sums) * gain.clone(),
        None => sums,
    }
}
