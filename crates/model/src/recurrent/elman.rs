//! The simple recurrent network.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use reverie_kernels::recurrent::{self as fused, LayerNorm};

use super::fused::{run, value};
use super::gates::{Apart, Gates, GatesConfig};
use super::init::Draw;
use super::normalise;
use super::{
    Activation, Cell, CellConfig, Input, Mode, Regularisation, Sequence, State, Step, Stepped,
};

/// The simple recurrent network: the state goes round through one matrix.
///
/// h_t = f(x_t W_x + h_{t-1} W_h + b), and with layer normalisation
/// h_t = f(g ∘ (a − μ) / σ + b) with a = x_t W_x + h_{t-1} W_h.
///
/// # Source
/// Elman 1990, Finding structure in time; Ba, Kiros, Hinton 2016 (arXiv 1607.06450), eq. 4.
#[derive(Module, Debug)]
pub struct ElmanCell {
    /// W_x, W_h and b, G = 1.
    pub gates: Gates,
    /// g of layer normalisation, `[K]`.
    pub gain: Option<Param<Tensor<1>>>,
    #[module(skip)]
    activation: Activation,
    d_hidden: usize,
}

impl ElmanCell {
    pub(crate) fn init(d_input: usize, config: &CellConfig, draw: &mut Draw<'_>) -> Self {
        let sizes = GatesConfig {
            d_input,
            d_state: draw.units,
            d_hidden: draw.units,
            n_gates: 1,
            // Normalised as one sum, so the two parts have no gains of their own.
            layer_norm: false,
            two_biases: config.two_biases,
        };
        Self {
            gates: Gates::init(&sizes, draw),
            gain: config
                .layer_norm
                .then(|| draw.vector(vec![1.0; draw.units])),
            activation: config.activation,
            d_hidden: draw.units,
        }
    }
}

impl Cell for ElmanCell {
    fn d_hidden(&self) -> usize {
        self.d_hidden
    }

    fn ready(
        &self,
        batch: usize,
        regularisation: &Regularisation,
        mode: &mut Mode<'_>,
    ) -> Box<dyn Step + '_> {
        Box::new(Ready {
            gates: self.gates.apart(batch, regularisation, mode),
            gain: self.gain.as_ref().map(|gain| gain.val().unsqueeze()),
            activation: self.activation,
        })
    }

    fn run_fused(
        &self,
        inputs: Sequence,
        state: &State,
        regularisation: &Regularisation,
        mode: &mut Mode<'_>,
    ) -> Option<(Tensor<3>, State)> {
        let activation = match self.activation {
            Activation::Tanh => fused::Activation::Tanh,
            Activation::Sigmoid => fused::Activation::Sigmoid,
            Activation::Relu => fused::Activation::Relu,
            Activation::Identity | Activation::Softmax => return None,
        };
        let cell = fused::Cell::Elman(activation);
        let mut layer = self.gates.layer(cell, regularisation, mode);
        layer.norm = value(&self.gain).map(|gain| LayerNorm {
            gain,
            hidden_gain: None,
            memory: None,
        });
        Some(run(layer, inputs, state))
    }
}

struct Ready {
    gates: Apart,
    gain: Option<Tensor<2>>,
    activation: Activation,
}

impl Step for Ready {
    fn step(&self, input: Input, state: State) -> Stepped {
        let x = self.gates.seen(input);
        let h = self.gates.remembered(state.hidden);
        let sum = match &self.gain {
            None => self.gates.sum(0, &x, &h),
            Some(gain) => {
                let a = self.gates.bare_input(0, &x) + self.gates.hidden_sum(0, h);
                normalise(a) * gain.clone() + self.gates.bias(0)
            }
        };
        let h = self.activation.apply(sum);
        Stepped {
            output: h.clone(),
            state: State::of(h),
            gates: Vec::new(),
        }
    }
}
