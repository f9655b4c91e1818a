//! Both models side by side.

use std::ops::ControlFlow;
use std::time::Instant;

use burn::tensor::Device;
use reverie_model::data::text::{EvalBatches, TrainBatches, Vocabulary};
use reverie_model::sequence::{Outcome, TextConfig, TextSource, TextTrainer, evaluate};
use serde::{Deserialize, Serialize};

use crate::numbers::mean;
use crate::{LabError, Progress, positive, within};

/// All settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerNormConfig {
    /// Model and training; `layer_norm`, `iterations` and `eval_every` are set here.
    pub text: TextConfig,
    /// How often it is tried, with another seed each time.
    pub seeds: usize,
    /// The first seed.
    pub seed: u64,
    /// Most updates of a model.
    pub updates: u64,
    /// Updates between two looks at the validation text.
    pub look_every: u64,
    /// The validation loss that is to be reached, in nats per character.
    pub level: f64,
}

/// The text, cut and numbered.
pub struct Text<'a> {
    /// What is learnt from.
    pub train: &'a TrainBatches,
    /// What is looked at.
    pub validation: &'a EvalBatches,
    /// Symbols.
    pub vocabulary: &'a Vocabulary,
    /// Where it comes from.
    pub source: &'a TextSource,
}

/// One model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Arm {
    /// Whether it has layer normalisation.
    pub layer_norm: bool,
    /// Its seed.
    pub seed: u64,
    /// Updates and validation loss at every look, in nats per character.
    pub looks: Vec<(u64, f64)>,
    /// Updates to the level, where it was reached: between two looks along a straight line.
    pub reached: Option<f64>,
    /// Median time of an update, in seconds.
    pub step_seconds: f64,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LayerNormResult {
    /// Two for each seed, the plain one first.
    pub arms: Vec<Arm>,
    /// Whether somebody said stop.
    pub is_stopped: bool,
}

impl LayerNormResult {
    /// How much longer an update takes with layer normalisation than without, mean over the seeds:
    /// 0.25 is a quarter longer.
    pub fn dearer(&self) -> Option<f64> {
        let ratios: Vec<f64> = self
            .arms
            .chunks_exact(2)
            .map(|pair| pair[1].step_seconds / pair[0].step_seconds - 1.0)
            .filter(|ratio| ratio.is_finite())
            .collect();
        (!ratios.is_empty()).then(|| mean(&ratios))
    }

    /// Updates with layer normalisation for one without, mean over the seeds where both arrived.
    pub fn updates_ratio(&self) -> Option<f64> {
        let pairs = self.arms.chunks_exact(2);
        let ratios: Vec<f64> = pairs
            .filter_map(|pair| Some(pair[1].reached? / pair[0].reached?))
            .collect();
        (!ratios.is_empty()).then(|| mean(&ratios))
    }
}

impl LayerNormConfig {
    /// Refuses settings that make no experiment.
    ///
    /// # Errors
    /// [`LabError::Setting`] with the setting, its value and what is allowed.
    pub fn check(&self) -> Result<(), LabError> {
        within("seeds", self.seeds, 1..=100)?;
        within("updates", self.updates, 1..)?;
        within("look-every", self.look_every, 1..)?;
        positive("level", self.level)?;
        Ok(self.text.check()?)
    }

    fn of_arm(&self, layer_norm: bool) -> TextConfig {
        TextConfig {
            layer_norm,
            iterations: self.updates,
            eval_every: self.look_every,
            ..self.text.clone()
        }
    }
}

