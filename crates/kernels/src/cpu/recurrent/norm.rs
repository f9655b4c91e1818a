//! Layer normalisation of the sums that reach each gate, and its gradient.
//!
//! y = g ∘ â with â = (a − μ) / √(σ² + ε), μ and σ over the K units of one gate in one row.
//!
//! Source: Ba, Kiros, Hinton 2016 (arXiv 1607.06450), eq. 3.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::columns::{AHEAD, Columns, Part, ask_for, over};
use crate::cpu::simd::{Lanes, Vectorised};

/// Added to the variance, so that equal sums do not divide by zero.
const EPSILON: f32 = 1e-5;

/// Σ (a − s) and Σ (a − s)² of a row, in one pass.
struct Moments<'a, L> {
    row: &'a [f32],
    shift: L,
    sum: L,
    squares: L,
}

impl<L: Lanes> Columns<L> for Moments<'_, L> {
    #[inline(always)]
    fn part<P: Part>(&mut self, part: P) {
        let shifted = part.only(part.load::<L>(self.row) - self.shift);
        self.sum = self.sum + shifted;
        self.squares = shifted.mul_add(shifted, self.squares);
    }
}

/// μ and 1 / √(σ² + ε) of a row.
///
/// σ² is the mean of (a − s)² less (μ − s)², where s is the mean of the first numbers of the row, as
/// many as a vector has. So a large mean does not drown a small variance: (μ − s)² is a small part of
/// σ² as a rule, and at the very worst as many times σ² as the row has vectors.
#[inline(always)]
pub(super) fn statistics<L: Lanes>(row: &[f32]) -> (f32, f32) {
    let count = row.len() as f32;
    let first = &row[..row.len().min(L::COUNT)];
    let shift = L::load_some(first).sum() / first.len() as f32;
    let mut moments = Moments {
        row,
        shift: L::splat(shift),
        sum: L::zero(),
        squares: L::zero(),
    };
    over(row.len(), &mut moments);
    let mean = moments.sum.sum() / count;
    let variance = (moments.squares.sum() / count - mean * mean).max(0.0);
    (shift + mean, 1.0 / (variance + EPSILON).sqrt())
}

/// Where y goes. Rows lie so far apart.
pub(super) enum Out<'a> {
    /// In place of whatever is there, or is not.
    Replace(&'a mut [MaybeUninit<f32>], usize),
    /// Added to what is there.
    Add(&'a mut [f32], usize),
}

impl<'a> Out<'a> {
    /// In place of what is there.
    pub fn replace(numbers: &'a mut [f32], row: usize) -> Self {
        let len = numbers.len();
        let numbers = numbers.as_mut_ptr().cast();
        // SAFETY: it is the same slice, and only numbers are written to it.
        Self::Replace(unsafe { std::slice::from_raw_parts_mut(numbers, len) }, row)
    }

    /// Columns of one row.
    fn columns(&mut self, number: usize, columns: Range<usize>) -> Out<'_> {
        let (row, count) = (self.row(), columns.len());
        match self {
            Self::Replace(to, _) => Out::Replace(&mut to[number * row..][columns], count),
            Self::Add(to, _) => Out::Add(&mut to[number * row..][columns], count),
        }
    }

    fn row(&self) -> usize {
        match self {
            Self::Replace(_, row) | Self::Add(_, row) => *row,
        }
    }
}

/// Normalises the sums of some gates in a few rows.
pub(super) struct Forward<'a> {
    /// Units of a gate.
    pub k: usize,
    /// How many gates.
    pub gates: usize,
    /// How many rows.
    pub rows: usize,
    /// a; becomes â. Its rows lie so far apart.
    pub sums: (&'a mut [f32], usize),
    /// g, `[gates·K]`.
    pub gain: &'a [f32],
    /// Added to y, `[gates·K]`.
    pub bias: Option<&'a [f32]>,
    /// 1 / √(σ² + ε) of every row and gate. Its rows lie so far apart.
    pub scales: (&'a mut [f32], usize),
    /// y.
    pub out: Out<'a>,
}

struct Scale<'a, L> {
    row: &'a mut [f32],
    gain: &'a [f32],
    bias: Option<&'a [f32]>,
    out: Out<'a>,
    mean: L,
    scale: L,
}

