//! How a module's numbers move.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, Param};
use burn::optim::{
    Adam, AdamConfig, AdamState, AdaptiveMomentumState, CenteredState, Optimizer as _, RecordState,
    RmsProp, RmsPropConfig, RmsPropState, Sgd, SgdConfig, SgdState, SquareAvgState, StateSink,
    StateSource, momentum::MomentumConfig,
};
use burn::tensor::{Device, Tensor, TensorData};
use reverie_kernels::{optim, serves};
use serde::{Deserialize, Serialize};

use super::params::{host, like};
use super::{ImportError, ParamGradients};
use crate::weights::RawTensor;

/// Which optimiser, with its settings. The step size is the schedule's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OptimizerConfig {
    /// Divides by the root of a running mean of squares: x −= η g / (√m + ε).
    ///
    /// # Source
    /// Tieleman and Hinton 2012. char-rnn has decay 0.95 and ε 1e-8, and no momentum.
    Rmsprop {
        /// α, memory of the mean of squares.
        decay: f64,
        /// ε, keeps the division finite; outside the root.
        epsilon: f64,
    },
    /// Kingma and Ba 2015 (arXiv 1412.6980).
    Adam {
        /// β1, memory of the mean gradient.
        beta_1: f64,
        /// β2, memory of the mean of squares.
        beta_2: f64,
        /// ε, keeps the division finite.
        epsilon: f64,
    },
    /// Plain descent, with the momentum of PyTorch: v = μ v + g, x −= η v.
    Sgd {
        /// μ; zero is none.
        momentum: f64,
    },
}

/// An optimiser at work: what it does, and what it remembers of every parameter.
#[derive(Clone)]
pub struct Optimizer {
    rule: Rule,
    /// One for each parameter, in the module's order; none before its first step.
    slots: Vec<Option<Slot>>,
}

#[derive(Clone)]
enum Rule {
    /// Burn's, and the same in one pass.
    Rmsprop(RmsProp, optim::Rule),
    /// Burn's, and the same in one pass.
    Adam(Adam, optim::Rule),
    Sgd(Sgd),
}

#[derive(Clone)]
enum Slot {
    Rmsprop(RmsPropState<1>),
    Adam(AdamState<1>),
    Sgd(SgdState<1>),
}

impl OptimizerConfig {
    /// An optimiser that has seen nothing yet.
    pub fn init(&self) -> Optimizer {
        let rule = match *self {
            Self::Rmsprop { decay, epsilon } => Rule::Rmsprop(
                RmsPropConfig::new()
                    .with_alpha(decay as f32)
                    .with_momentum(0.0)
                    .with_epsilon(epsilon as f32)
                    .build(),
                optim::Rule::Rmsprop {
                    decay: decay as f32,
                    epsilon: epsilon as f32,
                },
            ),
            Self::Adam {
                beta_1,
                beta_2,
                epsilon,
            } => Rule::Adam(
                AdamConfig::new()
                    .with_beta_1(beta_1 as f32)
                    .with_beta_2(beta_2 as f32)
                    .with_epsilon(epsilon as f32)
                    .build(),
                optim::Rule::Adam {
                    beta_1: beta_1 as f32,
                    beta_2: beta_2 as f32,
                    epsilon: epsilon as f32,
                    time: 0,
                },
            ),
            Self::Sgd { momentum } => {
                let momentum = (momentum > 0.0).then_some(MomentumConfig {
                    momentum,
                    dampening: 0.0,
                    nesterov: false,
                });
                Rule::Sgd(SgdConfig::new().with_momentum(momentum).build())
            }
        };
        Optimizer {
            rule,
            slots: Vec::new(),
        }
    }
}

impl Optimizer {
    /// Moves every parameter that has a gradient one step of size `rate` downhill.
    pub fn step<M: Module>(&mut self, rate: f64, module: M, gradients: ParamGradients) -> M {
        self.step_limited(rate, None, module, gradients)
    }

