//! Long short-term memory.

use burn::module::{Module, Param};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor};
use reverie_kernels::recurrent::{self as fused, LayerNorm};

use super::fused::{run, value};
use super::gates::{Apart, Gates, GatesConfig};
use super::init::Draw;
use super::{
    Cell, CellConfig, GateName, Input, Mode, Regularisation, Sequence, State, Step, Stepped,
    normalise,
};

/// Order of the gates in the weights: i, f, g, o, as in PyTorch.
const INPUT: usize = 0;
/// See [`INPUT`].
const FORGET: usize = 1;
/// See [`INPUT`].
const CANDIDATE: usize = 2;
/// See [`INPUT`].
const OUTPUT: usize = 3;

/// Long short-term memory: a memory that is added to and faded, never squashed.
///
/// - i = σ(x W_xi + h_{t-1} W_hi + w_ci ∘ c_{t-1} + b_i)
/// - f = σ(x W_xf + h_{t-1} W_hf + w_cf ∘ c_{t-1} + b_f)
/// - g = tanh(x W_xc + h_{t-1} W_hc + b_c)
/// - c = f ∘ c_{t-1} + i ∘ g
/// - o = σ(x W_xo + h_{t-1} W_ho + w_co ∘ c + b_o): it sees the *new* memory
/// - h = o ∘ tanh(c)
///
/// The peepholes w are diagonal and can be off. With layer normalisation, x W_x and h W_h are
/// normalised apart, each gate over its own K units with its own gain; there is one bias, and the
/// carried c stays as it is: it is normalised only inside the tanh that makes h, with a gain and a
/// bias.
///
/// # Source
/// Hochreiter and Schmidhuber 1997; Graves 2013 (arXiv 1308.0850), eq. 7 to 11; Ba, Kiros, Hinton
/// 2016 (arXiv 1607.06450), eq. 20 to 22.
#[derive(Module, Debug)]
pub struct LstmCell {
    /// Weights in the order i, f, g, o.
    pub gates: Gates,
    /// w_ci, w_cf, w_co, `[3·K]`.
    pub peepholes: Option<Param<Tensor<1>>>,
    /// Gain of the memory under layer normalisation, `[K]`.
    pub memory_gain: Option<Param<Tensor<1>>>,
    /// Bias of the memory under layer normalisation, `[K]`.
    pub memory_bias: Option<Param<Tensor<1>>>,
    d_hidden: usize,
}

impl LstmCell {
    pub(crate) fn init(d_input: usize, config: &CellConfig, draw: &mut Draw<'_>) -> Self {
        let d_hidden = draw.units;
        let sizes = GatesConfig {
            d_input,
            d_state: d_hidden,
            d_hidden,
            n_gates: 4,
            layer_norm: config.layer_norm,
            two_biases: config.two_biases,
        };
        let mut gates = Gates::init(&sizes, draw);
        let forget_bias = draw.config.forget_bias;
        let set = |bias: Tensor<1>, value: f64| {
            let at = FORGET * d_hidden..(FORGET + 1) * d_hidden;
            let value = Tensor::full([d_hidden], value, draw.device);
            bias.slice_assign([at], value)
        };
        gates.bias = gates.bias.map(|bias| set(bias, forget_bias));
        // Where there are two, it is their sum that counts.
        let second = gates.hidden_bias.take();
        gates.hidden_bias = second.map(|bias| bias.map(|bias| set(bias, 0.0)));
        let peepholes = config.peepholes.then(|| {
            let values = draw.bias(3 * d_hidden);
            draw.vector(values)
        });
        let norm = |value: f32| {
            let values = vec![value; d_hidden];
            config.layer_norm.then(|| draw.vector(values))
        };
        Self {
            gates,
            peepholes,
            memory_gain: norm(1.0),
            memory_bias: norm(0.0),
            d_hidden,
        }
    }
}

impl Cell for LstmCell {
    fn d_hidden(&self) -> usize {
        self.d_hidden
    }

    fn initial(&self, batch: usize, device: &Device) -> State {
        let zeros = Tensor::zeros([batch, self.d_hidden], device);
        State {
            hidden: zeros.clone(),
            memory: Some(zeros),
        }
    }

    fn ready(
        &self,
        batch: usize,
        regularisation: &Regularisation,
        mode: &mut Mode<'_>,
    ) -> Box<dyn Step + '_> {
        let row = |values: &Option<Param<Tensor<1>>>| {
            values.as_ref().map(|values| values.val().unsqueeze::<2>())
        };
        Box::new(Ready {
            gates: self.gates.apart(batch, regularisation, mode),
            peepholes: row(&self.peepholes).map(|all| all.chunk(3, 1)),
            memory_norm: row(&self.memory_gain).zip(row(&self.memory_bias)),
        })
    }

    fn run_fused(
        &self,
        inputs: Sequence,
        state: &State,
        regularisation: &Regularisation,
        mode: &mut Mode<'_>,
    ) -> Option<(Tensor<3>, State)> {
        let mut layer = self.gates.layer(fused::Cell::Lstm, regularisation, mode);
        layer.peepholes = value(&self.peepholes);
        let memory = value(&self.memory_gain).zip(value(&self.memory_bias));
        layer.norm = layer.norm.map(|norm| LayerNorm { memory, ..norm });
        Some(run(layer, inputs, state))
    }
}

struct Ready {
    gates: Apart,
    /// w_ci, w_cf, w_co, `[1, K]` each.
    peepholes: Option<Vec<Tensor<2>>>,
    memory_norm: Option<(Tensor<2>, Tensor<2>)>,
}

impl Ready {
    /// What a gate sees of the memory, added to what reaches it otherwise.
    fn peep(&self, sum: Tensor<2>, which: usize, c: &Tensor<2>) -> Tensor<2> {
        match &self.peepholes {
            Some(peepholes) => sum + c.clone() * peepholes[which].clone(),
            None => sum,
        }
    }
}

impl Step for Ready {
    fn step(&self, input: Input, state: State) -> Stepped {
        let c = state.memory.expect("an LSTM state always carries a memory");
        let x = self.gates.seen(input);
        let h = self.gates.remembered(state.hidden);
        let i = sigmoid(self.peep(self.gates.sum(INPUT, &x, &h), 0, &c));
        let f = sigmoid(self.peep(self.gates.sum(FORGET, &x, &h), 1, &c));
        let g = self.gates.sum(CANDIDATE, &x, &h).tanh();
        let c = f.clone() * c + i.clone() * g;
        let o = sigmoid(self.peep(self.gates.sum(OUTPUT, &x, &h), 2, &c));
        let shown = match &self.memory_norm {
            Some((gain, bias)) => normalise(c.clone()) * gain.clone() + bias.clone(),
            None => c.clone(),
        };
        let h = o.clone() * shown.tanh();
        Stepped {
            output: h.clone(),
            state: State {
                hidden: h,
                memory: Some(c),
            },
            gates: vec![
                (GateName::Input, i),
                (GateName::Forget, f),
                (GateName::Output, o),
            ],
        }
    }
}
