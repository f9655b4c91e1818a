//! The study: networks of growing size on the same paths.

use std::ops::ControlFlow;
use std::time::Instant;

use burn::tensor::Device;
use reverie_model::rng;
use serde::{Deserialize, Serialize};

use super::learn::{Learning, Paths, learn};
use super::oscillator::driven_path;
use crate::numbers::mean;
use crate::{LabError, Progress, rising, some, within};

/// Largest network that may be asked for.
const MOST_UNITS: usize = 512;
/// Paths of the test. On one path in a hundred a network loses the phase and is wrong by ten times as
/// much as on the others, so few paths would say more about themselves than about the networks.
pub const TEST_PATHS: usize = 512;
/// Values of a path that is learnt from.
pub const LEARNT_STEPS: usize = 200;

/// Which networks, how they learn, how they are tested.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UniversalStudy {
    /// Hidden units of the networks.
    #[serde(rename = "units")]
    pub sizes: Vec<usize>,
    /// Networks of every size.
    pub networks: usize,
    /// Of the first network of every size and of its paths.
    pub seed: u64,
    /// mu: how stiff the oscillator is.
    pub stiffness: f64,
    /// Paths that are learnt from.
    pub paths: usize,
    /// Values that a network is alone for in the test.
    pub horizon: usize,
    /// How a network learns.
    pub learning: Learning,
}

impl Default for UniversalStudy {
    fn default() -> Self {
        Self {
            sizes: vec![2, 4, 8, 16, 32],
            networks: 3,
            seed: 0,
            stiffness: 1.0,
            paths: 512,
            horizon: 100,
            learning: Learning::default(),
        }
    }
}

impl UniversalStudy {
    /// A small study that ends in seconds.
    pub fn quick() -> Self {
        let learning = Learning {
            updates: 1500,
            ..Learning::default()
        };
        Self {
            sizes: vec![2, 8, 32],
            networks: 1,
            learning,
            ..Self::default()
        }
    }

    /// Whether all settings are in their range.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), LabError> {
        some("units", &self.sizes)?;
        for &size in &self.sizes {
            within("units", size, 1..=MOST_UNITS)?;
        }
        rising("units", &self.sizes)?;
        within("networks", self.networks, 1..=100)?;
        within("stiffness", self.stiffness, 0.0..=5.0)?;
        within("paths", self.paths, 1..=100_000)?;
        within("horizon", self.horizon, 1..=10_000)?;
        self.learning.check()
    }
}

/// What one network reached.
#[derive(Clone, Debug, Serialize)]
pub struct UniversalRun {
    /// Its hidden units.
    pub units: usize,
    /// Its seed.
    pub seed: u64,
    /// Numbers that were learnt.
    pub parameters: usize,
    /// Root mean squared error over all free runs, in deviations of the states.
    pub error: f64,
    /// The same at every step of a free run.
    pub by_step: Vec<f64>,
    /// Updates and the mean squared error while it learnt.
    pub losses: Vec<(usize, f64)>,
    /// Seconds.
    pub seconds: f64,
    /// Position and velocity in the first free run of the test.
    #[serde(skip)]
    pub said: Vec<[f64; 2]>,
}

/// What a study found.
#[derive(Clone, Debug, Serialize)]
pub struct UniversalResult {
    /// Its settings.
    pub study: UniversalStudy,
    /// The networks, those before the observer said stop; size by size.
    pub runs: Vec<UniversalRun>,
    /// The first path of the test of the first seed.
    #[serde(skip)]
    pub truth: Vec<[f64; 2]>,
    /// Its drive.
    #[serde(skip)]
    pub drive: Vec<f64>,
}

impl UniversalResult {
    /// Every size that is there with the mean error of its networks.
    pub fn means(&self) -> Vec<(usize, f64)> {
        let sizes = self.study.sizes.iter();
        let means = sizes.filter_map(|&size| {
            let errors: Vec<f64> = self.runs_of(size).map(|run| run.error).collect();
            (!errors.is_empty()).then(|| (size, mean(&errors)))
        });
        means.collect()
    }

