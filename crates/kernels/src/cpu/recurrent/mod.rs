//! Recurrent networks over whole sequences, forwards and backwards through time.
//!
//! Letters for sizes: T steps, B sequences side by side (the batch), D numbers in an input, K
//! hidden units, G gates (one for Elman, four for LSTM, three for GRU). Everything is time-major:
//! `[T, B, D]` in, `[T, B, K]` out.
//!
//! The batch is shared out between threads and each walks all steps of its sequences, so nobody
//! waits for anybody between two steps. In a step, the products with W_x and W_h write the sums of
//! all gates next to each other, and one pass makes gates and state of them while they are near.
//! Backwards, the gradients of the sums take the place of the gates that were kept; the gradients
//! of the weights are a few large products over all steps at the end.
//!
//! Same numbers, same number of threads: same result, to the last bit.

mod backward;
mod columns;
mod elman;
mod forward;
mod gru;
mod lstm;
mod multiply;
mod norm;
mod picked;
mod plan;
mod room;
mod sums;
mod table;
mod tape;
mod weights;

pub use backward::backward;
pub use forward::{forward, forward_into};
pub use plan::{Plan, Shape};
pub use tape::Kept;

/// What a simple recurrent network makes of its sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// The hyperbolic tangent.
    Tanh,
    /// 1 / (1 + e^-x).
    Sigmoid,
    /// max(0, x).
    Relu,
}

/// The ways people write the gated recurrent unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Convention {
    /// n = tanh(x W_xn + (h_{t-1} ∘ r) W_hn + b_n), h = (1 − z) ∘ n + z ∘ h_{t-1}.
    Britz,
    /// The same n, h = (1 − z) ∘ h_{t-1} + z ∘ n.
    Chung,
    /// n = tanh(x W_xn + b_n + r ∘ (h_{t-1} W_hn + b_hn)), h = (1 − z) ∘ n + z ∘ h_{t-1}.
    Torch,
}

/// A kind of recurrent network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// h_t = f(x_t W_x + h_{t-1} W_h + b); with layer normalisation h_t = f(g ∘ (a − μ) / σ + b)
    /// with a = x_t W_x + h_{t-1} W_h.
    ///
    /// # Source
    /// Elman 1990, Finding structure in time; Ba, Kiros, Hinton 2016 (arXiv 1607.06450), eq. 4.
    Elman(Activation),
    /// Long short-term memory, gates in the order i, f, g, o:
    ///
    /// - i = σ(x W_xi + h_{t-1} W_hi + w_ci ∘ c_{t-1} + b_i), f likewise
    /// - g = tanh(x W_xg + h_{t-1} W_hg + b_g), c = f ∘ c_{t-1} + i ∘ g
    /// - o = σ(x W_xo + h_{t-1} W_ho + w_co ∘ c + b_o), h = o ∘ tanh(c)
    ///
    /// # Source
    /// Graves 2013 (arXiv 1308.0850), eq. 7 to 11; Ba, Kiros, Hinton 2016, eq. 20 to 22.
    Lstm,
    /// The gated recurrent unit, gates in the order r, z, n: r = σ(x W_xr + h_{t-1} W_hr + b_r),
    /// z likewise, and the rest by convention.
    ///
    /// # Source
    /// Cho et al. 2014 (arXiv 1406.1078); Chung, Gulcehre, Cho, Bengio 2014 (arXiv 1412.3555), eq.
    /// 5 to 8.
    Gru(Convention),
}

impl Cell {
    /// G, how many gates there are.
    pub fn gates(self) -> usize {
        match self {
            Self::Elman(_) => 1,
            Self::Lstm => 4,
            Self::Gru(_) => 3,
        }
    }
}

/// What a cell has learned.
#[derive(Clone, Copy, Debug)]
pub struct Weights<'a> {
    /// W_x, `[D, G·K]`; the columns of one gate lie together.
    pub input: &'a [f32],
    /// W_h, `[K, G·K]`.
    pub hidden: &'a [f32],
    /// b, `[G·K]`; the sum where there are two.
    pub bias: &'a [f32],
    /// w_ci, w_cf, w_co, `[3·K]`; LSTM only.
    pub peepholes: Option<&'a [f32]>,
    /// b_hn, `[K]`; GRU in the torch convention only.
    pub candidate_bias: Option<&'a [f32]>,
    /// Gains and biases of layer normalisation, where there is one.
    pub norm: Option<Norm<'a>>,
}

