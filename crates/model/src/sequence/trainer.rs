//! Truncated back-propagation through time on a text.

use std::path::Path;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::text_model::{KIND, TextNotes, TextSource, network};
use super::{CharModel, Measured, SequenceError, TextConfig};
use crate::data::text::{TrainBatches, Vocabulary};
use crate::recurrent::{Mode, StackState};
use crate::rng::{Rng, from_text, seeded, to_text};
use crate::train::{
    Checkpoint, CheckpointError, EarlyStop, Optimizer, ParamGradients, Trouble, check_step, export,
    host,
};
use crate::weights::RawTensor;

/// What the rate is multiplied by when training goes wrong.
const LOWER: f64 = 0.5;

/// One look at the validation text.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Updates that were made.
    pub iteration: u64,
    /// Mean training loss since the last look, in nats per character.
    #[serde(with = "crate::train::exact")]
    pub train_nats: f64,
    /// Validation loss, in nats per character.
    #[serde(with = "crate::train::exact")]
    pub val_nats: f64,
}

/// One update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepReport {
    /// Updates that are made now.
    pub iteration: u64,
    /// Mean loss of the last chunk that was read from the device, in nats per character.
    pub loss: f64,
    /// Global norm of its gradients before they were limited.
    pub norm: f64,
    /// The rate of this update.
    pub rate: f64,
}

/// What a call of [`TextTrainer::step`] came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// One update more.
    Stepped(StepReport),
    /// Training went wrong, and is back where it was sound, with a lower rate.
    RolledBack {
        /// What went wrong.
        trouble: Trouble,
        /// The iteration it is back at.
        to: u64,
        /// What all rates are multiplied by from now on.
        rate_factor: f64,
    },
}

/// A model while it learns.
///
/// Everything random comes from one generator, and what it has done is all in its checkpoint: on a
/// CPU, a run that was broken off and resumed writes the same bytes as one that was not.
pub struct TextTrainer {
    now: Progress,
    good: Progress,
    config: TextConfig,
    vocabulary: Vocabulary,
    source: TextSource,
    seed: u64,
    device: Device,
    /// Updates between two readings of the loss, which stall a GPU.
    check_every: usize,
}

/// Everything that changes.
#[derive(Clone)]
struct Progress {
    model: CharModel,
    optimizer: Optimizer,
    rng: Rng,
    /// Carried from chunk to chunk; none at the beginning of the text.
    state: Option<StackState>,
    iteration: u64,
    rate_factor: f64,
    retries: u64,
    early: EarlyStop,
    train_sum: f64,
    train_count: u64,
    history: Vec<Evaluation>,
    /// Losses and norms that are still on the device, `[1]` each.
    pending: Vec<(Tensor<1>, Option<Tensor<1>>)>,
    last: (f64, f64),
}

impl TextTrainer {
    /// A model that has learnt nothing, on a device without gradients; they are switched on here.
    ///
    /// # Errors
    /// Settings that make no model or no training.
    pub fn new(
        config: TextConfig,
        vocabulary: Vocabulary,
        source: TextSource,
        seed: u64,
        device: &Device,
    ) -> Result<Self, SequenceError> {
        let mut rng = seeded(seed);
        let model = CharModel::init(&config, vocabulary.len(), &mut rng, device)?.train();
        let now = Progress {
            model,
            optimizer: config.optimizer_config().init(),
            rng,
            state: None,
            iteration: 0,
            rate_factor: 1.0,
            retries: 0,
            early: EarlyStop::new(config.patience),
            train_sum: 0.0,
            train_count: 0,
            history: Vec::new(),
            pending: Vec::new(),
            last: (0.0, 0.0),
        };
        Ok(Self {
            good: now.clone(),
            now,
            config,
            vocabulary,
            source,
            seed,
            device: device.clone(),
            check_every: 1,
        })
    }

    /// Reads losses from the device every so many updates only.
    #[must_use]
    pub fn check_every(mut self, updates: usize) -> Self {
        self.check_every = updates.max(1);
        self
    }

    /// Settings.
    pub fn config(&self) -> &TextConfig {
        &self.config
    }

    /// Replaces the settings of a resumed run: how long it goes on, and what is written meanwhile.
    /// Those of the network and its updates must be the ones it was begun with.
    pub fn set_config(&mut self, config: TextConfig) {
        self.now.early.patience = config.patience;
        self.config = config;
    }

    /// Symbols.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Text.
    pub fn source(&self) -> &TextSource {
        &self.source
    }

    /// Seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Updates that were made.
    pub fn iteration(&self) -> u64 {
        self.now.iteration
    }

