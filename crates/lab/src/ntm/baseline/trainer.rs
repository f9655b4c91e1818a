//! Learning from one batch of episodes after another.

use std::ops::ControlFlow;

use burn::tensor::Device;
use reverie_model::rng::{Rng, seeded};
use serde::Serialize;

use super::super::study::{Length, lengths};
use super::super::task::Extent;
use super::super::trainer::Look;
use super::batch::Batch;
use super::config::BaselineConfig;
use crate::LabError;
use crate::learner::Learner;
use crate::reader::Reader;

/// Rows of the memory that the LSTM does not have: it is tested at the lengths of a machine of so many.
const ROWS: usize = 128;
/// Sequences of each length.
const LENGTH_TESTS: usize = 50;
/// Added to a seed where sequences are drawn that are not learnt from.
const FRESH: u64 = 0x6c73_746d_7465_7374;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BaselineReport {
    /// Settings.
    pub config: BaselineConfig,
    /// All looks.
    pub looks: Vec<Look>,
    /// Mean number of wrong bits at the end.
    pub wrong_bits: f64,
    /// Beyond the lengths that were learnt from.
    pub lengths: Vec<Length>,
    /// Whether it was stopped before its last sequence.
    pub is_stopped: bool,
}

/// An LSTM while it learns.
pub struct BaselineTrainer {
    pub(super) config: BaselineConfig,
    pub(super) learner: Learner<Reader>,
    pub(super) rng: Rng,
    pub(super) sequences: u64,
    pub(super) train_sum: f64,
    pub(super) train_count: u64,
    pub(super) looks: Vec<Look>,
    tests: Batch,
}

impl BaselineTrainer {
    /// An LSTM that has learnt nothing.
    ///
    /// # Errors
    /// What [`BaselineConfig::check`] refuses.
    pub fn new(config: BaselineConfig, device: &Device) -> Result<Self, LabError> {
        config.check()?;
        let mut rng = seeded(config.seed);
        let d_output = config.task.d_output();
        let net = Reader::init(&config.stack(), d_output, &mut rng, device)?;
        let tests = draw(
            &config,
            config.tests,
            None,
            &mut seeded(config.seed ^ FRESH),
        );
        Ok(Self {
            learner: Learner::new(net, config.clip),
            config,
            rng,
            sequences: 0,
            train_sum: 0.0,
            train_count: 0,
            looks: Vec::new(),
            tests,
        })
    }

    /// Settings.
    pub fn config(&self) -> &BaselineConfig {
        &self.config
    }

    /// Sequences that were learnt from.
    pub fn sequences(&self) -> u64 {
        self.sequences
    }

    /// Teaches it to its last sequence; the observer gets the cost of a bit after every update, and
    /// looks, and may end it. Whether it came to the end.
    ///
    /// # Errors
    /// [`LabError::Diverged`] where a cost is no number.
    pub fn teach(
        &mut self,
        mut observe: impl FnMut(&Self, f64, Option<Look>) -> ControlFlow<()>,
    ) -> Result<bool, LabError> {
        let (total, every) = (self.config.sequences, self.config.look_every);
        while self.sequences < total {
            let before = self.sequences / every;
            let nats = self.step()?;
            let is_due = self.sequences / every > before || self.sequences >= total;
            let look = is_due.then(|| self.look());
            if observe(self, nats, look).is_break() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn step(&mut self) -> Result<f64, LabError> {
        let batch = draw(&self.config, self.config.batch, None, &mut self.rng);
        let nats = self
            .learner
            .update(self.config.rate, |net| batch.loss(net))?;
        self.sequences += self.config.batch as u64;
        self.train_sum += nats;
        self.train_count += 1;
        Ok(nats)
    }

    fn look(&mut self) -> Look {
        let (nats, wrong_bits) = self.tests.judge(&self.learner.net());
        let look = Look {
            sequences: self.sequences,
            train_nats: self.train_sum / self.train_count.max(1) as f64,
            nats,
            wrong_bits,
        };
        (self.train_sum, self.train_count) = (0.0, 0);
        self.looks.push(look);
        look
    }

    /// Tests it, inside and beyond what it learnt from.
    pub fn report(&self) -> BaselineReport {
        let (config, net) = (&self.config, self.learner.net());
        let rng = &mut seeded(config.seed ^ FRESH);
        let tests = LENGTH_TESTS.min(config.tests);
        let lengths = lengths(config.task, ROWS)
            .into_iter()
            .map(|extent| Length {
                extent,
                wrong_bits: draw(config, tests, Some(extent), rng).judge(&net).1,
                bits: config.task.bits(extent),
            })
            .collect();
        BaselineReport {
            config: config.clone(),
            wrong_bits: self.tests.judge(&net).1,
            looks: self.looks.clone(),
            lengths,
            is_stopped: self.sequences < config.sequences,
        }
    }
}

/// Episodes of drawn lengths, or all of `extent`.
fn draw(config: &BaselineConfig, count: usize, extent: Option<Extent>, rng: &mut Rng) -> Batch {
    let each = (0..count).map(|_| {
        let extent = extent.unwrap_or_else(|| config.task.extent(config.longest, rng));
        config.task.episode(extent, config.longest, rng)
    });
    Batch::new(each.collect())
}

#[cfg(test)]
mod tests {
    use super::super::super::task::Task;
    use super::*;

    #[test]
    fn one_vector_is_copied_without_a_memory() {
        let config = BaselineConfig {
            task: Task::Copy,
            longest: 1,
            hidden: 32,
            layers: 1,
            batch: 16,
            sequences: 16 * 400,
            rate: 0.01,
            clip: 1.0,
            tests: 50,
            look_every: 1_600,
            seed: 0,
        };
        let mut trainer = BaselineTrainer::new(config, &Device::flex()).unwrap();
        let is_whole = trainer.teach(|_, _, _| ControlFlow::Continue(())).unwrap();
        let report = trainer.report();
        assert!(report.wrong_bits < 0.1, "{}", report.wrong_bits);
        assert_eq!((report.looks.len(), report.lengths.len()), (4, 4));
        assert!(is_whole && !report.is_stopped);
    }
}