    /// The networks of a size.
    pub fn runs_of(&self, size: usize) -> impl Iterator<Item = &UniversalRun> {
        self.runs.iter().filter(move |run| run.units == size)
    }
}

/// Trains and tests the networks of a study; paths of one seed are the same for every size.
///
/// `observe` is asked often and may stop the study; networks that were tested up to then are kept.
///
/// # Errors
/// If the settings make no network.
pub fn study(
    study: &UniversalStudy,
    device: &Device,
    mut observe: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<UniversalResult, LabError> {
    study.check()?;
    let mut result = UniversalResult {
        study: study.clone(),
        runs: Vec::new(),
        truth: Vec::new(),
        drive: Vec::new(),
    };
    let updates = study.learning.updates;
    let total = (study.sizes.len() * study.networks * updates) as u64;
    let mut done = 0;
    for number in 0..study.networks {
        let seed = study.seed.wrapping_add(number as u64);
        let mut rng = rng::seeded(seed);
        let mut draw = |count: usize, steps: usize| -> Paths {
            let paths = (0..count).map(|_| driven_path(study.stiffness, steps, &mut rng));
            Paths::new(paths.collect())
        };
        let (learnt, test) = (
            draw(study.paths, LEARNT_STEPS),
            draw(TEST_PATHS, study.horizon),
        );
        if number == 0 {
            result.truth.clone_from(&test.paths[0].states);
            result.drive.clone_from(&test.paths[0].drive);
        }
        for &units in &study.sizes {
            let started = Instant::now();
            let watch = |update: usize, loss: f64| {
                let remark = format!("{units} units, loss {loss:.4}");
                observe(Progress {
                    done: done + update as u64,
                    total,
                    remark,
                })
            };
            let mut rng = rng::seeded(seed);
            let Some(learned) = learn(units, &learnt, &study.learning, &mut rng, device, watch)?
            else {
                sort(&mut result.runs);
                return Ok(result);
            };
            done += updates as u64;
            let tested = test.free_run(&learned.network, learnt.scales, device);
            result.runs.push(UniversalRun {
                units,
                seed,
                parameters: learned.parameters,
                error: tested.error,
                by_step: tested.by_step,
                losses: learned.losses,
                seconds: started.elapsed().as_secs_f64(),
                said: tested.first,
            });
        }
    }
    sort(&mut result.runs);
    Ok(result)
}

fn sort(runs: &mut [UniversalRun]) {
    runs.sort_by_key(|run| (run.units, run.seed));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiny() -> UniversalStudy {
        UniversalStudy {
            sizes: vec![1, 12],
            networks: 1,
            paths: 16,
            horizon: 20,
            learning: Learning {
                updates: 120,
                batch: 16,
                ..Learning::default()
            },
            ..UniversalStudy::default()
        }
    }

    #[test]
    fn more_units_come_nearer_and_the_seed_decides_all() {
        let run = || super::study(&tiny(), &Device::flex(), |_| ControlFlow::Continue(())).unwrap();
        let found = run();
        let means = found.means();
        assert!(means[1].1 < means[0].1, "{means:?}");
        assert_eq!(found.runs[1].by_step.len(), 20);
        // E and e, W_x, W_h and b, C and c.
        assert_eq!(found.runs[1].parameters, 36 + 168 + 26);
        assert_eq!(run().means(), means);
    }

    #[test]
    fn a_study_that_is_stopped_keeps_its_networks() {
        let found = super::study(&tiny(), &Device::flex(), |progress| match progress.done {
            0..=125 => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        });
        assert_eq!(found.unwrap().runs.len(), 1);
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let said = |study: UniversalStudy| study.check().unwrap_err().to_string();
        let zero = said(UniversalStudy {
            sizes: vec![0],
            ..tiny()
        });
        assert_eq!(zero, "units is 0; it must be between 1 and 512");
        let falling = said(UniversalStudy {
            sizes: vec![4, 2],
            ..tiny()
        });
        assert_eq!(falling, "units is [4, 2]; it must be in rising order");
    }
}
