//! Adam's formula, once: for vectors of numbers, and for numbers that lie in memory.

use std::ops::{Add, Div, Mul, Sub};

use crate::cpu::simd::Lanes;

/// What the formula is made of: one number, or several at once.
pub trait Arithmetic:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// The square root.
    fn root(self) -> Self;
}

impl<L: Lanes> Arithmetic for L {
    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }
}

/// A number of single or double length.
pub trait Real: Arithmetic + Default {
    /// 1.
    const ONE: Self;

    /// The number to a whole power.
    fn power(self, power: i32) -> Self;
}

macro_rules! real {
    ($kind:ty) => {
        impl Arithmetic for $kind {
            #[inline(always)]
            fn root(self) -> Self {
                self.sqrt()
            }
        }

        impl Real for $kind {
            const ONE: Self = 1.0;

            fn power(self, power: i32) -> Self {
                self.powi(power)
            }
        }
    };
}

real!(f32);
real!(f64);

/// What the formula multiplies by at one step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Factors<N> {
    /// β₁ and 1 − β₁.
    mean: [N; 2],
    /// β₂ and 1 − β₂.
    square: [N; 2],
    /// √(1 − β₂ᵗ) / (1 − β₁ᵗ): what both means lack in the first steps.
    lacking: N,
    /// ε √(1 − β₂ᵗ).
    floor: N,
}

impl<F: Real> Factors<F> {
    /// Those of step `time`, counted from 1.
    pub(super) fn at([beta_1, beta_2]: [F; 2], epsilon: F, time: i32) -> Self {
        let root = (F::ONE - beta_2.power(time)).root();
        Self {
            mean: [beta_1, F::ONE - beta_1],
            square: [beta_2, F::ONE - beta_2],
            lacking: root / (F::ONE - beta_1.power(time)),
            floor: epsilon * root,
        }
    }

    /// The same for several numbers at once.
    #[inline(always)]
    pub(super) fn spread<N>(&self, splat: impl Fn(F) -> N) -> Factors<N> {
        Factors {
            mean: [splat(self.mean[0]), splat(self.mean[1])],
            square: [splat(self.square[0]), splat(self.square[1])],
            lacking: splat(self.lacking),
            floor: splat(self.floor),
        }
    }
}

impl<N: Arithmetic> Factors<N> {
    /// From the gradient and what was remembered, m and v: by how much a number moves at a rate of
    /// 1, and the new m and v.
    #[inline(always)]
    pub(super) fn step(&self, g: N, [m, v]: [N; 2]) -> (N, [N; 2]) {
        let m = m * self.mean[0] + g * self.mean[1];
        let v = v * self.square[0] + g * g * self.square[1];
        (m * self.lacking / (v.root() + self.floor), [m, v])
    }
}

/// Steps after which the means lack nothing any more, whatever β is used.
const LONG: u64 = 1_000_000;

/// Adam for numbers that lie in memory, for callers without tensors.
///
/// # Source
/// Kingma and Ba 2015 (arXiv 1412.6980), algorithm 1; as [`Rule::Adam`](super::Rule::Adam).
#[derive(Clone, Debug, PartialEq)]
pub struct Adam<F> {
    /// β₁ and β₂.
    pub betas: [F; 2],
    /// ε.
    pub epsilon: F,
    /// m, `[N]`.
    pub mean: Vec<F>,
    /// v, `[N]`.
    pub square: Vec<F>,
    /// Steps so far.
    pub time: u64,
}

impl<F: Real> Adam<F> {
    /// Before the first step of `count` numbers.
    pub fn new(count: usize, betas: [F; 2], epsilon: F) -> Self {
        Self {
            betas,
            epsilon,
            mean: vec![F::default(); count],
            square: vec![F::default(); count],
            time: 0,
        }
    }

    /// Moves the numbers one step of size `rate` against the gradient.
    ///
    /// # Shapes
    /// Both are `[N]`.
    ///
    /// # Panics
    /// If they are not as many as it was made for.
    pub fn step(&mut self, rate: F, numbers: &mut [F], gradient: &[F]) {
        let (count, there) = (self.mean.len(), (numbers.len(), gradient.len()));
        assert_eq!(there, (count, count), "numbers and a gradient for each");
        self.time += 1;
        let factors = Factors::at(self.betas, self.epsilon, self.time.min(LONG) as i32);
        let memory = self.mean.iter_mut().zip(&mut self.square);
        for ((number, g), (m, v)) in numbers.iter_mut().zip(gradient).zip(memory) {
            let (moved, kept) = factors.step(*g, [*m, *v]);
            [*m, *v] = kept;
            *number = *number - moved * rate;
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};

    use super::super::{Rule, step};
    use super::*;

    #[test]
    fn the_first_step_has_the_length_of_the_rate() {
        let mut numbers = vec![1.0_f64, 1.0];
        let mut adam = Adam::new(2, [0.9, 0.999], 1e-12);
        adam.step(0.1, &mut numbers, &[3.0, -1e-3]);
        assert!((numbers[0] - 0.9).abs() < 1e-6 && (numbers[1] - 1.1).abs() < 1e-6);
    }

    #[test]
    fn numbers_in_memory_move_as_tensors_do() {
        let gradients = [[0.3_f32, -2.0, 1e-4], [0.1, 5.0, -1e-4], [-0.2, 0.0, 1.0]];
        let device = Device::flex();
        let mut numbers = vec![1.0_f32, -0.5, 0.25];
        let mut adam = Adam::new(3, [0.9, 0.999], 1e-8);
        let mut tensor = Tensor::<1>::from_floats([1.0, -0.5, 0.25], &device);
        let mut memory = Vec::new();
        for (time, gradient) in (1..).zip(gradients) {
            adam.step(1e-2, &mut numbers, &gradient);
            let rule = Rule::Adam {
                beta_1: 0.9,
                beta_2: 0.999,
                epsilon: 1e-8,
                time,
            };
            let gradient = Tensor::from_floats(gradient, &device);
            let moved = step(rule, 1e-2, None, tensor, gradient, memory);
            (tensor, memory) = (moved.values, moved.memory);
        }
        let said: Vec<f32> = tensor.into_data().iter::<f32>().collect();
        let off = said.iter().zip(&numbers).map(|(a, b)| (a - b).abs());
        assert!(off.fold(0.0, f32::max) < 1e-6, "{said:?} {numbers:?}");
    }
}
