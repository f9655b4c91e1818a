//! `reverie lab universal`: a driven oscillator, learnt by networks of growing size.

use reverie_lab::universal::{
    INTERVAL, LEARNT_STEPS, TEST_PATHS, UniversalResult, UniversalStudy, study,
};
use serde_json::json;
use toml::Table;

use super::Experiment;
use super::bench::Bench;
use super::findings::{Findings, Row, Section};
use super::room::{self, Room};
use super::settings::counts;
use crate::cli::{LabRunArgs, UniversalArgs};
use crate::command::shared;
use crate::report::chart::{Axis, Chart, Look};
use crate::report::number::counted;
use crate::settings::{put, whole};

/// Updates whose losses become one point of a line.
const SMOOTHED: usize = 5;
/// Bytes of a step of a path: state and drive, as they are and as a network is shown them.
const STATE_BYTES: f64 = 3.0 * room::DOUBLE + 3.0 * room::SINGLE;

impl Experiment for UniversalArgs {
    const NAME: &'static str = "universal";

    type Settings = UniversalStudy;

    fn common(&self) -> &LabRunArgs {
        &self.lab
    }

    fn defaults(is_quick: bool) -> UniversalStudy {
        match is_quick {
            true => UniversalStudy::quick(),
            false => UniversalStudy::default(),
        }
    }

    fn flags(&self, flags: &mut Table) {
        put(flags, "units", counts(&self.units));
        put(flags, "stiffness", self.stiffness);
        put(flags, "networks", whole(self.networks));
        put(flags, "learning.updates", whole(self.updates));
        put(flags, "horizon", whole(self.horizon));
    }

    fn settle(study: &mut UniversalStudy) -> anyhow::Result<()> {
        Ok(study.check()?)
    }

    fn seed(study: &UniversalStudy) -> u64 {
        study.seed
    }

    fn room(&self, study: &UniversalStudy) -> Room {
        let largest = study.sizes.iter().copied().max().unwrap_or(0);
        let batch = study.learning.batch;
        let paths = study.paths as f64 * LEARNT_STEPS as f64;
        let test = TEST_PATHS as f64 * study.horizon as f64;
        Room {
            bytes: room::learning(1, largest, batch, LEARNT_STEPS)
                + STATE_BYTES * (paths + test)
                + room::SINGLE * test * largest as f64,
            by: "--horizon",
        }
    }

    fn plan(&self, study: &UniversalStudy) -> anyhow::Result<String> {
        let sizes: Vec<String> = study.sizes.iter().map(usize::to_string).collect();
        Ok(format!(
            "{} each of {} units, {} updates, alone for {} steps",
            counted(study.networks as u64, "network"),
            sizes.join(", "),
            study.learning.updates,
            study.horizon
        ))
    }

    fn run(&self, settings: &UniversalStudy, bench: &mut Bench<'_>) -> anyhow::Result<Findings> {
        let opened = shared::open_device(&self.device, bench.output())?;
        let found = study(settings, &opened.device, |progress| {
            bench.progress(progress.done, progress.total, &progress.remark)
        })?;
        Ok(findings(&found))
    }
}

/// What was found, as a table and a page.
pub fn findings(found: &UniversalResult) -> Findings {
    let mut sections = Vec::new();
    if !found.runs.is_empty() {
        sections.push(errors(found));
        sections.push(paths(found));
    }
    Findings {
        title: "Universal approximation".to_owned(),
        idea: "A recurrent network with enough units can follow any system that has a state, an input and a \
               law. Here it is told where van der Pol's oscillator starts and how it is driven, and must say \
               where it goes, without ever seeing it again."
            .to_owned(),
        rows: rows(found),
        sections,
        figures: json!(found),
    }
}

