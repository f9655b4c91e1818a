//! What a thread does in one step forward, cell by cell.

use std::ops::Range;

use super::{Part, tail};
use crate::cpu::product::{Into, Output};
use crate::cpu::recurrent::picked::{Picked, row_of};
use crate::cpu::recurrent::{Activation, Cell, Convention, Inputs, elman, gru, lstm, norm};

impl<'a> Part<'a, '_> {
    /// Whether the pass that makes gates picks rows of W_x itself, so that nobody has to write them
    /// down before.
    pub fn picks(&self) -> bool {
        let walk = self.walk;
        matches!(walk.inputs, Inputs::Symbols(_))
            && walk.plan.cell == Cell::Lstm
            && (walk.weights.norm.is_none() || walk.table.is_some())
    }

    /// What symbols pick from: W_x, or the table of what becomes of it.
    fn rows(&self) -> &'a [f32] {
        match &self.walk.table {
            Some(table) => &table.rows,
            None => self.walk.weights.input,
        }
    }

    /// What it picks.
    fn picked(&self, step: usize) -> Option<Picked<'a>> {
        let (walk, shape) = (self.walk, self.walk.plan.shape);
        let matrix = (self.rows(), shape.d_input, walk.plan.width());
        let from = step * shape.batch + self.rows.start;
        match self.picks() {
            true => Picked::new(walk.inputs, matrix, from),
            false => None,
        }
    }
}

impl Part<'_, '_> {
    /// x W_x of some steps, in place of whatever was there.
    pub fn inputs(&mut self, steps: Range<usize>, active: usize) {
        let (walk, rows) = (self.walk, self.rows());
        let is_normed = walk.weights.norm.is_some();
        let to = match (walk.plan.cell, is_normed) {
            (Cell::Elman(_), false) => &mut self.outputs,
            (Cell::Elman(_), true) | (_, false) => &mut self.tape.gates,
            (_, true) if walk.table.is_some() => &mut self.tape.gates,
            (_, true) => &mut self.tape.input,
        };
        let (batch, d) = (walk.plan.shape.batch, walk.plan.shape.d_input);
        match (walk.inputs, &walk.ready.input) {
            (Inputs::Dense(values), Some(matrix)) => {
                // Only a thread that has all sequences takes several steps together.
                let count = (steps.len() - 1) * batch + active;
                let left = &values[(steps.start * batch + self.rows.start) * d..];
                let out = to.output(steps.start, count, 0);
                matrix.multiply(walk.level, count, (left, d), out, Into::Replace);
            }
            (Inputs::Symbols(symbols), _) => {
                let width = walk.plan.width();
                for step in steps {
                    let symbols = &symbols[step * batch + self.rows.start..][..active];
                    for (row, &symbol) in symbols.iter().enumerate() {
                        let from = row_of(symbol, d) * width;
                        to.copy(step, row, &rows[from..from + width]);
                    }
                }
            }
            (Inputs::Dense(_), None) => unreachable!("dense inputs have a matrix"),
        }
    }

    pub fn elman(&mut self, step: usize, active: usize, activation: Activation) {
        let (walk, k) = (self.walk, self.walk.plan.shape.d_hidden);
        let level = walk.level;
        let hidden = match &walk.weights.norm {
            None => {
                let (sums, before) = self.outputs.with_before(step, active, self.first);
                let out = Output::rows(sums, k);
                walk.ready
                    .hidden
                    .multiply(level, active, (before, k), out, Into::Add);
                sums
            }
            Some(gains) => {
                let before = self.outputs.before(step, active, self.first);
                let out = self.tape.gates.output(step, active, 0);
                walk.ready
                    .hidden
                    .multiply(level, active, (before, k), out, Into::Add);
                let hidden = self.outputs.fresh(step, active);
                level.run(norm::Forward {
                    k,
                    gates: 1,
                    rows: active,
                    sums: (self.tape.gates.get_mut(step, active), k),
                    gain: gains.gain,
                    bias: Some(walk.weights.bias),
                    scales: (self.tape.input_scales.fresh(step, active), 1),
                    out: norm::Out::replace(hidden, k),
                });
                hidden
            }
        };
        level.run(elman::Forward {
            k,
            hidden,
            bias: walk.weights.norm.is_none().then_some(self.bias),
            activation,
        });
    }

    /// h_{t-1} W_h of LSTM or of some gates of a GRU, added to x W_x where neither is normalised.
    fn hidden(&mut self, step: usize, active: usize) {
        let (walk, k) = (self.walk, self.walk.plan.shape.d_hidden);
        let before = (self.outputs.before(step, active, self.first), k);
        let (out, into) = match walk.weights.norm {
            None if self.picks() => (&mut self.tape.gates, Into::Replace),
            None => (&mut self.tape.gates, Into::Add),
            Some(_) => (&mut self.tape.hidden, Into::Replace),
        };
        let out = out.output(step, active, 0);
        walk.ready
            .hidden
            .multiply(walk.level, active, before, out, into);
    }