    /// All looks at the validation text so far.
    pub fn history(&self) -> &[Evaluation] {
        &self.now.history
    }

    /// The best look so far.
    pub fn best(&self) -> EarlyStop {
        self.now.early
    }

    /// Whether there is nothing more to do.
    pub fn is_done(&self) -> bool {
        self.now.iteration >= self.config.iterations || self.now.early.is_over()
    }

    /// The network as it is now, ready to be used.
    pub fn model(&self) -> CharModel {
        self.now.model.valid()
    }

    /// One update: reads a chunk, takes gradients back through it, limits them, moves the numbers.
    ///
    /// The state is carried to the next chunk without its history, and is zero again at the
    /// beginning of the text.
    ///
    /// # Errors
    /// [`SequenceError::Diverged`] when training went wrong more often than the settings allow.
    pub fn step(&mut self, batches: &TrainBatches) -> Result<Outcome, SequenceError> {
        let now = &mut self.now;
        let epoch = batches.n_chunks() as u64;
        let place = now.iteration % epoch;
        let device = self.device.clone().autodiff();
        let chunk = batches.chunk(place as usize);
        let state = now.state.take().filter(|_| place > 0);
        let state = state.unwrap_or_else(|| now.model.initial(chunk.batch, &device));
        let mut mode = Mode::Train(&mut now.rng);
        let (losses, state) = now.model.losses(&chunk, state, &mut mode, &device);
        let loss = losses.mean();
        let gradients = loss.backward();
        now.state = Some(state.map(Tensor::inner));
        let mut gradients = ParamGradients::of(&now.model, &gradients);
        let norm = if self.config.clip_norm > 0.0 {
            gradients.clip_norm(self.config.clip_norm)
        } else {
            gradients.global_norm()
        };
        now.pending.push((loss.inner(), norm));
        if now.pending.len() >= self.check_every {
            let guess = (self.vocabulary.len() as f64).ln();
            if let Err(trouble) = now.look(now.iteration + 1, guess, &gradients) {
                return self.roll_back(trouble);
            }
        }
        let limit = (self.config.clip_value > 0.0).then_some(self.config.clip_value);
        let factor =
            self.config
                .rate_schedule()
                .factor(now.iteration, epoch, self.config.iterations);
        let rate = self.config.rate * factor * now.rate_factor;
        let model = now.model.clone();
        now.model = now.optimizer.step_limited(rate, limit, model, gradients);
        now.iteration += 1;
        Ok(Outcome::Stepped(StepReport {
            iteration: now.iteration,
            loss: now.last.0,
            norm: now.last.1,
            rate,
        }))
    }

    /// Notes a look at the validation text; whether it is the best so far. From here on this is
    /// where training goes back to when it goes wrong.
    ///
    /// # Errors
    /// As for [`TextTrainer::step`], where a loss that was not read yet shows trouble.
    pub fn note(&mut self, measured: Measured) -> Result<bool, SequenceError> {
        let now = &mut self.now;
        let guess = (self.vocabulary.len() as f64).ln();
        if let Err(trouble) = now.look(now.iteration, guess, &ParamGradients(Vec::new())) {
            self.roll_back(trouble)?;
            return Ok(false);
        }
        if !measured.nats.is_finite() {
            let is_bad = |(_, raw): &(String, RawTensor)| raw.values.iter().any(|v| !v.is_finite());
            let trouble = Trouble::Loss {
                step: now.iteration,
                loss: measured.nats,
                parameter: export(&now.model)
                    .into_iter()
                    .find(is_bad)
                    .map(|(name, _)| name),
            };
            self.roll_back(trouble)?;
            return Ok(false);
        }
        let is_best = now.early.look(now.iteration, measured.nats);
        now.history.push(Evaluation {
            iteration: now.iteration,
            train_nats: now.train_sum / now.train_count.max(1) as f64,
            val_nats: measured.nats,
        });
        (now.train_sum, now.train_count) = (0.0, 0);
        self.good = self.now.clone();
        Ok(is_best)
    }

    fn roll_back(&mut self, trouble: Trouble) -> Result<Outcome, SequenceError> {
        let retries = self.now.retries + 1;
        let rate_factor = self.now.rate_factor * LOWER;
        if retries > self.config.retries {
            return Err(SequenceError::Diverged {
                trouble,
                retries: self.now.retries,
                rate: self.config.rate * self.now.rate_factor,
            });
        }
        // Nothing is pending there: a look reads what there was.
        self.now = self.good.clone();
        (self.now.retries, self.now.rate_factor) = (retries, rate_factor);
        Ok(Outcome::RolledBack {
            trouble,
            to: self.now.iteration,
            rate_factor,
        })
    }

