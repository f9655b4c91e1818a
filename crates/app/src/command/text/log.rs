//! The log of a training run: one line of JSON for each look at the validation text.

use std::path::Path;

use anyhow::Context;
use reverie_viz::picture::write_atomic;
use serde::{Deserialize, Serialize};

use crate::report::{LogPoint, Sample};

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Updates that were made.
    pub iteration: u64,
    /// Passes over the training text.
    pub epoch: f64,
    /// Mean training loss since the last line, in nats per character.
    pub train_nats: f64,
    /// Validation loss, in nats per character.
    pub val_nats: f64,
    /// The same in bits per character.
    pub val_bpc: f64,
    /// Characters learnt from in a second, since the last line.
    pub chars_per_second: f64,
    /// Share of the words of a sample that the text has, where a sample was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word_share: Option<f64>,
}

impl Line {
    /// As the report draws it.
    pub fn point(&self) -> LogPoint {
        LogPoint {
            iteration: self.iteration,
            epoch: self.epoch,
            train_nats: self.train_nats,
            val_nats: Some(self.val_nats),
            chars_per_second: self.chars_per_second,
        }
    }

    /// The sample that was written with this line.
    pub fn sample(&self, text: String) -> Sample {
        Sample {
            iteration: self.iteration,
            text,
            val_nats: Some(self.val_nats),
            word_share: self.word_share,
        }
    }
}

/// Writes all lines.
///
/// # Errors
/// A full disk.
pub fn write(path: &Path, lines: &[Line]) -> anyhow::Result<()> {
    let mut text = String::new();
    for line in lines {
        text += &serde_json::to_string(line).context("writing the log")?;
        text.push('\n');
    }
    Ok(write_atomic(path, text.as_bytes(), true)?)
}

/// Reads the lines up to an iteration; what cannot be read is left out, for the checkpoint is what
/// counts.
pub fn read(path: &Path, up_to: u64) -> Vec<Line> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Line| line.iteration <= up_to)
        .collect()
}
