//! What the gated recurrent unit does with its sums.
//!
//! r = σ(a_r), z = σ(a_z); reset before the product (Britz, Chung): n = tanh(a_n) with
//! (h_{t-1} ∘ r) W_hn in a_n; reset after it (torch): n = tanh(a_n + r ∘ (q + b_hn)) with
//! q = h_{t-1} W_hn. Then h = (1 − z) ∘ n + z ∘ h_{t-1}; Chung has n and h_{t-1} the other way
//! round.
//!
//! Source: Cho et al. 2014 (arXiv 1406.1078); Chung, Gulcehre, Cho, Bengio 2014 (arXiv 1412.3555),
//! eq. 5 to 8.

use super::columns::{Columns, Part, gates, gates_mut, over};
use crate::cpu::simd::{self, Lanes, Vectorised};

/// From sums to the gates r and z.
pub(super) struct Gates<'a> {
    /// Units.
    pub k: usize,
    /// Sums `[n, 3K]`; those of r and z become gates.
    pub gates: &'a mut [f32],
    /// `[3K]`
    pub bias: &'a [f32],
    /// h_{t-1}, `[n, K]`.
    pub before: &'a [f32],
    /// h_{t-1} ∘ r goes here, `[n, K]`, where the reset comes before the product.
    pub reset: Option<&'a mut [f32]>,
}

struct GatesRow<'a> {
    gates: [&'a mut [f32]; 3],
    bias: [&'a [f32]; 3],
    before: &'a [f32],
    reset: Option<&'a mut [f32]>,
}

impl<L: Lanes> Columns<L> for GatesRow<'_> {
    #[inline(always)]
    fn part<P: Part>(&mut self, part: P) {
        let [r, z, _] = &mut self.gates;
        let reset = simd::sigmoid(part.load::<L>(r) + part.load(self.bias[0]));
        let update = simd::sigmoid(part.load::<L>(z) + part.load(self.bias[1]));
        part.store(reset, r);
        part.store(update, z);
        if let Some(to) = &mut self.reset {
            part.store(reset * part.load(self.before), to);
        }
    }
}

impl Vectorised for Gates<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self) {
        let k = self.k;
        for (row, all) in self.gates.chunks_exact_mut(3 * k).enumerate() {
            let at = row * k..(row + 1) * k;
            let mut row = GatesRow {
                gates: gates_mut(all, k),
                bias: gates(self.bias, k),
                before: &self.before[at.clone()],
                reset: self.reset.as_mut().map(|reset| &mut reset[at]),
            };
            over::<L>(k, &mut row);
        }
    }
}

/// From the sum of n to the new state.
pub(super) struct Candidate<'a> {
    /// Units.
    pub k: usize,
    /// r, z and the sum of n, `[n, 3K]`; the sum becomes n.
    pub gates: &'a mut [f32],
    /// `[3K]`
    pub bias: &'a [f32],
    /// q, `[n, K]`, where the reset comes after the product; b_hn is added to it.
    pub product: Option<&'a mut [f32]>,
    /// b_hn, `[K]`.
    pub candidate_bias: Option<&'a [f32]>,
    /// h_{t-1}, `[n, K]`.
    pub before: &'a [f32],
    /// h goes here, `[n, K]`.
    pub hidden: &'a mut [f32],
    /// Whether z is the share of n rather than of h_{t-1}.
    pub is_chung: bool,
}

struct CandidateRow<'a> {
    gates: [&'a mut [f32]; 3],
    bias: &'a [f32],
    product: Option<&'a mut [f32]>,
    candidate_bias: Option<&'a [f32]>,
    before: &'a [f32],
    hidden: &'a mut [f32],
    is_chung: bool,
}

impl<L: Lanes> Columns<L> for CandidateRow<'_> {
    #[inline(always)]
    fn part<P: Part>(&mut self, part: P) {
        let [r, z, n] = &mut self.gates;
        let mut sum = part.load::<L>(n) + part.load(self.bias);
        if let Some(product) = &mut self.product {
            let mut q = part.load::<L>(product);
            if let Some(bias) = self.candidate_bias {
                q = q + part.load(bias);
                part.store(q, product);
            }
            sum = part.load::<L>(r).mul_add(q, sum);
        }
        let candidate = simd::tanh(sum);
        part.store(candidate, n);
        let (z, before) = (part.load::<L>(z), part.load::<L>(self.before));
        let h = match self.is_chung {
            false => z.mul_add(before - candidate, candidate),
            true => z.mul_add(candidate - before, before),
        };
        part.store(h, self.hidden);
    }
}

impl Vectorised for Candidate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self) {
        let k = self.k;
        for (row, all) in self.gates.chunks_exact_mut(3 * k).enumerate() {
            let at = row * k..(row + 1) * k;
            let mut row = CandidateRow {
                gates: gates_mut(all, k),
                bias: &self.bias[2 * k..],
                product: self
                    .product
                    .as_mut()
                    .map(|product| &mut product[at.clone()]),
                candidate_bias: self.candidate_bias,
                before: &self.before[at.clone()],
                hidden: &mut self.hidden[at],
                is_chung: self.is_chung,
            };
            over::<L>(k, &mut row);
        }
    }
}

