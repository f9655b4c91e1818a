//! Learning from one episode after another.

use rayon::prelude::*;
use reverie_kernels::optim::Adam;
use reverie_model::rng::{Rng, seeded};
use serde::Serialize;

use super::config::NtmConfig;
use super::layout::Layout;
use super::machine::{Cost, Trace, run};
use super::task::{Episode, Extent};
use crate::LabError;

/// Adam's memory of gradients and of their squares.
const BETAS: [f32; 2] = [0.9, 0.999];
/// Keeps Adam's division finite, and its steps small where gradients are: at the usual 1e-8 a single
/// hard sequence throws a machine that has learnt the task far out of it.
const EPSILON: f32 = 1e-5;
/// Added to a seed where episodes are drawn that are not learnt from.
const FRESH: u64 = 0x6e74_6d5f_7465_7374;

/// One look at how well it copies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Look {
    /// Sequences that were learnt from.
    pub sequences: u64,
    /// Mean cost of a bit while learning since the last look, in nats.
    pub train_nats: f64,
    /// Mean cost of a bit on fresh sequences, in nats.
    pub nats: f64,
    /// Mean number of wrong bits of a fresh sequence.
    pub wrong_bits: f64,
}

/// A machine while it learns.
///
/// The sum over a batch is taken in the order of its sequences, whatever thread each was on: the same
/// seed gives the same bits on one core and on many.
#[derive(Clone, Debug)]
pub struct NtmTrainer {
    pub(super) config: NtmConfig,
    pub(super) layout: Layout,
    pub(super) numbers: Vec<f32>,
    pub(super) adam: Adam<f32>,
    pub(super) rng: Rng,
    pub(super) sequences: u64,
    pub(super) train_sum: f64,
    pub(super) train_count: u64,
    pub(super) looks: Vec<Look>,
}

impl NtmTrainer {
    /// A machine that has learnt nothing.
    ///
    /// # Errors
    /// What [`NtmConfig::check`] refuses.
    pub fn new(config: NtmConfig) -> Result<Self, LabError> {
        config.check()?;
        let layout = Layout::new(config.sizes());
        let mut rng = seeded(config.seed);
        let numbers = layout.draw(&mut rng);
        Ok(Self {
            config,
            layout,
            adam: Adam::new(numbers.len(), BETAS, EPSILON),
            numbers,
            rng,
            sequences: 0,
            train_sum: 0.0,
            train_count: 0,
            looks: Vec::new(),
        })
    }

    /// Settings.
    pub fn config(&self) -> &NtmConfig {
        &self.config
    }

    /// Sequences that were learnt from.
    pub fn sequences(&self) -> u64 {
        self.sequences
    }

    /// All looks so far.
    pub fn looks(&self) -> &[Look] {
        &self.looks
    }

    /// Numbers that are learnt.
    pub fn parameters(&self) -> usize {
        self.numbers.len()
    }

    /// Goes through one batch of new episodes and moves every number; answers with the mean cost of
    /// a bit, in nats.
    ///
    /// # Errors
    /// [`LabError::Diverged`] where a cost or a gradient is no number; the machine is then as before.
    pub fn step(&mut self) -> Result<f64, LabError> {
        let config = &self.config;
        let (task, longest) = (config.task, config.longest);
        let episodes: Vec<Episode> = (0..config.batch)
            .map(|_| {
                let extent = task.extent(longest, &mut self.rng);
                task.episode(extent, longest, &mut self.rng)
            })
            .collect();
        let scale = 1.0 / episodes.len() as f64;
        let of_each: Vec<(f64, Vec<f32>)> = episodes
            .par_iter()
            .map(|episode| {
                let trace = self.run(episode);
                let mut gradients = vec![0.0; self.numbers.len()];
                trace.backward(&self.layout, &self.numbers, episode, scale, &mut gradients);
                (trace.cost(episode).nats, gradients)
            })
            .collect();
        let mut nats = 0.0;
        let mut gradients = vec![0.0_f32; self.numbers.len()];
        for (cost, each) in &of_each {
            nats += cost * scale;
            for (sum, g) in gradients.iter_mut().zip(each) {
                *sum += g;
            }
        }
        let square: f64 = gradients.iter().map(|g| f64::from(*g).powi(2)).sum();
        let norm = square.sqrt();
        if !(nats.is_finite() && norm.is_finite()) {
            return Err(LabError::Diverged {
                what: "the cost of the neural Turing machine",
                step: self.adam.time + 1,
            });
        }
        let limit = (self.config.clip / norm.max(f64::MIN_POSITIVE)).min(1.0);
        gradients.iter_mut().for_each(|g| *g *= limit as f32);
        let rate = self.config.rate_at(self.sequences) as f32;
        self.adam.step(rate, &mut self.numbers, &gradients);
        self.sequences += episodes.len() as u64;
        self.train_sum += nats;
        self.train_count += 1;
        Ok(nats)
    }

    /// Runs the machine as it is now along an episode.
    pub(super) fn run(&self, episode: &Episode) -> Trace<f32> {
        run(&self.layout, &self.numbers, self.config.start, episode)
    }

    /// Mean cost over `count` fresh episodes, the same ones at every call: of drawn lengths, or all
    /// of `extent`.
    pub fn test(&self, count: usize, extent: Option<Extent>) -> (f64, f64) {
        let (task, longest) = (self.config.task, self.config.longest);
        let mut rng = seeded(self.config.seed ^ FRESH);
        let episodes: Vec<Episode> = (0..count)
            .map(|_| {
                let extent = extent.unwrap_or_else(|| task.extent(longest, &mut rng));
                task.episode(extent, longest, &mut rng)
            })
            .collect();
        let costs: Vec<Cost> = episodes
            .par_iter()
            .map(|episode| self.run(episode).cost(episode))
            .collect();
        let share = 1.0 / count.max(1) as f64;
        let nats: f64 = costs.iter().map(|cost| cost.nats).sum();
        let wrong: usize = costs.iter().map(|cost| cost.wrong).sum();
        (nats * share, wrong as f64 * share)
    }

    /// Looks at fresh sequences and notes what it sees.
    pub fn look(&mut self) -> Look {
        let (nats, wrong_bits) = self.test(self.config.tests, None);
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
}
