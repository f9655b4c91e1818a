//! One network of a study: trained, then tested.

use std::time::Instant;

use reverie_model::rng::{self, Rng};
use serde::Serialize;

use super::radius::spectrum;
use super::{Esn, EsnStudy, EsnTask, Lesson, Squash, mackey_glass, narma10, spectral_radius};
use crate::numbers::{length, moments};

/// Steps of the run that the page shows: so many that a chaotic series parts from its forecast.
const SHOWN_STEPS: usize = 3000;
/// Steps and units of the picture of the reservoir.
const SHOWN_UNIT_STEPS: usize = 150;
const SHOWN_UNITS: usize = 8;

/// What one network reached.
#[derive(Clone, Debug, Serialize)]
pub struct EsnRun {
    /// Its seed.
    pub seed: u64,
    /// The task's figure, see [`EsnTask::figure`].
    pub figure: f64,
    /// Root mean squared error one step ahead, in deviations of the series.
    pub one_step: f64,
    /// The same after 1, 2, ... steps of a free run; empty for NARMA-10.
    pub by_horizon: Vec<f64>,
    /// The ridge that was used.
    pub ridge: f64,
    /// The readout's largest weight.
    pub largest_weight: f64,
    /// The spectral radius, measured after scaling.
    pub spectral_radius: f64,
    /// Seconds for drawing, training and testing.
    pub seconds: f64,
}

/// What the page shows of a network.
#[derive(Clone, Debug, Serialize)]
pub struct EsnPicture {
    /// The series from the start of the test, in its own units.
    pub truth: Vec<f64>,
    /// What the network said: by itself, except for NARMA-10, where it heard the inputs.
    pub said: Vec<f64>,
    /// A few units while the network heard the series, one list a unit.
    pub units: Vec<Vec<f64>>,
    /// Real and imaginary part of every eigenvalue of the recurrent weights; of more than 2000 units
    /// only of those at the edge.
    pub spectrum: Vec<[f64; 2]>,
}

/// What a network learns from and is tested on.
pub(super) struct Data {
    inputs: Option<Vec<f64>>,
    /// The series, in its own units.
    values: Vec<f64>,
    squash: Squash,
    /// Where the test begins.
    test: usize,
}

impl Data {
    /// Made or taken from `series`, as the task asks.
    pub(super) fn of(study: &EsnStudy, series: &[f64], rng: &mut Rng) -> Self {
        let known = study.washout + study.train;
        match study.task {
            EsnTask::MackeyGlass => {
                let tested = (study.horizon * study.starts).max(SHOWN_STEPS);
                Self {
                    inputs: None,
                    values: mackey_glass(17.0, known + tested, rng),
                    squash: Squash {
                        centre: 1.0,
                        width: 1.0,
                    },
                    test: known,
                }
            }
            EsnTask::Narma10 => {
                let (inputs, values) = narma10(known + study.horizon, rng);
                let squash = Squash {
                    centre: 0.4,
                    width: 1.0,
                };
                Self {
                    inputs: Some(inputs),
                    values,
                    squash,
                    test: known,
                }
            }
            EsnTask::Series => {
                let test = known.min(learnt_part(study, series.len()));
                let (mean, variance) = moments(&series[..test]);
                // Two deviations are in the nearly straight part of the tangent.
                let width = 2.0 * variance.sqrt().max(f64::MIN_POSITIVE);
                Self {
                    inputs: None,
                    values: series.to_vec(),
                    squash: Squash {
                        centre: mean,
                        width,
                    },
                    test,
                }
            }
        }
    }

    /// What squared errors are measured in: the variance of the test, or of everything where the test
    /// stands still.
    fn variance(&self) -> f64 {
        match moments(&self.values[self.test..]).1 {
            0.0 => moments(&self.values).1,
            variance => variance,
        }
    }

    fn squashed(&self) -> Vec<f64> {
        self.values
            .iter()
            .map(|value| self.squash.squashed(*value))
            .collect()
    }
}

/// How many values of a user's series are learnt from: three quarters, and enough left for a free run.
pub(super) fn learnt_part(study: &EsnStudy, length: usize) -> usize {
    (length * 3 / 4).min(length - study.horizon)
}

