//! The gated recurrent unit, in the three ways people write it.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;
use reverie_kernels::recurrent as fused;

use super::fused::{run, value};
use super::gates::{Apart, Gates, GatesConfig};
use super::init::Draw;
use super::{
    Cell, CellConfig, GateName, GruConvention, Input, Mode, Regularisation, Sequence, State, Step,
    Stepped,
};

/// Order of the gates in the weights: r, z, n, as in PyTorch.
const RESET: usize = 0;
/// See [`RESET`].
const UPDATE: usize = 1;
/// See [`RESET`].
const CANDIDATE: usize = 2;

/// The gated recurrent unit: between its old state and a new candidate, unit by unit.
///
/// r = σ(x W_xr + h_{t-1} W_hr + b_r), z = σ(x W_xz + h_{t-1} W_hz + b_z), and then by
/// [`GruConvention`]:
///
/// - Britz: n = tanh(x W_xn + (h_{t-1} ∘ r) W_hn + b_n), h = (1 − z) ∘ n + z ∘ h_{t-1}
/// - Chung: the same n, h = (1 − z) ∘ h_{t-1} + z ∘ n
/// - torch: n = tanh(x W_xn + b_n + r ∘ (h_{t-1} W_hn + b_hn)), h = (1 − z) ∘ n + z ∘ h_{t-1}
///
/// With layer normalisation, x W_x and h W_h are normalised apart, each gate over its own K units
/// with its own gain, and there is one bias: no b_hn.
///
/// # Source
/// Cho et al. 2014 (arXiv 1406.1078); Chung, Gulcehre, Cho, Bengio 2014 (arXiv 1412.3555), eq. 5
/// to 8; Britz 2015 and cuDNN for the others; Ba, Kiros, Hinton 2016 (arXiv 1607.06450).
#[derive(Module, Debug)]
pub struct GruCell {
    /// Weights in the order r, z, n.
    pub gates: Gates,
    /// b_hn, `[K]`, which only the torch convention has, and not with layer normalisation.
    pub candidate_bias: Option<Param<Tensor<1>>>,
    #[module(skip)]
    convention: GruConvention,
    d_hidden: usize,
}

impl GruCell {
    pub(crate) fn init(d_input: usize, config: &CellConfig, draw: &mut Draw<'_>) -> Self {
        let d_hidden = draw.units;
        let sizes = GatesConfig {
            d_input,
            d_state: d_hidden,
            d_hidden,
            n_gates: 3,
            layer_norm: config.layer_norm,
            two_biases: config.two_biases,
        };
        let gates = Gates::init(&sizes, draw);
        let has_bias = config.gru == GruConvention::Torch && !config.layer_norm;
        let candidate_bias = has_bias.then(|| {
            let values = draw.bias(d_hidden);
            draw.vector(values)
        });
        Self {
            gates,
            candidate_bias,
            convention: config.gru,
            d_hidden,
        }
    }
}

impl Cell for GruCell {
    fn d_hidden(&self) -> usize {
        self.d_hidden
    }

    fn ready(
        &self,
        batch: usize,
        regularisation: &Regularisation,
        mode: &mut Mode<'_>,
    ) -> Box<dyn Step + '_> {
        let bias = self.candidate_bias.as_ref();
        Box::new(Ready {
            gates: self.gates.apart(batch, regularisation, mode),
            candidate_bias: bias.map(|bias| bias.val().unsqueeze()),
            convention: self.convention,
        })
    }

    fn run_fused(
        &self,
        inputs: Sequence,
        state: &State,
        regularisation: &Regularisation,
        mode: &mut Mode<'_>,
    ) -> Option<(Tensor<3>, State)> {
        let convention = match self.convention {
            GruConvention::Britz => fused::Convention::Britz,
            GruConvention::Chung => fused::Convention::Chung,
            GruConvention::Torch => fused::Convention::Torch,
        };
        let cell = fused::Cell::Gru(convention);
        let mut layer = self.gates.layer(cell, regularisation, mode);
        layer.candidate_bias = value(&self.candidate_bias);
        Some(run(layer, inputs, state))
    }
}

struct Ready {
    gates: Apart,
    candidate_bias: Option<Tensor<2>>,
    convention: GruConvention,
}

impl Ready {
    /// n, the state that would be if nothing were kept.
    fn candidate(&self, x: &Input, h: Tensor<2>, r: Tensor<2>) -> Tensor<2> {
        let from_hidden = match self.convention {
            GruConvention::Britz | GruConvention::Chung => self.gates.hidden_sum(CANDIDATE, h * r),
            GruConvention::Torch => {
                let product = self.gates.hidden_sum(CANDIDATE, h);
                let product = match &self.candidate_bias {
                    Some(bias) => product + bias.clone(),
                    None => product,
                };
                product * r
            }
        };
        (self.gates.input_sum(CANDIDATE, x) + from_hidden).tanh()
    }
}

impl Step for Ready {
    fn step(&self, input: Input, state: State) -> Stepped {
        let x = self.gates.seen(input);
        let old = state.hidden;
        let h = self.gates.remembered(old.clone());
        let r = sigmoid(self.gates.sum(RESET, &x, &h));
        let z = sigmoid(self.gates.sum(UPDATE, &x, &h));
        let n = self.candidate(&x, h, r.clone());
        let h = match self.convention {
            GruConvention::Britz | GruConvention::Torch => n.clone() + z.clone() * (old - n),
            GruConvention::Chung => old.clone() + z.clone() * (n - old),
        };
        Stepped {
            output: h.clone(),
            state: State::of(h),
            gates: vec![(GateName::Reset, r), (GateName::Update, z)],
        }
    }
}