impl<L: Lanes> Columns<L> for Scale<'_, L> {
    #[inline(always)]
    fn part<P: Part>(&mut self, part: P) {
        let hat = (part.load::<L>(self.row) - self.mean) * self.scale;
        part.store(hat, self.row);
        let mut y = hat * part.load(self.gain);
        if let Some(bias) = self.bias {
            y = y + part.load(bias);
        }
        match &mut self.out {
            Out::Replace(out, _) => part.begin(y, out),
            Out::Add(out, _) => part.add(y, out),
        }
    }
}

impl Vectorised for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let k = self.k;
        let ((sums, sums_row), mut out) = (self.sums, self.out);
        let (scales, scales_row) = self.scales;
        for row in 0..self.rows {
            for gate in 0..self.gates {
                let of_gate = gate * k..(gate + 1) * k;
                let sums = &mut sums[row * sums_row..][of_gate.clone()];
                let (mean, scale) = statistics::<L>(sums);
                scales[row * scales_row + gate] = scale;
                let mut work = Scale {
                    row: sums,
                    gain: &self.gain[of_gate.clone()],
                    bias: self.bias.map(|bias| &bias[of_gate.clone()]),
                    out: out.columns(row, of_gate),
                    mean: L::splat(mean),
                    scale: L::splat(scale),
                };
                over(k, &mut work);
            }
        }
    }
}

/// From the gradient of y to that of a.
///
/// With e = dy ∘ g: da = (e − mean(e) − â ∘ mean(e ∘ â)) / √(σ² + ε).
pub(super) struct Backward<'a> {
    /// Units of a gate.
    pub k: usize,
    /// How many gates.
    pub gates: usize,
    /// How many rows.
    pub rows: usize,
    /// dy. Its rows lie so far apart.
    pub upstream: (&'a [f32], usize),
    /// â; becomes da. Its rows lie so far apart.
    pub sums: (&'a mut [f32], usize),
    /// g, `[gates·K]`.
    pub gain: &'a [f32],
    /// 1 / √(σ² + ε) of every row and gate. Its rows lie so far apart.
    pub scales: (&'a [f32], usize),
    /// The gradient of g is added here, `[gates·K]`.
    pub d_gain: &'a mut [f32],
}

struct Means<'a, L> {
    upstream: &'a [f32],
    hat: &'a [f32],
    gain: &'a [f32],
    d_gain: &'a mut [f32],
    sum: L,
    product: L,
}

impl<L: Lanes> Columns<L> for Means<'_, L> {
    #[inline(always)]
    fn part<P: Part>(&mut self, part: P) {
        let (d, hat) = (part.load::<L>(self.upstream), part.load(self.hat));
        part.add(d * hat, self.d_gain);
        let e = d * part.load(self.gain);
        self.sum = self.sum + e;
        self.product = e.mul_add(hat, self.product);
    }
}

struct Unscale<'a, L> {
    upstream: &'a [f32],
    hat: &'a mut [f32],
    gain: &'a [f32],
    mean: L,
    product: L,
    scale: L,
}

impl<L: Lanes> Columns<L> for Unscale<'_, L> {
    #[inline(always)]
    fn part<P: Part>(&mut self, part: P) {
        let e = part.load::<L>(self.upstream) * part.load(self.gain);
        let hat = part.load::<L>(self.hat);
        part.store((e - self.mean - hat * self.product) * self.scale, self.hat);
    }
}

impl Vectorised for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let k = self.k;
        let ((upstream, upstream_row), (sums, sums_row)) = (self.upstream, self.sums);
        let (scales, scales_row) = self.scales;
        for row in 0..self.rows {
            // â was written long ago; dy just now.
            ask_for(&sums[row * sums_row..][..self.gates * k], AHEAD * sums_row);
            for gate in 0..self.gates {
                let of_gate = gate * k..(gate + 1) * k;
                let upstream = &upstream[row * upstream_row..][of_gate.clone()];
                let hat = &mut sums[row * sums_row..][of_gate.clone()];
                let gain = &self.gain[of_gate.clone()];
                let mut means = Means {
                    upstream,
                    hat,
                    gain,
                    d_gain: &mut self.d_gain[of_gate],
                    sum: L::zero(),
                    product: L::zero(),
                };
                over(k, &mut means);
                let (mean, product) = (means.sum.sum() / k as f32, means.product.sum() / k as f32);
                let mut work = Unscale {
                    upstream,
                    hat,
                    gain,
                    mean: L::splat(mean),
                    product: L::splat(product),
                    scale: L::splat(scales[row * scales_row + gate]),
                };
                over(k, &mut work);
            }
        }
    }
}