/// Gains and biases of layer normalisation.
///
/// LSTM and GRU normalise x W_x and h W_h apart, each gate over its own K units. Elman normalises
/// their sum. ε = 1e-5 is added to the variance.
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a> {
    /// Gain of x W_x, `[G·K]`; for Elman that of the whole sum.
    pub gain: &'a [f32],
    /// Gain of h W_h, `[G·K]`; LSTM and GRU.
    pub hidden_gain: Option<&'a [f32]>,
    /// Gain and bias, `[K]` each, of the memory inside the tanh that makes h; LSTM only. The memory
    /// that is carried on is not normalised.
    pub memory: Option<(&'a [f32], &'a [f32])>,
}

/// What a sequence is made of.
#[derive(Clone, Copy, Debug)]
pub enum Inputs<'a> {
    /// Numbers of symbols, `[T, B]`: each stands for a vector that is one in its place and zero
    /// elsewhere, so it picks a row of W_x.
    Symbols(&'a [i32]),
    /// Vectors, `[T, B, D]`.
    Dense(&'a [f32]),
}

/// Where sequences begin.
#[derive(Clone, Copy, Debug)]
pub struct First<'a> {
    /// h_0, `[B, K]`.
    pub hidden: &'a [f32],
    /// c_0, `[B, K]`; LSTM only.
    pub memory: Option<&'a [f32]>,
}

/// What comes of a walk through a sequence.
#[derive(Debug)]
pub struct Forward {
    /// h of every step, `[T, B, K]`; zero behind the end of a sequence.
    pub outputs: Vec<f32>,
    /// The states that the sequences end in, and what was kept.
    pub last: Last,
}

/// The states that sequences end in.
#[derive(Debug)]
pub struct Last {
    /// h of the last step of every sequence, `[B, K]`.
    pub hidden: Vec<f32>,
    /// c of the last step of every sequence, `[B, K]`; LSTM only.
    pub memory: Option<Vec<f32>>,
    /// What the way back needs, if it was asked for.
    pub kept: Option<Kept>,
}

/// Gradients of what came of a walk; where there is none it counts as zero.
#[derive(Clone, Copy, Debug, Default)]
pub struct Upstream<'a> {
    /// Of the outputs, `[T, B, K]`. What lies behind the end of a sequence is not looked at.
    pub outputs: Option<&'a [f32]>,
    /// Of the last h, `[B, K]`.
    pub hidden: Option<&'a [f32]>,
    /// Of the last c, `[B, K]`.
    pub memory: Option<&'a [f32]>,
}

/// Gradients of everything that went into a walk, each of the shape of what it belongs to.
#[derive(Debug)]
pub struct Gradients {
    /// Of dense inputs, `[T, B, D]`, if they were asked for; zero behind the end of a sequence.
    pub inputs: Option<Vec<f32>>,
    /// Of W_x, `[D, G·K]`.
    pub input: Vec<f32>,
    /// Of W_h, `[K, G·K]`.
    pub hidden: Vec<f32>,
    /// Of b, `[G·K]`.
    pub bias: Vec<f32>,
    /// Of the peepholes, `[3·K]`.
    pub peepholes: Option<Vec<f32>>,
    /// Of b_hn, `[K]`.
    pub candidate_bias: Option<Vec<f32>>,
    /// Of layer normalisation's gains and biases.
    pub norm: Option<NormGradients>,
    /// Of h_0, `[B, K]`.
    pub first_hidden: Vec<f32>,
    /// Of c_0, `[B, K]`; LSTM only.
    pub first_memory: Option<Vec<f32>>,
}

/// Gradients of [`Norm`].
#[derive(Debug)]
pub struct NormGradients {
    /// Of [`Norm::gain`].
    pub gain: Vec<f32>,
    /// Of [`Norm::hidden_gain`].
    pub hidden_gain: Option<Vec<f32>>,
    /// Of [`Norm::memory`]: gain and bias.
    pub memory: Option<(Vec<f32>, Vec<f32>)>,
}

#[cfg(test)]
mod tests;
