//! A recogniser learns digits, and is measured.

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use reverie_kernels::loss::cross_entropy;
use serde::{Deserialize, Serialize};

use super::augment::augment;
use super::digit_set::DigitBatch;
use super::{DigitSet, DigitsConfig, DigitsModel};
use crate::data::speech::{Frames, N_DIGITS};
use crate::recurrent::Mode;
use crate::rng::{Rng, seeded};
use crate::sequence::SequenceError;
use crate::train::{Confusion, EarlyStop, Optimizer, ParamGradients, check_step};

/// How well digits were understood.
#[derive(Clone, Debug, PartialEq)]
pub struct DigitsMeasured {
    /// Mean negative log-likelihood of what was said, in nats.
    pub nats: f64,
    /// What was taken for what.
    pub confusion: Confusion,
}

/// One look at the validation part.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DigitsLook {
    /// Passes that were made.
    pub epoch: u64,
    /// Mean training loss of the last pass, in nats, with all disturbances.
    #[serde(with = "crate::train::exact")]
    pub train_nats: f64,
    /// Validation loss, in nats.
    #[serde(with = "crate::train::exact")]
    pub val_nats: f64,
    /// Share of the validation part that was understood.
    #[serde(with = "crate::train::exact")]
    pub val_accuracy: f64,
}

/// One update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DigitsStep {
    /// The pass it belongs to, counted from 0.
    pub epoch: u64,
    /// Batches of this pass that are done now.
    pub batch: usize,
    /// Batches of a pass.
    pub of: usize,
    /// Mean loss of the batch, in nats.
    pub loss: f64,
    /// The rate of this update.
    pub rate: f64,
}

impl DigitsStep {
    /// Whether the pass is over, and it is time to look at the validation part.
    pub fn is_end_of_epoch(&self) -> bool {
        self.batch == self.of
    }
}

/// A recogniser while it learns. What counts in the end is the one of the best look at the
/// validation part.
pub struct DigitsTrainer {
    config: DigitsConfig,
    device: Device,
    model: DigitsModel,
    best: Option<DigitsModel>,
    optimizer: Optimizer,
    rng: Rng,
    /// Batches of this pass that are still to come, the next one last.
    waiting: Vec<Vec<usize>>,
    update: u64,
    epoch: u64,
    early: EarlyStop,
    train_sum: f64,
    train_count: u64,
    history: Vec<DigitsLook>,
}

impl DigitsTrainer {
    /// A recogniser of frames of so many bands that has learnt nothing, on a device without
    /// gradients; they are switched on here.
    ///
    /// # Errors
    /// Settings that make no recogniser or no training.
    pub fn new(
        config: DigitsConfig,
        bands: usize,
        seed: u64,
        device: &Device,
    ) -> Result<Self, SequenceError> {
        let mut rng = seeded(seed);
        let model = DigitsModel::init(&config, bands, &mut rng, device)?.train();
        Ok(Self {
            device: device.clone(),
            model,
            best: None,
            optimizer: config.optimizer_config().init(),
            rng,
            waiting: Vec::new(),
            update: 0,
            epoch: 0,
            early: EarlyStop::new(config.patience),
            train_sum: 0.0,
            train_count: 0,
            history: Vec::new(),
            config,
        })
    }

    /// Settings.
    pub fn config(&self) -> &DigitsConfig {
        &self.config
    }

    /// All looks at the validation part so far.
    pub fn history(&self) -> &[DigitsLook] {
        &self.history
    }

    /// The best look so far.
    pub fn early(&self) -> EarlyStop {
        self.early
    }

    /// Whether there is nothing more to do.
    pub fn is_done(&self) -> bool {
        self.epoch >= self.config.epochs || self.early.is_over()
    }

    /// The recogniser as it is now, ready to be used.
    pub fn model(&self) -> DigitsModel {
        self.model.valid()
    }

    /// The recogniser of the best look; the one as it is now, where there was none.
    pub fn best(&self) -> DigitsModel {
        self.best.clone().unwrap_or_else(|| self.model())
    }

    /// One update on a batch of the training part, whose frames are on one scale.
    ///
    /// # Errors
    /// [`SequenceError::Unsound`] where the loss or a gradient is no number any more.
    ///
    /// # Panics
    /// If there are no recordings.
    pub fn step(&mut self, train: &DigitSet) -> Result<DigitsStep, SequenceError> {
        if self.waiting.is_empty() {
            self.waiting = train.shuffled(self.config.batch, &mut self.rng);
        }
        let of = train.len().div_ceil(self.config.batch);
        let places = self.waiting.pop().expect("recordings to learn from");
        let mut frames: Vec<Frames> = Vec::with_capacity(places.len());
        for place in &places {
            let mut one = train.frames[*place].clone();
            augment(&mut one, &self.config, &mut self.rng);
            frames.push(one);
        }
        let batch = DigitBatch::of(&frames, &self.device.clone().autodiff());
        let mut mode = Mode::Train(&mut self.rng);
        let logits = self.model.logits(batch.frames, &batch.lengths, &mut mode);
        let loss = cross_entropy(logits, said(train, &places, &self.device)).mean();
        let gradients = loss.backward();
        let mut gradients = ParamGradients::of(&self.model, &gradients);
        let norm = gradients.clip_norm(self.config.clip_norm);
        let loss = f64::from(loss.inner().into_scalar::<f32>());
        let norm = norm.map(|norm| f64::from(norm.into_scalar::<f32>()));
        let total = self.config.epochs * of as u64;
        let factor = self
            .config
            .rate_schedule()
            .factor(self.update, of as u64, total);
        let rate = self.config.rate * factor;
        check_step(self.update + 1, loss, f64::INFINITY, norm, &gradients)
            .map_err(|trouble| SequenceError::Unsound { trouble, rate })?;
        let model = self.model.clone();
        self.model = self.optimizer.step(rate, model, gradients);
        self.update += 1;
        self.train_sum += loss * places.len() as f64;
        self.train_count += places.len() as u64;
        let epoch = self.epoch;
        self.epoch += u64::from(self.waiting.is_empty());
        Ok(DigitsStep {
            epoch,
            batch: of - self.waiting.len(),
            of,
            loss,
            rate,
        })
    }