    /// Everything that is needed to go on, as one checkpoint.
    pub fn checkpoint(&mut self) -> Checkpoint {
        let now = &mut self.now;
        now.fetch();
        let notes = TextNotes {
            config: self.config.clone(),
            vocabulary: self.vocabulary.clone(),
            source: self.source.clone(),
            seed: self.seed,
            iteration: now.iteration,
            rng: to_text(&now.rng),
            rate_factor: now.rate_factor,
            retries: now.retries,
            early: now.early,
            train_sum: now.train_sum,
            train_count: now.train_count,
            history: now.history.clone(),
        };
        let mut checkpoint = Checkpoint::new(KIND, &notes);
        checkpoint.put("model", export(&now.model.valid()));
        checkpoint.put("optimizer", now.optimizer.export());
        let mut carried = Vec::new();
        if let Some(state) = now.state.clone() {
            let mut number = 0;
            state.map(|tensor| {
                let shape = tensor.dims().to_vec();
                let values = host(tensor.clone());
                carried.push((number.to_string(), RawTensor { shape, values }));
                number += 1;
                tensor
            });
        }
        checkpoint.put("state", carried);
        checkpoint
    }

    /// Goes on from a checkpoint as if training had never stopped.
    ///
    /// # Errors
    /// A file that is missing, damaged, of another version, or at odds with itself.
    pub fn resume(path: &Path, device: &Device) -> Result<Self, SequenceError> {
        let checkpoint = Checkpoint::read(path, KIND)?;
        let notes: TextNotes = checkpoint.notes(path)?;
        let model = network(path, &notes, checkpoint.part("model"), device)?.train();
        let sizes: Vec<usize> = export(&model)
            .iter()
            .map(|(_, raw)| raw.values.len())
            .collect();
        let mut optimizer = notes.config.optimizer_config().init();
        optimizer
            .restore(&checkpoint.part("optimizer"), &sizes, device)
            .map_err(|source| CheckpointError::Unfit {
                path: path.to_owned(),
                source,
            })?;
        let unfit = |what: &str| CheckpointError::Unfit {
            path: path.to_owned(),
            source: crate::train::ImportError::Missing(what.to_owned()),
        };
        let mut carried = checkpoint.part("state");
        let mut state = None;
        if !carried.is_empty() {
            let (mut number, mut is_whole) = (0, true);
            let blank = model.initial(notes.config.batch, device);
            state = Some(blank.map(|blank| {
                let found = carried.remove(&number.to_string());
                number += 1;
                match found.filter(|raw| raw.shape == blank.dims()) {
                    Some(raw) => Tensor::from_data(TensorData::new(raw.values, raw.shape), device),
                    None => {
                        is_whole = false;
                        blank
                    }
                }
            }));
            if !is_whole {
                return Err(unfit("the carried state").into());
            }
        }
        let now = Progress {
            model,
            optimizer,
            rng: from_text(&notes.rng).ok_or_else(|| unfit("the generator"))?,
            state,
            iteration: notes.iteration,
            rate_factor: notes.rate_factor,
            retries: notes.retries,
            early: notes.early,
            train_sum: notes.train_sum,
            train_count: notes.train_count,
            history: notes.history,
            pending: Vec::new(),
            last: (0.0, 0.0),
        };
        Ok(Self {
            good: now.clone(),
            now,
            config: notes.config,
            vocabulary: notes.vocabulary,
            source: notes.source,
            seed: notes.seed,
            device: device.clone(),
            check_every: 1,
        })
    }
}

impl Progress {
    /// Reads what is still on the device; answers with the losses and norms.
    fn fetch(&mut self) -> Vec<(f64, Option<f64>)> {
        let read = |tensor: Tensor<1>| f64::from(tensor.into_scalar::<f32>());
        let found: Vec<(f64, Option<f64>)> = self
            .pending
            .drain(..)
            .map(|(loss, norm)| (read(loss), norm.map(read)))
            .collect();
        for (loss, norm) in &found {
            self.train_sum += loss;
            self.train_count += 1;
            self.last = (*loss, norm.unwrap_or(0.0));
        }
        found
    }

    /// Reads what is still on the device and refuses what is not sound; `newest` is the number of
    /// the last step that was begun, counted from 1.
    fn look(&mut self, newest: u64, guess: f64, gradients: &ParamGradients) -> Result<(), Trouble> {
        let first = newest + 1 - self.pending.len() as u64;
        let found = self.fetch();
        for (number, (loss, norm)) in found.into_iter().enumerate() {
            let step = first + number as u64;
            check_step(step, loss, guess, norm, gradients)?;
        }
        Ok(())
    }
}
