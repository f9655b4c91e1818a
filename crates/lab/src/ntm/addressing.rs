//! Where a head looks: by content, then by place.
//!
//! # Source
//! Graves, Wayne, Danihelka 2014 (arXiv 1410.5401), section 3.3, eq. 5 to 9.

use super::real::{Real, add_scaled, softmax, softmax_back};
use crate::numbers::dot;

/// Keeps the length of an empty row from being zero, and its gradient from being endless.
const LENGTH_FLOOR: f64 = 1e-8;
/// Keeps the logarithm of a weight finite.
const WEIGHT_FLOOR: f64 = 1e-16;
/// Shifts by -1, 0, 1.
const SHIFTS: usize = 3;

/// The memory with the length of every row.
#[derive(Clone, Debug)]
pub struct Memory<F> {
    /// N rows of M numbers.
    pub cells: Vec<F>,
    /// √(|row|² + ε).
    lengths: Vec<F>,
    width: usize,
}

impl<F: Real> Memory<F> {
    /// Takes N rows of `width` numbers.
    pub fn new(cells: Vec<F>, width: usize) -> Self {
        let floor = F::of(LENGTH_FLOOR);
        let lengths = cells.chunks_exact(width);
        let lengths = lengths.map(|row| (dot(row, row) + floor).sqrt()).collect();
        Self {
            cells,
            lengths,
            width,
        }
    }

    /// The rows.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, F> {
        self.cells.chunks_exact(self.width)
    }
}

/// What one head did in one step.
#[derive(Clone, Debug)]
pub struct Focus<F> {
    /// k, what it looks for.
    key: Vec<F>,
    key_length: F,
    /// β, how much it minds the difference.
    pub strength: F,
    /// g, content against the place of the last step.
    pub gate: F,
    /// s, how much it moves by -1, 0, 1.
    pub shift: [F; SHIFTS],
    /// γ, how much it sharpens.
    pub sharpness: F,
    cosines: Vec<F>,
    content: Vec<F>,
    gated: Vec<F>,
    /// The shifted weights with their floor.
    shifted: Vec<F>,
    /// w, where it looks: `[N]`, adds up to one.
    pub weights: Vec<F>,
}

impl<F: Real> Focus<F> {
    /// Places a head as `told`, [`placing`](super::layout::placing) numbers, from where it was.
    pub fn new(told: &[F], memory: &Memory<F>, previous: &[F]) -> Self {
        let (told_key, rest) = told.split_at(memory.width);
        let key: Vec<F> = told_key.iter().map(|v| v.tanh()).collect();
        let key_length = (dot(&key, &key) + F::of(LENGTH_FLOOR)).sqrt();
        let strength = rest[0].softplus();
        let gate = rest[1].sigmoid();
        let mut shift = [rest[2], rest[3], rest[4]];
        softmax(&mut shift);
        let sharpness = F::one() + rest[5].softplus();

        let rows = memory.rows().zip(&memory.lengths);
        let cosines: Vec<F> = rows
            .map(|(row, &length)| dot(&key, row) / (key_length * length))
            .collect();
        let mut content: Vec<F> = cosines.iter().map(|&c| strength * c).collect();
        softmax(&mut content);
        let mixed = content.iter().zip(previous);
        let gated: Vec<F> = mixed
            .map(|(&c, &w)| gate * c + (F::one() - gate) * w)
            .collect();
        let n = gated.len();
        let floor = F::of(WEIGHT_FLOOR);
        let shifted: Vec<F> = (0..n)
            .map(|i| {
                let (before, after) = ((i + n - 1) % n, (i + 1) % n);
                // A shift of +1 moves the focus to the next row: it comes from the one before.
                shift[0] * gated[after] + shift[1] * gated[i] + shift[2] * gated[before] + floor
            })
            .collect();
        // w^γ / Σ w^γ as a softmax of γ ln w: no power is too small for a float.
        let mut weights: Vec<F> = shifted.iter().map(|w| sharpness * w.ln()).collect();
        softmax(&mut weights);
        Self {
            key,
            key_length,
            strength,
            gate,
            shift,
            sharpness,
            cosines,
            content,
            gated,
            shifted,
            weights,
        }
    }

    /// From the gradient of the weights to those of what it was told, of the memory and of the
    /// weights before. The last two are added to.
    pub fn backward(
        &self,
        memory: &Memory<F>,
        previous: &[F],
        mut d_weights: Vec<F>,
        told: &mut [F],
        d_memory: &mut [F],
        d_previous: &mut [F],
    ) {
        let n = self.weights.len();
        let one = F::one();
        softmax_back(&self.weights, &mut d_weights);
        let mut d_sharpness = F::zero();
        let d_shifted: Vec<F> = d_weights
            .iter()
            .zip(&self.shifted)
            .map(|(&d, &w)| {
                d_sharpness += d * w.ln();
                self.sharpness * d / w
            })
            .collect();

        let mut d_shift = [F::zero(); SHIFTS];
        let mut d_gated = vec![F::zero(); n];
        for (i, &d) in d_shifted.iter().enumerate() {
            let (before, after) = ((i + n - 1) % n, (i + 1) % n);
            for (shift, from) in [(0, after), (1, i), (2, before)] {
                d_shift[shift] += d * self.gated[from];
                d_gated[from] += d * self.shift[shift];
            }
        }
        softmax_back(&self.shift, &mut d_shift);

        let d_gate = dot(&d_gated, &self.content) - dot(&d_gated, previous);
        add_scaled(d_previous, one - self.gate, &d_gated);
        let mut d_content: Vec<F> = d_gated.iter().map(|&d| self.gate * d).collect();
        softmax_back(&self.content, &mut d_content);

        let d_strength = dot(&d_content, &self.cosines);
        let mut d_key = vec![F::zero(); memory.width];
        let mut along_key = F::zero();
        let d_rows = d_memory.chunks_exact_mut(memory.width);
        for (i, (row, d_row)) in memory.rows().zip(d_rows).enumerate() {
            let (cosine, length) = (self.cosines[i], memory.lengths[i]);
            let d = self.strength * d_content[i];
            let scale = d / (self.key_length * length);
            add_scaled(&mut d_key, scale, row);
            along_key += d * cosine;
            add_scaled(d_row, scale, &self.key);
            add_scaled(d_row, -(d * cosine) / (length * length), row);
        }
        let shrink = along_key / (self.key_length * self.key_length);
        add_scaled(&mut d_key, -shrink, &self.key);

        let (told_key, rest) = told.split_at_mut(memory.width);
        for ((told, &d), &k) in told_key.iter_mut().zip(&d_key).zip(&self.key) {
            *told = d * (one - k * k);
        }
        // The slope of softplus is 1 - e^-softplus.
        rest[0] = d_strength * (one - (-self.strength).exp());
        rest[1] = d_gate * self.gate * (one - self.gate);
        rest[2..5].copy_from_slice(&d_shift);
        rest[5] = d_sharpness * (one - (one - self.sharpness).exp());
    }
}
