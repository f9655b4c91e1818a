//! What long short-term memory does with its sums.
//!
//! i = σ(a_i + w_ci ∘ c_{t-1}), f = σ(a_f + w_cf ∘ c_{t-1}), g = tanh(a_g), c = f ∘ c_{t-1} + i ∘ g,
//! o = σ(a_o + w_co ∘ c), h = o ∘ tanh(c); with layer normalisation h = o ∘ tanh(g_c ∘ ĉ + b_c).
//!
//! Source: Graves 2013 (arXiv 1308.0850), eq. 7 to 11; Ba, Kiros, Hinton 2016 (arXiv 1607.06450),
//! eq. 20 to 22.

use std::mem::MaybeUninit;

use super::columns::{AHEAD, Columns, Part, ask_for, gates, gates_mut, over};
use super::norm;
use super::picked::Picked;
use crate::cpu::simd::{self, Lanes, Vectorised};

/// Layer normalisation of the memory where it is shown.
pub(super) struct Shown<'a> {
    /// g_c, `[K]`.
    pub gain: &'a [f32],
    /// b_c, `[K]`.
    pub bias: &'a [f32],
    /// μ and 1 / √(σ² + ε) of every row go here, `[n, 2]`.
    pub statistics: &'a mut [f32],
}

/// From sums to gates, memory and state.
pub(super) struct Forward<'a> {
    /// Units.
    pub k: usize,
    /// Sums `[n, 4K]`; become i, f, g, o.
    pub gates: &'a mut [f32],
    /// x W_x, where it is not yet in the sums.
    pub picked: Option<Picked<'a>>,
    /// `[4K]`
    pub bias: &'a [f32],
    /// w_ci, w_cf, w_co, `[3K]`.
    pub peepholes: Option<&'a [f32]>,
    /// c_{t-1}, `[n, K]`; becomes c.
    pub memory: &'a mut [f32],
    /// A copy of c goes here, `[n, K]`.
    pub kept: Option<&'a mut [MaybeUninit<f32>]>,
    /// h goes here, `[n, K]`.
    pub hidden: &'a mut [MaybeUninit<f32>],
    /// Layer normalisation.
    pub shown: Option<Shown<'a>>,
}

struct Row<'a> {
    gates: [&'a mut [f32]; 4],
    picked: Option<[&'a [f32]; 4]>,
    bias: [&'a [f32]; 4],
    peepholes: Option<[&'a [f32]; 3]>,
    memory: &'a mut [f32],
    kept: Option<&'a mut [MaybeUninit<f32>]>,
    /// None where h waits for the statistics of c.
    hidden: Option<&'a mut [MaybeUninit<f32>]>,
}

impl<L: Lanes> Columns<L> for Row<'_> {
    #[inline(always)]
    fn part<P: Part>(&mut self, part: P) {
        let c = part.load::<L>(self.memory);
        let mut i = part.load::<L>(self.gates[0]) + part.load(self.bias[0]);
        let mut f = part.load::<L>(self.gates[1]) + part.load(self.bias[1]);
        let mut g = part.load::<L>(self.gates[2]) + part.load(self.bias[2]);
        let mut o = part.load::<L>(self.gates[3]) + part.load(self.bias[3]);
        if let Some(picked) = self.picked {
            i = i + part.load(picked[0]);
            f = f + part.load(picked[1]);
            g = g + part.load(picked[2]);
            o = o + part.load(picked[3]);
        }
        if let Some([to_i, to_f, _]) = self.peepholes {
            i = c.mul_add(part.load(to_i), i);
            f = c.mul_add(part.load(to_f), f);
        }
        let (i, f, g) = (simd::sigmoid(i), simd::sigmoid(f), simd::tanh(g));
        let c = f.mul_add(c, i * g);
        if let Some([_, _, to_o]) = self.peepholes {
            o = c.mul_add(part.load(to_o), o);
        }
        let o = simd::sigmoid(o);
        part.store(i, self.gates[0]);
        part.store(f, self.gates[1]);
        part.store(g, self.gates[2]);
        part.store(o, self.gates[3]);
        part.store(c, self.memory);
        if let Some(kept) = &mut self.kept {
            part.begin(c, kept);
        }
        if let Some(hidden) = &mut self.hidden {
            part.begin(o * simd::tanh(c), hidden);
        }
    }
}

/// h from a memory whose statistics are known.
struct Show<'a, L> {
    memory: &'a [f32],
    output: &'a [f32],
    gain: &'a [f32],
    bias: &'a [f32],
    hidden: &'a mut [MaybeUninit<f32>],
    mean: L,
    scale: L,
}

impl<L: Lanes> Columns<L> for Show<'_, L> {
    #[inline(always)]
    fn part<P: Part>(&mut self, part: P) {
        let hat = (part.load::<L>(self.memory) - self.mean) * self.scale;
        let shown = hat.mul_add(part.load(self.gain), part.load(self.bias));
        part.begin(part.load::<L>(self.output) * simd::tanh(shown), self.hidden);
    }
}

