//! Steps of optimisers in one pass over the numbers.
//!
//! Composed of Burn's operations, a step walks over a parameter eight to twelve times and makes as
//! many copies of it. The formulas are those of Burn's RMSProp and Adam, so that a run may begin on
//! one and go on with the other.
//!
//! Where no kernel [`serves`], a step is composed of Burn's operations. No gradients run
//! through it. [`Adam`] is for numbers that lie in memory.

mod adam;

pub use adam::{Adam, Real};

use std::sync::{Arc, Mutex, PoisonError};

use burn::tensor::{Device, Tensor, TensorData};

use self::adam::Factors;
use crate::cpu::simd::{Lanes, Level, Vectorised};
use crate::cpu::threads::{Shared, for_work, share};
use crate::host::{HostOp, Made, Needs, Seen, apply, serves};

/// How an optimiser moves numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// m = α m + (1 − α) g², x −= η g / (√m + ε).
    ///
    /// # Source
    /// Tieleman and Hinton 2012.
    Rmsprop {
        /// α.
        decay: f32,
        /// ε, outside the root.
        epsilon: f32,
    },
    /// m = β₁ m + (1 − β₁) g, v = β₂ v + (1 − β₂) g², both divided by what they lack in the first
    /// steps, x −= η m / (√v + ε).
    ///
    /// # Source
    /// Kingma and Ba 2015 (arXiv 1412.6980), algorithm 1.
    Adam {
        /// β₁.
        beta_1: f32,
        /// β₂.
        beta_2: f32,
        /// ε.
        epsilon: f32,
        /// Steps so far, this one included.
        time: i32,
    },
}

impl Rule {
    /// How many numbers it remembers of every number it moves.
    fn memories(self) -> usize {
        match self {
            Self::Rmsprop { .. } => 1,
            Self::Adam { .. } => 2,
        }
    }
}

/// What a step makes of a parameter.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The numbers, `[N]`.
    pub values: Tensor<1>,
    /// What is remembered of them, `[N]` each: m, and for Adam v.
    pub memory: Vec<Tensor<1>>,
}

/// One step of size `rate`, with every number of the gradient limited to ±`limit` first, where there
/// is a limit.
///
/// # Shapes
/// All are `[N]`; `memory` is empty before the first step.
///
/// # Panics
/// If shapes do not match, or the memory is another rule's.
pub fn step(
    rule: Rule,
    rate: f64,
    limit: Option<f64>,
    values: Tensor<1>,
    gradient: Tensor<1>,
    memory: Vec<Tensor<1>>,
) -> Moved {
    let [len] = values.dims();
    if !serves(&values) {
        return composed(rule, rate, limit, values, gradient, memory);
    }
    let device = values.device();
    let left = Arc::new(Mutex::new(Vec::new()));
    let op = Step {
        level: crate::level(),
        rule,
        rate: rate as f32,
        limit: limit.map_or(f32::INFINITY, |limit| limit as f32),
        left: left.clone(),
    };
    assert_eq!(gradient.dims(), [len], "a gradient for every number");
    assert!(
        memory.is_empty() || memory.len() == rule.memories(),
        "another rule's memory"
    );
    let mut tensors = vec![values.into_dispatch(), gradient.into_dispatch()];
    tensors.extend(memory.into_iter().map(Tensor::into_dispatch));
    let values = apply(op, tensors);
    let left = std::mem::take(&mut *left.lock().unwrap_or_else(PoisonError::into_inner));
    let tensor =
        |values, device: &Device| Tensor::from_data(TensorData::new(values, [len]), device);
    let memory = left.into_iter().map(|values| tensor(values, &device));
    Moved {
        values,
        memory: memory.collect(),
    }
}

