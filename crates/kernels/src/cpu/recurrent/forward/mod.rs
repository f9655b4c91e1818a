//! The way forward.

mod step;

use std::ops::Range;

use rayon::prelude::*;

use super::multiply::Ready;
use super::plan::Schedule;
use super::room::{Mine, Place, Room};
use super::table::Table;
use super::tape::{Kept, Tape};
use super::{Cell, First, Forward, Inputs, Last, Plan, Weights};
use crate::cpu::simd::Level;

/// Walks through sequences.
///
/// With `keep`, what [`backward`](super::backward()) needs is kept.
///
/// # Panics
/// If a slice is of the wrong length, missing, or belongs to another cell; if lengths are not
/// sorted; if a symbol has no row in W_x.
pub fn forward(
    level: Level,
    plan: &Plan<'_>,
    inputs: Inputs<'_>,
    weights: &Weights<'_>,
    first: First<'_>,
    keep: bool,
) -> Forward {
    let mut room = Room::new(plan.shape.steps * plan.shape.batch * plan.shape.d_hidden);
    let last = walk(level, plan, inputs, weights, first, keep, room.place());
    Forward {
        // SAFETY: a walk writes all outputs.
        outputs: unsafe { room.written() },
        last,
    }
}

/// The same with outputs `[T, B, K]` that lie elsewhere.
///
/// # Panics
/// As [`forward`], and if there is no room for all outputs.
pub fn forward_into(
    level: Level,
    plan: &Plan<'_>,
    inputs: Inputs<'_>,
    weights: &Weights<'_>,
    first: First<'_>,
    keep: bool,
    outputs: &mut [f32],
) -> Last {
    walk(
        level,
        plan,
        inputs,
        weights,
        first,
        keep,
        Place::of(outputs),
    )
}

fn walk(
    level: Level,
    plan: &Plan<'_>,
    inputs: Inputs<'_>,
    weights: &Weights<'_>,
    first: First<'_>,
    keep: bool,
    outputs: Place<'_>,
) -> Last {
    plan.check(inputs, weights, first);
    let (steps, batch, k) = (plan.shape.steps, plan.shape.batch, plan.shape.d_hidden);
    let schedule = plan.schedule(inputs);
    let walk = Walk {
        level,
        plan,
        schedule: &schedule,
        inputs,
        weights,
        first,
        ready: Matrices::new(level, plan, inputs, weights),
        table: Table::new(level, plan, inputs, weights),
        widths: Tape::widths(plan, inputs, weights),
    };
    let mut room = keep.then(|| walk.widths.room(steps * batch));
    let places = room
        .as_mut()
        .map(|room| walk.widths.places(steps * batch, room.place()));
    let mut hidden = first.hidden.to_vec();
    let mut memory = first.memory.map(<[f32]>::to_vec);
    let hidden_place = Place::of(&mut hidden);
    let memory_place = Place::of(memory.as_deref_mut().unwrap_or_default());
    let part = |part: &Range<usize>| {
        let memory_width = if first.memory.is_some() { k } else { 0 };
        let mine = |place, steps, width| {
            // SAFETY: the parts do not overlap, h and c of the beginning are there, and a walk
            // reads only outputs that it wrote.
            unsafe { Mine::new(place, (steps, batch, width), part.clone()) }
        };
        let outputs = mine(outputs, steps, k);
        let last = (
            mine(hidden_place, 1, k),
            mine(memory_place, 1, memory_width),
        );
        match &places {
            Some(places) => {
                // SAFETY: as above.
                let tape = unsafe { walk.widths.mine(places, (steps, batch), part.clone()) };
                walk.part(part, outputs, last, tape, true);
            }
            None => {
                let block = schedule.block(part);
                let mut room = walk.widths.room(block * part.len());
                let places = walk.widths.places(block * part.len(), room.place());
                let rows = (block, part.len());
                // SAFETY: nobody else knows this room; for the rest, as above.
                let tape = unsafe { walk.widths.mine(&places, rows, 0..part.len()) };
                walk.part(part, outputs, last, tape, false);
            }
        }
    };
    match &schedule.parts[..] {
        [only] => part(only),
        parts => parts.par_iter().with_max_len(1).for_each(part),
    }
    Last {
        hidden,
        memory,
        // SAFETY: a walk that keeps writes all rows of all buffers.
        kept: room.map(|room| Kept(unsafe { room.written() })),
    }
}

