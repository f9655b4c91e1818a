//! `reverie lab esn`: a random network with a trained readout goes on with a series.

mod findings;
mod settings;

use std::fs;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use reverie_lab::esn::{EsnResult, EsnStudy, EsnTask, Series, check_length, read_series, study};
use toml::{Table, Value};

pub use self::findings::findings;
use self::findings::title;
use self::settings::{EsnSettings, TASKS};
use super::Experiment;
use super::bench::Bench;
use super::findings::Findings;
use super::room::{self, Room};
use crate::cli::{EsnArgs, LabRunArgs};
use crate::exit::UsageError;
use crate::report::number::counted;
use crate::settings::{put, whole};

/// Lists as long as the series: as it is, squashed, inputs, targets, truth and what is said.
const SERIES_COPIES: f64 = 6.0;

impl EsnArgs {
    /// The user's series, if there is one, long enough for the study.
    fn series(&self, study: &EsnStudy) -> anyhow::Result<Option<Series>> {
        let Some(path) = &self.csv else {
            return Ok(None);
        };
        let reading = || format!("reading {}", path.display());
        let series = read(path, self.column.as_deref()).with_context(reading)?;
        check_length(study, series.values.len()).with_context(reading)?;
        Ok(Some(series))
    }
}

fn read(path: &Path, column: Option<&str>) -> anyhow::Result<Series> {
    let bytes = fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => anyhow!("there is no such file"),
        _ => error.into(),
    })?;
    let text = String::from_utf8(bytes).context("it is no text")?;
    Ok(read_series(&text, column)?)
}

impl Experiment for EsnArgs {
    const NAME: &'static str = "esn";

    type Settings = EsnSettings;

    fn common(&self) -> &LabRunArgs {
        &self.lab
    }

    fn defaults(is_quick: bool) -> EsnSettings {
        EsnSettings::new(is_quick.then_some(1))
    }

    fn flags(&self, flags: &mut Table) {
        let task = self.csv.as_ref().map(|_| "series".to_owned());
        put(
            flags,
            "tasks",
            task.or(self.task.clone()).map(|task| vec![task]),
        );
        put(flags, "networks", whole(self.networks));
        for task in TASKS {
            let mut put_here = |key: &str, value: Option<Value>| {
                put(flags, &format!("{task}.{key}"), value);
            };
            let counts = [
                ("units", self.units),
                ("washout", self.washout),
                ("train", self.train),
                ("horizon", self.horizon),
                ("starts", self.starts),
            ];
            for (key, count) in counts {
                put_here(key, whole(count).map(Value::from));
            }
            let numbers = [
                ("density", self.density),
                ("spectral_radius", self.spectral_radius),
                ("input_scale", self.input_scale),
                ("feedback_scale", self.feedback_scale),
                ("bias_scale", self.bias_scale),
                ("leak", self.leak),
                ("noise", self.noise),
                ("ridge", self.ridge),
            ];
            for (key, number) in numbers {
                put_here(key, number.map(Value::from));
            }
            put_here("choose_ridge", self.ridge.map(|_| Value::from(false)));
        }
    }

    fn settle(settings: &mut EsnSettings) -> anyhow::Result<()> {
        if settings.tasks.is_empty() {
            let sentence = "tasks is empty; say mackey-glass, narma10 or both";
            return Err(UsageError(sentence.to_owned()).into());
        }
        for study in settings.studies() {
            study.check()?;
        }
        Ok(())
    }

    fn seed(settings: &EsnSettings) -> u64 {
        settings.seed
    }

    fn room(&self, settings: &EsnSettings) -> Room {
        let studies = settings.studies();
        Room {
            bytes: studies.iter().map(bytes).fold(0.0, f64::max),
            by: "--units, --train or --horizon",
        }
    }

    fn plan(&self, settings: &EsnSettings) -> anyhow::Result<String> {
        let mut plans = Vec::new();
        for study in settings.studies() {
            if study.task == EsnTask::Series && self.csv.is_none() {
                let sentence = "the task series needs a series: --csv FILE";
                return Err(UsageError(sentence.to_owned()).into());
            }
            let of = match self.series(&study)? {
                Some(series) => format!("{} values of {}", series.values.len(), series.name),
                None => title(study.task, None).to_owned(),
            };
            plans.push(format!(
                "{} of {} units on {of}",
                counted(study.networks as u64, "network"),
                study.network.units
            ));
        }
        Ok(plans.join("; "))
    }

    fn run(&self, settings: &EsnSettings, bench: &mut Bench<'_>) -> anyhow::Result<Findings> {
        let studies = settings.studies();
        let total = studies.iter().map(|study| study.networks as u64).sum();
        let mut before = 0;
        let mut found: Vec<(EsnResult, Option<String>)> = Vec::new();
        for settings in &studies {
            let series = self.series(settings)?;
            let values = series.as_ref().map_or(&[][..], |series| &series.values);
            let wants_picture = self.lab.out.is_some();
            let result = study(settings, values, wants_picture, |progress| {
                bench.progress(before + progress.done, total, &progress.remark)
            });
            before += settings.networks as u64;
            found.push((result, series.map(|series| series.name)));
            if bench.is_stopped() {
                break;
            }
        }
        if !bench.is_stopped() {
            let _: ControlFlow<()> = bench.progress(total, total, "measured");
        }
        Ok(findings(&found))
    }
}

/// What a network takes: its weights, what it hears while it learns, and its free runs.
fn bytes(study: &EsnStudy) -> f64 {
    let [units, train, washout, horizon, starts, networks] = [
        study.network.units,
        study.train,
        study.washout,
        study.horizon,
        study.starts,
        study.networks,
    ]
    .map(|count| count as f64);
    // An entry has its column, half as long, beside it.
    let weights = 1.5 * study.network.density * units * units;
    // The equations, a copy with the ridge, and their decomposition.
    let equations = 3.0 * units * units;
    let heard = 2.0 * units * train;
    let series = SERIES_COPIES * (washout + train + horizon * starts);
    room::DOUBLE * (weights + equations + heard + series + networks * horizon)
}
