//! What is kept of every run: one JSON file, written when the run ends or pauses.

use std::path::{Path, PathBuf};

use anyhow::Context;
use reverie_model::sequence::music::{MusicCell, Pass};
use reverie_viz::picture::write_atomic;
use serde::{Deserialize, Serialize};

/// One run, as far as it has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The set.
    pub set: String,
    /// The cell.
    pub cell: MusicCell,
    /// The settings' name.
    pub preset: String,
    /// Its seed.
    pub seed: u64,
    /// Number of its learning rate.
    pub rate_number: usize,
    /// Its learning rate.
    pub learning_rate: f64,
    /// Passes that were made.
    pub epochs: u64,
    /// Updates that were made.
    pub updates: u64,
    /// The pass after which the validation loss was lowest.
    pub best_epoch: u64,
    /// The lowest validation loss, in nats per step; none where it never was a number.
    pub valid_nll: Option<f64>,
    /// Losses with the numbers of that pass, once the run has ended.
    pub end: Option<End>,
    /// Numbers of the recurrent layers.
    pub params_recurrent: usize,
    /// Numbers of everything.
    pub params_total: usize,
    /// Seconds it took, over all the times it was at work.
    pub seconds: f64,
    /// Every pass.
    pub curve: Vec<Point>,
}

/// One pass of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Updates until its end.
    pub updates: u64,
    /// Seconds until its end.
    pub seconds: f64,
    /// Mean loss as the pieces were learnt, noise and all, in nats per step.
    pub train_nll: Option<f64>,
    /// Loss on the validation pieces after it, in nats per step.
    pub valid_nll: Option<f64>,
}

impl Point {
    /// A pass that ended after so many seconds.
    pub fn of(pass: &Pass, seconds: f64) -> Self {
        Self {
            updates: pass.updates,
            seconds: tidy(seconds),
            train_nll: Some(tidy(pass.train_nll)).filter(|nll| nll.is_finite()),
            valid_nll: Some(tidy(pass.valid_nll)).filter(|nll| nll.is_finite()),
        }
    }
}

/// A number to seven digits: what is written down, read and written down again stays the same.
pub fn tidy(number: f64) -> f64 {
    format!("{number:.6e}").parse().unwrap_or(number)
}

/// What was measured at the end of a run, with its best numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// On the training pieces, without noise, in nats per step.
    pub train_nll: f64,
    /// On the test pieces, in nats per step.
    pub test_nll: f64,
    /// Frame accuracy on the test pieces.
    pub frame_accuracy: f64,
    /// Whether the loss stopped being a number.
    pub has_diverged: bool,
}

impl Record {
    /// The loss that runs are compared by.
    pub fn loss(&self) -> f64 {
        self.valid_nll.unwrap_or(f64::NAN)
    }

    /// What a file of this run is called, without its ending.
    pub fn stem(set: &str, cell: MusicCell, rate: usize, seed: u64) -> String {
        format!("{set}-{cell}-rate{rate:02}-seed{seed}")
    }

    /// Reads the record of a run; none where there is none yet.
    ///
    /// # Errors
    /// A file that is there and is no record.
    pub fn read(path: &Path) -> anyhow::Result<Option<Self>> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            text => text.with_context(|| format!("reading {}", path.display()))?,
        };
        let record = serde_json::from_str(&text);
        let sentence = || {
            let path = path.display();
            format!("{path} is no record of a run; remove it, and the run is made again")
        };
        Ok(Some(record.with_context(sentence)?))
    }

    /// Writes it; an old one stays until the new one is complete.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string(self).context("writing a record")?;
        Ok(write_atomic(path, text.as_bytes(), true)?)
    }
}

/// The files of a run.
#[derive(Clone, Debug)]
pub struct RunFiles {
    /// What is known of it.
    pub record: PathBuf,
    /// Everything that it needs to go on, while it is not over.
    pub checkpoint: PathBuf,
    /// The network, once it is over.
    pub model: PathBuf,
}

impl RunFiles {
    /// In the folder of a study.
    pub fn of(root: &Path, stem: &str) -> Self {
        Self {
            record: root.join("runs").join(format!("{stem}.json")),
            checkpoint: root.join("runs").join(format!("{stem}.safetensors")),
            model: root.join("models").join(format!("{stem}.safetensors")),
        }
    }
}
