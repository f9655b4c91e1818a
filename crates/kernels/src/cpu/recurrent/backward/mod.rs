//! The way back: back-propagation through time.

mod step;

use std::ops::Range;

use rayon::prelude::*;

use super::multiply::Ready;
use super::plan::Schedule;
use super::room::{Mine, Place, Room};
use super::sums::Sums;
use super::table::Table;
use super::tape::{Kept, Tape};
use super::weights::{self as of_weights, Sides};
use super::{Cell, First, Gradients, Inputs, Plan, Upstream, Weights};
use crate::cpu::simd::Level;

/// Walks back through sequences, from the gradients of what came of them to those of what went in.
///
/// `kept` is what [`forward`](super::forward()) kept and `outputs` `[T, B, K]` are its outputs; plan,
/// inputs, weights and beginning are the same as there. Gradients take the place of what was kept.
///
/// # Panics
/// If a slice is of the wrong length, missing, or belongs to another cell.
#[allow(clippy::too_many_arguments)] // All that went forward, and the gradients.
pub fn backward(
    level: Level,
    plan: &Plan<'_>,
    inputs: Inputs<'_>,
    weights: &Weights<'_>,
    first: First<'_>,
    outputs: &[f32],
    kept: Kept,
    upstream: Upstream<'_>,
    wants_inputs: bool,
) -> Gradients {
    plan.check(inputs, weights, first);
    let (steps, batch, k) = (plan.shape.steps, plan.shape.batch, plan.shape.d_hidden);
    assert_eq!(
        outputs.len(),
        steps * batch * k,
        "outputs have the wrong length"
    );
    upstream.check(plan);
    let schedule = plan.schedule(inputs);
    let Kept(mut tape) = kept;
    let widths = Tape::widths(plan, inputs, weights);
    let table = Table::new(level, plan, inputs, weights);
    let or_zeros = |gradient: Option<&[f32]>, len: usize| {
        gradient.map_or_else(|| vec![0.0; len], <[f32]>::to_vec)
    };
    let mut d_hidden = or_zeros(upstream.hidden, batch * k);
    let is_lstm = plan.cell == Cell::Lstm;
    let memory_width = if is_lstm { k } else { 0 };
    let mut d_memory = or_zeros(upstream.memory, batch * memory_width);
    let wants_inputs = wants_inputs && matches!(inputs, Inputs::Dense(_));
    let input_width = if wants_inputs { plan.shape.d_input } else { 0 };
    let mut d_inputs = Room::new(steps * batch * input_width);
    let is_bare = matches!(plan.cell, Cell::Elman(_)) && weights.norm.is_none();
    let sums_width = if is_bare { k } else { 0 };
    let mut d_sums = Room::new(steps * batch * sums_width);
    let mut sums: Vec<Sums> = schedule
        .parts
        .iter()
        .map(|_| Sums::new(plan, weights))
        .collect();
    let walk = Walk {
        level,
        plan,
        schedule: &schedule,
        weights,
        first,
        outputs,
        upstream: upstream.outputs,
        ready: Matrices::new(level, plan, weights, wants_inputs),
        has_table: table.is_some(),
    };
    {
        let places = widths.places(steps * batch, Place::of(&mut tape));
        let (d_hidden, d_memory) = (Place::of(&mut d_hidden), Place::of(&mut d_memory));
        let (d_inputs, d_sums) = (d_inputs.place(), d_sums.place());
        let part = |(rows, sums): (&Range<usize>, &mut Sums)| {
            let mine = |place, steps, width| {
                // SAFETY: the parts do not overlap, and what is read was kept or is written before.
                unsafe { Mine::new(place, (steps, batch, width), rows.clone()) }
            };
            let mut part = Part {
                walk: &walk,
                rows,
                // SAFETY: as above.
                tape: unsafe { widths.mine(&places, (steps, batch), rows.clone()) },
                d_hidden: mine(d_hidden, 1, k),
                d_memory: mine(d_memory, 1, memory_width),
                d_inputs: mine(d_inputs, steps, input_width),
                d_sums: mine(d_sums, steps, sums_width),
                sums,
                scratch: vec![0.0; rows.len().max(2) * k],
            };
            part.walk();
        };
        match (&schedule.parts[..], &mut sums[..]) {
            ([rows], [sums]) => part((rows, sums)),
            (parts, sums) => {
                parts.par_iter().zip(sums).with_max_len(1).for_each(part);
            }
        }
    }
    // SAFETY: a walk writes all rows.
    let (d_inputs, d_sums) = unsafe { (d_inputs.written(), d_sums.written()) };
    let tape = widths.slices(steps * batch, &tape);
    let sides = Sides::new(plan, weights, &tape, &d_sums, table.is_some());
    let mut matrices =
        of_weights::gradients(level, plan, &schedule, inputs, first, outputs, &sides);
    let mut sums = Sums::total(sums);
    if let Some(table) = table {
        let d_rows = &matrices.input;
        matrices.input = table.backward(level, plan, weights, d_rows, &mut sums.gain);
    }
    let (peepholes, candidate_bias, norm) = sums.rest(weights);
    Gradients {
        inputs: wants_inputs.then_some(d_inputs),
        input: matrices.input,
        hidden: matrices.hidden,
        bias: sums.bias,
        peepholes,
        candidate_bias,
        norm,
        first_hidden: d_hidden,
        first_memory: is_lstm.then_some(d_memory),
    }
}

