//! All settings of a neural Turing machine and its training.

use serde::{Deserialize, Serialize};

use super::layout::Sizes;
use super::study::lengths;
use super::task::{Extent, Task};
use crate::{LabError, positive, rates, within};

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

/// Most numbers that the steps of one sequence leave behind for the way back: 1 GiB of them.
const MOST_NUMBERS: usize = 1 << 28;

/// Numbers that both heads keep of every row at every step.
const PLACES: usize = 10;

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
        self.rate * rates::evenly(done, RATE_FALLS_AT, RATE_AT_END)
    }

    /// Refuses settings that make no machine.
    ///
    /// # Errors
    /// [`LabError::Setting`] with the setting, its value and what is allowed.
    pub fn check(&self) -> Result<(), LabError> {
        within("longest", self.longest, 1..=1_000)?;
        within("rows", self.rows, 3..=4_096)?;
        within("width", self.width, 1..=1_024)?;
        within("hidden", self.hidden, 1..=4_096)?;
        within("batch", self.batch, 1..=1_024)?;
        within("tests", self.tests, 1..=100_000)?;
        within("sequences", self.sequences, 1..)?;
        within("look-every", self.look_every, 1..)?;
        positive("rate", self.rate)?;
        positive("clip", self.clip)?;
        within("start", self.start, -1.0..=1.0)?;
        let longest = Extent {
            length: self.longest,
            repeats: self.task.repeats(self.longest),
        };
        let tested = lengths(self.task, self.rows);
        let steps = tested.into_iter().chain([longest]);
        let steps = steps
            .map(|extent| self.task.steps(extent))
            .max()
            .unwrap_or(0);
        let of_step = self.rows * (self.width + PLACES) + 8 * self.hidden;
        match steps * of_step <= MOST_NUMBERS {
            true => Ok(()),
            false => Err(LabError::setting(
                "memory",
                format!("{} x {}", self.rows, self.width),
                format!(
                    "smaller, or longest less than {}: {steps} steps must fit in 1 GiB",
                    self.longest
                ),
            )),
        }
    }
}
