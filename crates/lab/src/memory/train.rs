//! Longer and longer sequences.

use std::ops::ControlFlow;

use burn::tensor::Device;
use reverie_model::recurrent::{CellKind, ConfigError};
use reverie_model::rng::seeded;
use serde::{Deserialize, Serialize};

use super::model::{Reader, cell_config};
use super::task::RecallTask;
use crate::learner::Learner;
use crate::{LabError, positive, up_to, within};

/// Bias of an LSTM's forget gates at the start: open, σ(3) = 0.95.
const FORGET_BIAS: f64 = 3.0;
/// Memory of the running share of right answers.
const SMOOTHING: f64 = 0.9;
/// From this share on, sequences become longer.
const MASTERED: f64 = 0.98;

/// How a network learns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LearnConfig {
    /// The sequences.
    pub task: RecallTask,
    /// K.
    pub hidden: usize,
    /// T: steps of the longest sequences.
    pub steps: usize,
    /// Steps of the first sequences; each time they are mastered they become `growth` longer.
    pub first_steps: usize,
    /// See `first_steps`.
    pub growth: usize,
    /// Sequences of an update.
    pub batch: usize,
    /// Updates.
    pub updates: usize,
    /// Step size of Adam.
    pub rate: f64,
    /// Limit of the global norm of the gradients; none without.
    pub clip: Option<f64>,
    /// Seed of the start and of the sequences.
    pub seed: u64,
}

impl Default for LearnConfig {
    fn default() -> Self {
        Self {
            task: RecallTask::default(),
            hidden: 24,
            steps: 40,
            first_steps: 5,
            growth: 5,
            batch: 32,
            updates: 1200,
            rate: 0.005,
            clip: Some(1.0),
            seed: 0,
        }
    }
}

impl LearnConfig {
    /// Refuses settings that teach nothing.
    ///
    /// # Errors
    /// [`LabError::Setting`] with the setting, its value and what is allowed.
    pub fn check(&self) -> Result<(), LabError> {
        within("first symbols", self.task.n_cues, 1..=1_000)?;
        within("distractors", self.task.n_distractors, 1..=1_000)?;
        within("hidden", self.hidden, 1..=512)?;
        within("steps", self.steps, 2..=500)?;
        within("batch", self.batch, 1..=4_096)?;
        within("updates", self.updates, 1..=1_000_000)?;
        within("rate", self.rate, up_to(1.0))?;
        positive("clip", self.clip.unwrap_or(1.0))
    }
}

/// One update.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Update {
    /// Steps of its sequences.
    pub steps: usize,
    /// Cross-entropy, in nats.
    pub loss: f64,
    /// Share of right answers.
    pub right: f64,
    /// Global norm of the gradients before they were limited.
    pub norm: f64,
}

/// A network that has learnt.
#[derive(Debug)]
pub struct Learnt {
    /// The network.
    pub model: Reader,
    /// Every update.
    pub updates: Vec<Update>,
    /// Steps of sequences that it has mastered; 0 for none.
    pub mastered: usize,
}

/// Trains a network of these cells; `observe` hears of every update and may break off.
///
/// # Errors
/// Settings that make no network.
pub fn learn(
    kind: CellKind,
    config: &LearnConfig,
    device: &Device,
    mut observe: impl FnMut(usize, &Update) -> ControlFlow<()>,
) -> Result<Learnt, ConfigError> {
    let rng = &mut seeded(config.seed);
    let stack = cell_config(kind, config.task.n_symbols(), config.hidden, FORGET_BIAS);
    let model = Reader::init(&stack, &config.task, rng, device)?;
    let mut learner = Learner::new(model, config.clip);
    let autodiff = device.clone().autodiff();
    let mut steps = config.first_steps.min(config.steps);
    let (mut share, mut mastered) = (0.0, 0);
    let mut updates = Vec::with_capacity(config.updates);
    for number in 1..=config.updates {
        let batch = config.task.draw(config.batch, steps, rng);
        let (loss, right) = learner.net.loss(&batch, &autodiff);
        let found = learner.descend(config.rate, loss);
        let update = Update {
            steps,
            loss: found.loss,
            right,
            norm: found.norm,
        };
        updates.push(update);
        // Without a limit gradients may explode; what was learnt up to then is kept.
        if !found.is_finite() {
            break;
        }
        share = SMOOTHING * share + (1.0 - SMOOTHING) * right;
        if share > MASTERED {
            mastered = steps;
            if steps < config.steps {
                steps = (steps + config.growth).min(config.steps);
                share = 0.0;
            }
        }
        if observe(number, &update).is_break() {
            break;
        }
    }
    Ok(Learnt {
        model: learner.net(),
        updates,
        mastered,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_lstm_learns_short_sequences_and_clipping_changes_what_it_does() {
        let config = LearnConfig {
            steps: 6,
            updates: 150,
            rate: 0.02,
            clip: Some(1e-3),
            ..LearnConfig::default()
        };
        let go_on = |_, _: &Update| ControlFlow::Continue(());
        let learnt = learn(CellKind::Lstm, &config, &Device::flex(), go_on).unwrap();
        assert!(learnt.updates.iter().all(|update| update.norm.is_finite()));
        assert!(learnt.mastered >= 5, "{:?}", learnt.updates.last());
        let free = LearnConfig {
            clip: None,
            updates: 2,
            ..config
        };
        let free = learn(CellKind::Lstm, &free, &Device::flex(), go_on).unwrap();
        // The norm is that before clipping, so the first is the same.
        assert_eq!(free.updates[0], learnt.updates[0]);
    }
}
