//! Cells side by side.

use std::ops::ControlFlow;

use burn::tensor::Device;
use reverie_model::recurrent::{CellKind, GateName};
use reverie_model::rng::seeded;
use serde::{Deserialize, Serialize};

use super::model::Reader;
use super::sensitivity::{Sensitivity, sensitivity};
use super::train::{LearnConfig, Update, learn};
use crate::numbers::{geometric_by_place, length};
use crate::{LabError, Progress, within};

/// Sequences on which a network is tested.
const TESTED: usize = 256;
/// Sequences whose sensitivities are averaged.
const FOLLOWED: usize = 4;

/// What has vanished altogether counts as so much.
const VANISHED: f64 = 1e-30;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemoryConfig {
    /// How every network learns.
    pub learn: LearnConfig,
    /// Networks of every cell.
    pub seeds: usize,
}

impl Default for MemoryConfig {
    fn default() -> Self {
        Self {
            learn: LearnConfig {
                steps: 60,
                // At full length from the start: what cannot be seen cannot be learnt.
                first_steps: 60,
                updates: 600,
                ..LearnConfig::default()
            },
            seeds: 3,
        }
    }
}

impl MemoryConfig {
    /// A small version.
    pub fn quick() -> Self {
        Self {
            learn: LearnConfig {
                steps: 40,
                first_steps: 40,
                hidden: 16,
                updates: 200,
                rate: 0.01,
                ..LearnConfig::default()
            },
            seeds: 1,
        }
    }

    /// Refuses settings that mean nothing.
    ///
    /// # Errors
    /// [`LabError::Setting`].
    pub fn check(&self) -> Result<(), LabError> {
        self.learn.check()?;
        within("seeds", self.seeds, 1..=100)
    }
}

/// One network.
#[derive(Clone, Debug, Serialize)]
pub struct CellMemory {
    /// Its cell.
    pub cell: CellKind,
    /// Its seed.
    pub seed: u64,
    /// Steps of the longest sequences that it mastered; 0 for none.
    pub mastered: usize,
    /// Share of right answers at full length, on new sequences.
    pub right: f64,
    /// Every update.
    pub updates: Vec<Update>,
    /// `[T]`: Frobenius norm of ∂y_t/∂x_1, relative to its largest, the geometric mean of a few
    /// sequences.
    pub outputs: Vec<f64>,
    /// `[T]`: the same of ∂h_t/∂x_1, relative to its first; of an LSTM of ∂c_t/∂x_1.
    pub state: Vec<f64>,
    /// The same before it learnt anything.
    pub start: Vec<f64>,
    /// `[T]`: of an LSTM, its forget gates where the first input is held, and the product of them from
    /// the second step on: what the memory alone would keep.
    pub forget: Option<(Vec<f64>, Vec<f64>)>,
    /// The symbols of the first of those sequences.
    pub symbols: Vec<u32>,
    /// All of the first sequence.
    pub followed: Sensitivity,
}

/// All that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Memory {
    /// What was done.
    pub config: MemoryConfig,
    /// Every network, by seed and cell.
    pub networks: Vec<CellMemory>,
}

