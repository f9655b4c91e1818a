//! From the runs of a study to its page.

use std::path::Path;

use anyhow::Context;
use reverie_model::data::music::{KeyFrequency, KeyMarkov, MusicSet, Roll, repeat_accuracy};
use reverie_model::sequence::music::MusicModel;
use serde_json::Value;

use super::record::{Record, RunFiles};
use super::results::Cell;
use super::study::Study;
use super::worker::Floor;
use crate::backend::Opened;
use crate::command::music::listen;
use crate::report::music::{
    CellReport, Curve, CurvePoint, Listen, SetReport, Spread, Status, StudyReport, Tried, published,
};

/// What is known of the sets without any network.
pub struct Known {
    splits: [(usize, usize); 3],
    unigram: f64,
    markov: f64,
    repeat_accuracy: f64,
}

impl Known {
    /// Counts, and what a network must beat.
    pub fn of(set: &MusicSet) -> Self {
        let size = |rolls: &[Roll]| (rolls.len(), rolls.iter().map(Vec::len).sum());
        Self {
            splits: [size(&set.train), size(&set.valid), size(&set.test)],
            unigram: KeyFrequency::fit(&set.train).nll(&set.test),
            markov: KeyMarkov::fit(&set.train)
                .nll(&set.test)
                .unwrap_or(f64::NAN),
            repeat_accuracy: repeat_accuracy(&set.test),
        }
    }
}

/// Everything the page says.
pub fn study_report<'a>(
    floor: &Floor<'_>,
    cells: &[Cell],
    known: &[Known],
    status: Status,
    about: &'a About,
    has_sound: bool,
) -> anyhow::Result<StudyReport<'a>> {
    let study = floor.study;
    let mut sets = Vec::with_capacity(floor.sets.len());
    for (set, known) in floor.sets.iter().zip(known) {
        let mut reports = Vec::new();
        for cell in cells.iter().filter(|cell| cell.set == set.name) {
            let mut report = cell_report(study, cell);
            if has_sound {
                report.listen = played(floor, set, cell)?;
            }
            reports.push(report);
        }
        sets.push(SetReport {
            name: set.name.clone(),
            title: set.title.clone(),
            is_generated: set.is_generated,
            splits: known.splits,
            unigram: known.unigram,
            markov: known.markov,
            repeat_accuracy: known.repeat_accuracy,
            cells: reports,
        });
    }
    Ok(StudyReport {
        title: "tanh, GRU and LSTM on polyphonic music",
        status,
        preset: &about.preset,
        seeds: study.config.seeds,
        rates: study.rates.len(),
        sets,
        facts: about.facts.clone(),
        command: about.command.clone(),
    })
}

/// What the page says of how the study is made.
pub struct About {
    preset: String,
    facts: Vec<(String, String)>,
    command: String,
}

impl About {
    /// Settings, machine and command.
    pub fn of(
        study: &Study,
        sets: &[MusicSet],
        workers: usize,
        opened: &Opened,
    ) -> anyhow::Result<Self> {
        let config = &study.config;
        let name = |value: Value| value.as_str().unwrap_or_default().to_owned();
        let optimizer = serde_json::to_value(config.optimizer).context("the optimiser")?;
        let rates = match study.rates.len() {
            1 => format!("{}", config.rate),
            count => format!(
                "best of {count} draws from exp U({}, {}) by validation loss{}",
                config.rate_low,
                config.rate_high,
                if config.halving { ", by halving" } else { "" }
            ),
        };
        let facts = [
            ("optimiser", name(optimizer)),
            ("learning rate", rates),
            ("weight noise", config.weight_noise.to_string()),
            ("dropout", config.dropout.to_string()),
            (
                "transposed by up to",
                format!("{} semitones", config.transpose),
            ),
            (
                "gradients",
                format!(
                    "{} pieces side by side, cut every {} steps, state carried on, global norm at most {}",
                    config.batch, config.steps, config.clip_norm
                ),
            ),
            (
                "end of training",
                format!(
                    "{} passes without a new best on the validation pieces, {} updates or {} passes",
                    config.patience, config.updates, config.epochs
                ),
            ),
            ("seeds", format!("{} from {} on", config.seeds, study.seed)),
            (
                "computed on",
                format!(
                    "{} ({}), {workers} runs at once, one thread each",
                    opened.backend, opened.name
                ),
            ),
        ];
        let facts = facts
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let names: Vec<&str> = sets.iter().map(|set| set.name.as_str()).collect();
        let cells: Vec<&str> = study.cells.iter().map(|cell| cell.name()).collect();
        let halving = if config.halving { " --halving" } else { "" };
        Ok(Self {
            preset: study.preset.clone(),
            facts,
            command: format!(
                "reverie music compare --sets {} --cells {} --preset {} --seeds {} --seed {}{halving} --out study",
                names.join(","),
                cells.join(","),
                study.preset,
                config.seeds,
                study.seed,
            ),
        })
    }
}

fn cell_report(study: &Study, cell: &Cell) -> CellReport {
    let chosen: Vec<&Record> = cell.chosen_runs().collect();
    let spread = |number: &dyn Fn(&Record) -> Option<f64>| {
        let numbers: Vec<f64> = chosen.iter().filter_map(|run| number(run)).collect();
        Spread::of(&numbers)
    };
    let any = cell.runs.first();
    let tried = cell.runs.iter().filter(|run| run.seed == study.seed);
    let curve = |run: &&Record| Curve {
        seed: run.seed,
        points: run
            .curve
            .iter()
            .map(|point| CurvePoint {
                updates: point.updates,
                seconds: point.seconds,
                train_nll: point.train_nll,
                valid_nll: point.valid_nll,
            })
            .collect(),
    };
    CellReport {
        cell: cell.cell,
        published: published(&cell.set, cell.cell),
        train: spread(&|run| run.end.map(|end| end.train_nll)),
        test: spread(&|run| run.end.map(|end| end.test_nll)),
        valid: spread(&|run| run.valid_nll),
        accuracy: spread(&|run| run.end.map(|end| end.frame_accuracy)),
        learning_rate: cell.chosen.map(|rate| study.rates[rate]),
        tried: tried
            .map(|run| Tried {
                rate: run.learning_rate,
                valid_nll: run.valid_nll,
                has_diverged: run.end.is_some_and(|end| end.has_diverged),
                epochs: run.epochs as usize,
            })
            .collect(),
        params_recurrent: any.map_or(0, |run| run.params_recurrent),
        params_total: any.map_or(0, |run| run.params_total),
        seconds: chosen.iter().map(|run| run.seconds).sum(),
        curves: chosen.iter().map(curve).collect(),
        listen: None,
    }
}

/// What the first network of the chosen rate makes of the beginning of the first test piece.
fn played(floor: &Floor<'_>, set: &MusicSet, cell: &Cell) -> anyhow::Result<Option<Listen>> {
    let study = floor.study;
    let Some(rate) = cell.chosen else {
        return Ok(None);
    };
    let stem = Record::stem(&set.name, cell.cell, rate, study.seed);
    let model = RunFiles::of(&study.root, &stem).model;
    if !Path::new(&model).exists() {
        return Ok(None);
    }
    let (model, notes) = MusicModel::load(&model, floor.device)?;
    let title = format!("{} on {}", cell.cell.title(), set.title);
    let played = listen::listen(&model, notes.counts, set, &title, study.seed, floor.device)?;
    Ok(Some(played))
}
