//! One network: how it learns and how it is tested.

use std::ops::ControlFlow;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use reverie_model::rng::Rng;
use serde::{Deserialize, Serialize};

use super::DrivenNetwork;
use super::oscillator::DrivenPath;
use crate::learner::Learner;
use crate::numbers::moments;
use crate::{LabError, positive, rates, within};

/// Lengths of the pieces that are learnt, in values, each for a quarter of the updates: short ones
/// first, because the gradient over a long time says little about a network that is still far off.
const PIECES: [usize; 4] = [10, 20, 40, 40];
/// Units up to which the step size is [`Learning::rate`]; above, it falls with the root of the size.
const SMALL: f64 = 8.0;
/// Share of the step size that is left at the end.
const RATE_AT_END: f64 = 0.01;
/// Longest gradient.
const CLIP: f64 = 1.0;
/// Updates between two losses that are kept.
const KEPT_EVERY: usize = 20;

/// How a network learns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Learning {
    /// Updates of Adam.
    pub updates: usize,
    /// Pieces of paths in an update.
    pub batch: usize,
    /// The first step size; it falls to a hundredth along a cosine.
    pub rate: f64,
}

impl Default for Learning {
    fn default() -> Self {
        Self {
            updates: 6000,
            batch: 64,
            rate: 0.02,
        }
    }
}

impl Learning {
    /// Whether all settings are in their range.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), LabError> {
        within("updates", self.updates, 1..)?;
        within("batch", self.batch, 1..=4_096)?;
        positive("rate", self.rate)
    }
}

/// Paths, and the deviations of their states.
pub(super) struct Paths {
    pub paths: Vec<DrivenPath>,
    pub scales: [f64; 2],
}

/// A network that has learnt.
pub(super) struct Learned {
    pub network: DrivenNetwork,
    pub parameters: usize,
    pub losses: Vec<(usize, f64)>,
}

/// How it did alone.
pub(super) struct Tested {
    pub error: f64,
    pub by_step: Vec<f64>,
    pub first: Vec<[f64; 2]>,
}

impl Paths {
    pub fn new(paths: Vec<DrivenPath>) -> Self {
        let scales = std::array::from_fn(|i| {
            let states = paths.iter().flat_map(|path| &path.states);
            let values: Vec<f64> = states.map(|state| state[i]).collect();
            moments(&values).1.sqrt()
        });
        Self { paths, scales }
    }

    /// Pieces of `steps` values, each given by its path and its first value: starts `[B, 2]` and drives
    /// `[T, B, 1]`, and the states that follow, `[T * B, 2]`, in deviations.
    fn pieces(&self, chosen: &[(usize, usize)], steps: usize, scales: [f64; 2]) -> [Vec<f32>; 3] {
        let scaled = |state: [f64; 2]| [0, 1].map(|i| (state[i] / scales[i]) as f32);
        let mut pieces: [Vec<f32>; 3] = Default::default();
        for &(path, from) in chosen {
            let path = &self.paths[path];
            let start = from
                .checked_sub(1)
                .map_or(path.start, |before| path.states[before]);
            pieces[0].extend(scaled(start));
        }
        for step in 0..steps {
            for &(path, from) in chosen {
                pieces[1].push(self.paths[path].drive[from + step] as f32);
                pieces[2].extend(scaled(self.paths[path].states[from + step]));
            }
        }
        pieces
    }

    /// All paths from their starts to their ends; errors are in deviations `scales`.
    pub fn free_run(&self, network: &DrivenNetwork, scales: [f64; 2], device: &Device) -> Tested {
        let (count, steps) = (self.paths.len(), self.paths[0].states.len());
        let chosen: Vec<(usize, usize)> = (0..count).map(|path| (path, 0)).collect();
        let [starts, drives, truth] = self.pieces(&chosen, steps, scales);
        let said = network.path(
            Tensor::from_data(TensorData::new(starts, [count, 2]), device),
            Tensor::from_data(TensorData::new(drives, [steps, count, 1]), device),
        );
        let said: Vec<f32> = said.into_data().iter::<f32>().collect();
        let squares = |said: &[f32], truth: &[f32]| -> f64 {
            let apart = said
                .iter()
                .zip(truth)
                .map(|(a, b)| f64::from(a - b).powi(2));
            apart.sum::<f64>() / said.len() as f64
        };
        let steps = said.chunks(2 * count).zip(truth.chunks(2 * count));
        let by_step = steps
            .map(|(said, truth)| squares(said, truth).sqrt())
            .collect();
        let first = said
            .chunks(2 * count)
            .map(|row| [0, 1].map(|i| f64::from(row[i]) * scales[i]));
        Tested {
            error: squares(&said, &truth).sqrt(),
            by_step,
            first: first.collect(),
        }
    }
}

/// Trains a network on pieces of paths, by Adam with gradients through the time of a piece; none if
/// `watch` says stop.
pub(super) fn learn(
    units: usize,
    paths: &Paths,
    learning: &Learning,
    rng: &mut Rng,
    device: &Device,
    mut watch: impl FnMut(usize, f64) -> ControlFlow<()>,
) -> Result<Option<Learned>, LabError> {
    let network = DrivenNetwork::init(units, rng, device)?;
    let parameters = network.num_params();
    let mut learner = Learner::new(network, CLIP);
    let device = device.clone().autodiff();
    let size_factor = (SMALL / units as f64).sqrt().min(1.0);
    let mut losses = Vec::new();
    for update in 0..learning.updates {
        let part = update as f64 / learning.updates as f64;
        let steps = PIECES[(part * PIECES.len() as f64) as usize];
        let chosen: Vec<(usize, usize)> = (0..learning.batch)
            .map(|_| {
                let path = rng.random_range(0..paths.paths.len());
                (
                    path,
                    rng.random_range(0..=paths.paths[path].states.len() - steps),
                )
            })
            .collect();
        let [starts, drives, truth] = paths.pieces(&chosen, steps, paths.scales);
        let batch = learning.batch;
        let rate = learning.rate * size_factor * rates::cosine(part, RATE_AT_END);
        let loss = learner.update(rate, |network| {
            let said = network.path(
                Tensor::from_data(TensorData::new(starts, [batch, 2]), &device),
                Tensor::from_data(TensorData::new(drives, [steps, batch, 1]), &device),
            );
            let truth = Tensor::from_data(TensorData::new(truth, [steps * batch, 2]), &device);
            (said - truth).square().mean()
        })?;
        if update.is_multiple_of(KEPT_EVERY) {
            losses.push((update, loss));
        }
        if watch(update, loss).is_break() {
            return Ok(None);
        }
    }
    Ok(Some(Learned {
        network: learner.net(),
        parameters,
        losses,
    }))
}