impl Vectorised for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self) {
        let k = self.k;
        for (number, all) in self.gates.chunks_exact_mut(4 * k).enumerate() {
            let at = number * k..(number + 1) * k;
            let memory = &mut self.memory[at.clone()];
            let hidden = &mut self.hidden[at.clone()];
            let is_plain = self.shown.is_none();
            let mut row = Row {
                gates: gates_mut(all, k),
                picked: self.picked.map(|picked| gates(picked.row(number), k)),
                bias: gates(self.bias, k),
                peepholes: self.peepholes.map(|peepholes| gates(peepholes, k)),
                memory,
                kept: self.kept.as_mut().map(|kept| &mut kept[at]),
                hidden: is_plain.then_some(&mut *hidden),
            };
            over::<L>(k, &mut row);
            if let Some(shown) = &mut self.shown {
                let (mean, scale) = norm::statistics::<L>(memory);
                shown.statistics[2 * number] = mean;
                shown.statistics[2 * number + 1] = scale;
                let mut show = Show {
                    memory,
                    output: &all[3 * k..],
                    gain: shown.gain,
                    bias: shown.bias,
                    hidden,
                    mean: L::splat(mean),
                    scale: L::splat(scale),
                };
                over(k, &mut show);
            }
        }
    }
}

/// Layer normalisation of the memory, backwards.
pub(super) struct ShownBackward<'a> {
    /// g_c, `[K]`.
    pub gain: &'a [f32],
    /// b_c, `[K]`.
    pub bias: &'a [f32],
    /// What [`Shown`] kept, `[n, 2]`.
    pub statistics: &'a [f32],
    /// The gradient of g_c is added here, `[K]`.
    pub d_gain: &'a mut [f32],
    /// The gradient of b_c is added here, `[K]`.
    pub d_bias: &'a mut [f32],
    /// Room to work in, `[2K]`.
    pub scratch: &'a mut [f32],
}

/// From the gradients of state and memory to those of the sums and of the memory before.
pub(super) struct Backward<'a> {
    /// Units.
    pub k: usize,
    /// i, f, g, o, `[n, 4K]`; become the gradients of their sums.
    pub gates: &'a mut [f32],
    /// c, `[n, K]`.
    pub memory: &'a [f32],
    /// c_{t-1}, `[n, K]`.
    pub before: &'a [f32],
    /// w_ci, w_cf, w_co, `[3K]`.
    pub peepholes: Option<&'a [f32]>,
    /// Gradient of h through the steps that follow, `[n, K]`.
    pub d_hidden: &'a [f32],
    /// Gradient of h as an output, `[n, K]`.
    pub upstream: Option<&'a [f32]>,
    /// Gradient of c through the steps that follow, `[n, K]`; becomes that of c_{t-1}.
    pub d_memory: &'a mut [f32],
    /// The gradient of the bias is added here, `[4K]`.
    pub d_bias: &'a mut [f32],
    /// The gradient of the peepholes is added here, `[3K]`.
    pub d_peepholes: &'a mut [f32],
    /// Layer normalisation.
    pub shown: Option<ShownBackward<'a>>,
}

/// tanh(g_c ∘ ĉ + b_c), and the gradient of g_c ∘ ĉ.
struct Through<'a, L> {
    memory: &'a [f32],
    output: &'a [f32],
    d_hidden: &'a [f32],
    upstream: Option<&'a [f32]>,
    gain: &'a [f32],
    bias: &'a [f32],
    d_gain: &'a mut [f32],
    d_bias: &'a mut [f32],
    tanh: &'a mut [f32],
    through: &'a mut [f32],
    mean: L,
    scale: L,
    sum: L,
    product: L,
}

impl<L: Lanes> Columns<L> for Through<'_, L> {
    #[inline(always)]
    fn part<P: Part>(&mut self, part: P) {
        let hat = (part.load::<L>(self.memory) - self.mean) * self.scale;
        let gain = part.load::<L>(self.gain);
        let tanh = simd::tanh(hat.mul_add(gain, part.load(self.bias)));
        let mut d = part.load::<L>(self.d_hidden);
        if let Some(upstream) = self.upstream {
            d = d + part.load(upstream);
        }
        // Lanes behind the last column have no gradient, so they add nothing to the sums.
        let d = d * part.load(self.output) * (L::splat(1.0) - tanh * tanh);
        part.add(d * hat, self.d_gain);
        part.add(d, self.d_bias);
        let e = d * gain;
        self.sum = self.sum + e;
        self.product = e.mul_add(hat, self.product);
        part.store(tanh, self.tanh);
        part.store(e, self.through);
    }
}

/// The gradient of c through the normalisation.
struct Unscale<'a, L> {
    memory: &'a [f32],
    through: &'a mut [f32],
    mean: L,
    scale: L,
    sum: L,
    product: L,
}

impl<L: Lanes> Columns<L> for Unscale<'_, L> {
    #[inline(always)]
    fn part<P: Part>(&mut self, part: P) {
        let hat = (part.load::<L>(self.memory) - self.mean) * self.scale;
        let e = part.load::<L>(self.through);
        part.store(
            (e - self.sum - hat * self.product) * self.scale,
            self.through,
        );
    }
}