/// The formulas, one operation after the other.
fn composed(
    rule: Rule,
    rate: f64,
    limit: Option<f64>,
    values: Tensor<1>,
    gradient: Tensor<1>,
    memory: Vec<Tensor<1>>,
) -> Moved {
    let g = match limit {
        Some(limit) => gradient.clamp(-limit, limit),
        None => gradient,
    };
    let mut memory = memory.into_iter();
    // The mean of what was and what comes, with zero before the first step.
    let mut blend = |new: Tensor<1>, decay: f32| {
        let new = new * (1.0 - decay);
        match memory.next() {
            Some(old) => old * decay + new,
            None => new,
        }
    };
    let (moved, memory) = match rule {
        Rule::Rmsprop { decay, epsilon } => {
            let m = blend(g.clone().square(), decay);
            (g / (m.clone().sqrt() + epsilon), vec![m])
        }
        Rule::Adam {
            beta_1,
            beta_2,
            epsilon,
            time,
        } => {
            let m = blend(g.clone(), beta_1);
            let v = blend(g.square(), beta_2);
            let root = (1.0 - beta_2.powi(time)).sqrt();
            let factor = root / (1.0 - beta_1.powi(time));
            let moved = m.clone() * factor / (v.clone().sqrt() + epsilon * root);
            (moved, vec![m, v])
        }
    };
    Moved {
        values: values - moved * rate,
        memory,
    }
}

#[derive(Debug)]
struct Step {
    level: Level,
    rule: Rule,
    rate: f32,
    limit: f32,
    /// The new memory: an operation has one result.
    left: Arc<Mutex<Vec<Vec<f32>>>>,
}

/// What one number costs, in the operations that threads are counted by: it is memory that counts.
const OPERATIONS: usize = 8;

impl HostOp for Step {
    fn forward(&self, inputs: &[&[f32]], _: &[bool]) -> Made {
        let len = inputs[0].len();
        let mut all: Vec<Vec<f32>> = vec![vec![0.0; len]; 1 + self.rule.memories()];
        let out: Vec<Shared<'_>> = all.iter_mut().map(|all| Shared::new(all)).collect();
        share(for_work(len * OPERATIONS), len, |part| {
            // SAFETY: parts do not overlap.
            let to = out.iter().map(|out| unsafe { out.slice(part.clone()) });
            self.level.run(Part {
                step: self,
                from: inputs.iter().map(|from| &from[part.clone()]).collect(),
                to: to.collect(),
            });
        });
        let values = all.remove(0);
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = all;
        Made {
            values,
            shape: vec![len],
            kept: None,
        }
    }

    fn needs(&self, is_tracked: &[bool]) -> Needs {
        Needs {
            inputs: vec![false; is_tracked.len()],
            output: false,
        }
    }

    fn backward(&self, _: Seen<'_>, is_tracked: &[bool]) -> Vec<Option<Vec<f32>>> {
        vec![None; is_tracked.len()]
    }
}

/// Some of the numbers: values, gradient and memory before; values and memory after.
struct Part<'a> {
    step: &'a Step,
    from: Vec<&'a [f32]>,
    to: Vec<&'a mut [f32]>,
}

/// A rule with its constants in every lane.
enum Spread<L> {
    /// α and 1 − α, and ε.
    Rmsprop { decay: [L; 2], epsilon: L },
    /// All of Adam's.
    Adam(Factors<L>),
}

impl<L: Lanes> Spread<L> {
    #[inline(always)]
    fn of(rule: Rule) -> Self {
        match rule {
            Rule::Rmsprop { decay, epsilon } => Self::Rmsprop {
                decay: [L::splat(decay), L::splat(1.0 - decay)],
                epsilon: L::splat(epsilon),
            },
            Rule::Adam {
                beta_1,
                beta_2,
                epsilon,
                time,
            } => Self::Adam(Factors::at([beta_1, beta_2], epsilon, time).spread(L::splat)),
        }
    }
}

