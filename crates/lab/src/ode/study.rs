//! The study: every system, without and with noise, over some seeds.

use std::ops::ControlFlow;
use std::time::Instant;

use rand::RngExt;
use reverie_model::rng;
use serde::{Deserialize, Serialize};

use super::system::{OdeSystem, Parameters, State};
use super::{Fit, FitConfig, FitPoint, Observations, fit, least_squares, truth};
use crate::numbers::mean;
use crate::{LabError, Progress, positive, some, within};

/// A guess is at most this factor above or below the truth.
pub const GUESS_FACTOR: f64 = 2.0;
/// Bar: the worst relative error of a parameter without noise.
pub const CLEAN_BAR: f64 = 0.01;
/// Bar: mean error with noise, in mean errors of non-linear least squares on the same data.
pub const NOISY_BAR: f64 = 2.0;

/// What is estimated, how often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OdeStudy {
    /// The systems.
    pub systems: Vec<OdeSystem>,
    /// Deviation of the noise, in deviations of each quantity; every system is also seen without.
    pub noise: f64,
    /// Fits of a system with noise, each with noise and a guess of its own; as many without.
    pub fits: usize,
    /// Of the first fit.
    pub seed: u64,
    /// The training.
    pub training: FitConfig,
}

impl Default for OdeStudy {
    fn default() -> Self {
        Self {
            systems: OdeSystem::ALL.to_vec(),
            noise: 0.05,
            fits: 10,
            seed: 0,
            training: FitConfig::default(),
        }
    }
}

impl OdeStudy {
    /// Whether all settings are in their range.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), LabError> {
        some("system", &self.systems)?;
        within("noise", self.noise, 0.0..=1.0)?;
        within("fits", self.fits, 1..=1_000)?;
        within("updates", self.training.updates, 1..=1_000_000)?;
        positive("rate", self.training.rate)?;
        positive("rate_falls", self.training.rate_falls)
    }
}

/// One fit beside its rival.
#[derive(Clone, Debug, Serialize)]
pub struct OdeFit {
    /// Of the noise and of the guess.
    pub seed: u64,
    /// Where the network started.
    pub guess: Parameters,
    /// What it found.
    pub network: Parameters,
    /// What least squares find when they start at the truth.
    pub least_squares: Parameters,
}

/// A system at one level of noise.
#[derive(Clone, Debug, Serialize)]
pub struct OdeCase {
    /// The system.
    pub system: OdeSystem,
    /// The noise, in deviations of each quantity.
    pub noise: f64,
    /// The fits.
    pub fits: Vec<OdeFit>,
    /// Seconds for all of them.
    pub seconds: f64,
    /// What there is to see of the first.
    #[serde(skip)]
    pub picture: Option<OdePicture>,
}

/// The first fit of a case.
#[derive(Clone, Debug)]
pub struct OdePicture {
    /// What was seen.
    pub seen: Vec<State>,
    /// The true path.
    pub truth: Vec<State>,
    /// The network's path.
    pub path: Vec<State>,
    /// The training.
    pub history: Vec<FitPoint>,
}

impl OdeCase {
    /// Relative errors of the parameters, fit after fit.
    fn errors(&self, of: impl Fn(&OdeFit) -> Parameters) -> Vec<f64> {
        let truth = self.system.truth();
        let count = self.system.parameter_names().len();
        let fits = self.fits.iter().flat_map(|fit| {
            let found = of(fit);
            (0..count).map(move |i| (found[i] / truth[i] - 1.0).abs())
        });
        fits.collect()
    }

    /// The worst relative error of a parameter in any fit of the network.
    pub fn worst(&self) -> f64 {
        self.errors(|fit| fit.network)
            .into_iter()
            .fold(0.0, f64::max)
    }

    /// The mean relative error of the network over parameters and fits.
    pub fn mean(&self) -> f64 {
        mean(&self.errors(|fit| fit.network))
    }

