//! The study: some networks, one seed each.

use std::ops::ControlFlow;

use serde::Serialize;

use super::measure::{self, learnt_part};
use super::{EsnPicture, EsnRun, EsnStudy, EsnTask, SeriesError};
use crate::Progress;

/// What a study found.
#[derive(Clone, Debug, Serialize)]
pub struct EsnResult {
    /// Its settings.
    pub study: EsnStudy,
    /// A run a network, those before the observer said stop.
    pub runs: Vec<EsnRun>,
    /// A user's series: the free-run error of a forecast that repeats the last known value.
    pub persistence: Option<f64>,
    /// What there is to see of the first network.
    #[serde(skip)]
    pub picture: Option<EsnPicture>,
}

impl EsnResult {
    /// The worst figure of all runs; none where there are no runs.
    pub fn worst(&self) -> Option<f64> {
        self.runs.iter().map(|run| run.figure).reduce(f64::max)
    }
}

/// Whether a user's series is long enough.
///
/// # Errors
/// [`SeriesError::TooShort`].
pub fn check_length(study: &EsnStudy, length: usize) -> Result<(), SeriesError> {
    // As many values to learn from as the washout and half of a free run, at least.
    let need = (study.washout + study.horizon.max(20)) * 4 / 3 + study.horizon;
    match length < need {
        true => Err(SeriesError::TooShort { have: length, need }),
        false => Ok(()),
    }
}

/// Trains and tests the networks of a study, on `series` where the task is a user's series.
///
/// `observe` hears of every network, and again before the picture, and may stop the study there.
///
/// # Panics
/// If the settings are out of range, or the series too short; see [`EsnStudy::check`] and
/// [`check_length`].
pub fn study(
    study: &EsnStudy,
    series: &[f64],
    wants_picture: bool,
    mut observe: impl FnMut(Progress) -> ControlFlow<()>,
) -> EsnResult {
    let is_users = study.task == EsnTask::Series;
    if is_users {
        let learnt = learnt_part(study, series.len());
        assert!(
            learnt > study.washout,
            "{} values are too few",
            series.len()
        );
    }
    let mut result = EsnResult {
        study: study.clone(),
        runs: Vec::new(),
        persistence: is_users.then(|| measure::persistence(study, series)),
        picture: None,
    };
    for number in 0..study.networks {
        let progress = Progress {
            done: number as u64,
            total: study.networks as u64,
            remark: match result.runs.last() {
                Some(run) => format!("{} {:.3}", study.task.figure(), run.figure),
                None => format!("{} units", study.network.units),
            },
        };
        if observe(progress.clone()).is_break() {
            break;
        }
        let seed = study.seed.wrapping_add(number as u64);
        let wants_picture = || wants_picture && number == 0 && observe(progress).is_continue();
        let (run, picture) = measure::measure(study, series, seed, wants_picture);
        result.runs.push(run);
        result.picture = result.picture.or(picture);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn go_on(_: Progress) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn small(task: EsnTask) -> EsnStudy {
        let mut study = EsnStudy::new(task);
        study.network.units = 100;
        study.network.density = 0.1;
        study.network.ridge = 1e-8;
        study.washout = study.washout.min(300);
        study.train = 1000;
        study.starts = 5;
        study.networks = 1;
        study.horizon = study.horizon.min(300);
        study
    }

    #[test]
    fn a_small_network_goes_on_with_mackey_glass_for_a_while() {
        let found = super::study(&small(EsnTask::MackeyGlass), &[], true, go_on);
        let run = &found.runs[0];
        assert!(run.one_step < 0.01, "{}", run.one_step);
        assert!(run.by_horizon[20] < 0.2, "{}", run.by_horizon[20]);
        assert!((run.spectral_radius - 1.0).abs() < 1e-6);
        let picture = found.picture.unwrap();
        assert_eq!((picture.spectrum.len(), picture.units.len()), (100, 8));
    }

    #[test]
    fn a_small_network_follows_narma() {
        let found = super::study(&small(EsnTask::Narma10), &[], false, go_on);
        assert!(found.worst().unwrap() < 0.5, "{:?}", found.worst());
    }

    #[test]
    fn a_users_series_is_foretold_better_than_by_its_last_value() {
        let wave = |t: u32| 20.0 + 5.0 * (f64::from(t) * 0.2).sin() + (f64::from(t) * 0.07).cos();
        let series: Vec<f64> = (0..900).map(wave).collect();
        let mut study = small(EsnTask::Series);
        study.horizon = 50;
        check_length(&study, series.len()).unwrap();
        let found = super::study(&study, &series, false, go_on);
        let error = found.worst().unwrap();
        assert!(
            error < 0.3 * found.persistence.unwrap(),
            "{error} {:?}",
            found.persistence
        );
        assert!(check_length(&study, 100).is_err());
    }

    #[test]
    fn a_study_that_is_stopped_keeps_its_runs() {
        let mut study = small(EsnTask::Narma10);
        study.networks = 3;
        let stop = |progress: Progress| match progress.done {
            1 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        };
        assert_eq!(super::study(&study, &[], false, stop).runs.len(), 1);
    }
}