/// Weight matrices, ready for all steps.
struct Matrices<'a> {
    /// W_x, where inputs are dense.
    input: Option<Ready<'a>>,
    /// W_h; of a GRU the columns of r and z.
    hidden: Ready<'a>,
    /// W_hn of a GRU.
    candidate: Option<Ready<'a>>,
}

impl<'a> Matrices<'a> {
    fn new(level: Level, plan: &Plan<'_>, inputs: Inputs<'_>, weights: &Weights<'a>) -> Self {
        let (k, width, steps) = (plan.shape.d_hidden, plan.width(), plan.shape.steps);
        let columns = |numbers: &'a [f32], rows: usize, columns: Range<usize>| {
            let matrix = (&numbers[columns.start.min(numbers.len())..], width);
            Ready::columns(level, matrix, (rows, columns.len()), steps)
        };
        let is_gru = matches!(plan.cell, Cell::Gru(_));
        let gates = if is_gru { 2 * k } else { width };
        let is_dense = matches!(inputs, Inputs::Dense(_));
        Self {
            input: is_dense.then(|| columns(weights.input, plan.shape.d_input, 0..width)),
            hidden: columns(weights.hidden, k, 0..gates),
            candidate: is_gru.then(|| columns(weights.hidden, k, gates..width)),
        }
    }
}

struct Walk<'a> {
    level: Level,
    plan: &'a Plan<'a>,
    schedule: &'a Schedule,
    inputs: Inputs<'a>,
    weights: &'a Weights<'a>,
    first: First<'a>,
    ready: Matrices<'a>,
    /// What symbols pick from under layer normalisation.
    table: Option<Table>,
    widths: Tape<usize>,
}

/// One thread's share of a walk.
struct Part<'a, 'b> {
    walk: &'a Walk<'a>,
    rows: &'a Range<usize>,
    /// Added in the pass that makes gates: b, or zeros where layer normalisation added it.
    bias: &'a [f32],
    /// h of the beginning.
    first: &'a [f32],
    outputs: Mine<'b>,
    /// The memory of an LSTM as it goes along.
    memory: Mine<'b>,
    tape: Tape<Mine<'b>>,
    keeps: bool,
}

impl Walk<'_> {
    fn part<'b>(
        &self,
        rows: &Range<usize>,
        outputs: Mine<'b>,
        (mut hidden, memory): (Mine<'b>, Mine<'b>),
        tape: Tape<Mine<'b>>,
        keeps: bool,
    ) {
        let k = self.plan.shape.d_hidden;
        let zeros = vec![0.0; self.plan.width()];
        let mut part = Part {
            walk: self,
            rows,
            bias: match self.weights.norm {
                Some(_) => &zeros,
                None => self.weights.bias,
            },
            first: &self.first.hidden[rows.start * k..rows.end * k],
            outputs,
            memory,
            tape,
            keeps,
        };
        let block = self.schedule.block(rows);
        for step in 0..self.schedule.steps() {
            let active = self.schedule.active(step, rows);
            let block = self.schedule.block_of(step, block);
            if step == block.start && !part.picks() {
                part.inputs(block, active);
            }
            match self.plan.cell {
                Cell::Elman(activation) => part.elman(step, active, activation),
                Cell::Lstm => part.lstm(step, active),
                Cell::Gru(convention) => part.gru(step, active, convention),
            }
            // Sequences that have ended.
            part.outputs.clear(step, active..rows.len());
            if keeps {
                part.tape
                    .each_mut()
                    .map(|buffer| buffer.clear(step, active..rows.len()));
            }
            // Sequences that end here.
            let next = match step + 1 < self.schedule.steps() {
                true => self.schedule.active(step + 1, rows),
                false => 0,
            };
            let h = part.outputs.get(step, active);
            hidden.get_mut(0, active)[next * k..].copy_from_slice(&h[next * k..]);
        }
    }
}

/// What lies behind the first numbers; nothing where there are fewer.
pub(super) fn tail(numbers: &mut [f32], from: usize) -> &mut [f32] {
    let from = from.min(numbers.len());
    &mut numbers[from..]
}
