//! A text cut into what is learnt from, what choices are made by, and what is looked at last.

use std::path::Path;

use reverie_model::data::text::{
    Boilerplate, EvalBatches, Split, Text, TextError, TrainBatches, Vocabulary, WordList, read_text,
};
use reverie_model::sequence::{SequenceError, TextConfig, TextSource};

use crate::paths;

/// A text ready to be learnt from.
pub struct Corpus {
    /// All of it.
    pub text: Text,
    /// Where it is cut.
    pub split: Split,
    /// Symbols of the training part.
    pub vocabulary: Vocabulary,
    /// Its name, hash and size.
    pub source: TextSource,
    /// All its words.
    pub words: WordList,
}

impl Corpus {
    /// Reads and cuts a text as the settings say.
    ///
    /// # Errors
    /// A file that is missing, empty, not UTF-8, or too short to cut.
    pub fn read(path: &Path, config: &TextConfig) -> anyhow::Result<Self> {
        let text = read_text(path, config.newlines, Boilerplate::Strip)?;
        let split = config.shares().split(text.chars.len())?;
        let train = &text.chars[split.train.clone()];
        let known = Vocabulary::new(train, false);
        let rest = &text.chars[split.train.end..split.test.end];
        let unseen = rest.iter().filter(|c| known.index(**c).is_none()).count();
        let source = TextSource {
            file: paths::file_name(path),
            sha256: text.sha256.clone(),
            characters: text.chars.len(),
            unseen,
        };
        let vocabulary = if unseen > 0 {
            Vocabulary::new(train, true)
        } else {
            known
        };
        let words = WordList::of(&text.chars);
        Ok(Self {
            text,
            split,
            vocabulary,
            source,
            words,
        })
    }

    /// The training part in batches.
    ///
    /// # Errors
    /// A part shorter than one batch.
    pub fn train_batches(&self, config: &TextConfig) -> Result<TrainBatches, SequenceError> {
        let symbols = self
            .vocabulary
            .encode(&self.text.chars[self.split.train.clone()])?;
        Ok(TrainBatches::new(symbols, config.batch, config.steps)?)
    }

    /// The validation part in batches.
    ///
    /// # Errors
    /// A part of less than two characters.
    pub fn validation_batches(&self, config: &TextConfig) -> Result<EvalBatches, SequenceError> {
        let part = &self.text.chars[self.split.validation.clone()];
        let batches = eval_batches(&self.vocabulary, part, config.batch, config.steps)?;
        Ok(batches)
    }
}

/// Any part of a text in batches to measure by.
///
/// # Errors
/// A symbol that the vocabulary has no place for, or a part of less than two characters.
pub fn eval_batches(
    vocabulary: &Vocabulary,
    part: &[char],
    batch: usize,
    steps: usize,
) -> Result<EvalBatches, SequenceError> {
    let (symbols, _) = vocabulary.encode_lossy(part)?;
    Ok(EvalBatches::new(symbols, batch, steps).map_err(|error: TextError| error)?)
}
