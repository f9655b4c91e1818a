//! Truncated back-propagation through pieces of music.

use std::path::Path;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use reverie_kernels::loss::bernoulli_nll;
use serde::{Deserialize, Serialize};

use super::{MusicModel, MusicRun, evaluate};
use crate::data::music::{NoteCounts, PieceChunk, Pieces, Roll};
use crate::recurrent::{Mode, StackState};
use crate::rng::{Rng, from_text, seeded, to_text};
use crate::sequence::SequenceError;
use crate::train::{
    Checkpoint, CheckpointError, EarlyStop, ImportError, Optimizer, ParamGradients, export, import,
};
use crate::weights::RawTensor;

/// What kind of checkpoint this is.
const KIND: &str = "music";

/// One pass over the training pieces, and the look at the validation pieces after it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pass {
    /// Passes that were made.
    pub epoch: u64,
    /// Updates that were made.
    pub updates: u64,
    /// Mean loss over the steps of this pass as they were learnt, noise and all, in nats per step.
    #[serde(with = "crate::train::exact")]
    pub train_nll: f64,
    /// Loss on the validation pieces after it, in nats per step.
    #[serde(with = "crate::train::exact")]
    pub valid_nll: f64,
}

/// Everything of a checkpoint that is not a tensor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MusicNotes {
    /// What is trained.
    pub run: MusicRun,
    /// Name of the set.
    pub set: String,
    /// How many notes sound at once in what was learnt from; none in a file of an older version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<NoteCounts>,
    /// State of the generator.
    pub rng: String,
    /// What the rate is multiplied by since the loss stood still.
    #[serde(with = "crate::train::exact")]
    pub rate_factor: f64,
    /// Looks since the rate was lowered or a new best came.
    pub still: u64,
    /// The best validation loss so far.
    pub early: EarlyStop,
    /// Whether the loss stopped being a number.
    pub has_diverged: bool,
    /// All passes so far.
    pub history: Vec<Pass>,
}

/// A model of music while it learns.
///
/// It goes from pass to pass; between two of them its checkpoint holds everything, and a run that
/// goes on from there makes the same numbers as one that was never broken off.
pub struct MusicTrainer {
    model: MusicModel,
    best: Vec<(String, RawTensor)>,
    optimizer: Optimizer,
    rng: Rng,
    notes: MusicNotes,
    device: Device,
}

impl MusicTrainer {
    /// A model that has learnt nothing, on a device without gradients; they are switched on here.
    ///
    /// # Errors
    /// Settings that make no model or no training.
    pub fn new(run: MusicRun, set: &str, device: &Device) -> Result<Self, SequenceError> {
        let mut rng = seeded(run.seed);
        let model = MusicModel::init(&run.config, run.cell, &mut rng, device)?.train();
        Ok(Self {
            best: export(&model.valid()),
            model,
            optimizer: run.config.optimizer_config().init(),
            rng,
            device: device.clone(),
            notes: MusicNotes {
                early: EarlyStop::new(run.config.patience),
                run,
                set: set.to_owned(),
                counts: None,
                rng: String::new(),
                rate_factor: 1.0,
                still: 0,
                has_diverged: false,
                history: Vec::new(),
            },
        })
    }

    /// What is trained.
    pub fn run(&self) -> &MusicRun {
        &self.notes.run
    }

    /// Name of the set.
    pub fn set(&self) -> &str {
        &self.notes.set
    }

    /// Replaces the number of passes of a run that goes on.
    pub fn set_epochs(&mut self, epochs: u64) {
        self.notes.run.config.epochs = epochs;
    }

    /// All passes so far.
    pub fn history(&self) -> &[Pass] {
        &self.notes.history
    }

    /// How many notes sound at once in what was learnt from; none before the first pass.
    pub fn counts(&self) -> Option<&NoteCounts> {
        self.notes.counts.as_ref()
    }

    /// Updates so far.
    pub fn updates(&self) -> u64 {
        self.history().last().map_or(0, |pass| pass.updates)
    }

    /// The best look so far: its pass and its loss.
    pub fn best(&self) -> EarlyStop {
        self.notes.early
    }

    /// Whether the loss stopped being a number: the rate is too high for these pieces.
    pub fn has_diverged(&self) -> bool {
        self.notes.has_diverged
    }

    /// Whether there is nothing more to do.
    pub fn is_done(&self) -> bool {
        let passes = self.history().len() as u64;
        let config = &self.run().config;
        passes >= config.epochs
            || self.updates() >= config.updates
            || self.notes.early.is_over()
            || self.has_diverged()
    }

    /// The network with the best numbers so far.
    pub fn best_model(&self) -> MusicModel {
        let model = self.model.valid();
        let numbers = self.best.iter().cloned().collect();
        import(model.clone(), numbers).unwrap_or(model)
    }

