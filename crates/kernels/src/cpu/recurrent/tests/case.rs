//! Cases to test, and what is computed for them.

use super::reference::{Ended, Values, walk};
use crate::cpu::recurrent::*;
use crate::cpu::simd::Level;

/// Numbers between -1 and 1 that are the same every time.
pub(super) struct Draw(pub u64);

impl Draw {
    pub fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// An f32, so that both sides work with exactly the same numbers.
    pub fn number(&mut self) -> f64 {
        f64::from((self.next() as f64 / f64::from(1u32 << 30) - 1.0) as f32)
    }

    pub fn numbers(&mut self, count: usize, centre: f64, spread: f64) -> Vec<f64> {
        (0..count)
            .map(|_| f64::from((centre + spread * self.number()) as f32))
            .collect()
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub cell: Cell,
    pub peepholes: bool,
    pub norm: bool,
    pub symbols: bool,
    pub ragged: bool,
}

pub(super) fn kinds() -> Vec<Kind> {
    let cells = [
        (Cell::Elman(Activation::Tanh), false),
        (Cell::Elman(Activation::Sigmoid), false),
        (Cell::Elman(Activation::Relu), false),
        (Cell::Lstm, false),
        (Cell::Lstm, true),
        (Cell::Gru(Convention::Britz), false),
        (Cell::Gru(Convention::Chung), false),
        (Cell::Gru(Convention::Torch), false),
    ];
    let mut kinds = Vec::new();
    for (cell, peepholes) in cells {
        for number in 0..8 {
            kinds.push(Kind {
                cell,
                peepholes,
                norm: number & 1 > 0,
                symbols: number & 2 > 0,
                ragged: number & 4 > 0,
            });
        }
    }
    kinds
}

pub(super) struct Case {
    pub kind: Kind,
    pub shape: Shape,
    pub lengths: Vec<usize>,
    pub symbols: Vec<i32>,
    pub values: Values,
    /// Gradients of what comes of the walk.
    pub upstream: Ended,
}

impl Case {
    pub fn new(kind: Kind, shape: Shape) -> Self {
        let mut draw =
            Draw(shape.steps as u64 * 31 + shape.batch as u64 * 7 + shape.d_hidden as u64);
        let Shape {
            steps,
            batch,
            d_input: d,
            d_hidden: k,
        } = shape;
        let width = kind.cell.gates() * k;
        let is_lstm = kind.cell == Cell::Lstm;
        let has_bias = kind.cell == Cell::Gru(Convention::Torch) && !kind.norm;
        let is_apart = kind.norm && kind.cell.gates() > 1;
        let only = |is_there: bool, len: usize| if is_there { len } else { 0 };
        let near = 1.0 / (k as f64).sqrt();
        let mut lengths = vec![steps; batch];
        if kind.ragged {
            lengths
                .iter_mut()
                .for_each(|length| *length = draw.next() as usize % (steps + 1));
            lengths.sort_by(|a, b| b.cmp(a));
        }
        let values = Values {
            inputs: draw.numbers(only(!kind.symbols, steps * batch * d), 0.0, 1.0),
            input: draw.numbers(d * width, 0.0, 0.7),
            hidden: draw.numbers(k * width, 0.0, near),
            bias: draw.numbers(width, 0.0, 0.3),
            peepholes: draw.numbers(only(kind.peepholes, 3 * k), 0.0, 0.5),
            candidate_bias: draw.numbers(only(has_bias, k), 0.0, 0.5),
            gain: draw.numbers(only(kind.norm, width), 1.0, 0.3),
            hidden_gain: draw.numbers(only(is_apart, width), 1.0, 0.3),
            memory_gain: draw.numbers(only(kind.norm && is_lstm, k), 1.0, 0.3),
            memory_bias: draw.numbers(only(kind.norm && is_lstm, k), 0.0, 0.3),
            first_hidden: draw.numbers(batch * k, 0.0, 1.0),
            first_memory: draw.numbers(only(is_lstm, batch * k), 0.0, 1.0),
        };
        Self {
            kind,
            shape,
            lengths,
            symbols: (0..steps * batch)
                .map(|_| (draw.next() % d as u64) as i32)
                .collect(),
            values,
            upstream: Ended {
                outputs: draw.numbers(steps * batch * k, 0.0, 1.0),
                hidden: draw.numbers(batch * k, 0.0, 1.0),
                memory: draw.numbers(only(is_lstm, batch * k), 0.0, 1.0),
            },
        }
    }

