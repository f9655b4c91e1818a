//! What can be set: the machine, the LSTM beside it, and how many machines.

use reverie_lab::ntm::{BaselineConfig, NtmConfig, Task};
use serde::{Deserialize, Serialize};

use crate::command::lab::room::{self, Room};
use crate::exit::UsageError;

/// Longest sequence of a repeated copy, and most repeats, unless said otherwise: as in the paper.
const LONGEST_REPEATED: usize = 10;
/// Units of the LSTM beside the machine.
const LSTM_HIDDEN: usize = 256;
/// Sequences in an update of the LSTM.
const LSTM_BATCH: usize = 8;
/// Its step size.
const LSTM_RATE: f64 = 1e-3;
/// Steps of the longest sequences that are tested beyond those that are learnt from.
const TESTED_STEPS: f64 = 450.0;
/// Numbers for every row of the memory that a step keeps besides the memory: weightings of two heads,
/// in the stages of their addressing.
const KEPT_A_ROW: f64 = 12.0;
/// And for every unit of the controller.
const KEPT_A_UNIT: f64 = 12.0;

/// Settings of the LSTM that are those of the machine.
pub const OF_THE_MACHINE: [&str; 7] = [
    "lstm.task",
    "lstm.longest",
    "lstm.sequences",
    "lstm.clip",
    "lstm.tests",
    "lstm.look_every",
    "lstm.seed",
];

/// All settings.
#[derive(Debug, Serialize, Deserialize)]
pub struct NtmSettings {
    /// Machines, each with another seed.
    pub seeds: usize,
    /// Whether an LSTM learns the same.
    pub with_lstm: bool,
    /// The first machine.
    pub machine: NtmConfig,
    /// The LSTM.
    pub lstm: BaselineConfig,
}

impl NtmSettings {
    /// The defaults for a task.
    pub fn new(is_quick: bool, task: Task) -> Self {
        let mut machine = match is_quick {
            true => NtmConfig::quick(),
            false => NtmConfig::default(),
        };
        machine.task = task;
        if task == Task::RepeatCopy {
            machine.longest = LONGEST_REPEATED;
        }
        let lstm = BaselineConfig {
            task,
            longest: machine.longest,
            hidden: LSTM_HIDDEN,
            layers: 1,
            batch: LSTM_BATCH,
            sequences: machine.sequences,
            rate: LSTM_RATE,
            clip: machine.clip,
            tests: machine.tests,
            look_every: machine.look_every,
            seed: machine.seed,
        };
        Self {
            seeds: 1,
            with_lstm: true,
            machine,
            lstm,
        }
    }

    /// Looks at least once, gives the LSTM the task of the machine, and refuses what means nothing.
    ///
    /// # Errors
    /// Settings out of range.
    pub fn settle(&mut self) -> anyhow::Result<()> {
        let machine = &mut self.machine;
        machine.look_every = machine.look_every.min(machine.sequences);
        machine.check()?;
        self.lstm = BaselineConfig {
            task: machine.task,
            longest: machine.longest,
            sequences: machine.sequences,
            clip: machine.clip,
            tests: machine.tests,
            look_every: machine.look_every,
            seed: machine.seed,
            ..self.lstm.clone()
        };
        self.lstm.check()?;
        if !(1..=100).contains(&self.seeds) {
            let sentence = format!("seeds is {}; it must be between 1 and 100", self.seeds);
            return Err(UsageError(sentence).into());
        }
        Ok(())
    }

    /// The settings of a machine by its number.
    pub fn of(&self, number: usize) -> NtmConfig {
        NtmConfig {
            seed: self.machine.seed.wrapping_add(number as u64),
            ..self.machine.clone()
        }
    }

    /// What the machine and the LSTM take, whichever takes more.
    pub fn room(&self) -> Room {
        let machine = &self.machine;
        let steps = match machine.task {
            Task::Copy => 2 * machine.longest + 1,
            Task::RepeatCopy => machine.longest * (machine.longest + 1) + 2,
        };
        let [batch, rows, width, hidden] =
            [machine.batch, machine.rows, machine.width, machine.hidden].map(|count| count as f64);
        let kept = rows * (width + KEPT_A_ROW) + KEPT_A_UNIT * hidden;
        let learning = room::SINGLE * kept * (batch * steps as f64).max(TESTED_STEPS);
        let lstm = match self.with_lstm {
            true => room::learning(self.lstm.layers, self.lstm.hidden, self.lstm.batch, steps),
            false => 0.0,
        };
        Room {
            bytes: learning.max(lstm),
            by: "--longest, --rows, --width or --lstm-hidden",
        }
    }
}
