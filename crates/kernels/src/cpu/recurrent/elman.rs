//! What the simple recurrent network does with its sums: h = f(a + b).
//!
//! Source: Elman 1990, Finding structure in time.

use super::Activation;
use super::columns::{Columns, Part, over};
use crate::cpu::simd::{self, Lanes, Vectorised};

/// From the sums of a few rows to the state.
pub(super) struct Forward<'a> {
    /// Units.
    pub k: usize,
    /// Sums `[n, K]`; become the state.
    pub hidden: &'a mut [f32],
    /// Added to the sums, `[K]`; none where it was added before.
    pub bias: Option<&'a [f32]>,
    /// f.
    pub activation: Activation,
}

struct Row<'a> {
    hidden: &'a mut [f32],
    bias: Option<&'a [f32]>,
    activation: Activation,
}

impl<L: Lanes> Columns<L> for Row<'_> {
    #[inline(always)]
    fn part<P: Part>(&mut self, part: P) {
        let mut sum = part.load::<L>(self.hidden);
        if let Some(bias) = self.bias {
            sum = sum + part.load(bias);
        }
        let h = match self.activation {
            Activation::Tanh => simd::tanh(sum),
            Activation::Sigmoid => simd::sigmoid(sum),
            // In this order, what is not a number stays what it is.
            Activation::Relu => L::zero().max(sum),
        };
        part.store(h, self.hidden);
    }
}

impl Vectorised for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        for hidden in self.hidden.chunks_exact_mut(self.k) {
            let mut row = Row {
                hidden,
                bias: self.bias,
                activation: self.activation,
            };
            over::<L>(self.k, &mut row);
        }
    }
}

/// From the gradient of the state to that of the sums.
pub(super) struct Backward<'a> {
    /// Units.
    pub k: usize,
    /// h, `[n, K]`.
    pub hidden: &'a [f32],
    /// Gradient of h through the steps that follow, `[n, K]`.
    pub d_hidden: &'a [f32],
    /// Gradient of h as an output, `[n, K]`.
    pub upstream: Option<&'a [f32]>,
    /// The gradient of the sums goes here, `[n, K]`.
    pub d_sums: &'a mut [f32],
    /// The gradient of b is added here, `[K]`.
    pub d_bias: &'a mut [f32],
    /// f.
    pub activation: Activation,
}

struct BackwardRow<'a> {
    hidden: &'a [f32],
    d_hidden: &'a [f32],
    upstream: Option<&'a [f32]>,
    d_sums: &'a mut [f32],
    d_bias: &'a mut [f32],
    activation: Activation,
}

impl<L: Lanes> Columns<L> for BackwardRow<'_> {
    #[inline(always)]
    fn part<P: Part>(&mut self, part: P) {
        let (one, h) = (L::splat(1.0), part.load::<L>(self.hidden));
        let mut d = part.load::<L>(self.d_hidden);
        if let Some(upstream) = self.upstream {
            d = d + part.load(upstream);
        }
        let d = match self.activation {
            Activation::Tanh => d * (one - h * h),
            Activation::Sigmoid => d * (h * (one - h)),
            Activation::Relu => h.where_positive(d, L::zero()),
        };
        part.store(d, self.d_sums);
        part.add(d, self.d_bias);
    }
}

impl Vectorised for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let k = self.k;
        for (row, d_sums) in self.d_sums.chunks_exact_mut(k).enumerate() {
            let at = row * k..(row + 1) * k;
            let mut row = BackwardRow {
                hidden: &self.hidden[at.clone()],
                d_hidden: &self.d_hidden[at.clone()],
                upstream: self.upstream.map(|upstream| &upstream[at]),
                d_sums,
                d_bias: self.d_bias,
                activation: self.activation,
            };
            over::<L>(k, &mut row);
        }
    }
}
