//! Where every number of the machine lies in one long vector.
//!
//! One vector for the weights and one of the same form for their gradients make the optimiser, the
//! clipping and the checkpoint a loop each.

use std::ops::Range;

use rand::RngExt;
use reverie_model::rng::Rng;

use super::real::{Real, add_scaled};
use crate::numbers::dot;

/// Sizes of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// D, width of what it reads in a step.
    pub d_input: usize,
    /// Width of what it says in a step.
    pub d_output: usize,
    /// K, units of the controller.
    pub d_hidden: usize,
    /// N, rows of the memory.
    pub rows: usize,
    /// M, numbers in a row.
    pub width: usize,
}

/// y = x W + b, W stored input by input.
#[derive(Clone, Debug)]
pub struct Dense {
    start: usize,
    inputs: usize,
    outputs: usize,
}

impl Dense {
    fn len(&self) -> usize {
        (self.inputs + 1) * self.outputs
    }

    fn range(&self) -> Range<usize> {
        self.start..self.start + self.len()
    }

    /// Index of the first bias.
    pub fn bias(&self) -> usize {
        self.start + self.inputs * self.outputs
    }

    /// `[inputs]` in, `[outputs]` out.
    pub fn forward<F: Real>(&self, numbers: &[F], input: &[F]) -> Vec<F> {
        let (weights, bias) = numbers[self.range()].split_at(self.inputs * self.outputs);
        let mut output = bias.to_vec();
        for (&x, row) in input.iter().zip(weights.chunks_exact(self.outputs)) {
            // Half of what is read in a copy are bits, and the memory of a controller begins at zero.
            if x != F::zero() {
                add_scaled(&mut output, x, row);
            }
        }
        output
    }

    /// Adds to the gradients of W and b; answers with that of x.
    pub fn backward<F: Real>(
        &self,
        numbers: &[F],
        input: &[F],
        d_output: &[F],
        gradients: &mut [F],
    ) -> Vec<F> {
        let weights = &numbers[self.range()][..self.inputs * self.outputs];
        let (d_weights, d_bias) = gradients[self.range()].split_at_mut(self.inputs * self.outputs);
        add_scaled(d_bias, F::one(), d_output);
        let rows = weights.chunks_exact(self.outputs);
        let d_rows = d_weights.chunks_exact_mut(self.outputs);
        let each = input.iter().zip(rows).zip(d_rows);
        each.map(|((&x, row), d_row)| {
            if x != F::zero() {
                add_scaled(d_row, x, d_output);
            }
            dot(row, d_output)
        })
        .collect()
    }
}

/// The parts of the vector.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Sizes.
    pub sizes: Sizes,
    /// Gates i, f, o and the candidate from what is read, the last read vector and the last state.
    pub gates: Dense,
    /// What both heads are told.
    pub heads: Dense,
    /// Output from the state and the read vector.
    pub output: Dense,
    /// Where the read head looks before the first step, before the softmax: `[N]`.
    pub read_start: Range<usize>,
    /// The same for the write head.
    pub write_start: Range<usize>,
}

/// Numbers that place a head: a key of the memory's width, strength, gate, three shifts, sharpness.
pub const fn placing(width: usize) -> usize {
    width + 6
}

impl Layout {
    /// Places everything one behind the other.
    pub fn new(sizes: Sizes) -> Self {
        let Sizes {
            d_input,
            d_output,
            d_hidden,
            rows,
            width,
        } = sizes;
        let mut at = 0;
        let mut dense = |inputs, outputs| {
            let dense = Dense {
                start: at,
                inputs,
                outputs,
            };
            at += dense.len();
            dense
        };
        let gates = dense(d_input + width + d_hidden, 4 * d_hidden);
        let heads = dense(d_hidden, 2 * placing(width) + 2 * width);
        let output = dense(d_hidden + width, d_output);
        let read_start = at..at + rows;
        let write_start = at + rows..at + 2 * rows;
        Self {
            sizes,
            gates,
            heads,
            output,
            read_start,
            write_start,
        }
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.write_start.end
    }

    /// Numbers to begin with: weights even within ±√(6 / (inputs + outputs of a gate)), all biases
    /// zero, the forget gates' too, and both heads on the first row.
    ///
    /// # Source
    /// Glorot and Bengio 2010, eq. 16.
    pub fn draw(&self, rng: &mut Rng) -> Vec<f32> {
        let mut numbers = vec![0.0; self.len()];
        let hidden = self.sizes.d_hidden;
        for (dense, columns) in [
            (&self.gates, hidden),
            (&self.heads, self.heads.outputs),
            (&self.output, self.sizes.d_output),
        ] {
            let bound = (6.0 / (dense.inputs + columns) as f64).sqrt();
            for number in &mut numbers[dense.start..dense.bias()] {
                *number = ((2.0 * rng.random::<f64>() - 1.0) * bound) as f32;
            }
        }
        for start in [&self.read_start, &self.write_start] {
            numbers[start.start] = START_LOGIT;
        }
        numbers
    }
}

/// How much surer than of any other row a head is of the first one at the beginning: all other rows
/// together get less than a fifth of a 128-row memory. It is learnt from there.
const START_LOGIT: f32 = 7.0;
