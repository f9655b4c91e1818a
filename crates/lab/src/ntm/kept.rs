//! A machine in a file, from which it goes on as if it had never stopped.

use std::path::Path;

use reverie_model::rng::{from_text, to_text};
use reverie_model::train::{Checkpoint, CheckpointError, ImportError};
use reverie_model::weights::RawTensor;
use serde::{Deserialize, Serialize};

use super::config::NtmConfig;
use super::trainer::{Look, NtmTrainer};
use crate::LabError;

/// What kind of checkpoint this is.
const KIND: &str = "ntm";
/// Names in a checkpoint.
const VECTORS: [&str; 3] = ["numbers", "moment_1", "moment_2"];

/// Everything of a checkpoint that is not a tensor.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Notes {
    config: NtmConfig,
    rng: String,
    updates: u64,
    sequences: u64,
    /// Bits of the number: JSON would round it.
    train_sum: u64,
    train_count: u64,
    looks: Vec<[u64; 4]>,
}

/// A look as whole numbers, which JSON keeps to the last bit.
pub(super) fn bits(look: &Look) -> [u64; 4] {
    let Look {
        sequences,
        train_nats,
        nats,
        wrong_bits,
    } = *look;
    let [train_nats, nats, wrong_bits] = [train_nats, nats, wrong_bits].map(f64::to_bits);
    [sequences, train_nats, nats, wrong_bits]
}

/// The look of those numbers.
pub(super) fn look([sequences, rest @ ..]: [u64; 4]) -> Look {
    let [train_nats, nats, wrong_bits] = rest.map(f64::from_bits);
    Look {
        sequences,
        train_nats,
        nats,
        wrong_bits,
    }
}

impl NtmTrainer {
    /// Everything that is needed to go on, as one checkpoint.
    pub fn checkpoint(&self) -> Checkpoint {
        let notes = Notes {
            config: self.config.clone(),
            rng: to_text(&self.rng),
            updates: self.adam.time,
            sequences: self.sequences,
            train_sum: self.train_sum.to_bits(),
            train_count: self.train_count,
            looks: self.looks.iter().map(bits).collect(),
        };
        let mut checkpoint = Checkpoint::new(KIND, &notes);
        let vectors = [&self.numbers, &self.adam.mean, &self.adam.square];
        let tensors = VECTORS.into_iter().zip(vectors).map(|(name, values)| {
            let shape = vec![values.len()];
            (
                name.to_owned(),
                RawTensor {
                    shape,
                    values: values.clone(),
                },
            )
        });
        checkpoint.put(KIND, tensors.collect());
        checkpoint
    }

    /// Goes on from a checkpoint as if it had never stopped.
    ///
    /// # Errors
    /// A file that is missing, damaged, of another version or kind, or at odds with itself.
    pub fn resume(path: &Path) -> Result<Self, LabError> {
        let checkpoint = Checkpoint::read(path, KIND)?;
        let notes: Notes = checkpoint.notes(path)?;
        let mut trainer = Self::new(notes.config)?;
        let mut tensors = checkpoint.part(KIND);
        let unfit = |source| CheckpointError::Unfit {
            path: path.to_owned(),
            source,
        };
        let need = trainer.numbers.len();
        let mut take = |name: &str| -> Result<Vec<f32>, CheckpointError> {
            let missing = || unfit(ImportError::Missing(name.to_owned()));
            let tensor = tensors.remove(name).ok_or_else(missing)?;
            if tensor.shape != [need] {
                return Err(unfit(ImportError::Shape {
                    name: name.to_owned(),
                    found: tensor.shape,
                    need: vec![need],
                }));
            }
            Ok(tensor.values)
        };
        trainer.numbers = take(VECTORS[0])?;
        trainer.adam.mean = take(VECTORS[1])?;
        trainer.adam.square = take(VECTORS[2])?;
        let generator = || unfit(ImportError::Missing("the generator".to_owned()));
        trainer.rng = from_text(&notes.rng).ok_or_else(generator)?;
        trainer.adam.time = notes.updates;
        trainer.sequences = notes.sequences;
        (trainer.train_sum, trainer.train_count) =
            (f64::from_bits(notes.train_sum), notes.train_count);
        trainer.looks = notes.looks.into_iter().map(look).collect();
        Ok(trainer)
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::super::study::{reached, report, teach};
    use super::super::task::Task;
    use super::*;

    fn tiny() -> NtmConfig {
        NtmConfig {
            longest: 3,
            rows: 8,
            width: 4,
            hidden: 8,
            sequences: 40,
            look_every: 10,
            tests: 5,
            ..NtmConfig::default()
        }
    }

    #[test]
    fn a_resumed_machine_is_the_one_that_was_never_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("machine.safetensors");
        let go_on = |_: &NtmTrainer, _: f64, _: Option<Look>| ControlFlow::Continue(());
        let mut whole = NtmTrainer::new(tiny()).unwrap();
        assert!(teach(&mut whole, go_on).unwrap());
        let mut broken = NtmTrainer::new(tiny()).unwrap();
        let stop = |trainer: &NtmTrainer, _: f64, _: Option<Look>| match trainer.sequences() {
            16.. => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        };
        assert!(!teach(&mut broken, stop).unwrap());
        broken.checkpoint().write(&path).unwrap();
        let mut resumed = NtmTrainer::resume(&path).unwrap();
        assert_eq!(resumed.sequences(), 16);
        assert!(teach(&mut resumed, go_on).unwrap());
        assert_eq!(resumed.numbers, whole.numbers);
        assert_eq!(resumed.looks(), whole.looks());
        assert_eq!(whole.looks().len(), 5);
        assert_eq!(report(&resumed), report(&whole));
    }

    #[test]
    fn one_vector_is_soon_copied() {
        let config = NtmConfig {
            longest: 1,
            hidden: 32,
            sequences: 6_000,
            rate: 0.01,
            look_every: 1_000,
            tests: 50,
            ..tiny()
        };
        let mut trainer = NtmTrainer::new(config).unwrap();
        teach(&mut trainer, |_, _, _| ControlFlow::Continue(())).unwrap();
        let found = report(&trainer);
        assert!(found.wrong_bits < 0.2, "{:?}", found.looks);
        assert_eq!(found.reached, reached(&found.looks));
    }

    #[test]
    fn a_memory_of_two_rows_is_refused() {
        let config = NtmConfig { rows: 2, ..tiny() };
        let error = NtmTrainer::new(config).unwrap_err();
        assert!(error.to_string().starts_with("rows is 2"), "{error}");
    }

    #[test]
    fn sequences_that_no_memory_holds_are_refused() {
        let config = NtmConfig {
            task: Task::RepeatCopy,
            longest: 1_000,
            ..NtmConfig::default()
        };
        let said = config.check().unwrap_err().to_string();
        assert!(
            said.starts_with("memory is 128 x 20; it must be smaller, or longest"),
            "{said}"
        );
    }
}
