//! Powers, flows, clipping, the cliff, and a training in one run.

use std::ops::ControlFlow;

use burn::tensor::Device;
use reverie_model::recurrent::{Activation, CellKind};
use reverie_model::rng::seeded;
use serde::{Deserialize, Serialize};

use super::cliff::{Cliff, Descent, descend, surface};
use super::flow::{Flow, WeightNorm, flow, network, weight_norm};
use super::linear::{log_powers, slope, with_radius};
use crate::memory::{LearnConfig, Update, learn};
use crate::{LabError, Progress, check};

/// Lags of powers; the slope is that from the second number on: before it, a matrix that is not normal
/// does as it likes.
const LAGS: (usize, usize) = (300, 100);
/// Size of the inputs that flows are measured with.
const INPUT_SCALE: f64 = 0.5;
/// Features of an input.
const D_INPUT: usize = 4;
/// Bias of an LSTM's forget gates.
const FORGET_BIAS: f64 = 1.0;
/// Where the descents begin, their rate, their limit and their steps.
const DESCENT: ((f64, f64), f64, f64, usize) = ((6.0, -2.4), 0.05, 0.05, 2000);
/// Places along a side of the surface.
const PLACES: usize = 91;

/// What is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GradientsConfig {
    /// K of the networks that are looked at.
    pub hidden: usize,
    /// T.
    pub steps: usize,
    /// Spectral radii of the weights between steps.
    pub radii: Vec<f64>,
    /// Limit of the global norm.
    pub clip: f64,
    /// Networks of each, which are averaged.
    pub seeds: usize,
    /// The cell that is trained.
    pub cell: CellKind,
    /// How.
    pub learn: LearnConfig,
    /// Seed of all of it.
    pub seed: u64,
}

impl Default for GradientsConfig {
    fn default() -> Self {
        Self {
            hidden: 32,
            steps: 60,
            radii: vec![0.6, 0.9, 1.1, 1.5],
            clip: 1.0,
            seeds: 3,
            cell: CellKind::Rnn,
            learn: LearnConfig {
                steps: 30,
                updates: 500,
                rate: 0.01,
                first_steps: 30,
                ..LearnConfig::default()
            },
            seed: 0,
        }
    }
}

impl GradientsConfig {
    /// A small version.
    pub fn quick() -> Self {
        let config = Self::default();
        Self {
            hidden: 16,
            steps: 30,
            seeds: 1,
            learn: LearnConfig {
                updates: 80,
                ..config.learn
            },
            ..config
        }
    }

    /// Refuses settings that mean nothing.
    ///
    /// # Errors
    /// [`LabError::Setting`].
    pub fn check(&self) -> Result<(), LabError> {
        check(
            "hidden",
            self.hidden,
            (2..=512).contains(&self.hidden),
            "between 2 and 512",
        )?;
        check(
            "steps",
            self.steps,
            (2..=1000).contains(&self.steps),
            "between 2 and 1000",
        )?;
        check(
            "seeds",
            self.seeds,
            (1..=100).contains(&self.seeds),
            "between 1 and 100",
        )?;
        check(
            "clip",
            self.clip,
            self.clip > 0.0 && self.clip.is_finite(),
            "above 0",
        )?;
        for &radius in &self.radii {
            check(
                "radius",
                radius,
                radius > 0.0 && radius <= 10.0,
                "above 0 and at most 10",
            )?;
        }
        check("radii", "empty", !self.radii.is_empty(), "at least one")?;
        let is_fine = self.cell != CellKind::Jordan;
        check("cell", "jordan", is_fine, "rnn, gru or lstm")?;
        self.learn.check()
    }
}

/// Powers of a matrix.
#[derive(Clone, Debug, Serialize)]
pub struct LinearPowers {
    /// Its spectral radius.
    pub radius: f64,
    /// ln ‖W^k‖ / √K, of every seed.
    pub logs: Vec<Vec<f64>>,
    /// The slope of each.
    pub slopes: Vec<f64>,
}

impl LinearPowers {
    /// The mean slope.
    pub fn slope(&self) -> f64 {
        self.slopes.iter().sum::<f64>() / self.slopes.len() as f64
    }
}

/// A cell at one spectral radius.
#[derive(Clone, Debug, Serialize)]
pub struct CellFlow {
    /// Its name: linear, tanh, GRU or LSTM.
    pub name: &'static str,
    /// Of its weights between steps, gate by gate.
    pub radius: f64,
    /// ‖∂h_T/∂h_t‖, the geometric mean of the seeds.
    pub flow: Flow,
    /// Gradients of all weights after sequences of growing length, of the first seed.
    pub weights: Vec<WeightNorm>,
}

/// A training.
#[derive(Clone, Debug, Serialize)]
pub struct TrainingNorms {
    /// The limit of the gradients' norm; none without.
    pub clip: Option<f64>,
    /// Every update, with the norm before clipping.
    pub updates: Vec<Update>,
}

/// All that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Gradients {
    /// What was done.
    pub config: GradientsConfig,
    /// Of every radius.
    pub powers: Vec<LinearPowers>,
    /// Of every cell and radius.
    pub flows: Vec<CellFlow>,
    /// The surface of Pascanu's unit.
    pub cliff: Cliff,
    /// Downhill on it, without clipping and with it.
    pub descents: Vec<Descent>,
    /// The same training without clipping and with it.
    pub trainings: Vec<TrainingNorms>,
}

/// The cells with their names.
const CELLS: [(&str, CellKind, Activation); 4] = [
    ("linear", CellKind::Rnn, Activation::Identity),
    ("tanh", CellKind::Rnn, Activation::Tanh),
    ("GRU", CellKind::Gru, Activation::Tanh),
    ("LSTM", CellKind::Lstm, Activation::Tanh),
];