    /// The mean relative error of least squares on the same data.
    pub fn rival(&self) -> f64 {
        mean(&self.errors(|fit| fit.least_squares))
    }
}

/// Fits every system without and with noise, `study.fits` times each.
///
/// `observe` is asked often and may stop the study; what was fitted up to then is in the answer.
pub fn study(
    study: &OdeStudy,
    mut observe: impl FnMut(Progress) -> ControlFlow<()>,
) -> Vec<OdeCase> {
    let mut cases: Vec<OdeCase> = Vec::new();
    let total = (study.systems.len() * 2 * study.fits) as u64;
    let mut done = 0;
    for &system in &study.systems {
        for noise in [0.0, study.noise] {
            let started = Instant::now();
            cases.push(OdeCase {
                system,
                noise,
                fits: Vec::new(),
                seconds: 0.0,
                picture: None,
            });
            let case = cases.last_mut().expect("a case was just added");
            for number in 0..study.fits {
                let seed = study.seed.wrapping_add(number as u64);
                let remark = system.title().to_owned();
                let mut progress = || {
                    observe(Progress {
                        done,
                        total,
                        remark: remark.clone(),
                    })
                };
                let Some((fitted, picture)) = one(study, system, noise, seed, &mut progress) else {
                    if case.fits.is_empty() {
                        cases.pop();
                    }
                    return cases;
                };
                case.fits.push(fitted);
                case.picture.get_or_insert(picture);
                case.seconds = started.elapsed().as_secs_f64();
                done += 1;
            }
        }
    }
    cases
}

fn one(
    study: &OdeStudy,
    system: OdeSystem,
    noise: f64,
    seed: u64,
    progress: &mut impl FnMut() -> ControlFlow<()>,
) -> Option<(OdeFit, OdePicture)> {
    let mut rng = rng::seeded(seed);
    let observations = Observations::draw(system, noise, &mut rng);
    let mut guess = system.truth();
    for value in &mut guess[..system.parameter_names().len()] {
        *value *= GUESS_FACTOR.powf(rng.random_range(-1.0..1.0));
    }
    let Fit {
        parameters,
        path,
        history,
    } = fit(&observations, &guess, &study.training, progress)?;
    let rival = least_squares(&observations, &system.start(), &system.truth());
    let picture = OdePicture {
        truth: truth(system, observations.seen.len()),
        seen: observations.seen,
        path,
        history,
    };
    Some((
        OdeFit {
            seed,
            guess,
            network: parameters,
            least_squares: rival,
        },
        picture,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quick() -> OdeStudy {
        let training = FitConfig {
            updates: 150,
            ..FitConfig::default()
        };
        OdeStudy {
            fits: 1,
            training,
            ..OdeStudy::default()
        }
    }

    #[test]
    fn every_system_is_found_without_noise_and_as_well_as_by_least_squares_with_it() {
        let cases = super::study(&quick(), |_| ControlFlow::Continue(()));
        assert_eq!(cases.len(), 8);
        for case in &cases {
            match case.noise {
                0.0 => assert!(
                    case.worst() < CLEAN_BAR,
                    "{:?} {}",
                    case.system,
                    case.worst()
                ),
                _ => assert!(case.mean() < NOISY_BAR * case.rival(), "{:?}", case.system),
            }
        }
    }

    #[test]
    fn a_study_that_is_stopped_keeps_its_fits() {
        let mut asked = 0;
        let cases = super::study(&quick(), |progress| {
            asked += 1;
            match progress.done {
                3 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        });
        assert_eq!(cases.iter().map(|case| case.fits.len()).sum::<usize>(), 3);
        assert!(asked > 3);
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let study = OdeStudy {
            noise: -0.1,
            ..quick()
        };
        let said = study.check().unwrap_err().to_string();
        assert_eq!(said, "noise is -0.1; it must be between 0 and 1");
    }
}
