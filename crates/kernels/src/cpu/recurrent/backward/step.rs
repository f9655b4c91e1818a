//! What a thread does in one step back, cell by cell.

use std::ops::Range;

use super::Part;
use crate::cpu::product::{Into, Output};
use crate::cpu::recurrent::forward::tail;
use crate::cpu::recurrent::{Activation, Cell, Convention, elman, gru, lstm, norm};

impl Part<'_, '_> {
    /// The gradient of the inputs of some steps.
    pub fn inputs(&mut self, steps: Range<usize>, active: usize) {
        let walk = self.walk;
        let Some(matrix) = &walk.ready.input else {
            return;
        };
        let is_normed = walk.weights.norm.is_some();
        let from = match (walk.plan.cell, is_normed) {
            (Cell::Elman(_), false) => &self.d_sums,
            (Cell::Elman(_), true) | (_, false) => &self.tape.gates,
            (_, true) => &self.tape.input,
        };
        // Only a thread that has all sequences takes several steps together.
        let count = (steps.len() - 1) * walk.plan.shape.batch + active;
        let left = (from.get(steps.start, count), from.width());
        let out = self.d_inputs.output(steps.start, count, 0);
        matrix.multiply(walk.level, count, left, out, Into::Replace);
    }

    pub fn elman(&mut self, step: usize, active: usize, activation: Activation) {
        let (walk, k) = (self.walk, self.walk.plan.shape.d_hidden);
        let rows = self.rows.start..self.rows.start + active;
        let upstream = self.upstream(step, active);
        let d_sums = match walk.weights.norm {
            None => self.d_sums.fresh(step, active),
            Some(_) => &mut self.scratch[..active * k],
        };
        walk.level.run(elman::Backward {
            k,
            hidden: walk.state(walk.outputs, step, rows),
            d_hidden: self.d_hidden.get(0, active),
            upstream,
            d_sums: &mut *d_sums,
            d_bias: &mut self.sums.bias,
            activation,
        });
        let left = match &walk.weights.norm {
            None => &*d_sums,
            Some(norm) => {
                walk.level.run(norm::Backward {
                    k,
                    gates: 1,
                    rows: active,
                    upstream: (d_sums, k),
                    sums: (self.tape.gates.get_mut(step, active), k),
                    gain: norm.gain,
                    scales: (self.tape.input_scales.get(step, active), 1),
                    d_gain: &mut self.sums.gain,
                });
                self.tape.gates.get(step, active)
            }
        };
        let out = self.d_hidden.output(0, active, 0);
        walk.ready
            .hidden
            .multiply(walk.level, active, (left, k), out, Into::Replace);
    }

    /// From the gradient of some gates' sums, which took the place of the gates, to those of x W_x
    /// and h W_h, which take the place of what was kept of those. `q` says that the gradient of
    /// h W_h is that of a GRU's q.
    fn unnormalise(&mut self, step: usize, active: usize, gates: Range<usize>, q: bool) {
        let (walk, k, width) = (
            self.walk,
            self.walk.plan.shape.d_hidden,
            self.walk.plan.width(),
        );
        let Some(gains) = &walk.weights.norm else {
            return;
        };
        let (from, scales_row) = (gates.start * k, walk.plan.cell.gates());
        let upstream = self.tape.gates.get(step, active);
        let upstream = (&upstream[from.min(upstream.len())..], width);
        if !walk.has_table {
            let input_scales = self.tape.input_scales.get(step, active);
            walk.level.run(norm::Backward {
                k,
                gates: gates.len(),
                rows: active,
                upstream,
                sums: (tail(self.tape.input.get_mut(step, active), from), width),
                gain: &gains.gain[from..],
                scales: (
                    &input_scales[gates.start.min(input_scales.len())..],
                    scales_row,
                ),
                d_gain: &mut self.sums.gain[from..],
            });
        }
        let hidden_scales = self.tape.hidden_scales.get(step, active);
        walk.level.run(norm::Backward {
            k,
            gates: gates.len(),
            rows: active,
            upstream: match q {
                true => (self.tape.memory.get(step, active), k),
                false => upstream,
            },
            sums: (tail(self.tape.hidden.get_mut(step, active), from), width),
            gain: &gains.hidden_gain.unwrap_or_default()[from..],
            scales: (
                &hidden_scales[gates.start.min(hidden_scales.len())..],
                scales_row,
            ),
            d_gain: &mut self.sums.hidden_gain[from..],
        });
    }