struct BackwardRow<'a> {
    gates: [&'a mut [f32]; 4],
    memory: &'a [f32],
    before: &'a [f32],
    peepholes: Option<[&'a [f32]; 3]>,
    d_hidden: &'a [f32],
    upstream: Option<&'a [f32]>,
    d_memory: &'a mut [f32],
    d_bias: [&'a mut [f32]; 4],
    d_peepholes: Option<[&'a mut [f32]; 3]>,
    /// What [`Through`] and [`Unscale`] found: the tanh that makes h, and the gradient of c.
    shown: Option<[&'a [f32]; 2]>,
}

impl<L: Lanes> Columns<L> for BackwardRow<'_> {
    #[inline(always)]
    fn part<P: Part>(&mut self, part: P) {
        let one = L::splat(1.0);
        let (i, f) = (part.load::<L>(self.gates[0]), part.load::<L>(self.gates[1]));
        let (g, o) = (part.load::<L>(self.gates[2]), part.load::<L>(self.gates[3]));
        let (c, before) = (part.load::<L>(self.memory), part.load::<L>(self.before));
        let mut dh = part.load::<L>(self.d_hidden);
        if let Some(upstream) = self.upstream {
            dh = dh + part.load(upstream);
        }
        let (tanh, through) = match self.shown {
            Some([tanh, through]) => (part.load::<L>(tanh), part.load::<L>(through)),
            None => {
                let tanh = simd::tanh(c);
                (tanh, dh * o * (one - tanh * tanh))
            }
        };
        let do_ = dh * tanh * (o * (one - o));
        let mut dc = part.load::<L>(self.d_memory) + through;
        if let Some([_, _, to_o]) = self.peepholes {
            dc = do_.mul_add(part.load(to_o), dc);
        }
        let di = dc * g * (i * (one - i));
        let df = dc * before * (f * (one - f));
        let dg = dc * i * (one - g * g);
        let mut d_before = dc * f;
        if let Some([to_i, to_f, _]) = self.peepholes {
            d_before = di.mul_add(part.load(to_i), d_before);
            d_before = df.mul_add(part.load(to_f), d_before);
        }
        part.store(d_before, self.d_memory);
        if let Some([d_to_i, d_to_f, d_to_o]) = &mut self.d_peepholes {
            part.add(di * before, d_to_i);
            part.add(df * before, d_to_f);
            part.add(do_ * c, d_to_o);
        }
        part.store(di, self.gates[0]);
        part.store(df, self.gates[1]);
        part.store(dg, self.gates[2]);
        part.store(do_, self.gates[3]);
        part.add(di, self.d_bias[0]);
        part.add(df, self.d_bias[1]);
        part.add(dg, self.d_bias[2]);
        part.add(do_, self.d_bias[3]);
    }
}

impl Vectorised for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self) {
        let k = self.k;
        for (number, all) in self.gates.chunks_exact_mut(4 * k).enumerate() {
            let at = number * k..(number + 1) * k;
            let memory = &self.memory[at.clone()];
            let d_hidden = &self.d_hidden[at.clone()];
            let upstream = self.upstream.map(|upstream| &upstream[at.clone()]);
            // All of this was written long ago, and in pieces too short for the machine to foresee.
            ask_for(all, AHEAD * 4 * k);
            ask_for(memory, AHEAD * k);
            ask_for(&self.before[at.clone()], AHEAD * k);
            if let Some(upstream) = upstream {
                ask_for(upstream, AHEAD * k);
            }
            if let Some(shown) = &mut self.shown {
                let [tanh, through] = gates_mut(shown.scratch, k);
                let mean = L::splat(shown.statistics[2 * number]);
                let scale = L::splat(shown.statistics[2 * number + 1]);
                let mut first = Through {
                    memory,
                    output: &all[3 * k..],
                    d_hidden,
                    upstream,
                    gain: shown.gain,
                    bias: shown.bias,
                    d_gain: shown.d_gain,
                    d_bias: shown.d_bias,
                    tanh,
                    through,
                    mean,
                    scale,
                    sum: L::zero(),
                    product: L::zero(),
                };
                over(k, &mut first);
                let mut second = Unscale {
                    memory,
                    sum: L::splat(first.sum.sum() / k as f32),
                    product: L::splat(first.product.sum() / k as f32),
                    through: first.through,
                    mean,
                    scale,
                };
                over(k, &mut second);
            }
            let mut row = BackwardRow {
                gates: gates_mut(all, k),
                memory,
                before: &self.before[at.clone()],
                peepholes: self.peepholes.map(|peepholes| gates(peepholes, k)),
                d_hidden,
                upstream,
                d_memory: &mut self.d_memory[at],
                d_bias: gates_mut(self.d_bias, k),
                d_peepholes: self.peepholes.map(|_| gates_mut(self.d_peepholes, k)),
                shown: self.shown.as_ref().map(|shown| gates(shown.scratch, k)),
            };
            over::<L>(k, &mut row);
        }
    }
}