impl Vectorised for Part<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self) {
        let len = self.from[0].len();
        let limit = L::splat(self.step.limit);
        let rate = L::splat(self.step.rate);
        let rule = Spread::of(self.step.rule);
        for start in (0..len).step_by(L::COUNT) {
            let part = start..(start + L::COUNT).min(len);
            let load = |number: usize| match self.from.get(number) {
                Some(from) => L::load_some(&from[part.clone()]),
                None => L::zero(),
            };
            let x = load(0);
            // In this order, what is not a number stays what it is.
            let g = limit.min((L::zero() - limit).max(load(1)));
            let moved = match &rule {
                Spread::Rmsprop { decay, epsilon } => {
                    let m = load(2) * decay[0] + g * g * decay[1];
                    m.store_some(&mut self.to[1][part.clone()]);
                    g / (m.sqrt() + *epsilon)
                }
                Spread::Adam(factors) => {
                    let (moved, [m, v]) = factors.step(g, [load(2), load(3)]);
                    m.store_some(&mut self.to[1][part.clone()]);
                    v.store_some(&mut self.to[2][part.clone()]);
                    moved
                }
            };
            (x - moved * rate).store_some(&mut self.to[0][part]);
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::optim::{AdamConfig, Optimizer as _, RmsPropConfig};

    use super::*;

    fn numbers(seed: u32) -> Tensor<1> {
        let values = (0..100u32).map(|i| {
            let x = (i ^ seed).wrapping_mul(2_654_435_761);
            (x >> 8) as f32 / 8_388_608.0 - 1.0
        });
        let values: Vec<f32> = values.collect();
        Tensor::from_data(TensorData::new(values, [100]), &Device::flex())
    }

    fn same(ours: Tensor<1>, burns: Tensor<1>) {
        let difference: f32 = (ours - burns).abs().max().into_scalar();
        assert!(difference < 2e-7, "{difference}");
    }

    #[test]
    fn rmsprop_is_burns() {
        let burns = RmsPropConfig::new()
            .with_alpha(0.95)
            .with_momentum(0.0)
            .with_epsilon(1e-8)
            .build();
        let rule = Rule::Rmsprop {
            decay: 0.95,
            epsilon: 1e-8,
        };
        let (mut x, mut y) = (numbers(1), numbers(1));
        let (mut memory, mut state) = (Vec::new(), None);
        for number in 0..5 {
            let gradient = numbers(number + 2);
            let moved = step(rule, 2e-3, None, x, gradient.clone(), memory);
            (x, memory) = (moved.values, moved.memory);
            (y, state) = burns.step(2e-3, y, gradient, state);
        }
        same(x, y);
        same(memory.remove(0), state.unwrap().square_avg.square_avg);
    }

    #[test]
    fn adam_is_burns() {
        let burns = AdamConfig::new().with_epsilon(1e-8).build();
        let (mut x, mut y) = (numbers(1), numbers(1));
        let (mut memory, mut state) = (Vec::new(), None);
        for number in 0..5 {
            let gradient = numbers(number + 2);
            let rule = Rule::Adam {
                beta_1: 0.9,
                beta_2: 0.999,
                epsilon: 1e-8,
                time: number as i32 + 1,
            };
            let moved = step(rule, 2e-3, None, x, gradient.clone(), memory);
            (x, memory) = (moved.values, moved.memory);
            (y, state) = burns.step(2e-3, y, gradient, state);
        }
        same(x, y);
        same(memory.remove(1), state.unwrap().momentum.moment_2);
    }

    #[test]
    fn composed_steps_are_the_same() {
        let rules = [
            Rule::Rmsprop {
                decay: 0.95,
                epsilon: 1e-8,
            },
            Rule::Adam {
                beta_1: 0.9,
                beta_2: 0.999,
                epsilon: 1e-8,
                time: 3,
            },
        ];
        for rule in rules {
            let memory: Vec<_> = (0..rule.memories())
                .map(|i| numbers(i as u32).abs())
                .collect();
            let (x, g) = (numbers(5), numbers(6));
            let fused = step(rule, 1e-2, Some(0.5), x.clone(), g.clone(), memory.clone());
            let plain = composed(rule, 1e-2, Some(0.5), x, g, memory);
            same(fused.values, plain.values);
            for (fused, plain) in fused.memory.into_iter().zip(plain.memory) {
                same(fused, plain);
            }
        }
    }

    #[test]
    fn a_limit_holds_for_every_number_and_lets_nan_through() {
        let rule = Rule::Rmsprop {
            decay: 0.5,
            epsilon: 0.0,
        };
        let device = Device::flex();
        let gradient = Tensor::<1>::from_floats([100.0, -0.5, f32::NAN], &device);
        let moved = step(
            rule,
            1.0,
            Some(2.0),
            Tensor::zeros([3], &device),
            gradient,
            vec![],
        );
        let m = moved.memory[0].to_data().try_to_vec::<f32>().unwrap();
        assert_eq!(m[..2], [2.0, 0.125]);
        assert!(m[2].is_nan());
    }
}
