//! Gradients that are sums over all rows: those of biases, peepholes and gains.

use super::{Cell, NormGradients, Plan, Weights};

/// The sums of one thread; empty where there is nothing to sum.
#[derive(Debug)]
pub(super) struct Sums {
    pub bias: Vec<f32>,
    pub peepholes: Vec<f32>,
    pub candidate_bias: Vec<f32>,
    pub gain: Vec<f32>,
    pub hidden_gain: Vec<f32>,
    pub memory_gain: Vec<f32>,
    pub memory_bias: Vec<f32>,
}

impl Sums {
    /// Zeros.
    pub fn new(plan: &Plan<'_>, weights: &Weights<'_>) -> Self {
        let (k, width) = (plan.shape.d_hidden, plan.width());
        let (is_lstm, is_normed) = (plan.cell == Cell::Lstm, weights.norm.is_some());
        let only = |is_there: bool, len: usize| vec![0.0; if is_there { len } else { 0 }];
        Self {
            bias: vec![0.0; width],
            peepholes: only(weights.peepholes.is_some(), 3 * k),
            candidate_bias: only(plan.resets_after(), k),
            gain: only(is_normed, width),
            hidden_gain: only(is_normed && plan.cell.gates() > 1, width),
            memory_gain: only(is_normed && is_lstm, k),
            memory_bias: only(is_normed && is_lstm, k),
        }
    }

    fn each_mut(&mut self) -> [&mut Vec<f32>; 7] {
        [
            &mut self.bias,
            &mut self.peepholes,
            &mut self.candidate_bias,
            &mut self.gain,
            &mut self.hidden_gain,
            &mut self.memory_gain,
            &mut self.memory_bias,
        ]
    }

    /// The sums of all threads, added in their order.
    pub fn total(parts: Vec<Self>) -> Self {
        let mut parts = parts.into_iter();
        let mut total = parts.next().expect("there is always a thread");
        for mut part in parts {
            for (total, part) in total.each_mut().into_iter().zip(part.each_mut()) {
                for (total, part) in total.iter_mut().zip(part) {
                    *total += *part;
                }
            }
        }
        total
    }

    /// All but the bias, for those weights that are there.
    pub fn rest(
        &mut self,
        weights: &Weights<'_>,
    ) -> (Option<Vec<f32>>, Option<Vec<f32>>, Option<NormGradients>) {
        use std::mem::take;
        let peepholes = weights.peepholes.map(|_| take(&mut self.peepholes));
        let candidate_bias = weights
            .candidate_bias
            .map(|_| take(&mut self.candidate_bias));
        let norm = weights.norm.map(|norm| NormGradients {
            gain: take(&mut self.gain),
            hidden_gain: norm.hidden_gain.map(|_| take(&mut self.hidden_gain)),
            memory: norm
                .memory
                .map(|_| (take(&mut self.memory_gain), take(&mut self.memory_bias))),
        });
        (peepholes, candidate_bias, norm)
    }
}
