//! x W_x of symbols under layer normalisation, once for every symbol of the alphabet.
//!
//! A symbol picks a row of W_x, and the row is normalised by itself: so every time a symbol comes,
//! the result is the same. Where the alphabet has fewer symbols than the sequences have steps, a
//! table of all results is made first, and the walk picks from it; on the way back the gradients of
//! a symbol's steps are summed before they go through the normalisation, once.

use super::{Cell, Inputs, Plan, Weights, norm};
use crate::cpu::simd::Level;

/// Results of the normalisation for all rows of W_x.
pub(super) struct Table {
    /// g ∘ â + b, `[D, G·K]`.
    pub rows: Vec<f32>,
    /// â, `[D, G·K]`.
    hats: Vec<f32>,
    /// 1 / √(σ² + ε), `[D, G]`.
    scales: Vec<f32>,
}

/// Whether a table serves: inputs are symbols, fewer than steps, and normalised by themselves.
pub(super) fn serves(plan: &Plan<'_>, inputs: Inputs<'_>, weights: &Weights<'_>) -> bool {
    let steps = plan.shape.steps * plan.shape.batch;
    matches!(inputs, Inputs::Symbols(_))
        && weights.norm.is_some()
        && !matches!(plan.cell, Cell::Elman(_))
        && plan.shape.d_input <= steps
}

impl Table {
    /// None where no table serves.
    pub fn new(
        level: Level,
        plan: &Plan<'_>,
        inputs: Inputs<'_>,
        weights: &Weights<'_>,
    ) -> Option<Self> {
        let norm = weights.norm.filter(|_| serves(plan, inputs, weights))?;
        let (d, width, gates) = (plan.shape.d_input, plan.width(), plan.cell.gates());
        let mut table = Self {
            rows: vec![0.0; d * width],
            hats: weights.input.to_vec(),
            scales: vec![0.0; d * gates],
        };
        level.run(norm::Forward {
            k: plan.shape.d_hidden,
            gates,
            rows: d,
            sums: (&mut table.hats, width),
            gain: norm.gain,
            bias: Some(weights.bias),
            scales: (&mut table.scales, gates),
            out: norm::Out::Add(&mut table.rows, width),
        });
        Some(table)
    }

    /// From the gradient of the rows, `[D, G·K]`, to that of W_x. The gradient of g is added.
    pub fn backward(
        mut self,
        level: Level,
        plan: &Plan<'_>,
        weights: &Weights<'_>,
        d_rows: &[f32],
        d_gain: &mut [f32],
    ) -> Vec<f32> {
        let (d, width, gates) = (plan.shape.d_input, plan.width(), plan.cell.gates());
        if let Some(norm) = weights.norm {
            level.run(norm::Backward {
                k: plan.shape.d_hidden,
                gates,
                rows: d,
                upstream: (d_rows, width),
                sums: (&mut self.hats, width),
                gain: norm.gain,
                scales: (&self.scales, gates),
                d_gain,
            });
        }
        self.hats
    }
}