/// Trains tanh, GRU and LSTM networks and follows the first input through them.
///
/// # Errors
/// Settings that mean nothing.
pub fn memory(
    config: &MemoryConfig,
    device: &Device,
    mut observe: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Memory, LabError> {
    config.check()?;
    let cells = [CellKind::Rnn, CellKind::Gru, CellKind::Lstm];
    let total = (cells.len() * config.seeds * config.learn.updates) as u64;
    let mut found = Memory {
        config: *config,
        networks: Vec::new(),
    };
    let mut done = 0;
    for seed in 0..config.seeds as u64 {
        for cell in cells {
            let learn_config = LearnConfig {
                seed: config.learn.seed.wrapping_add(seed),
                ..config.learn
            };
            let before = done;
            let mut is_broken = false;
            let learnt = learn(cell, &learn_config, device, |number, update| {
                let flow = observe(Progress {
                    done: before + number as u64,
                    total,
                    remark: format!(
                        "{cell:?}, {} steps: {:.2} right",
                        update.steps, update.right
                    ),
                });
                is_broken = flow.is_break();
                flow
            })?;
            done += config.learn.updates as u64;
            if is_broken {
                return Ok(found);
            }
            let rng = &mut seeded(learn_config.seed ^ (1 << 40));
            let task = learn_config.task;
            let test = task.draw(TESTED, learn_config.steps, rng);
            let (_, right) = learnt.model.loss(&test, device);
            let followed = |model: &Reader| {
                let each = test.symbols.chunks(learn_config.steps).take(FOLLOWED);
                let each = each.map(|symbols| sensitivity(model, symbols, device));
                each.collect::<Vec<Sensitivity>>()
            };
            let start = followed(&untaught(cell, &learn_config, device)?);
            let followed = followed(&learnt.model);
            found.networks.push(CellMemory {
                cell,
                seed: learn_config.seed,
                mastered: learnt.mastered,
                right,
                updates: learnt.updates,
                outputs: geometric(&followed, |one| relative(&one.outputs, true)),
                state: geometric(&followed, |one| relative(&state(one), false)),
                start: geometric(&start, |one| relative(&state(one), false)),
                forget: forget(&followed[0]),
                symbols: test.symbols[..learn_config.steps].to_vec(),
                followed: followed
                    .into_iter()
                    .next()
                    .expect("some sequence was followed"),
            });
        }
    }
    Ok(found)
}

/// The network as it begins.
fn untaught(cell: CellKind, config: &LearnConfig, device: &Device) -> Result<Reader, LabError> {
    let none = LearnConfig {
        updates: 0,
        ..*config
    };
    Ok(learn(cell, &none, device, |_, _| ControlFlow::Continue(()))?.model)
}

/// ∂c_t/∂x_1 where there is a memory, else ∂h_t/∂x_1.
fn state(one: &Sensitivity) -> Vec<f64> {
    let steps = one.memory.as_ref().unwrap_or(&one.units).iter();
    steps.map(|units| length(units)).collect()
}

/// The geometric mean over some sequences, step by step.
fn geometric(all: &[Sensitivity], of: impl Fn(&Sensitivity) -> Vec<f64>) -> Vec<f64> {
    let lists: Vec<Vec<f64>> = all.iter().map(of).collect();
    geometric_by_place(&lists, VANISHED)
}

/// Relative to the largest, or to the first.
fn relative(values: &[f64], to_largest: bool) -> Vec<f64> {
    let whole = match to_largest {
        true => values.iter().copied().fold(0.0, f64::max),
        false => values[0],
    };
    values
        .iter()
        .map(|value| value / whole.max(f64::MIN_POSITIVE))
        .collect()
}

fn forget(one: &Sensitivity) -> Option<(Vec<f64>, Vec<f64>)> {
    one.memory.as_ref()?;
    let gate = one.gate_where_held(GateName::Forget)?;
    let mut kept = 1.0;
    let product = (0..gate.len()).map(|t| {
        if t > 0 {
            kept *= gate[t];
        }
        kept
    });
    let product = product.collect();
    Some((gate, product))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_run_follows_every_cell() {
        let config = MemoryConfig {
            learn: LearnConfig {
                steps: 6,
                hidden: 8,
                updates: 5,
                ..LearnConfig::default()
            },
            seeds: 1,
        };
        let mut last = (0, 1);
        let found = memory(&config, &Device::flex(), |progress| {
            last = (progress.done, progress.total);
            ControlFlow::Continue(())
        });
        let found = found.unwrap();
        assert_eq!(last.0, last.1);
        assert_eq!(found.networks.len(), 3);
        for network in &found.networks {
            assert_eq!(network.state.len(), 6);
            assert!((network.state[0] - 1.0).abs() < 1e-9);
            assert_eq!(network.forget.is_some(), network.cell == CellKind::Lstm);
        }
    }

    #[test]
    fn settings_that_mean_nothing_are_refused() {
        let mut config = MemoryConfig::default();
        config.learn.steps = 0;
        assert!(
            config
                .check()
                .unwrap_err()
                .to_string()
                .contains("steps is 0")
        );
    }
}