    /// Notes a look at the validation part; whether it is the best so far, in which case the
    /// recogniser is kept.
    pub fn note(&mut self, measured: &DigitsMeasured) -> bool {
        let is_best = self.early.look(self.epoch, measured.nats);
        if is_best {
            self.best = Some(self.model());
        }
        self.history.push(DigitsLook {
            epoch: self.epoch,
            train_nats: self.train_sum / self.train_count.max(1) as f64,
            val_nats: measured.nats,
            val_accuracy: measured.confusion.accuracy(),
        });
        (self.train_sum, self.train_count) = (0.0, 0);
        is_best
    }
}

/// What is said in recordings, `[B]`.
fn said(set: &DigitSet, places: &[usize], device: &Device) -> Tensor<1, Int> {
    let digits = places.iter().map(|place| i32::from(set.digits[*place]));
    let data = TensorData::new(digits.collect::<Vec<i32>>(), [places.len()]);
    Tensor::from_data(data, device)
}

/// Hears all recordings of a set whose frames are on one scale, `batch` at a time.
///
/// `go_on` is asked between batches; where it says no, the answer is none.
pub fn evaluate_digits(
    model: &DigitsModel,
    set: &DigitSet,
    batch: usize,
    device: &Device,
    mut go_on: impl FnMut() -> bool,
) -> Option<DigitsMeasured> {
    let mut confusion = Confusion::new(N_DIGITS);
    let mut sum = 0.0;
    for places in set.in_order(batch) {
        if !go_on() {
            return None;
        }
        let frames: Vec<_> = places
            .iter()
            .map(|place| set.frames[*place].clone())
            .collect();
        let batch = DigitBatch::of(&frames, device);
        let logits = model.logits(batch.frames, &batch.lengths, &mut Mode::Use);
        let losses = cross_entropy(logits.clone(), said(set, &places, device));
        sum += f64::from(losses.sum().into_scalar::<f32>());
        let answers: Tensor<1, Int> = logits.argmax(1).squeeze_dim(1);
        for (place, answer) in places.iter().zip(answers.into_data().iter::<i64>()) {
            confusion.note(usize::from(set.digits[*place]), answer as usize);
        }
    }
    Some(DigitsMeasured {
        nats: sum / set.len().max(1) as f64,
        confusion,
    })
}

#[cfg(test)]
mod tests {
    use super::super::digit_set::tests::toy;
    use super::*;

    fn run(bidirectional: bool) -> (Vec<f64>, DigitsMeasured) {
        let device = Device::flex();
        let config = DigitsConfig {
            bidirectional,
            hidden: 16,
            layers: 1,
            band_mask: 1,
            batch: 16,
            epochs: 12,
            rate: 2e-2,
            ..DigitsConfig::default()
        };
        let (train, held_out) = (toy(120, 1), toy(40, 2));
        let mut trainer = DigitsTrainer::new(config, 12, 5, &device).unwrap();
        let mut losses = Vec::new();
        while !trainer.is_done() {
            let step = trainer.step(&train).unwrap();
            losses.push(step.loss);
            if step.is_end_of_epoch() {
                let model = trainer.model();
                let measured = evaluate_digits(&model, &held_out, 16, &device, || true).unwrap();
                trainer.note(&measured);
            }
        }
        assert_eq!((trainer.history().len(), losses.len()), (12, 12 * 8));
        let best = trainer.best();
        let measured = evaluate_digits(&best, &held_out, 7, &device, || true).unwrap();
        let difference = measured.nats - trainer.early().best.unwrap();
        assert!(difference.abs() < 1e-5, "{difference}");
        assert!(evaluate_digits(&best, &held_out, 7, &device, || false).is_none());
        (losses, measured)
    }

    #[test]
    fn a_toy_is_learnt_in_one_direction_and_in_both_and_the_same_way_again() {
        for bidirectional in [false, true] {
            let (losses, measured) = run(bidirectional);
            let accuracy = measured.confusion.accuracy();
            assert!(accuracy > 0.9, "{accuracy}");
            assert_eq!(measured.confusion.total(), 40);
            assert_eq!(run(bidirectional), (losses, measured));
        }
    }
}
