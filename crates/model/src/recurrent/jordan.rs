//! The recurrent network that feeds its output back.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::gates::{Apart, Gates, GatesConfig};
use super::init::Draw;
use super::{Activation, Cell, CellConfig, Input, Mode, Regularisation, State, Step, Stepped};

/// The recurrent network whose *output* goes round: what it said, not what it thought.
///
/// h_t = f(x_t W_x + y_{t-1} W_y + b), y_t = q(h_t W_o + b_o)
///
/// The read-out belongs to the cell, and the state that is carried is y. With q a softmax, all that
/// passes from one step to the next is the distribution that was predicted.
///
/// # Shapes
/// The output of a step is h_t, `[B, K]`; the state's `hidden` is y_t, `[B, V]`.
///
/// # Source
/// Jordan 1986, Serial order: a parallel distributed processing approach.
#[derive(Module, Debug)]
pub struct JordanCell {
    /// W_x `[D, K]`, W_y `[V, K]` and b.
    pub gates: Gates,
    /// W_o, `[K, V]`.
    pub output: Param<Tensor<2>>,
    /// b_o, `[V]`.
    pub output_bias: Param<Tensor<1>>,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    output_activation: Activation,
    d_hidden: usize,
}

impl JordanCell {
    pub(crate) fn init(d_input: usize, config: &CellConfig, draw: &mut Draw<'_>) -> Self {
        let (d_hidden, d_output) = (draw.units, config.d_output);
        let sizes = GatesConfig {
            d_input,
            d_state: d_output,
            d_hidden,
            n_gates: 1,
            layer_norm: false,
            two_biases: config.two_biases,
        };
        let gates = Gates::init(&sizes, draw);
        let output = draw.input(d_hidden, 1, d_output);
        let output_bias = draw.bias(d_output);
        Self {
            gates,
            output,
            output_bias: draw.vector(output_bias),
            activation: config.activation,
            output_activation: config.output_activation,
            d_hidden,
        }
    }

    /// h W_o + b_o before the output's activation: `[N, K]` in, `[N, V]` out.
    pub fn read_out(&self, hidden: Tensor<2>) -> Tensor<2> {
        hidden.matmul(self.output.val()) + self.output_bias.val().unsqueeze()
    }
}

impl Cell for JordanCell {
    fn d_hidden(&self) -> usize {
        self.d_hidden
    }

    fn initial(&self, batch: usize, device: &Device) -> State {
        let d_output = self.output_bias.lazy_shape()[0];
        State::of(Tensor::zeros([batch, d_output], device))
    }

    fn ready(
        &self,
        batch: usize,
        regularisation: &Regularisation,
        mode: &mut Mode<'_>,
    ) -> Box<dyn Step + '_> {
        Box::new(Ready {
            gates: self.gates.apart(batch, regularisation, mode),
            cell: self,
        })
    }
}

struct Ready<'a> {
    gates: Apart,
    cell: &'a JordanCell,
}

impl Step for Ready<'_> {
    fn step(&self, input: Input, state: State) -> Stepped {
        let x = self.gates.seen(input);
        let y = self.gates.remembered(state.hidden);
        let h = self.cell.activation.apply(self.gates.sum(0, &x, &y));
        let y = self.cell.read_out(h.clone());
        Stepped {
            output: h,
            state: State::of(self.cell.output_activation.apply(y)),
            gates: Vec::new(),
        }
    }
}