/// Trains both models from every seed; the observer may end it after any update. A seed is done when
/// both models have reached the level, or at the last update.
///
/// # Errors
/// Settings out of range; training that diverges.
pub fn run(
    config: &LayerNormConfig,
    text: &Text<'_>,
    device: &Device,
    mut observe: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<LayerNormResult, LabError> {
    config.check()?;
    let mut result = LayerNormResult::default();
    let total = config.seeds as u64 * config.updates;
    for number in 0..config.seeds as u64 {
        let seed = config.seed.wrapping_add(number);
        let new = |layer_norm| Walker::new(config, layer_norm, seed, text, device);
        let mut walkers = [new(false)?, new(true)?];
        let mut is_stopped = false;
        for update in 1..=config.updates {
            for walker in &mut walkers {
                walker.step(text)?;
            }
            let is_due = update.is_multiple_of(config.look_every) || update == config.updates;
            if is_due {
                for walker in &mut walkers {
                    walker.look(update, config.level, text, device);
                }
            }
            let [plain, normed] = [walkers[0].loss, walkers[1].loss];
            let progress = Progress {
                done: number * config.updates + update,
                total,
                remark: format!("seed {seed}, {plain:.3} nats without and {normed:.3} with"),
            };
            is_stopped = observe(progress).is_break();
            if is_stopped || (is_due && walkers.iter().all(|walker| walker.arm.reached.is_some())) {
                break;
            }
        }
        result.arms.extend(walkers.map(Walker::finish));
        if is_stopped {
            result.is_stopped = true;
            break;
        }
    }
    Ok(result)
}

struct Walker {
    trainer: TextTrainer,
    arm: Arm,
    seconds: Vec<f64>,
    loss: f64,
}

impl Walker {
    fn new(
        config: &LayerNormConfig,
        layer_norm: bool,
        seed: u64,
        text: &Text<'_>,
        device: &Device,
    ) -> Result<Self, LabError> {
        let trainer = TextTrainer::new(
            config.of_arm(layer_norm),
            text.vocabulary.clone(),
            text.source.clone(),
            seed,
            device,
        )?;
        let (looks, reached, step_seconds) = (Vec::new(), None, f64::NAN);
        let arm = Arm {
            layer_norm,
            seed,
            looks,
            reached,
            step_seconds,
        };
        Ok(Self {
            trainer,
            arm,
            seconds: Vec::new(),
            loss: f64::NAN,
        })
    }

    fn step(&mut self, text: &Text<'_>) -> Result<(), LabError> {
        let begun = Instant::now();
        let outcome = self.trainer.step(text.train)?;
        self.seconds.push(begun.elapsed().as_secs_f64());
        if let Outcome::Stepped(step) = outcome {
            self.loss = step.loss;
        }
        Ok(())
    }

    fn look(&mut self, update: u64, level: f64, text: &Text<'_>, device: &Device) {
        let model = self.trainer.model();
        let Some(measured) = evaluate(&model, text.validation, device, || true) else {
            return;
        };
        let last = self.arm.looks.last().copied();
        self.arm.looks.push((update, measured.nats));
        if self.arm.reached.is_none() && measured.nats <= level {
            self.arm.reached = Some(crossing(last, (update, measured.nats), level));
        }
    }

    fn finish(mut self) -> Arm {
        self.seconds.sort_by(f64::total_cmp);
        let median = self.seconds.get(self.seconds.len() / 2).copied();
        self.arm.step_seconds = median.unwrap_or(f64::NAN);
        self.arm
    }
}

/// Where a straight line from the look before to this one meets the level.
fn crossing(before: Option<(u64, f64)>, (update, nats): (u64, f64), level: f64) -> f64 {
    match before {
        Some((earlier, above)) if above > nats => {
            let share = (above - level) / (above - nats);
            earlier as f64 + share * (update - earlier) as f64
        }
        _ => update as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_crossed_between_two_looks() {
        assert_eq!(crossing(Some((100, 3.0)), (200, 1.0), 2.5), 125.0);
        assert_eq!(crossing(Some((100, 3.0)), (200, 1.0), 1.0), 200.0);
        assert_eq!(crossing(None, (50, 1.0), 2.0), 50.0);
    }

    #[test]
    fn ratios_are_of_pairs() {
        let arm = |layer_norm, reached, step_seconds| Arm {
            layer_norm,
            seed: 0,
            looks: Vec::new(),
            reached,
            step_seconds,
        };
        let result = LayerNormResult {
            arms: vec![arm(false, Some(100.0), 0.4), arm(true, Some(50.0), 0.5)],
            is_stopped: false,
        };
        assert_eq!(result.updates_ratio(), Some(0.5));
        assert!((result.dearer().unwrap() - 0.25).abs() < 1e-12);
        let none = LayerNormResult::default();
        assert_eq!((none.updates_ratio(), none.dearer()), (None, None));
    }
}
