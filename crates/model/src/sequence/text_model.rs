//! A model of text with everything it needs to be used: its file.

use std::collections::BTreeMap;
use std::path::Path;

use burn::module::Module;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::{CharModel, Evaluation, SequenceError, TextConfig};
use crate::data::text::Vocabulary;
use crate::rng::seeded;
use crate::train::{Checkpoint, CheckpointError, EarlyStop, import};
use crate::weights::RawTensor;

/// What kind of checkpoint this is.
pub(super) const KIND: &str = "text";

/// The text a model was trained on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextSource {
    /// Its name without folders.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Characters after line ends were treated.
    pub characters: usize,
    /// Characters of the validation and test parts that the training part does not have.
    pub unseen: usize,
}

/// Everything of a checkpoint that is not a tensor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextNotes {
    /// All settings.
    pub config: TextConfig,
    /// The symbols.
    pub vocabulary: Vocabulary,
    /// The text.
    pub source: TextSource,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Updates that were made; this is also the place in the text.
    pub iteration: u64,
    /// State of the generator.
    pub rng: String,
    /// What the rate is multiplied by since training went wrong.
    #[serde(with = "crate::train::exact")]
    pub rate_factor: f64,
    /// How often that happened.
    pub retries: u64,
    /// The best validation loss so far.
    pub early: EarlyStop,
    /// Sum of the training losses since the last look, in nats.
    #[serde(with = "crate::train::exact")]
    pub train_sum: f64,
    /// How many they are.
    pub train_count: u64,
    /// All looks so far.
    pub history: Vec<Evaluation>,
}

impl TextNotes {
    /// Reads the notes of a checkpoint and leaves its numbers.
    ///
    /// # Errors
    /// A file that is missing, damaged, of another version, or at odds with itself.
    pub fn read(path: &Path) -> Result<Self, SequenceError> {
        Ok(Checkpoint::read_notes(path, KIND)?)
    }
}

/// A model of text that is ready to be used.
#[derive(Debug)]
pub struct TextModel {
    /// The network, on a device without gradients.
    pub model: CharModel,
    /// How it came to be.
    pub notes: TextNotes,
}

impl TextModel {
    /// Reads the network of a checkpoint, and leaves what only training needs.
    ///
    /// # Errors
    /// A file that is missing, damaged, of another version, or at odds with itself.
    pub fn load(path: &Path, device: &Device) -> Result<Self, SequenceError> {
        let checkpoint = Checkpoint::read(path, KIND)?;
        let notes: TextNotes = checkpoint.notes(path)?;
        let model = network(path, &notes, checkpoint.part("model"), device)?;
        Ok(Self { model, notes })
    }
}

/// The network that the notes describe, with its numbers.
pub(super) fn network(
    path: &Path,
    notes: &TextNotes,
    tensors: BTreeMap<String, RawTensor>,
    device: &Device,
) -> Result<CharModel, SequenceError> {
    // The numbers drawn here are all replaced.
    let n_symbols = notes.vocabulary.len();
    let model = CharModel::init(&notes.config, n_symbols, &mut seeded(0), device);
    let model = model.map_err(|source| CheckpointError::Senseless {
        path: path.to_owned(),
        source,
    })?;
    let filled = import(model, tensors).map_err(|source| CheckpointError::Unfit {
        path: path.to_owned(),
        source,
    })?;
    Ok(filled.valid())
}