    /// Normalises x W_x and puts it, with the bias, where the gates will be. A table has it done.
    fn normalise_inputs(&mut self, step: usize, active: usize) {
        let (walk, width) = (self.walk, self.walk.plan.width());
        let gates = walk.plan.cell.gates();
        let Some(gains) = walk.weights.norm.filter(|_| walk.table.is_none()) else {
            return;
        };
        walk.level.run(norm::Forward {
            k: walk.plan.shape.d_hidden,
            gates,
            rows: active,
            sums: (self.tape.input.get_mut(step, active), width),
            gain: gains.gain,
            bias: Some(walk.weights.bias),
            scales: (self.tape.input_scales.fresh(step, active), gates),
            out: norm::Out::Replace(self.tape.gates.unwritten(step, active), width),
        });
    }

    /// Normalises h_{t-1} W_h of some gates and adds it to the sums of the gates, which begin with
    /// it where x W_x is picked later; for a GRU whose reset comes after the product, the
    /// candidate's goes to q.
    fn normalise_hidden(&mut self, step: usize, active: usize, gates: Range<usize>, to_q: bool) {
        let (walk, k, width) = (
            self.walk,
            self.walk.plan.shape.d_hidden,
            self.walk.plan.width(),
        );
        let Some(gain) = walk.weights.norm.and_then(|norm| norm.hidden_gain) else {
            return;
        };
        let (from, scales_row) = (gates.start * k, walk.plan.cell.gates());
        let out = match (to_q, self.picks()) {
            (true, _) => norm::Out::Replace(self.tape.memory.unwritten(step, active), k),
            // All gates of an LSTM.
            (false, true) => norm::Out::Replace(self.tape.gates.unwritten(step, active), width),
            (false, false) => {
                norm::Out::Add(tail(self.tape.gates.get_mut(step, active), from), width)
            }
        };
        walk.level.run(norm::Forward {
            k,
            gates: gates.len(),
            rows: active,
            sums: (tail(self.tape.hidden.get_mut(step, active), from), width),
            gain: &gain[from..],
            bias: None,
            scales: (
                tail(self.tape.hidden_scales.get_mut(step, active), gates.start),
                scales_row,
            ),
            out,
        });
    }

    /// Buffers of a GRU that layer normalisation writes in several goes.
    fn prepare_norm(&mut self, step: usize, active: usize) {
        if self.walk.weights.norm.is_some() {
            self.tape.hidden.clear(step, 0..active);
            self.tape.hidden_scales.clear(step, 0..active);
        }
    }

    pub fn lstm(&mut self, step: usize, active: usize) {
        let (walk, k) = (self.walk, self.walk.plan.shape.d_hidden);
        self.hidden(step, active);
        self.normalise_inputs(step, active);
        self.tape.hidden_scales.clear(step, 0..active);
        self.normalise_hidden(step, active, 0..4, false);
        let picked = self.picked(step);
        let shown = match walk.weights.norm.and_then(|norm| norm.memory) {
            Some((gain, bias)) => Some(lstm::Shown {
                gain,
                bias,
                statistics: self.tape.statistics.fresh(step, active),
            }),
            None => None,
        };
        walk.level.run(lstm::Forward {
            k,
            picked,
            gates: self.tape.gates.get_mut(step, active),
            bias: self.bias,
            peepholes: walk.weights.peepholes,
            memory: self.memory.get_mut(0, active),
            kept: match self.keeps {
                true => Some(self.tape.memory.unwritten(step, active)),
                false => None,
            },
            hidden: self.outputs.unwritten(step, active),
            shown,
        });
    }

    pub fn gru(&mut self, step: usize, active: usize, convention: Convention) {
        let (walk, k) = (self.walk, self.walk.plan.shape.d_hidden);
        let (level, is_normed) = (walk.level, walk.weights.norm.is_some());
        let Some(candidate) = &walk.ready.candidate else {
            unreachable!("a GRU has a matrix for its candidate");
        };
        let resets_after = convention == Convention::Torch;
        self.prepare_norm(step, active);
        self.hidden(step, active);
        self.normalise_inputs(step, active);
        self.normalise_hidden(step, active, 0..2, false);
        let before = self.outputs.before(step, active, self.first);
        level.run(gru::Gates {
            k,
            gates: self.tape.gates.get_mut(step, active),
            bias: self.bias,
            before,
            reset: match resets_after {
                true => None,
                false => Some(self.tape.memory.fresh(step, active)),
            },
        });
        // Where h W_hn goes: to x W_xn, unless something is to be done with it first.
        let (tape, column) = (&mut self.tape, 2 * k);
        let (left, out, into) = match (is_normed, resets_after) {
            (true, true) => (
                before,
                tape.hidden.output(step, active, column),
                Into::Replace,
            ),
            (false, true) => (before, tape.memory.output(step, active, 0), Into::Replace),
            (true, false) => {
                let out = tape.hidden.output(step, active, column);
                (tape.memory.get(step, active), out, Into::Replace)
            }
            (false, false) => {
                let out = tape.gates.output(step, active, column);
                (tape.memory.get(step, active), out, Into::Add)
            }
        };
        candidate.multiply(level, active, (left, k), out, into);
        self.normalise_hidden(step, active, 2..3, resets_after);
        self.outputs.clear(step, 0..active);
        let (hidden, before) = self.outputs.with_before(step, active, self.first);
        level.run(gru::Candidate {
            k,
            gates: self.tape.gates.get_mut(step, active),
            bias: self.bias,
            product: match resets_after {
                true => Some(self.tape.memory.get_mut(step, active)),
                false => None,
            },
            candidate_bias: walk.weights.candidate_bias,
            before,
            hidden,
            is_chung: convention == Convention::Chung,
        });
    }
}