/// Trains and tests the network with this seed; with a picture of it if `wants_picture`, which is asked
/// last, because the picture takes about as long as the rest.
pub(super) fn measure(
    study: &EsnStudy,
    series: &[f64],
    seed: u64,
    wants_picture: impl FnOnce() -> bool,
) -> (EsnRun, Option<EsnPicture>) {
    let started = Instant::now();
    let mut rng = rng::seeded(seed);
    let data = Data::of(study, series, &mut rng);
    let squashed = data.squashed();
    let mut network = Esn::new(&study.network, data.inputs.is_some(), &mut rng);
    let lesson = Lesson {
        inputs: data.inputs.as_ref().map(|inputs| &inputs[..data.test]),
        targets: &squashed[..data.test],
        washout: study.washout,
    };
    let lessons = network.listen(lesson, study.network.noise, &mut rng);
    let asked = match study.choose_ridge {
        true => lessons.choose_ridge(),
        false => study.network.ridge,
    };
    let (readout, ridge) = lessons.fit(asked);
    let largest_weight = readout.largest();
    network.learn(readout);
    let trained = network.clone();
    let (one_step, by_horizon) = match &data.inputs {
        Some(inputs) => (follow(&mut network, inputs, &data), Vec::new()),
        None => free_runs(&mut network, &data, &squashed, study),
    };
    let figure = match study.task {
        EsnTask::MackeyGlass => by_horizon.last().map_or(f64::NAN, |error| error.log10()),
        EsnTask::Narma10 => one_step,
        EsnTask::Series => quadratic_mean(&by_horizon),
    };
    let run = EsnRun {
        seed,
        figure,
        one_step,
        by_horizon,
        ridge,
        largest_weight,
        spectral_radius: spectral_radius(network.reservoir().recurrent()),
        seconds: started.elapsed().as_secs_f64(),
    };
    (
        run,
        wants_picture().then(|| picture(&trained, &data, &squashed)),
    )
}

/// The error of a network that hears the inputs of the test.
fn follow(network: &mut Esn, inputs: &[f64], data: &Data) -> f64 {
    let variance = data.variance();
    let test = data.test..data.values.len();
    let errors = test.clone().map(|t| {
        let said = network.step(Some(inputs[t]), None);
        (data.squash.restored(said) - data.values[t]).powi(2)
    });
    (errors.sum::<f64>() / test.len() as f64 / variance).sqrt()
}

/// The error one step ahead and after every number of steps, over all starts.
fn free_runs(
    network: &mut Esn,
    data: &Data,
    squashed: &[f64],
    study: &EsnStudy,
) -> (f64, Vec<f64>) {
    let (horizon, length) = (study.horizon, data.values.len());
    let variance = data.variance();
    let starts = starts(data.test, length, horizon, study.starts);
    let mut sums = vec![0.0; horizon];
    let mut at = data.test;
    for &start in &starts {
        while at < start {
            network.step(None, Some(squashed[at]));
            at += 1;
        }
        let mut free = network.clone();
        for (sum, truth) in sums.iter_mut().zip(&data.values[start..]) {
            let said = data.squash.restored(free.step(None, None));
            *sum += (said - truth).powi(2);
        }
    }
    let count = starts.len() as f64;
    let errors: Vec<f64> = sums
        .iter()
        .map(|sum| (sum / count / variance).sqrt())
        .collect();
    (errors[0], errors)
}

/// Up to `count` places, evenly spread, from which `horizon` values follow.
fn starts(test: usize, length: usize, horizon: usize, count: usize) -> Vec<usize> {
    let room = length - test - horizon;
    let count = count.min(room + 1);
    let place = |i: usize| test + (room * i) / (count - 1).max(1);
    (0..count).map(place).collect()
}

/// How the last known value does as a forecast, over the same starts: the rival of a user's series.
pub(super) fn persistence(study: &EsnStudy, series: &[f64]) -> f64 {
    let data = Data::of(study, series, &mut rng::seeded(0));
    let variance = data.variance();
    let starts = starts(data.test, series.len(), study.horizon, study.starts);
    let errors = starts.iter().flat_map(|&start| {
        let truths = &series[start..start + study.horizon];
        truths
            .iter()
            .map(move |truth| (truth - series[start - 1]).powi(2))
    });
    let count = starts.len() * study.horizon;
    (errors.sum::<f64>() / count as f64 / variance).sqrt()
}

fn picture(trained: &Esn, data: &Data, squashed: &[f64]) -> EsnPicture {
    let shown = data.test..data.values.len().min(data.test + SHOWN_STEPS);
    let input = |t: usize| data.inputs.as_ref().map(|inputs| inputs[t]);
    let mut speaking = trained.clone();
    let said = shown
        .clone()
        .map(|t| data.squash.restored(speaking.step(input(t), None)));
    let said = said.collect();
    let mut listening = trained.clone();
    let count = SHOWN_UNITS.min(listening.state().len());
    let mut units = vec![Vec::new(); count];
    for t in shown.clone().take(SHOWN_UNIT_STEPS) {
        listening.step(input(t), Some(squashed[t]));
        let states = units.iter_mut().zip(listening.state());
        states.for_each(|(unit, state)| unit.push(*state));
    }
    let values = spectrum(trained.reservoir().recurrent());
    EsnPicture {
        truth: data.values[shown].to_vec(),
        said,
        units,
        spectrum: values.iter().map(|value| [value.re, value.im]).collect(),
    }
}

fn quadratic_mean(values: &[f64]) -> f64 {
    length(values) / (values.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_are_spread_over_what_there_is() {
        assert_eq!(starts(10, 30, 5, 4), [10, 15, 20, 25]);
        assert_eq!(starts(10, 16, 5, 50), [10, 11]);
        assert_eq!(starts(10, 15, 5, 50), [10]);
    }
}
