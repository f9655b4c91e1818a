//! Teaching a machine to the end, and testing it beyond.

use std::ops::ControlFlow;

use reverie_model::rng::seeded;
use serde::Serialize;

use super::config::NtmConfig;
use super::picture::Picture;
use super::task::{Extent, Task};
use super::trainer::{Look, NtmTrainer};
use crate::LabError;

/// Wrong bits a sequence at which the task counts as learnt.
pub const LEARNT: f64 = 0.01;
/// Sequences of the last test.
const LAST_TESTS: usize = 1_000;
/// Sequences of each length.
const LENGTH_TESTS: usize = 50;
/// Lengths of copies beyond those that were learnt from.
const COPY_LENGTHS: [usize; 4] = [20, 40, 80, 120];
/// Lengths and repeats.
const REPEAT_EXTENTS: [(usize, usize); 4] = [(10, 10), (20, 10), (10, 20), (20, 20)];

/// How it does at one length.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Length {
    /// Vectors, and how often they are asked for.
    pub extent: Extent,
    /// Mean number of wrong bits of a sequence.
    pub wrong_bits: f64,
    /// Bits of a sequence; half of them are wrong by chance.
    pub bits: usize,
}

/// What came of one machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NtmReport {
    /// Settings.
    pub config: NtmConfig,
    /// Numbers that are learnt.
    pub parameters: usize,
    /// All looks.
    pub looks: Vec<Look>,
    /// Sequences to the first look with at most [`LEARNT`] wrong bits.
    pub reached: Option<u64>,
    /// Sequences that were learnt from.
    pub sequences: u64,
    /// Mean number of wrong bits at the end.
    pub wrong_bits: f64,
    /// Fresh sequences that is over.
    pub tests: usize,
    /// Beyond the lengths that were learnt from.
    pub lengths: Vec<Length>,
    /// Memory and heads along the longest sequence that was learnt from; too large for tables.
    #[serde(skip)]
    pub picture: Picture,
}

/// Teaches a machine to its last sequence, and looks before the first and on the way; the observer gets every update's cost
/// and every look, and may end it. Whether it came to the end.
///
/// # Errors
/// [`LabError::Diverged`] where a cost or a gradient is no number.
pub fn teach(
    trainer: &mut NtmTrainer,
    mut observe: impl FnMut(&NtmTrainer, f64, Option<Look>) -> ControlFlow<()>,
) -> Result<bool, LabError> {
    let (total, every) = (trainer.config().sequences, trainer.config().look_every);
    if trainer.looks().is_empty() {
        trainer.look();
    }
    while trainer.sequences() < total {
        let before = trainer.sequences() / every;
        let nats = trainer.step()?;
        let is_due = trainer.sequences() / every > before || trainer.sequences() >= total;
        let look = is_due.then(|| trainer.look());
        if observe(trainer, nats, look).is_break() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Sequences to the first look that counts as learnt.
pub fn reached(looks: &[Look]) -> Option<u64> {
    let first = looks.iter().find(|look| look.wrong_bits <= LEARNT);
    first.map(|look| look.sequences)
}

/// Lengths that a machine for this task is tested at, as far as a memory of so many rows holds them.
pub fn lengths(task: Task, rows: usize) -> Vec<Extent> {
    let all: Vec<Extent> = match task {
        Task::Copy => COPY_LENGTHS
            .map(|length| Extent { length, repeats: 1 })
            .to_vec(),
        Task::RepeatCopy => REPEAT_EXTENTS
            .map(|(length, repeats)| Extent { length, repeats })
            .to_vec(),
    };
    all.into_iter()
        .filter(|extent| extent.length < rows)
        .collect()
}

/// Tests a machine, inside and beyond what it learnt from.
pub fn report(trainer: &NtmTrainer) -> NtmReport {
    let config = trainer.config().clone();
    let last_tests = LAST_TESTS.min(config.tests * 5);
    let (_, wrong_bits) = trainer.test(last_tests, None);
    let tests = LENGTH_TESTS.min(config.tests);
    let lengths = lengths(config.task, config.rows)
        .into_iter()
        .map(|extent| Length {
            extent,
            wrong_bits: trainer.test(tests, Some(extent)).1,
            bits: config.task.bits(extent),
        })
        .collect();
    let repeats = match config.task {
        Task::Copy => 1,
        Task::RepeatCopy => config.longest.min(4),
    };
    let extent = Extent {
        length: config.longest,
        repeats,
    };
    let episode = config
        .task
        .episode(extent, config.longest, &mut seeded(config.seed));
    NtmReport {
        parameters: trainer.parameters(),
        looks: trainer.looks().to_vec(),
        reached: reached(trainer.looks()),
        sequences: trainer.sequences(),
        wrong_bits,
        tests: last_tests,
        lengths,
        picture: Picture::new(&trainer.run(&episode), &episode),
        config,
    }
}
