//! `reverie lab elman`: Elman's network beside Jordan's.

use reverie_lab::elman::{ElmanConfig, ElmanResult, ElmanRun, Feedback, Stream, run};
use serde_json::json;
use toml::Table;

use super::Experiment;
use super::bench::Bench;
use super::findings::{Findings, Row, Section};
use super::room::{self, Room};
use super::settings::{long, name};
use crate::cli::{ElmanArgs, LabRunArgs};
use crate::command::shared;
use crate::report::chart::{Axis, Chart};
use crate::settings::{put, whole};

/// How far above the least cost a network may stay that has learnt the rule, in nats.
const NEAR: f64 = 0.03;

impl Experiment for ElmanArgs {
    const NAME: &'static str = "elman";

    type Settings = ElmanConfig;

    fn common(&self) -> &LabRunArgs {
        &self.lab
    }

    fn defaults(is_quick: bool) -> ElmanConfig {
        match is_quick {
            true => ElmanConfig::quick(),
            false => ElmanConfig::default(),
        }
    }

    fn flags(&self, flags: &mut Table) {
        put(
            flags,
            "streams",
            self.stream.map(|stream| vec![name(stream)]),
        );
        put(flags, "seeds", whole(self.seeds));
        put(flags, "hidden", whole(self.hidden));
        put(flags, "steps", whole(self.steps));
        put(flags, "updates", long(self.updates));
    }

    fn settle(config: &mut ElmanConfig) -> anyhow::Result<()> {
        Ok(config.check()?)
    }

    fn seed(config: &ElmanConfig) -> u64 {
        config.seed
    }

    fn room(&self, config: &ElmanConfig) -> Room {
        Room {
            bytes: room::learning(1, config.hidden, config.batch, config.steps),
            by: "--hidden or --steps",
        }
    }

    fn plan(&self, config: &ElmanConfig) -> anyhow::Result<String> {
        let streams: Vec<&str> = config.streams.iter().map(|stream| stream.name()).collect();
        Ok(format!(
            "Elman and Jordan of {} units on {}, {} updates each, seeds: {}",
            config.hidden,
            streams.join(" and "),
            config.updates,
            config.seeds,
        ))
    }

    fn run(&self, config: &ElmanConfig, bench: &mut Bench<'_>) -> anyhow::Result<Findings> {
        let opened = shared::open_device(&self.device, bench.output())?;
        let found = run(config, &opened.device, |progress| {
            bench.progress(progress.done, progress.total, &progress.remark)
        })?;
        Ok(findings(config, &found))
    }
}

/// What was found, as a table and a page.
pub fn findings(config: &ElmanConfig, found: &ElmanResult) -> Findings {
    let sections = config.streams.iter().map(|stream| section(*stream, found));
    Findings {
        title: "Elman and Jordan".to_owned(),
        idea: "Both networks guess the next symbol from the last one and from what goes round: in \
               Elman's the hidden units, in Jordan's the output. What was thought and not said is lost \
               to Jordan's; all it can pass on is a hint in how sure it is."
            .to_owned(),
        rows: config
            .streams
            .iter()
            .flat_map(|stream| rows(*stream, found))
            .collect(),
        sections: sections.collect(),
        figures: json!({ "config": config, "runs": found.runs }),
    }
}

fn of(found: &ElmanResult, stream: Stream, feedback: Feedback) -> Vec<&ElmanRun> {
    let is_of = |run: &&ElmanRun| run.stream == stream && run.feedback == feedback;
    found.runs.iter().filter(is_of).collect()
}

/// The least cost of a symbol on the streams that the networks were tested on.
fn least_of(found: &ElmanResult, stream: Stream) -> f64 {
    let runs = found.runs.iter().filter(|run| run.stream == stream);
    runs.map(|run| run.least_nats)
        .fold(stream.least_nats(), f64::min)
}

fn rows(stream: Stream, found: &ElmanResult) -> Vec<Row> {
    let mut rows = Vec::new();
    for feedback in Feedback::ALL {
        let runs = of(found, stream, feedback);
        if runs.is_empty() {
            continue;
        }
        let least = least_of(found, stream);
        let each: Vec<String> = runs.iter().map(|run| format!("{:.3}", run.nats)).collect();
        let row = Row::new(
            format!("nats a symbol, {}, {}", stream.name(), feedback.name()),
            match feedback {
                Feedback::Elman => format!("at least {least:.3}"),
                Feedback::Jordan => format!(
                    "from the last symbol alone {:.3}",
                    stream.last_symbol_nats()
                ),
            },
            each.join(", "),
        );
        rows.push(match feedback {
            Feedback::Elman if !found.is_stopped => {
                row.holds(runs.iter().all(|run| run.nats < run.least_nats + NEAR))
            }
            _ => row,
        });
    }
    rows
}

fn section(stream: Stream, found: &ElmanResult) -> Section {
    let least = least_of(found, stream);
    let mut learning = Chart::new(
        "Cost of a symbol while learning",
        Axis::new("updates"),
        Axis::new("nats"),
    );
    let mut along = Chart::new(
        "Cost along a stream, first seed",
        Axis::new("symbol"),
        Axis::new("nats"),
    );
    let mut last = 1.0;
    let mut table = Vec::new();
    for feedback in Feedback::ALL {
        let runs = of(found, stream, feedback);
        let Some(first) = runs.first() else { continue };
        let points = |run: &ElmanRun| -> Vec<(f64, f64)> {
            run.looks
                .iter()
                .map(|(update, nats)| (*update as f64, *nats))
                .collect()
        };
        learning = learning.lines(feedback.name(), runs.iter().map(|run| points(run)));
        last = first.looks.last().map_or(last, |look| look.0 as f64);
        let guesses = first.guesses.iter().enumerate();
        along = along.line(
            feedback.name(),
            guesses.map(|(at, guess)| (at as f64, guess.nats)).collect(),
        );
        let mean = |part: &dyn Fn(&ElmanRun) -> f64| {
            let sum: f64 = runs.iter().map(|run| part(run)).sum();
            format!("{:.3}", sum / runs.len() as f64)
        };
        table.push([
            feedback.name().to_owned(),
            mean(&|run| run.nats),
            mean(&|run| run.known_nats),
            mean(&|run| run.unknown_nats),
        ]);
    }
    let bound = stream.last_symbol_nats();
    learning = learning
        .dashed("least there is", vec![(0.0, least), (last, least)])
        .dashed(
            "from the last symbol alone",
            vec![(0.0, bound), (last, bound)],
        );
    let shown = found.runs.iter().find(|run| run.stream == stream);
    let text: String = shown.map_or(String::new(), |run| {
        run.guesses.iter().map(|guess| guess.symbol).collect()
    });
    let words = match stream {
        Stream::Letters => {
            "b, d and g come at random, and each brings its vowels: ba, dii, guuu. The consonants \
             cannot be guessed and cost ln 3 = 1.099 nats each; the vowels can, by who counts them."
        }
        Stream::Xor => {
            "Two random bits, then their exclusive or, and so on. Only every third can be guessed, by \
             who remembers the two before it and where it is; the others cost ln 2 = 0.693 nats."
        }
    };
    let head = [
        "network",
        "nats a symbol",
        "that can be known",
        "that cannot",
    ];
    Section::new(match stream {
        Stream::Letters => "Letters",
        Stream::Xor => "Exclusive or in time",
    })
    .words(words)
    .chart(learning)
    .chart(along)
    .words(format!("The stream of the second chart: {text}"))
    .table(head, table)
}
