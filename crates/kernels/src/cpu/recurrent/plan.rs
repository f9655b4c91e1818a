//! What is to be done, and how it is shared out.

use std::ops::Range;

use super::{Cell, Convention, First, Inputs, Weights};
use crate::cpu::threads;

/// Sequences are walked on one thread rather than in groups smaller than this: with fewer rows a
/// product waits for its right-hand side.
const FEWEST_ROWS: usize = 4;
/// Rows that products over several steps at once are meant to have.
const BLOCK_ROWS: usize = 64;

/// Sizes of a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// T
    pub steps: usize,
    /// B
    pub batch: usize,
    /// D
    pub d_input: usize,
    /// K
    pub d_hidden: usize,
}

/// A walk through sequences.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// Its sizes.
    pub shape: Shape,
    /// What walks.
    pub cell: Cell,
    /// The length of each sequence where they differ, longest first. Steps behind the end of a
    /// sequence are not computed: its outputs there are zero and its last state is the one it
    /// ended in.
    pub lengths: Option<&'a [usize]>,
}

impl Plan<'_> {
    /// G·K
    pub(super) fn width(&self) -> usize {
        self.cell.gates() * self.shape.d_hidden
    }

    /// Whether a GRU's reset comes after the product.
    pub(super) fn resets_after(&self) -> bool {
        self.cell == Cell::Gru(Convention::Torch)
    }

    /// Floating-point operations of the products with W_x and W_h for so many rows.
    pub(super) fn operations(&self, inputs: Inputs<'_>, rows: usize) -> usize {
        let d_input = match inputs {
            // A row of W_x is picked, not multiplied.
            Inputs::Symbols(_) => 1,
            Inputs::Dense(_) => self.shape.d_input,
        };
        2 * rows * (d_input + self.shape.d_hidden) * self.width()
    }

    /// The schedule of this walk.
    ///
    /// # Panics
    /// If lengths are not sorted or larger than T.
    pub(super) fn schedule(&self, inputs: Inputs<'_>) -> Schedule {
        let Shape { steps, batch, .. } = self.shape;
        let active: Vec<usize> = match self.lengths {
            None => vec![batch; steps],
            Some(lengths) => {
                assert_eq!(lengths.len(), batch, "one length for every sequence");
                assert!(lengths.is_sorted_by(|a, b| a >= b), "longest first");
                assert!(
                    lengths.iter().all(|&length| length <= steps),
                    "longer than T"
                );
                (0..steps)
                    .map(|step| lengths.partition_point(|&length| length > step))
                    .collect()
            }
        };
        let rows: usize = active.iter().sum();
        let operations = self.operations(inputs, rows);
        let threads = threads::for_work(operations)
            .min(batch / FEWEST_ROWS)
            .max(1);
        let length = |row: usize| self.lengths.map_or(steps, |lengths| lengths[row]);
        // Each thread gets sequences until it has its share of all steps.
        let mut parts = Vec::with_capacity(threads);
        let (mut start, mut done) = (0, 0);
        for thread in 1..=threads {
            let mut end = start;
            while end < batch && (thread == threads || done < rows * thread / threads) {
                done += length(end);
                end += 1;
            }
            parts.push(start..end);
            start = end;
        }
        Schedule {
            full: active.iter().take_while(|&&count| count == batch).count(),
            active,
            batch,
            parts,
        }
    }

    /// Refuses slices that do not fit together.
    ///
    /// # Panics
    /// If one is of the wrong length, missing, or there without need.
    pub(super) fn check(&self, inputs: Inputs<'_>, weights: &Weights<'_>, first: First<'_>) {
        let Shape {
            steps,
            batch,
            d_input,
            d_hidden,
        } = self.shape;
        let width = self.width();
        let is = |what: &str, found: usize, wanted: usize| {
            assert_eq!(found, wanted, "{what} has the wrong length");
        };
        let maybe = |what: &str, found: Option<usize>, wanted: Option<usize>| {
            assert_eq!(
                found, wanted,
                "{what} has the wrong length or belongs to another cell"
            );
        };
        assert!(d_hidden > 0, "no hidden units");
        match inputs {
            Inputs::Symbols(symbols) => is("symbols", symbols.len(), steps * batch),
            Inputs::Dense(values) => is("inputs", values.len(), steps * batch * d_input),
        }
        is("W_x", weights.input.len(), d_input * width);
        is("W_h", weights.hidden.len(), d_hidden * width);
        is("the bias", weights.bias.len(), width);
        is("h_0", first.hidden.len(), batch * d_hidden);
        let is_lstm = self.cell == Cell::Lstm;
        let for_lstm = |len: usize| is_lstm.then_some(len);
        maybe(
            "c_0",
            first.memory.map(<[f32]>::len),
            for_lstm(batch * d_hidden),
        );
        if let Some(peepholes) = weights.peepholes {
            maybe("peepholes", Some(peepholes.len()), for_lstm(3 * d_hidden));
        }
        if let Some(bias) = weights.candidate_bias {
            maybe(
                "b_hn",
                Some(bias.len()),
                self.resets_after().then_some(d_hidden),
            );
        }
        if let Some(norm) = &weights.norm {
            is("the gain", norm.gain.len(), width);
            let is_apart = !matches!(self.cell, Cell::Elman(_));
            let hidden = norm.hidden_gain.map(<[f32]>::len);
            maybe("the gain of h W_h", hidden, is_apart.then_some(width));
            let memory = norm.memory;
            maybe(
                "the memory's gain",
                memory.map(|(gain, _)| gain.len()),
                for_lstm(d_hidden),
            );
            maybe(
                "the memory's bias",
                memory.map(|(_, bias)| bias.len()),
                for_lstm(d_hidden),
            );
        }
    }
}

/// Who does what, and when.
#[derive(Debug)]
pub(super) struct Schedule {
    /// How many sequences are still going on, for every step.
    active: Vec<usize>,
    /// How many steps all sequences have.
    full: usize,
    batch: usize,
    /// The sequences of each thread.
    pub parts: Vec<Range<usize>>,
}

impl Schedule {
    pub fn steps(&self) -> usize {
        self.active.len()
    }

    /// How many of some sequences are still going on.
    pub fn active(&self, step: usize, part: &Range<usize>) -> usize {
        self.active[step].clamp(part.start, part.end) - part.start
    }

    /// Steps that a thread takes together in products that do not wait for a state: those whose
    /// rows lie next to each other, so many that the right-hand side is worth reading.
    pub fn block(&self, part: &Range<usize>) -> usize {
        match part.len() == self.batch && self.batch > 0 {
            true => BLOCK_ROWS.div_ceil(self.batch).min(self.full.max(1)),
            false => 1,
        }
    }

    /// The steps that are taken together with this one.
    pub fn block_of(&self, step: usize, block: usize) -> Range<usize> {
        if step >= self.full {
            return step..step + 1;
        }
        let start = step / block * block;
        start..(start + block).min(self.full)
    }

    /// Rows of `[T·B]` that lie next to each other and belong to sequences that go on.
    pub fn runs(&self) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        if self.full > 0 {
            runs.push(0..self.full * self.batch);
        }
        for (step, &count) in self.active.iter().enumerate().skip(self.full) {
            if count > 0 {
                runs.push(step * self.batch..step * self.batch + count);
            }
        }
        runs
    }
}
