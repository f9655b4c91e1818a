//! All settings of a neural Turing machine and its training.

use serde::{Deserialize, Serialize};

use super::layout::Sizes;
use super::task::Task;
use crate::{LabError, check};

/// Settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NtmConfig {
    /// What is to be learnt.
    pub task: Task,
    /// Longest sequence that is learnt from, in vectors; also the most repeats.
    pub longest: usize,
    /// N, rows of the memory. A copy needs as many as it has vectors.
    pub rows: usize,
    /// M, numbers in a row.
    pub width: usize,
    /// K, units of the controller.
    pub hidden: usize,
    /// What every cell of the memory holds at the beginning of a sequence.
    ///
    /// # Source
    /// Collier and Beel 2018 (arXiv 1807.08518): a small constant learns several times faster than
    /// random or learnt numbers.
    pub start: f32,
    /// Sequences in an update.
    pub batch: usize,
    /// Sequences that are learnt from in all.
    pub sequences: u64,
    /// Step size of Adam.
    pub rate: f64,
    /// Largest norm of all gradients together.
    pub clip: f64,
    /// Fresh sequences in a look.
    pub tests: usize,
    /// Sequences between two looks.
    pub look_every: u64,
    /// Seed of all random numbers.
    pub seed: u64,
}

impl Default for NtmConfig {
    fn default() -> Self {
        Self {
            task: Task::Copy,
            longest: 20,
            rows: 128,
            width: 20,
            hidden: 100,
            start: 1e-6,
            batch: 2,
            sequences: 30_000,
            rate: 1e-3,
            clip: 1.0,
            tests: 200,
            look_every: 1_000,
            seed: 0,
        }
    }
}

/// Share of the sequences after which the rate falls.
const RATE_FALLS_AT: f64 = 0.5;
/// Share of the rate that is left at the end.
const RATE_AT_END: f64 = 0.05;

impl NtmConfig {
    /// A small version that shows learning.
    pub fn quick() -> Self {
        Self {
            sequences: 8_000,
            tests: 100,
            ..Self::default()
        }
    }

    /// The sizes of the machine.
    pub fn sizes(&self) -> Sizes {
        Sizes {
            d_input: self.task.d_input(),
            d_output: self.task.d_output(),
            d_hidden: self.hidden,
            rows: self.rows,
            width: self.width,
        }
    }

    /// The step size after so many sequences: constant at first, then falling evenly.
    pub fn rate_at(&self, sequences: u64) -> f64 {
        let done = sequences as f64 / self.sequences.max(1) as f64;
        let falls = ((done - RATE_FALLS_AT) / (1.0 - RATE_FALLS_AT)).clamp(0.0, 1.0);
        self.rate * (1.0 - (1.0 - RATE_AT_END) * falls)
    }

    /// Refuses settings that make no machine.
    ///
    /// # Errors
    /// [`LabError::Setting`] with the setting, its value and what is allowed.
    pub fn check(&self) -> Result<(), LabError> {
        let to = |most: usize| 1..=most;
        check(
            "longest",
            self.longest,
            to(1_000).contains(&self.longest),
            "between 1 and 1000",
        )?;
        let is_fine = (3..=4_096).contains(&self.rows);
        check("rows", self.rows, is_fine, "between 3 and 4096")?;
        check(
            "width",
            self.width,
            to(1_024).contains(&self.width),
            "between 1 and 1024",
        )?;
        check(
            "hidden",
            self.hidden,
            to(4_096).contains(&self.hidden),
            "between 1 and 4096",
        )?;
        check(
            "batch",
            self.batch,
            to(1_024).contains(&self.batch),
            "between 1 and 1024",
        )?;
        check(
            "tests",
            self.tests,
            to(100_000).contains(&self.tests),
            "between 1 and 100000",
        )?;
        check(
            "sequences",
            self.sequences,
            self.sequences > 0,
            "at least 1",
        )?;
        check(
            "look-every",
            self.look_every,
            self.look_every > 0,
            "at least 1",
        )?;
        for (name, value) in [("rate", self.rate), ("clip", self.clip)] {
            let is_fine = value > 0.0 && value.is_finite();
            check(name, value, is_fine, "a finite number above 0")?;
        }
        let is_fine = self.start.abs() <= 1.0;
        check("start", self.start, is_fine, "between -1 and 1")
    }
}
