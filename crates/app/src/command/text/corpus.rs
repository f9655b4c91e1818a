//! A text cut into what is learnt from, what choices are made by, and what is looked at last.

use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::Context;
use reverie_model::data::catalogue::Catalogue;
use reverie_model::data::text::{
    Boilerplate, Cut, EvalBatches, RowSplit, Text, TrainBatches, UnknownSymbol, Vocabulary,
    WordList, read_text,
};
use reverie_model::sequence::{SequenceError, TextConfig, TextSource};

use crate::paths;

/// Where a text is cut: for each part, the stretches it is made of, as places that are read.
pub struct Parts {
    cut: Cut,
    /// What is learnt from.
    pub train: Vec<Range<usize>>,
    /// What choices are made by.
    pub validation: Vec<Range<usize>>,
    /// What is looked at once, at the end.
    pub test: Vec<Range<usize>>,
    /// Chunks of a row that are learnt from, where rows are cut.
    train_chunks: usize,
}

impl Parts {
    /// Cuts so many characters as the settings say.
    ///
    /// # Errors
    /// Shares that make no sense, or too few characters.
    pub fn of(characters: usize, config: &TextConfig) -> Result<Self, SequenceError> {
        let (shares, cut) = (config.shares(), config.cut);
        Ok(match cut {
            Cut::Parts => {
                let split = shares.split(characters)?;
                Self {
                    cut,
                    train: vec![split.train],
                    validation: vec![split.validation],
                    test: vec![split.test],
                    train_chunks: 0,
                }
            }
            Cut::Rows => {
                let split = RowSplit::new(characters, config.batch, config.steps, &shares)?;
                Self {
                    cut,
                    train: split.train,
                    validation: split.validation,
                    test: split.test,
                    train_chunks: split.train_chunks,
                }
            }
        })
    }

    /// Characters of a part.
    pub fn len_of(part: &[Range<usize>]) -> usize {
        part.iter().map(Range::len).sum()
    }

    /// A part in batches to measure by.
    ///
    /// # Errors
    /// A symbol that the vocabulary has no place for, or a part of less than two characters.
    pub fn eval_batches(
        &self,
        part: &[Range<usize>],
        text: &[char],
        vocabulary: &Vocabulary,
        batch: usize,
        steps: usize,
    ) -> Result<EvalBatches, SequenceError> {
        if self.cut == Cut::Parts || part.is_empty() {
            let part = part.first().cloned().unwrap_or(0..0);
            let symbols = encode(vocabulary, text, part)?;
            return Ok(EvalBatches::new(symbols, batch, steps)?);
        }
        let (symbols, _) = vocabulary.encode_lossy(text)?;
        Ok(EvalBatches::of_rows(symbols, part.to_vec(), steps))
    }
}

/// The file that `--text` means: the file itself, or that of a data set of this name.
///
/// # Errors
/// A data set that is not here, with what gets it.
pub fn find(asked: &Path, data_dir: Option<&Path>) -> anyhow::Result<PathBuf> {
    anyhow::ensure!(
        !asked.is_dir(),
        "{} is a folder; --text names a file",
        asked.display()
    );
    let name = asked.to_str().unwrap_or_default();
    let catalogue = Catalogue::builtin();
    let set = match catalogue.get(name) {
        Ok(set) if !asked.exists() => set,
        _ => return Ok(asked.to_owned()),
    };
    Ok(set.locate(&set.files[0], &paths::data_dirs(data_dir))?)
}

/// The symbols of a stretch of a text.
///
/// # Errors
/// A symbol that the vocabulary has no place for, with its place in the whole text.
pub fn encode(
    vocabulary: &Vocabulary,
    text: &[char],
    stretch: Range<usize>,
) -> Result<Vec<u32>, UnknownSymbol> {
    let end = stretch.end;
    match vocabulary.encode_lossy(&text[stretch]) {
        Ok((symbols, _)) => Ok(symbols),
        // Told from the beginning of the text.
        Err(error) => Err(vocabulary.encode(&text[..end]).err().unwrap_or(error)),
    }
}

/// A text with a symbol that the model never saw.
pub fn unknown_in(path: &Path, error: &UnknownSymbol) -> anyhow::Error {
    let what = error.to_string();
    // The library's remedy is for a few words; a whole text has others.
    let what = what.split("; ").next().unwrap_or_default();
    anyhow::anyhow!(
        "{}: {what}; remove it from the text, or train on a text that has it",
        paths::file_name(path)
    )
}

/// A text ready to be learnt from.
pub struct Corpus {
    /// All of it.
    pub text: Text,
    /// Where it is cut.
    pub parts: Parts,
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
        let cutting = || format!("cutting {}", paths::file_name(path));
        let parts = Parts::of(text.chars.len(), config).with_context(cutting)?;
        let of = |part: &[Range<usize>]| -> Vec<char> {
            part.iter()
                .flat_map(|range| text.chars[range.clone()].iter().copied())
                .collect()
        };
        let train = of(&parts.train);
        let known = Vocabulary::new(&train, false);
        // What is left over at the end is read by nobody, and may still be a target.
        let unseen = text
            .chars
            .iter()
            .filter(|c| known.index(**c).is_none())
            .count();
        let source = TextSource {
            file: paths::file_name(path),
            sha256: text.sha256.clone(),
            characters: text.chars.len(),
            unseen,
        };
        let vocabulary = if unseen > 0 {
            known.with_unknown()
        } else {
            known
        };
        let words = WordList::of(&text.chars);
        Ok(Self {
            text,
            parts,
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
        let (parts, text) = (&self.parts, &self.text.chars);
        if parts.cut == Cut::Parts {
            let (symbols, _) = self
                .vocabulary
                .encode_lossy(&text[parts.train[0].clone()])?;
            return Ok(TrainBatches::new(symbols, config.batch, config.steps)?);
        }
        let (symbols, _) = self.vocabulary.encode_lossy(text)?;
        let starts = parts.train.iter().map(|row| row.start).collect();
        let chunks = parts.train_chunks;
        Ok(TrainBatches::of_rows(symbols, starts, config.steps, chunks))
    }

    /// The validation part in batches.
    ///
    /// # Errors
    /// A part of less than two characters.
    pub fn validation_batches(&self, config: &TextConfig) -> Result<EvalBatches, SequenceError> {
        let (parts, text) = (&self.parts, &self.text.chars);
        let (batch, steps) = (config.batch, config.steps);
        parts.eval_batches(&parts.validation, text, &self.vocabulary, batch, steps)
    }
}