impl Upstream<'_> {
    fn check(&self, plan: &Plan<'_>) {
        let state = plan.shape.batch * plan.shape.d_hidden;
        let is = |what: &str, found: Option<&[f32]>, wanted: usize| {
            let fits = found.is_none_or(|found| found.len() == wanted);
            assert!(fits, "the gradient of {what} has the wrong length");
        };
        is("the outputs", self.outputs, plan.shape.steps * state);
        is("the last h", self.hidden, state);
        is(
            "the last c",
            self.memory,
            if plan.cell == Cell::Lstm { state } else { 0 },
        );
    }
}

/// Transposed weight matrices, ready for all steps.
struct Matrices<'a> {
    /// W_xᵀ, where the gradient of inputs is wanted.
    input: Option<Ready<'a>>,
    /// W_hᵀ; of a GRU the rows of r and z.
    hidden: Ready<'a>,
    /// W_hnᵀ of a GRU.
    candidate: Option<Ready<'a>>,
}

impl<'a> Matrices<'a> {
    fn new(level: Level, plan: &Plan<'_>, weights: &Weights<'a>, wants_inputs: bool) -> Self {
        let (k, width) = (plan.shape.d_hidden, plan.width());
        let transposed = |numbers: &'a [f32], rows: usize, columns: Range<usize>| {
            let matrix = (&numbers[columns.start.min(numbers.len())..], width);
            Ready::transposed(level, matrix, (rows, columns.len()))
        };
        let is_gru = matches!(plan.cell, Cell::Gru(_));
        let gates = if is_gru { 2 * k } else { width };
        Self {
            input: wants_inputs.then(|| transposed(weights.input, plan.shape.d_input, 0..width)),
            hidden: transposed(weights.hidden, k, 0..gates),
            candidate: is_gru.then(|| transposed(weights.hidden, k, gates..width)),
        }
    }
}

struct Walk<'a> {
    level: Level,
    plan: &'a Plan<'a>,
    schedule: &'a Schedule,
    weights: &'a Weights<'a>,
    first: First<'a>,
    outputs: &'a [f32],
    upstream: Option<&'a [f32]>,
    ready: Matrices<'a>,
    /// Whether x W_x was normalised in a table: then its gradient goes back through that later.
    has_table: bool,
}

/// One thread's share of a walk.
struct Part<'a, 'b> {
    walk: &'a Walk<'a>,
    rows: &'a Range<usize>,
    tape: Tape<Mine<'b>>,
    /// Gradient of h through the steps that follow.
    d_hidden: Mine<'b>,
    /// Gradient of c through the steps that follow.
    d_memory: Mine<'b>,
    d_inputs: Mine<'b>,
    /// Gradient of the sums of a simple network, which kept nothing that it could take the place
    /// of.
    d_sums: Mine<'b>,
    sums: &'a mut Sums,
    /// Room for a state, or for two rows of one.
    scratch: Vec<f32>,
}

impl<'a> Walk<'a> {
    /// Rows of a buffer `[T, B, K]` that others only read.
    fn state(&self, of: &'a [f32], step: usize, rows: Range<usize>) -> &'a [f32] {
        let (batch, k) = (self.plan.shape.batch, self.plan.shape.d_hidden);
        &of[(step * batch + rows.start) * k..(step * batch + rows.end) * k]
    }
}

impl<'a> Part<'a, '_> {
    fn walk(&mut self) {
        let walk = self.walk;
        let block = walk.schedule.block(self.rows);
        for step in (0..walk.schedule.steps()).rev() {
            let active = walk.schedule.active(step, self.rows);
            match walk.plan.cell {
                Cell::Elman(activation) => self.elman(step, active, activation),
                Cell::Lstm => self.lstm(step, active),
                Cell::Gru(convention) => self.gru(step, active, convention),
            }
            self.d_sums.clear(step, active..self.rows.len());
            self.d_inputs.clear(step, active..self.rows.len());
            let block = walk.schedule.block_of(step, block);
            if step == block.start {
                self.inputs(block, active);
            }
        }
    }

    /// h_{t-1}
    fn before(&self, step: usize, active: usize) -> &'a [f32] {
        let rows = self.rows.start..self.rows.start + active;
        match step {
            0 => self.walk.state(self.walk.first.hidden, 0, rows),
            _ => self.walk.state(self.walk.outputs, step - 1, rows),
        }
    }

    /// The gradient of the outputs of a step.
    fn upstream(&self, step: usize, active: usize) -> Option<&'a [f32]> {
        let rows = self.rows.start..self.rows.start + active;
        self.walk
            .upstream
            .map(|outputs| self.walk.state(outputs, step, rows))
    }
}