    /// The same with every number of the gradients limited to ±`limit` first, where there is a
    /// limit.
    pub fn step_limited<M: Module>(
        &mut self,
        rate: f64,
        limit: Option<f64>,
        module: M,
        gradients: ParamGradients,
    ) -> M {
        struct Mover<'a> {
            rate: f64,
            limit: Option<f64>,
            rule: &'a Rule,
            slots: &'a mut Vec<Option<Slot>>,
            gradients: std::vec::IntoIter<super::ParamGradient>,
            number: usize,
        }
        impl ModuleMapper for Mover<'_> {
            fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
                let number = self.number;
                self.number += 1;
                let gradient = self.gradients.next().and_then(|gradient| gradient.values);
                let Some(gradient) = gradient else {
                    return param;
                };
                let slot = self.slots[number].take();
                let (rate, limit, rule) = (self.rate, self.limit, self.rule);
                let mut kept = None;
                let param = param.map(|old| {
                    let shape = old.dims();
                    let flat = old.clone().inner().reshape([-1]);
                    let (moved, slot) = rule.step(rate, limit, flat, gradient, slot);
                    kept = slot;
                    like(moved.reshape(shape), &old)
                });
                self.slots[number] = kept;
                param
            }
        }
        self.slots.resize(gradients.0.len(), None);
        module.map(&mut Mover {
            rate,
            limit,
            rule: &self.rule,
            slots: &mut self.slots,
            gradients: gradients.0.into_iter(),
            number: 0,
        })
    }

    /// What it remembers, as named tensors; [`Optimizer::restore`] is the way back.
    pub fn export(&self) -> Vec<(String, RawTensor)> {
        let mut found = Vec::new();
        for (number, slot) in self.slots.iter().enumerate() {
            let mut put = |leaf: &str, values: Vec<f32>| {
                let shape = vec![values.len()];
                found.push((format!("{number}.{leaf}"), RawTensor { shape, values }));
            };
            match slot {
                None => {}
                Some(Slot::Rmsprop(state)) => {
                    put("square", host(state.square_avg.square_avg.clone()));
                }
                Some(Slot::Adam(state)) => {
                    put("moment_1", host(state.momentum.moment_1.clone()));
                    put("moment_2", host(state.momentum.moment_2.clone()));
                    put("time", vec![state.momentum.time as f32]);
                }
                Some(Slot::Sgd(state)) => {
                    // Burn keeps the velocity to itself, and hands it out for records only.
                    let mut sink = StateSink::default();
                    state.state_flatten("", &mut sink);
                    for (leaf, data) in sink.tensors {
                        put(&leaf, data.iter::<f32>().collect());
                    }
                }
            }
        }
        found
    }

    /// Puts back what [`Optimizer::export`] gave, for parameters of these sizes. Numbers that do not
    /// belong to this optimiser are left out.
    ///
    /// # Errors
    /// [`ImportError::Shape`] where there are more or fewer numbers than a parameter has.
    pub fn restore(
        &mut self,
        tensors: &BTreeMap<String, RawTensor>,
        sizes: &[usize],
        device: &Device,
    ) -> Result<(), ImportError> {
        for (name, tensor) in tensors {
            let number = name
                .split('.')
                .next()
                .and_then(|number| number.parse::<usize>().ok());
            let need = number
                .and_then(|number| sizes.get(number))
                .copied()
                .unwrap_or(0);
            let is_time = name.ends_with(".time") && tensor.shape == [1];
            if !is_time && tensor.shape != [need] {
                return Err(ImportError::Shape {
                    name: format!("optimizer.{name}"),
                    found: tensor.shape.clone(),
                    need: vec![need],
                });
            }
        }
        self.slots = (0..sizes.len())
            .map(|number| {
                let get = |leaf: &str| tensors.get(&format!("{number}.{leaf}"));
                let tensor = |raw: &RawTensor| -> Tensor<1> {
                    let data = TensorData::new(raw.values.clone(), raw.shape.clone());
                    Tensor::from_data(data, device)
                };
                match &self.rule {
                    Rule::Rmsprop(..) => Some(Slot::Rmsprop(rmsprop_state(tensor(get("square")?)))),
                    Rule::Adam(..) => {
                        let (one, two) = (tensor(get("moment_1")?), tensor(get("moment_2")?));
                        let time = get("time")?.values.first().copied()? as usize;
                        let momentum = AdaptiveMomentumState::new(time, one, two);
                        Some(Slot::Adam(AdamState::new(momentum)))
                    }
                    Rule::Sgd(_) => {
                        let leaf = "momentum.velocity";
                        let raw = get(leaf)?;
                        let mut source = StateSource::default();
                        let data = TensorData::new(raw.values.clone(), raw.shape.clone());
                        source.insert_tensor(leaf.to_owned(), data);
                        SgdState::state_unflatten("", &mut source, device).map(Slot::Sgd)
                    }
                }
            })
            .collect();
        Ok(())
    }
}