fn rows(found: &UniversalResult) -> Vec<Row> {
    let means = found.means();
    let mut rows: Vec<Row> = means
        .iter()
        .map(|(size, mean)| {
            let each: Vec<String> = found
                .runs_of(*size)
                .map(|run| format!("{:.3}", run.error))
                .collect();
            let parameters = found.runs_of(*size).map(|run| run.parameters).max();
            Row::new(
                format!(
                    "free-run error, {size} units ({} weights)",
                    parameters.unwrap_or(0)
                ),
                "below 1 (a network that says the mean)",
                format!("mean {mean:.3} ({})", each.join(" ")),
            )
            .holds(*mean < 1.0)
        })
        .collect();
    if let [(_, first), .., (_, last)] = means.as_slice() {
        let falls = means.windows(2).all(|pair| pair[1].1 < pair[0].1);
        rows.push(
            Row::new(
                "the error falls with every size",
                "yes",
                format!("from {first:.3} to {last:.3}, to 1/{:.1}", first / last),
            )
            .holds(falls),
        );
    }
    rows
}

fn errors(found: &UniversalResult) -> Section {
    let means = found.means().into_iter();
    let runs = found.runs.iter();
    let by_size = Chart::new(
        format!("Error of {} steps alone", found.study.horizon),
        Axis::log("hidden units"),
        Axis::log("error"),
    )
    .line(
        "mean",
        means.map(|(size, mean)| (size as f64, mean)).collect(),
    )
    .same(
        Look::Dots,
        runs.map(|run| (run.units as f64, run.error)).collect(),
    );
    let mut by_step = Chart::new(
        "Error along a free run, mean of all seeds",
        Axis::new("time"),
        Axis::log("error"),
    );
    let mut learning = Chart::new(
        format!("Learning, seed {}", found.study.seed),
        Axis::new("update"),
        Axis::log("squared error"),
    );
    for (size, _) in found.means() {
        let runs: Vec<_> = found.runs_of(size).collect();
        let mean = |step: usize| {
            let sum: f64 = runs.iter().map(|run| run.by_step[step]).sum();
            sum / runs.len() as f64
        };
        let points =
            (0..found.study.horizon).map(|step| ((step + 1) as f64 * INTERVAL, mean(step)));
        by_step = by_step.line(format!("{size} units"), points.collect());
        let losses = runs[0].losses.chunks(SMOOTHED);
        let points = losses.map(|few| {
            let sum: f64 = few.iter().map(|(_, loss)| loss).sum();
            (few[0].0 as f64, sum / few.len() as f64)
        });
        learning = learning.line(format!("{size} units"), points.collect());
    }
    Section::new("Error against size")
        .words(
            "Every dot is a network, the line their mean. Errors are in deviations of the states: 1 is what a \
             network that always says the mean would have. Pieces of 10, 20 and 40 values are learnt, longer \
             ones later, which is where the steps in the learning come from.",
        )
        .chart(by_size)
        .chart(by_step)
        .chart(learning)
}

fn paths(found: &UniversalResult) -> Section {
    let time = |step: usize| (step + 1) as f64 * INTERVAL;
    let position = |path: &[[f64; 2]]| -> Vec<(f64, f64)> {
        let places = path.iter().enumerate();
        places.map(|(step, state)| (time(step), state[0])).collect()
    };
    let plane =
        |path: &[[f64; 2]]| -> Vec<(f64, f64)> { path.iter().map(|[x, v]| (*x, *v)).collect() };
    let drive = found.drive.iter().enumerate();
    let drive = drive.map(|(step, force)| (time(step), *force)).collect();
    let mut along = Chart::new("Position", Axis::new("time"), Axis::new("x"))
        .dashed("truth", position(&found.truth));
    let mut phase = Chart::new("Position and velocity", Axis::new("x"), Axis::new("v"))
        .dashed("truth", plane(&found.truth));
    let sizes: Vec<usize> = found.means().iter().map(|(size, _)| *size).collect();
    // The smallest, the middle one and the largest: more lines could not be told apart.
    let mut shown = vec![sizes[0], sizes[sizes.len() / 2], sizes[sizes.len() - 1]];
    shown.dedup();
    for size in shown {
        if let Some(run) = found.runs_of(size).next() {
            along = along.line(format!("{size} units"), position(&run.said));
            phase = phase.line(format!("{size} units"), plane(&run.said));
        }
    }
    let push = Chart::new(
        "Drive, all that the networks hear",
        Axis::new("time"),
        Axis::new("u"),
    );
    Section::new("A free run")
        .words(format!(
            "The first path of the test, with networks of seed {}. From time 0 on they hear the drive only.",
            found.study.seed
        ))
        .chart(along)
        .chart(phase)
        .chart(push.line("drive", drive))
}
