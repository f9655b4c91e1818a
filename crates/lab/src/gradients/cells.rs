//! Powers and flows of every cell at one spectral radius, over the seeds.

use burn::tensor::Device;
use reverie_model::recurrent::{Activation, CellKind};
use reverie_model::rng::seeded;
use serde::Serialize;

use super::config::GradientsConfig;
use super::flow::{Flow, WeightNorm, flow, network, weight_norm};
use super::linear::{log_powers, slope, with_radius};
use crate::numbers::{geometric_by_place, mean};

/// Lags of powers; the slope is that from the second number on: before it, a matrix that is not normal
/// does as it likes.
const LAGS: (usize, usize) = (300, 100);
/// Size of the inputs that flows are measured with.
const INPUT_SCALE: f64 = 0.5;
/// Features of an input.
const D_INPUT: usize = 4;
/// Bias of an LSTM's forget gates.
const FORGET_BIAS: f64 = 1.0;
/// Lengths of sequences after which gradients of weights are measured: tenths of the longest.
const TENTHS: usize = 10;

/// The cells with their names.
pub const CELLS: [(&str, CellKind, Activation); 4] = [
    ("linear", CellKind::Rnn, Activation::Identity),
    ("tanh", CellKind::Rnn, Activation::Tanh),
    ("GRU", CellKind::Gru, Activation::Tanh),
    ("LSTM", CellKind::Lstm, Activation::Tanh),
];

/// Powers of a matrix.
#[derive(Clone, Debug, Serialize)]
pub struct LinearPowers {
    /// Its spectral radius.
    pub radius: f64,
    /// ln ‖W^k‖ / √K, of every seed.
    pub logs: Vec<Vec<f64>>,
    /// The slope of each.
    pub slopes: Vec<f64>,
}

impl LinearPowers {
    /// The mean slope.
    pub fn slope(&self) -> f64 {
        mean(&self.slopes)
    }
}

/// A cell at one spectral radius.
#[derive(Clone, Debug, Serialize)]
pub struct CellFlow {
    /// Its name: linear, tanh, GRU or LSTM.
    pub name: &'static str,
    /// Of its weights between steps, gate by gate.
    pub radius: f64,
    /// ‖∂h_T/∂h_t‖, the geometric mean of the seeds.
    pub flow: Flow,
    /// Gradients of all weights after sequences of growing length, of the first seed.
    pub weights: Vec<WeightNorm>,
}

/// Powers of random matrices with this spectral radius.
pub fn powers(config: &GradientsConfig, radius: f64) -> LinearPowers {
    let one = |seed: u64| {
        let matrix = with_radius(
            config.hidden,
            radius,
            &mut seeded(config.seed.wrapping_add(seed)),
        );
        log_powers(&matrix, LAGS.0)
    };
    let logs: Vec<Vec<f64>> = (0..config.seeds as u64).map(one).collect();
    LinearPowers {
        radius,
        slopes: logs.iter().map(|logs| slope(logs, LAGS.1)).collect(),
        logs,
    }
}

/// A cell of [`CELLS`] with this spectral radius.
pub fn cell_flow(
    config: &GradientsConfig,
    (name, kind, activation): (&'static str, CellKind, Activation),
    radius: f64,
    device: &Device,
) -> CellFlow {
    let mut flows = Vec::new();
    let mut weights = Vec::new();
    for seed in 0..config.seeds as u64 {
        let rng = &mut seeded(config.seed.wrapping_add(seed));
        let sizes = (D_INPUT, config.hidden);
        let cell = network(kind, activation, sizes, (radius, FORGET_BIAS), rng, device);
        flows.push(flow(
            &cell,
            D_INPUT,
            (config.steps, INPUT_SCALE),
            rng,
            device,
        ));
        if seed == 0 {
            let mut lengths: Vec<usize> = (1..=TENTHS)
                .map(|tenth| (config.steps * tenth).div_ceil(TENTHS))
                .collect();
            // Less than ten steps have less than ten lengths.
            lengths.dedup();
            let lengths = (&lengths[..], INPUT_SCALE);
            weights = weight_norm(&cell, D_INPUT, lengths, config.clip, rng, device);
        }
    }
    let hidden: Vec<&Vec<f64>> = flows.iter().map(|flow| &flow.hidden).collect();
    let memory: Option<Vec<&Vec<f64>>> = flows.iter().map(|flow| flow.memory.as_ref()).collect();
    CellFlow {
        name,
        radius,
        flow: Flow {
            hidden: geometric_by_place(&hidden, 0.0),
            memory: memory.map(|lists| geometric_by_place(&lists, 0.0)),
        },
        weights,
    }
}