    /// One pass over the training pieces and a look at the validation pieces. `go_on` is asked before
    /// every update; where it says no, nothing is kept of the pass, and the answer is none.
    pub fn pass(
        &mut self,
        train: &[Roll],
        valid: &[Roll],
        mut go_on: impl FnMut() -> bool,
    ) -> Option<Pass> {
        let counts = &mut self.notes.counts;
        counts.get_or_insert_with(|| NoteCounts::of(train));
        let config = self.run().config.clone();
        let rate = self.run().rate * self.notes.rate_factor;
        let (mut model, mut optimizer) = (self.model.clone(), self.optimizer.clone());
        let mut rng = self.rng.clone();
        let device = self.device.clone().autodiff();
        let mut sum = Mean::default();
        let mut updates = self.updates();
        let batches = Pieces::shuffled(train, config.batch, config.transpose, &mut rng);
        'pass: for pieces in &batches {
            let mut state = model.initial(pieces.len(), &device);
            for chunk in pieces.chunks(config.steps) {
                if !go_on() {
                    return None;
                }
                let old = chunk.of_those_that_go_on(state);
                let mut mode = Mode::Train(&mut rng);
                let (losses, end) = losses(&model, &chunk, old, &mut mode, &device);
                let loss = losses.sum() / chunk.counted() as f64;
                let gradients = loss.backward();
                let nats = f64::from(loss.into_scalar::<f32>());
                sum.add(nats, chunk.counted());
                if !nats.is_finite() {
                    self.notes.has_diverged = true;
                    break 'pass;
                }
                state = end.map(Tensor::inner).map(|rows| rows.autodiff());
                let mut gradients = ParamGradients::of(&model, &gradients);
                if config.clip_norm > 0.0 {
                    gradients.clip_norm(config.clip_norm);
                }
                model = optimizer.step(rate, model, gradients);
                updates += 1;
            }
        }
        let measured = match self.has_diverged() {
            true => f64::NAN,
            false => evaluate(&model.valid(), valid, &self.device, &mut go_on)?.nll,
        };
        if !measured.is_finite() {
            self.notes.has_diverged = true;
        }
        (self.model, self.optimizer, self.rng) = (model, optimizer, rng);
        let pass = Pass {
            epoch: self.history().len() as u64 + 1,
            updates,
            train_nll: sum.mean(),
            valid_nll: measured,
        };
        self.note(pass);
        Some(pass)
    }

    /// Keeps the best numbers, and lowers the rate where the loss stands still.
    fn note(&mut self, pass: Pass) {
        self.notes.history.push(pass);
        let config = &self.notes.run.config;
        if self.notes.early.look(pass.epoch, pass.valid_nll) {
            self.best = export(&self.model.valid());
            self.notes.still = 0;
            return;
        }
        self.notes.still += 1;
        if config.plateau > 0 && self.notes.still >= config.plateau {
            self.notes.still = 0;
            self.notes.rate_factor *= config.rate_factor;
            self.model = self.best_model().train();
            self.optimizer = config.optimizer_config().init();
        }
    }

    /// Everything that is needed to go on, as one checkpoint.
    pub fn checkpoint(&self) -> Checkpoint {
        let notes = MusicNotes {
            rng: to_text(&self.rng),
            ..self.notes.clone()
        };
        let mut checkpoint = Checkpoint::new(KIND, &notes);
        checkpoint.put("model", export(&self.model.valid()));
        checkpoint.put("best", self.best.clone());
        checkpoint.put("optimizer", self.optimizer.export());
        checkpoint
    }

    /// Goes on from a checkpoint as if training had never stopped.
    ///
    /// # Errors
    /// A file that is missing, damaged, of another version, or at odds with itself.
    pub fn resume(path: &Path, device: &Device) -> Result<Self, SequenceError> {
        let checkpoint = Checkpoint::read(path, KIND)?;
        let notes: MusicNotes = checkpoint.notes(path)?;
        let unfit = |source: ImportError| CheckpointError::Unfit {
            path: path.to_owned(),
            source,
        };
        let mut trainer = Self::new(notes.run.clone(), &notes.set, device)?;
        let fill =
            |part: &str, model: MusicModel| import(model, checkpoint.part(part)).map_err(unfit);
        trainer.best = export(&fill("best", trainer.model.valid())?);
        trainer.model = fill("model", trainer.model.valid())?.train();
        let sizes = export(&trainer.model.valid());
        let sizes: Vec<usize> = sizes.iter().map(|(_, raw)| raw.values.len()).collect();
        let optimizer = &mut trainer.optimizer;
        optimizer
            .restore(&checkpoint.part("optimizer"), &sizes, device)
            .map_err(unfit)?;
        let rng = from_text(&notes.rng);
        trainer.rng = rng.ok_or_else(|| unfit(ImportError::Missing("the generator".to_owned())))?;
        trainer.notes = notes;
        Ok(trainer)
    }
}

impl MusicModel {
    /// Reads the best numbers of a checkpoint and how they came to be.
    ///
    /// # Errors
    /// A file that is missing, damaged, of another version, or at odds with itself.
    pub fn load(path: &Path, device: &Device) -> Result<(Self, MusicNotes), SequenceError> {
        let trainer = MusicTrainer::resume(path, device)?;
        Ok((trainer.best_model(), trainer.notes))
    }
}

/// Negative log-likelihood of every step of a chunk, `[T·B]`, in nats; what is padding costs nothing.
fn losses(
    model: &MusicModel,
    chunk: &PieceChunk<'_>,
    state: StackState,
    mode: &mut Mode<'_>,
    device: &Device,
) -> (Tensor<1>, StackState) {
    let (logits, state) = model.logits(chunk.inputs(device), state, mode);
    let losses = bernoulli_nll(logits, chunk.targets(device));
    if chunk.counted() == chunk.steps() * chunk.batch() {
        return (losses, state);
    }
    let counts: Vec<f32> = chunk.counts().into_iter().map(f32::from).collect();
    let len = counts.len();
    let counts = Tensor::from_data(TensorData::new(counts, [len]), device);
    (losses * counts, state)
}

/// A mean over steps.
#[derive(Clone, Copy, Debug, Default)]
struct Mean {
    sum: f64,
    steps: usize,
}

impl Mean {
    fn add(&mut self, mean: f64, steps: usize) {
        self.sum += mean * steps as f64;
        self.steps += steps;
    }

    fn mean(self) -> f64 {
        self.sum / self.steps.max(1) as f64
    }
}