/// From the gradient of the state to those of the sums of z and n, and of r where the reset comes
/// after the product.
pub(super) struct CandidateBackward<'a> {
    /// Units.
    pub k: usize,
    /// r, z, n, `[n, 3K]`; become the gradients of their sums, r only where there is `product`.
    pub gates: &'a mut [f32],
    /// q + b_hn, `[n, K]`; becomes its gradient.
    pub product: Option<&'a mut [f32]>,
    /// h_{t-1}, `[n, K]`.
    pub before: &'a [f32],
    /// Gradient of h through the steps that follow, `[n, K]`; becomes the share of h_{t-1} that
    /// does not go through a product.
    pub d_hidden: &'a mut [f32],
    /// Gradient of h as an output, `[n, K]`.
    pub upstream: Option<&'a [f32]>,
    /// The gradient of the bias is added here, `[3K]`.
    pub d_bias: &'a mut [f32],
    /// The gradient of b_hn is added here, `[K]`.
    pub d_candidate_bias: &'a mut [f32],
    /// See [`Candidate::is_chung`].
    pub is_chung: bool,
}

struct CandidateBackwardRow<'a> {
    gates: [&'a mut [f32]; 3],
    product: Option<&'a mut [f32]>,
    before: &'a [f32],
    d_hidden: &'a mut [f32],
    upstream: Option<&'a [f32]>,
    d_bias: [&'a mut [f32]; 3],
    d_candidate_bias: &'a mut [f32],
    is_chung: bool,
}

impl<L: Lanes> Columns<L> for CandidateBackwardRow<'_> {
    #[inline(always)]
    fn part<P: Part>(&mut self, part: P) {
        let one = L::splat(1.0);
        let [r_gate, z_gate, n_gate] = &mut self.gates;
        let [r_bias, z_bias, n_bias] = &mut self.d_bias;
        let (z, n) = (part.load::<L>(z_gate), part.load::<L>(n_gate));
        let before = part.load::<L>(self.before);
        let mut d = part.load::<L>(self.d_hidden);
        if let Some(upstream) = self.upstream {
            d = d + part.load(upstream);
        }
        let (of_n, of_before, of_z) = match self.is_chung {
            false => (one - z, z, before - n),
            true => (z, one - z, n - before),
        };
        part.store(d * of_before, self.d_hidden);
        let dz = d * of_z * (z * (one - z));
        let dn = d * of_n * (one - n * n);
        part.store(dz, z_gate);
        part.store(dn, n_gate);
        part.add(dz, z_bias);
        part.add(dn, n_bias);
        if let Some(product) = &mut self.product {
            let (r, q) = (part.load::<L>(r_gate), part.load::<L>(product));
            let dr = dn * q * (r * (one - r));
            let dq = dn * r;
            part.store(dr, r_gate);
            part.add(dr, r_bias);
            part.store(dq, product);
            part.add(dq, self.d_candidate_bias);
        }
    }
}

impl Vectorised for CandidateBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self) {
        let k = self.k;
        for (row, all) in self.gates.chunks_exact_mut(3 * k).enumerate() {
            let at = row * k..(row + 1) * k;
            let mut row = CandidateBackwardRow {
                gates: gates_mut(all, k),
                product: self
                    .product
                    .as_mut()
                    .map(|product| &mut product[at.clone()]),
                before: &self.before[at.clone()],
                d_hidden: &mut self.d_hidden[at.clone()],
                upstream: self.upstream.map(|upstream| &upstream[at]),
                d_bias: gates_mut(self.d_bias, k),
                d_candidate_bias: self.d_candidate_bias,
                is_chung: self.is_chung,
            };
            over::<L>(k, &mut row);
        }
    }
}

/// From the gradient of h_{t-1} ∘ r to those of the sum of r and of h_{t-1}.
pub(super) struct ResetBackward<'a> {
    /// Units.
    pub k: usize,
    /// `[n, 3K]`: r becomes the gradient of its sum.
    pub gates: &'a mut [f32],
    /// h_{t-1}, `[n, K]`.
    pub before: &'a [f32],
    /// Gradient of h_{t-1} ∘ r, `[n, K]`.
    pub d_reset: &'a [f32],
    /// The gradient of h_{t-1} is added here, `[n, K]`.
    pub d_hidden: &'a mut [f32],
    /// The gradient of the bias is added here, `[3K]`.
    pub d_bias: &'a mut [f32],
}

struct ResetBackwardRow<'a> {
    reset: &'a mut [f32],
    before: &'a [f32],
    d_reset: &'a [f32],
    d_hidden: &'a mut [f32],
    d_bias: &'a mut [f32],
}

impl<L: Lanes> Columns<L> for ResetBackwardRow<'_> {
    #[inline(always)]
    fn part<P: Part>(&mut self, part: P) {
        let (r, d) = (part.load::<L>(self.reset), part.load::<L>(self.d_reset));
        let dr = d * part.load(self.before) * (r * (L::splat(1.0) - r));
        part.store(dr, self.reset);
        part.add(dr, self.d_bias);
        part.add(d * r, self.d_hidden);
    }
}

impl Vectorised for ResetBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let k = self.k;
        for (row, all) in self.gates.chunks_exact_mut(3 * k).enumerate() {
            let at = row * k..(row + 1) * k;
            let mut row = ResetBackwardRow {
                reset: &mut all[..k],
                before: &self.before[at.clone()],
                d_reset: &self.d_reset[at.clone()],
                d_hidden: &mut self.d_hidden[at],
                d_bias: &mut self.d_bias[..k],
            };
            over::<L>(k, &mut row);
        }
    }
}