    pub fn reference(&self, values: &Values) -> Ended {
        let symbols = self.kind.symbols.then_some(&self.symbols[..]);
        walk(self.kind.cell, self.shape, &self.lengths, symbols, values)
    }

    /// A number whose gradients the upstream gradients are.
    pub fn loss(&self, values: &Values) -> f64 {
        let ended = self.reference(values);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        dot(&ended.outputs, &self.upstream.outputs)
            + dot(&ended.hidden, &self.upstream.hidden)
            + dot(&ended.memory, &self.upstream.memory)
    }

    /// What the slices make of it: with and without keeping, and the gradients. Without upstream
    /// gradients those of the inputs are not asked for.
    pub fn compute(&self, level: Level) -> (Forward, Last, Vec<f32>, Gradients) {
        let values = &self.values;
        let f = |values: &[f64]| values.iter().map(|&x| x as f32).collect::<Vec<f32>>();
        let some = |values: &[f64]| (!values.is_empty()).then(|| f(values));
        let (inputs, input, hidden, bias) = (
            f(&values.inputs),
            f(&values.input),
            f(&values.hidden),
            f(&values.bias),
        );
        let (peepholes, candidate) = (some(&values.peepholes), some(&values.candidate_bias));
        let (gain, hidden_gain) = (some(&values.gain), some(&values.hidden_gain));
        let memory = some(&values.memory_gain).zip(some(&values.memory_bias));
        let (h0, c0) = (f(&values.first_hidden), f(&values.first_memory));
        let weights = Weights {
            input: &input,
            hidden: &hidden,
            bias: &bias,
            peepholes: peepholes.as_deref(),
            candidate_bias: candidate.as_deref(),
            norm: gain.as_ref().map(|gain| Norm {
                gain,
                hidden_gain: hidden_gain.as_deref(),
                memory: memory.as_ref().map(|(gain, bias)| (&gain[..], &bias[..])),
            }),
        };
        let is_lstm = self.kind.cell == Cell::Lstm;
        let first = First {
            hidden: &h0,
            memory: is_lstm.then_some(&c0),
        };
        let plan = Plan {
            shape: self.shape,
            cell: self.kind.cell,
            lengths: self.kind.ragged.then_some(&self.lengths),
        };
        let inputs = match self.kind.symbols {
            true => Inputs::Symbols(&self.symbols),
            false => Inputs::Dense(&inputs),
        };
        let mut elsewhere = vec![f32::NAN; h0.len() * self.shape.steps];
        let last = forward_into(level, &plan, inputs, &weights, first, false, &mut elsewhere);
        let mut ahead = forward(level, &plan, inputs, &weights, first, true);
        let kept = ahead.last.kept.take().unwrap();
        let (outputs, h, c) = (
            f(&self.upstream.outputs),
            f(&self.upstream.hidden),
            f(&self.upstream.memory),
        );
        let has_upstream = !outputs.is_empty();
        let upstream = match has_upstream {
            true => Upstream {
                outputs: Some(&outputs),
                hidden: Some(&h),
                memory: is_lstm.then_some(&c),
            },
            false => Upstream::default(),
        };
        let gradients = backward(
            level,
            &plan,
            inputs,
            &weights,
            first,
            &ahead.outputs,
            kept,
            upstream,
            has_upstream,
        );
        (ahead, last, elsewhere, gradients)
    }
}

/// Gradients in the order of [`Values::each_mut`].
pub(super) fn in_order(gradients: &Gradients) -> [&[f32]; 12] {
    let norm = gradients.norm.as_ref();
    let memory = norm.and_then(|norm| norm.memory.as_ref());
    [
        gradients.inputs.as_deref().unwrap_or_default(),
        &gradients.input,
        &gradients.hidden,
        &gradients.bias,
        gradients.peepholes.as_deref().unwrap_or_default(),
        gradients.candidate_bias.as_deref().unwrap_or_default(),
        norm.map_or(&[], |norm| &norm.gain),
        norm.and_then(|norm| norm.hidden_gain.as_deref())
            .unwrap_or_default(),
        memory.map_or(&[], |(gain, _)| gain),
        memory.map_or(&[], |(_, bias)| bias),
        &gradients.first_hidden,
        gradients.first_memory.as_deref().unwrap_or_default(),
    ]
}
