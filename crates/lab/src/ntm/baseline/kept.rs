//! An LSTM in a file, from which it goes on as if it had never stopped.

use std::path::Path;

use burn::tensor::Device;
use reverie_model::rng::{from_text, to_text};
use reverie_model::train::{Checkpoint, CheckpointError, ImportError};
use serde::{Deserialize, Serialize};

use super::super::kept::{bits, look};
use super::{BaselineConfig, BaselineTrainer};
use crate::LabError;

/// What kind of checkpoint this is.
const KIND: &str = "ntm-lstm";

/// Everything of a checkpoint that is not a tensor.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Notes {
    config: BaselineConfig,
    rng: String,
    updates: u64,
    sequences: u64,
    /// Bits of the number: JSON would round it.
    train_sum: u64,
    train_count: u64,
    looks: Vec<[u64; 4]>,
}

impl BaselineTrainer {
    /// Everything that is needed to go on, as one checkpoint.
    pub fn checkpoint(&self) -> Checkpoint {
        let notes = Notes {
            config: self.config.clone(),
            rng: to_text(&self.rng),
            updates: self.learner.updates(),
            sequences: self.sequences,
            train_sum: self.train_sum.to_bits(),
            train_count: self.train_count,
            looks: self.looks.iter().map(bits).collect(),
        };
        let mut checkpoint = Checkpoint::new(KIND, &notes);
        self.learner.put(&mut checkpoint);
        checkpoint
    }

    /// Goes on from a checkpoint as if it had never stopped.
    ///
    /// # Errors
    /// A file that is missing, damaged, of another version or kind, or at odds with itself.
    pub fn resume(path: &Path, device: &Device) -> Result<Self, LabError> {
        let checkpoint = Checkpoint::read(path, KIND)?;
        let notes: Notes = checkpoint.notes(path)?;
        let unfit = |source| CheckpointError::Unfit {
            path: path.to_owned(),
            source,
        };
        let mut trainer = Self::new(notes.config, device)?;
        trainer
            .learner
            .restore(&checkpoint, notes.updates, device)
            .map_err(unfit)?;
        let generator = || unfit(ImportError::Missing("the generator".to_owned()));
        trainer.rng = from_text(&notes.rng).ok_or_else(generator)?;
        trainer.sequences = notes.sequences;
        (trainer.train_sum, trainer.train_count) =
            (f64::from_bits(notes.train_sum), notes.train_count);
        trainer.looks = notes.looks.into_iter().map(look).collect();
        Ok(trainer)
    }

    /// The settings of a kept LSTM.
    ///
    /// # Errors
    /// As [`Self::resume`].
    pub fn kept_config(path: &Path) -> Result<BaselineConfig, LabError> {
        let notes: Notes = Checkpoint::read_notes(path, KIND)?;
        Ok(notes.config)
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::super::super::task::Task;
    use super::*;

    #[test]
    fn a_resumed_lstm_is_the_one_that_was_never_stopped() {
        let config = BaselineConfig {
            task: Task::Copy,
            longest: 3,
            hidden: 8,
            layers: 2,
            batch: 4,
            sequences: 40,
            rate: 0.01,
            clip: 1.0,
            tests: 5,
            look_every: 10,
            seed: 3,
        };
        let device = Device::flex();
        let new = || BaselineTrainer::new(config.clone(), &device).unwrap();
        let mut whole = new();
        assert!(whole.teach(|_, _, _| ControlFlow::Continue(())).unwrap());
        let mut broken = new();
        let stop = |trainer: &BaselineTrainer, _: f64, _| match trainer.sequences() {
            16.. => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        };
        assert!(!broken.teach(stop).unwrap());
        assert!(broken.report().is_stopped);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lstm.safetensors");
        broken.checkpoint().write(&path).unwrap();
        assert_eq!(BaselineTrainer::kept_config(&path).unwrap(), config);
        let mut resumed = BaselineTrainer::resume(&path, &device).unwrap();
        assert_eq!(resumed.sequences(), 16);
        assert!(resumed.teach(|_, _, _| ControlFlow::Continue(())).unwrap());
        assert_eq!(resumed.report(), whole.report());
    }
}