    pub fn lstm(&mut self, step: usize, active: usize) {
        let (walk, k) = (self.walk, self.walk.plan.shape.d_hidden);
        let rows = self.rows.start..self.rows.start + active;
        let upstream = self.upstream(step, active);
        let norm = walk.weights.norm.and_then(|norm| norm.memory);
        let sums = &mut *self.sums;
        let beginning = match step {
            0 => walk.state(walk.first.memory.unwrap_or_default(), 0, rows),
            _ => &[],
        };
        let before = match step {
            0 => beginning,
            _ => self.tape.memory.get(step - 1, active),
        };
        walk.level.run(lstm::Backward {
            k,
            gates: self.tape.gates.get_mut(step, active),
            memory: self.tape.memory.get(step, active),
            before,
            peepholes: walk.weights.peepholes,
            d_hidden: self.d_hidden.get(0, active),
            upstream,
            d_memory: self.d_memory.get_mut(0, active),
            d_bias: &mut sums.bias,
            d_peepholes: &mut sums.peepholes,
            shown: match norm {
                Some((gain, bias)) => Some(lstm::ShownBackward {
                    gain,
                    bias,
                    statistics: self.tape.statistics.get(step, active),
                    d_gain: &mut sums.memory_gain,
                    d_bias: &mut sums.memory_bias,
                    scratch: &mut self.scratch[..2 * k],
                }),
                None => None,
            },
        });
        self.unnormalise(step, active, 0..4, false);
        self.through_hidden(step, active, Into::Replace);
    }

    /// The gradient of h_{t-1} through the product with W_h; of a GRU through r and z.
    fn through_hidden(&mut self, step: usize, active: usize, into: Into) {
        let walk = self.walk;
        let from = match walk.weights.norm {
            None => &self.tape.gates,
            Some(_) => &self.tape.hidden,
        };
        let left = (from.get(step, active), from.width());
        let out = self.d_hidden.output(0, active, 0);
        walk.ready
            .hidden
            .multiply(walk.level, active, left, out, into);
    }

    pub fn gru(&mut self, step: usize, active: usize, convention: Convention) {
        let (walk, k) = (self.walk, self.walk.plan.shape.d_hidden);
        let (level, is_normed) = (walk.level, walk.weights.norm.is_some());
        let resets_after = convention == Convention::Torch;
        let (before, upstream) = (self.before(step, active), self.upstream(step, active));
        let Some(candidate) = &walk.ready.candidate else {
            unreachable!("a GRU has a matrix for its candidate");
        };
        level.run(gru::CandidateBackward {
            k,
            gates: self.tape.gates.get_mut(step, active),
            product: match resets_after {
                true => Some(self.tape.memory.get_mut(step, active)),
                false => None,
            },
            before,
            d_hidden: self.d_hidden.get_mut(0, active),
            upstream,
            d_bias: &mut self.sums.bias,
            d_candidate_bias: &mut self.sums.candidate_bias,
            is_chung: convention == Convention::Chung,
        });
        self.unnormalise(step, active, 2..3, resets_after);
        let left = match resets_after && !is_normed {
            true => (self.tape.memory.get(step, active), k),
            false => {
                let side = match is_normed {
                    true => &self.tape.hidden,
                    false => &self.tape.gates,
                };
                let rows = side.get(step, active);
                (&rows[(2 * k).min(rows.len())..], side.width())
            }
        };
        if resets_after {
            let out = self.d_hidden.output(0, active, 0);
            candidate.multiply(level, active, left, out, Into::Add);
        } else {
            let mut d_reset = std::mem::take(&mut self.scratch);
            let out = Output::rows(&mut d_reset, k);
            candidate.multiply(level, active, left, out, Into::Replace);
            level.run(gru::ResetBackward {
                k,
                gates: self.tape.gates.get_mut(step, active),
                before,
                d_reset: &d_reset,
                d_hidden: self.d_hidden.get_mut(0, active),
                d_bias: &mut self.sums.bias,
            });
            self.scratch = d_reset;
        }
        self.unnormalise(step, active, 0..2, false);
        self.through_hidden(step, active, Into::Add);
    }
}
