//! The part of an echo state network that is drawn once and never trained.

use rand::RngExt;
use reverie_model::rng::{self, Rng};

use super::{EsnConfig, Sparse, spectral_radius};

/// Fixed random units that hear the inputs, each other and what the network said before.
///
/// x(t) = (1 - a) x(t-1) + a tanh(W x(t-1) + U u(t) + V y(t-1) + b) + noise
///
/// # Source
/// Jaeger 2001, GMD report 148; leaky units as Jaeger et al. 2007, Optimization and applications of
/// echo state networks with leaky-integrator neurons.
#[derive(Clone, Debug)]
pub struct Reservoir {
    recurrent: Sparse,
    /// U, unit by unit.
    input: Vec<f64>,
    /// V, unit by unit.
    feedback: Vec<f64>,
    bias: Vec<f64>,
    leak: f64,
    n_inputs: usize,
    n_outputs: usize,
}

impl Reservoir {
    /// A reservoir as `config` asks for; W is scaled to the spectral radius.
    ///
    /// A very thin W may have no cycle and with it no eigenvalue but zero; then it is drawn again.
    pub fn new(config: &EsnConfig, n_inputs: usize, n_outputs: usize, rng: &mut Rng) -> Self {
        let n = config.units;
        let (recurrent, radius) = loop {
            let recurrent = Sparse::random(n, config.density, rng);
            let radius = spectral_radius(&recurrent);
            if radius > 1e-6 {
                break (recurrent, radius);
            }
        };
        let mut uniform = |count: usize, scale: f64| -> Vec<f64> {
            (0..count)
                .map(|_| scale * rng.random_range(-1.0..1.0))
                .collect()
        };
        let mut made = Self {
            recurrent,
            input: uniform(n * n_inputs, config.input_scale),
            feedback: uniform(n * n_outputs, config.feedback_scale),
            bias: uniform(n, config.bias_scale),
            leak: config.leak,
            n_inputs,
            n_outputs,
        };
        made.recurrent.scale(config.spectral_radius / radius);
        made
    }

    /// W, the weights between the units.
    pub fn recurrent(&self) -> &Sparse {
        &self.recurrent
    }

    /// Number of units.
    pub fn units(&self) -> usize {
        self.bias.len()
    }

    /// One step: `state` becomes the next state. `sums` is room for as many numbers as there are units.
    ///
    /// # Panics
    /// If `input` or `said` has another length than the reservoir was made for.
    pub fn step(&self, input: &[f64], said: &[f64], state: &mut [f64], sums: &mut [f64]) {
        assert_eq!((input.len(), said.len()), (self.n_inputs, self.n_outputs));
        sums.copy_from_slice(&self.bias);
        add_dense(&self.input, input, sums);
        add_dense(&self.feedback, said, sums);
        self.recurrent.add_product(state, sums);
        for (state, sum) in state.iter_mut().zip(sums) {
            *state += self.leak * (sum.tanh() - *state);
        }
    }
}

fn add_dense(weights: &[f64], vector: &[f64], sums: &mut [f64]) {
    if vector.is_empty() {
        return;
    }
    for (sum, row) in sums.iter_mut().zip(weights.chunks_exact(vector.len())) {
        *sum += row.iter().zip(vector).map(|(a, b)| a * b).sum::<f64>();
    }
}

/// Adds normal noise of this deviation to every unit.
pub(super) fn disturb(state: &mut [f64], noise: f64, rng: &mut Rng) {
    if noise > 0.0 {
        let draws = rng::normal(rng, state.len());
        let both = state.iter_mut().zip(draws);
        both.for_each(|(state, draw)| *state += noise * f64::from(draw));
    }
}
