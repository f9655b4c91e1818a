//! `reverie lab adding`: two numbers, far apart, to be added.

use reverie_lab::adding::{
    AddingCell, AddingConfig, AddingCurve, AddingResult, TRIVIAL_ERROR, run,
};
use serde_json::json;
use toml::Table;

use super::Experiment;
use super::bench::Bench;
use super::findings::{Findings, Row, Section};
use super::room::{self, Room};
use super::settings::{counts, long, name};
use crate::cli::{AddingArgs, LabRunArgs};
use crate::command::shared;
use crate::report::chart::{Axis, Chart};
use crate::settings::{put, whole};

/// Mean squared error that a gated network must come below.
const GATED: f64 = 0.01;
/// Share of the trivial error above which a simple network has learnt nothing.
const NOTHING: f64 = 0.8;
/// Length from which on the bars hold.
const BARRED: usize = 200;

impl Experiment for AddingArgs {
    const NAME: &'static str = "adding";

    type Settings = AddingConfig;

    fn common(&self) -> &LabRunArgs {
        &self.lab
    }

    fn defaults(is_quick: bool) -> AddingConfig {
        match is_quick {
            true => AddingConfig::quick(),
            false => AddingConfig::default(),
        }
    }

    fn flags(&self, flags: &mut Table) {
        put(flags, "lengths", counts(&self.lengths));
        let cells: Vec<String> = self.cells.iter().map(|cell| name(*cell)).collect();
        put(flags, "cells", (!cells.is_empty()).then_some(cells));
        put(flags, "seeds", whole(self.seeds));
        put(flags, "hidden", whole(self.hidden));
        put(flags, "updates", long(self.updates));
        put(flags, "rate", self.rate);
    }

    fn settle(config: &mut AddingConfig) -> anyhow::Result<()> {
        Ok(config.check()?)
    }

    fn seed(config: &AddingConfig) -> u64 {
        config.seed
    }

    fn room(&self, config: &AddingConfig) -> Room {
        let length = config.lengths.iter().copied().max().unwrap_or(0);
        Room {
            bytes: room::learning(1, config.hidden, config.batch, length),
            by: "--hidden or --lengths",
        }
    }

    fn plan(&self, config: &AddingConfig) -> anyhow::Result<String> {
        let lengths: Vec<String> = config.lengths.iter().map(usize::to_string).collect();
        let cells: Vec<&str> = config.cells.iter().map(|cell| cell.name()).collect();
        Ok(format!(
            "{} of {} units at T = {}, at most {} updates of {} sequences, seeds: {}",
            cells.join(", "),
            config.hidden,
            lengths.join(", "),
            config.updates,
            config.batch,
            config.seeds,
        ))
    }

    fn run(&self, config: &AddingConfig, bench: &mut Bench<'_>) -> anyhow::Result<Findings> {
        let opened = shared::open_device(&self.device, bench.output())?;
        let found = run(config, &opened.device, |progress| {
            bench.progress(progress.done, progress.total, &progress.remark)
        })?;
        Ok(findings(config, &found))
    }
}

/// What was found, as a table and a page.
pub fn findings(config: &AddingConfig, found: &AddingResult) -> Findings {
    let sections = config
        .lengths
        .iter()
        .filter_map(|length| section(config, *length, found));
    Findings {
        title: "The adding problem".to_owned(),
        idea: format!(
            "A network reads random numbers, two of them marked, and says the sum of the marked ones \
             at the end. Always saying 1 costs {TRIVIAL_ERROR:.4}; to do better it must carry a number \
             across the whole sequence, and its gradient must find the way back."
        ),
        rows: rows(config, found),
        sections: sections.collect(),
        figures: json!({ "config": config, "curves": found.curves }),
    }
}

fn rows(config: &AddingConfig, found: &AddingResult) -> Vec<Row> {
    let mut rows = Vec::new();
    for &length in &config.lengths {
        for &cell in &config.cells {
            let is_of = |curve: &&AddingCurve| curve.length == length && curve.cell == cell;
            let curves: Vec<&AddingCurve> = found.curves.iter().filter(is_of).collect();
            let each = curves
                .iter()
                .map(|curve| match (curve.learnt_at, curve.is_whole) {
                    (Some(update), _) => format!("{:.4} (update {update})", curve.error),
                    (None, true) => format!("{:.4}", curve.error),
                    (None, false) => format!("{:.4} (stopped)", curve.error),
                });
            let measured = each.collect::<Vec<_>>().join(", ");
            if measured.is_empty() {
                continue;
            }
            let is_gated = cell != AddingCell::Tanh;
            let theory = match is_gated {
                true => format!("below {GATED}"),
                false if length >= BARRED => format!("near {TRIVIAL_ERROR:.4}"),
                false => format!("trivial {TRIVIAL_ERROR:.4}"),
            };
            let row = Row::new(
                format!("error, T = {length}, {}", cell.name()),
                theory,
                measured,
            );
            let is_whole = curves.iter().all(|curve| curve.is_whole);
            let all =
                |is_right: &dyn Fn(f64) -> bool| curves.iter().all(|curve| is_right(curve.error));
            rows.push(match (is_whole, is_gated) {
                (true, true) => row.holds(all(&|error| error < GATED)),
                (true, false) if length >= BARRED => {
                    row.holds(all(&|error| error > NOTHING * TRIVIAL_ERROR))
                }
                _ => row,
            });
        }
    }
    rows
}

fn section(config: &AddingConfig, length: usize, found: &AddingResult) -> Option<Section> {
    let mut chart = Chart::new(
        format!("Mean squared error, T = {length}"),
        Axis::new("updates"),
        Axis::log("error on fresh sequences"),
    );
    let points = |curve: &AddingCurve| -> Vec<(f64, f64)> {
        curve
            .looks
            .iter()
            .map(|look| (look.update as f64, look.error))
            .collect()
    };
    for &cell in &config.cells {
        let is_of = |curve: &&AddingCurve| curve.length == length && curve.cell == cell;
        let curves = found.curves.iter().filter(is_of);
        chart = chart.lines(cell.name(), curves.map(points));
    }
    let of_length = found.curves.iter().filter(|curve| curve.length == length);
    let last = of_length
        .filter_map(|curve| curve.looks.last())
        .map(|look| look.update)
        .max()? as f64;
    let level = |value: f64| vec![(0.0, value), (last, value)];
    let chart = chart
        .dashed("always 1", level(TRIVIAL_ERROR))
        .dashed(format!("bar {GATED}"), level(GATED));
    Some(
        Section::new(format!("Sequences of {length} steps"))
            .words(format!(
                "{} units, {} sequences an update, Adam at {}, the gradient's norm limited to {}. A \
                 network stops when its error on {} fresh sequences is at most {}.",
                config.hidden, config.batch, config.rate, config.clip, config.tests, config.enough
            ))
            .chart(chart),
    )
}