impl Rule {
    fn step(
        &self,
        rate: f64,
        limit: Option<f64>,
        values: Tensor<1>,
        gradient: Tensor<1>,
        slot: Option<Slot>,
    ) -> (Tensor<1>, Option<Slot>) {
        match (self, slot) {
            (Self::Rmsprop(_, fused), slot) if serves(&values) => {
                let memory = match slot {
                    Some(Slot::Rmsprop(state)) => vec![state.square_avg.square_avg],
                    _ => Vec::new(),
                };
                let moved = optim::step(*fused, rate, limit, values, gradient, memory);
                let square = moved.memory.into_iter().next();
                (
                    moved.values,
                    square.map(|square| Slot::Rmsprop(rmsprop_state(square))),
                )
            }
            (Self::Adam(_, fused), slot) if serves(&values) => {
                let (memory, time) = match slot {
                    Some(Slot::Adam(state)) => {
                        let momentum = state.momentum;
                        (vec![momentum.moment_1, momentum.moment_2], momentum.time)
                    }
                    _ => (Vec::new(), 0),
                };
                let time = time + 1;
                let rule = at_time(*fused, time);
                let moved = optim::step(rule, rate, limit, values, gradient, memory);
                let mut memory = moved.memory.into_iter();
                let slot = memory.next().zip(memory.next()).map(|(one, two)| {
                    Slot::Adam(AdamState::new(AdaptiveMomentumState::new(time, one, two)))
                });
                (moved.values, slot)
            }
            (_, slot) => {
                let gradient = match limit {
                    Some(limit) => gradient.clamp(-limit, limit),
                    None => gradient,
                };
                self.step_composed(rate, values, gradient, slot)
            }
        }
    }

    fn step_composed(
        &self,
        rate: f64,
        values: Tensor<1>,
        gradient: Tensor<1>,
        slot: Option<Slot>,
    ) -> (Tensor<1>, Option<Slot>) {
        match self {
            Self::Rmsprop(rule, _) => {
                let state = match slot {
                    Some(Slot::Rmsprop(state)) => Some(state),
                    _ => None,
                };
                let (moved, state) = rule.step(rate, values, gradient, state);
                (moved, state.map(Slot::Rmsprop))
            }
            Self::Adam(rule, _) => {
                let state = match slot {
                    Some(Slot::Adam(state)) => Some(state),
                    _ => None,
                };
                let (moved, state) = rule.step(rate, values, gradient, state);
                (moved, state.map(Slot::Adam))
            }
            Self::Sgd(rule) => {
                let state = match slot {
                    Some(Slot::Sgd(state)) => Some(state),
                    _ => None,
                };
                let (moved, state) = rule.step(rate, values, gradient, state);
                (moved, state.map(Slot::Sgd))
            }
        }
    }
}

/// What Burn's RMSProp remembers without momentum and without centring.
fn rmsprop_state(square: Tensor<1>) -> RmsPropState<1> {
    let centred = CenteredState::new(None, square.clone());
    RmsPropState::new(SquareAvgState::new(square), centred, None)
}

/// Adam's rule at its n-th step.
fn at_time(rule: optim::Rule, steps: usize) -> optim::Rule {
    match rule {
        optim::Rule::Adam {
            beta_1,
            beta_2,
            epsilon,
            ..
        } => optim::Rule::Adam {
            beta_1,
            beta_2,
            epsilon,
            time: steps as i32,
        },
        other => other,
    }
}