/// Measures all of it.
///
/// # Errors
/// Settings that mean nothing.
pub fn gradients(
    config: &GradientsConfig,
    device: &Device,
    mut observe: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Gradients, LabError> {
    config.check()?;
    let (start, rate, limit, steps) = DESCENT;
    let mut found = Gradients {
        config: config.clone(),
        powers: Vec::new(),
        flows: Vec::new(),
        cliff: surface(PLACES),
        descents: [None, Some(limit)]
            .map(|clip| descend(start, rate, clip, steps))
            .to_vec(),
        trainings: Vec::new(),
    };
    let n_flows = CELLS.len() * config.radii.len();
    // A flow takes about as long as so many updates.
    const AS_UPDATES: usize = 20;
    let total = (config.radii.len() + n_flows * AS_UPDATES + 2 * config.learn.updates) as u64;
    let mut done = 0;
    let mut tell = |step: usize, remark: String| {
        done += step as u64;
        observe(Progress {
            done,
            total,
            remark,
        })
    };
    for &radius in &config.radii {
        found.powers.push(powers(config, radius));
        if tell(1, format!("powers at radius {radius}")).is_break() {
            return Ok(found);
        }
    }
    for cell in CELLS {
        for &radius in &config.radii {
            found.flows.push(cell_flow(config, cell, radius, device));
            if tell(AS_UPDATES, format!("{} at radius {radius}", cell.0)).is_break() {
                return Ok(found);
            }
        }
    }
    for clip in [None, Some(config.clip)] {
        let learn_config = LearnConfig {
            clip,
            seed: config.seed,
            ..config.learn
        };
        let mut is_broken = false;
        let learnt = learn(config.cell, &learn_config, device, |_, update| {
            let flow = tell(1, format!("training, norm {:.3}", update.norm));
            is_broken = flow.is_break();
            flow
        })?;
        found.trainings.push(TrainingNorms {
            clip,
            updates: learnt.updates,
        });
        if is_broken {
            break;
        }
    }
    Ok(found)
}

fn powers(config: &GradientsConfig, radius: f64) -> LinearPowers {
    let one = |seed: u64| {
        let matrix = with_radius(config.hidden, radius, &mut seeded(config.seed + seed));
        log_powers(&matrix, LAGS.0)
    };
    let logs: Vec<Vec<f64>> = (0..config.seeds as u64).map(one).collect();
    LinearPowers {
        radius,
        slopes: logs.iter().map(|logs| slope(logs, LAGS.1)).collect(),
        logs,
    }
}

fn cell_flow(
    config: &GradientsConfig,
    (name, kind, activation): (&'static str, CellKind, Activation),
    radius: f64,
    device: &Device,
) -> CellFlow {
    let mut flows = Vec::new();
    let mut weights = Vec::new();
    for seed in 0..config.seeds as u64 {
        let rng = &mut seeded(config.seed + seed);
        let sizes = (D_INPUT, config.hidden);
        let cell = network(kind, activation, sizes, (radius, FORGET_BIAS), rng, device);
        flows.push(flow(
            &cell,
            D_INPUT,
            (config.steps, INPUT_SCALE),
            rng,
            device,
        ));
        if seed == 0 {
            let lengths: Vec<usize> = (1..=10)
                .map(|tenth| (config.steps * tenth).div_ceil(10))
                .collect();
            let lengths = (&lengths[..], INPUT_SCALE);
            weights = weight_norm(&cell, D_INPUT, lengths, config.clip, rng, device);
        }
    }
    let memory: Option<Vec<&Vec<f64>>> = flows.iter().map(|flow| flow.memory.as_ref()).collect();
    CellFlow {
        name,
        radius,
        flow: Flow {
            hidden: geometric(&flows.iter().map(|flow| &flow.hidden).collect::<Vec<_>>()),
            memory: memory.map(|lists| geometric(&lists)),
        },
        weights,
    }
}

/// The geometric mean, place by place; zero where one is zero.
fn geometric(lists: &[&Vec<f64>]) -> Vec<f64> {
    let mean = |at: usize| {
        let logs = lists.iter().map(|list| list[at].ln());
        (logs.sum::<f64>() / lists.len() as f64).exp()
    };
    (0..lists[0].len()).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_run_has_all_parts() {
        let config = GradientsConfig {
            hidden: 6,
            steps: 10,
            radii: vec![0.9, 1.2],
            seeds: 2,
            learn: LearnConfig {
                hidden: 4,
                updates: 3,
                steps: 5,
                ..LearnConfig::default()
            },
            ..GradientsConfig::default()
        };
        let mut last = (0, 1);
        let found = gradients(&config, &Device::flex(), |progress| {
            last = (progress.done, progress.total);
            ControlFlow::Continue(())
        });
        let found = found.unwrap();
        assert_eq!(last.0, last.1);
        assert_eq!(
            (found.powers.len(), found.flows.len(), found.trainings.len()),
            (2, 8, 2)
        );
        for flow in &found.flows {
            assert_eq!(flow.flow.hidden.len(), 10);
            assert_eq!(flow.flow.memory.is_some(), flow.name == "LSTM");
            assert!(flow.weights.iter().all(|one| one.clipped < 1.0 + 1e-5));
        }
    }

    #[test]
    fn settings_that_mean_nothing_are_refused() {
        let refused = |config: GradientsConfig, words: &str| {
            let error = config.check().unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        };
        let config = GradientsConfig::default;
        refused(
            GradientsConfig {
                radii: vec![0.0],
                ..config()
            },
            "radius is 0",
        );
        refused(
            GradientsConfig {
                steps: 0,
                ..config()
            },
            "steps is 0",
        );
        refused(
            GradientsConfig {
                clip: -1.0,
                ..config()
            },
            "clip is -1",
        );
    }
}
