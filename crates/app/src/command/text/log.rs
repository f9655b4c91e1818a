//! The log of a training run: one line of JSON for each look at the validation text.

use std::path::Path;

use anyhow::Context;
use reverie_model::sequence::Evaluation;
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

/// The lines of a log, each with its text: read and written again, a number must not change.
#[derive(Default)]
pub struct Log(Vec<(Line, String)>);

impl Log {
    /// Reads the lines up to an iteration; what cannot be read is left out, for the checkpoint is
    /// what counts.
    pub fn read(path: &Path, up_to: u64) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let parse = |text: &str| -> Option<(Line, String)> {
            let line: Line = serde_json::from_str(text).ok()?;
            (line.iteration <= up_to).then(|| (line, text.to_owned()))
        };
        Self(text.lines().filter_map(parse).collect())
    }

    /// Adds what a checkpoint knows and the log has lost; how fast it went is not known then.
    ///
    /// # Errors
    /// As for [`Log::push`].
    pub fn complete(
        &mut self,
        history: &[Evaluation],
        updates_a_pass: usize,
    ) -> anyhow::Result<()> {
        for look in history {
            if !self.lines().any(|line| line.iteration == look.iteration) {
                self.push(Line {
                    iteration: look.iteration,
                    epoch: look.iteration as f64 / updates_a_pass as f64,
                    train_nats: look.train_nats,
                    val_nats: look.val_nats,
                    val_bpc: look.val_nats / std::f64::consts::LN_2,
                    chars_per_second: 0.0,
                    word_share: None,
                })?;
            }
        }
        self.0.sort_by_key(|(line, _)| line.iteration);
        Ok(())
    }

    /// Adds a line.
    ///
    /// # Errors
    /// A line that cannot be written as JSON, which would be a mistake of ours.
    pub fn push(&mut self, line: Line) -> anyhow::Result<()> {
        let text = serde_json::to_string(&line).context("writing the log")?;
        self.0.push((line, text));
        Ok(())
    }

    /// All lines.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.0.iter().map(|(line, _)| line)
    }

    /// Writes all lines.
    ///
    /// # Errors
    /// A full disk.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text: String = self.0.iter().map(|(_, text)| format!("{text}\n")).collect();
        Ok(write_atomic(path, text.as_bytes(), true)?)
    }
}
