//! `reverie lab layernorm`: a text with and without layer normalisation.

use std::ops::Range;

use reverie_lab::layernorm::{Arm, LayerNormConfig, LayerNormResult, Text, run};
use reverie_model::data::text::EvalBatches;
use reverie_model::sequence::TextConfig;
use serde_json::json;
use toml::Table;

use super::Experiment;
use super::bench::Bench;
use super::findings::{Findings, Row, Section};
use super::room::Room;
use super::settings::long;
use crate::cli::{LabRunArgs, LayerNormArgs};
use crate::command::shared;
use crate::command::text::check_memory;
use crate::command::text::corpus::{self, Corpus};
use crate::report::chart::{Axis, Chart};
use crate::settings::{self, TEXT_PRESETS, put, whole};

/// Longest that an update with layer normalisation may take beside one without.
const DEARER: f64 = 0.25;
/// Chunks of every row of the validation text that a look reads.
const LOOK_CHUNKS: usize = 8;
/// Updates between two looks.
const LOOK_EVERY: u64 = 25;

/// The preset of `reverie text train` whose model it is.
const PRESET: &str = "char-rnn";
/// What is tried unless said otherwise: (seeds, updates, level in nats).
const USUAL: (usize, u64, f64) = (1, 600, 2.1);
/// The same for `--quick`.
const QUICK: (usize, u64, f64) = (1, 100, 3.0);

impl LayerNormArgs {
    fn corpus(&self, config: &LayerNormConfig) -> anyhow::Result<Corpus> {
        let path = corpus::find(&self.text, self.data_dir.as_deref())?;
        Corpus::read(&path, &config.text)
    }
}

/// The beginning of every row of the validation text.
fn validation(corpus: &Corpus, config: &TextConfig) -> anyhow::Result<EvalBatches> {
    let parts = &corpus.parts;
    let start = |row: &Range<usize>| row.start..row.end.min(row.start + LOOK_CHUNKS * config.steps);
    let rows: Vec<Range<usize>> = parts.validation.iter().map(start).collect();
    let (batch, steps) = (config.batch, config.steps);
    let (text, vocabulary) = (&corpus.text.chars, &corpus.vocabulary);
    Ok(parts.eval_batches(&rows, text, vocabulary, batch, steps)?)
}

impl Experiment for LayerNormArgs {
    const NAME: &'static str = "layernorm";
    /// What the experiment is about, what `updates` and `look_every` say, and what only `text train`
    /// does.
    const DECIDED: &'static [&'static str] = &[
        "text.cell",
        "text.layer_norm",
        "text.iterations",
        "text.eval_every",
        "text.patience",
        "text.sample_at",
        "text.sample_length",
        "text.word_length",
        "text.temperature",
        "text.keep",
        "text.retries",
    ];

    type Settings = LayerNormConfig;

    fn common(&self) -> &LabRunArgs {
        &self.lab
    }

    fn defaults(is_quick: bool) -> LayerNormConfig {
        let (seeds, updates, level) = if is_quick { QUICK } else { USUAL };
        let preset = settings::resolve(&TEXT_PRESETS, Some(PRESET), None, Table::new());
        LayerNormConfig {
            text: preset.expect("the preset is part of the program"),
            seeds,
            seed: 0,
            updates,
            look_every: LOOK_EVERY,
            level,
        }
    }

    fn flags(&self, flags: &mut Table) {
        put(flags, "text.hidden", whole(self.hidden));
        put(flags, "text.layers", whole(self.layers));
        put(flags, "seeds", whole(self.seeds));
        put(flags, "updates", long(self.updates));
        put(flags, "level", self.level);
    }

    fn settle(config: &mut LayerNormConfig) -> anyhow::Result<()> {
        Ok(config.check()?)
    }

    fn seed(config: &LayerNormConfig) -> u64 {
        config.seed
    }

    /// The plan knows the text, and looks after it.
    fn room(&self, _: &LayerNormConfig) -> Room {
        Room::SMALL
    }

    fn plan(&self, config: &LayerNormConfig) -> anyhow::Result<String> {
        let corpus = self.corpus(config)?;
        let text = &config.text;
        corpus.train_batches(text)?;
        validation(&corpus, text)?;
        check_memory(text, corpus.vocabulary.len())?;
        Ok(format!(
            "LSTM {} x {} with and without layer normalisation on {} ({} characters), to {} nats per character or {} updates, seeds: {}",
            text.layers,
            text.hidden,
            corpus.source.file,
            corpus.source.characters,
            config.level,
            config.updates,
            config.seeds,
        ))
    }

    fn run(&self, config: &LayerNormConfig, bench: &mut Bench<'_>) -> anyhow::Result<Findings> {
        let corpus = self.corpus(config)?;
        let opened = shared::open_device(&self.device, bench.output())?;
        let text = Text {
            train: &corpus.train_batches(&config.text)?,
            validation: &validation(&corpus, &config.text)?,
            vocabulary: &corpus.vocabulary,
            source: &corpus.source,
        };
        let found = run(config, &text, &opened.device, |progress| {
            bench.progress(progress.done, progress.total, &progress.remark)
        })?;
        Ok(findings(config, &corpus.source.file, &found))
    }
}

/// What was found, as a table and a page.
pub fn findings(config: &LayerNormConfig, file: &str, found: &LayerNormResult) -> Findings {
    Findings {
        title: "Layer normalisation".to_owned(),
        idea: "Normalising the summed inputs of a layer keeps every unit in the range where it \
               learns, whatever the layer below does. The question is whether a recurrent network \
               then needs fewer updates, and what each of them costs."
            .to_owned(),
        rows: rows(config, found),
        sections: vec![curves(config, file, found)],
        figures: json!({ "config": config, "arms": found.arms }),
    }
}

fn rows(config: &LayerNormConfig, found: &LayerNormResult) -> Vec<Row> {
    let of = |layer_norm: bool| {
        found
            .arms
            .iter()
            .filter(move |arm| arm.layer_norm == layer_norm)
    };
    let reached = |layer_norm: bool| -> String {
        let each = of(layer_norm).map(|arm| match (arm.reached, arm.looks.last()) {
            (Some(updates), _) => format!("{updates:.0}"),
            (None, Some((update, nats))) => format!("not yet ({nats:.3} at {update})"),
            (None, None) => "not looked at".to_owned(),
        });
        each.collect::<Vec<_>>().join(", ")
    };
    let milliseconds = |layer_norm: bool| -> String {
        let each = of(layer_norm).map(|arm| format!("{:.1}", 1e3 * arm.step_seconds));
        each.collect::<Vec<_>>().join(", ")
    };
    let level = config.level;
    let mut rows = vec![
        Row::new(
            format!("updates to {level} nats, without"),
            "as found",
            reached(false),
        ),
        Row::new(
            format!("updates to {level} nats, with"),
            "as found",
            reached(true),
        ),
    ];
    if let Some(ratio) = found.updates_ratio() {
        let measured = format!("{ratio:.2}");
        rows.push(Row::new(
            "updates with, for one without",
            "as found",
            measured,
        ));
    }
    rows.push(Row::new(
        "an update without, in ms",
        "",
        milliseconds(false),
    ));
    rows.push(Row::new("an update with, in ms", "", milliseconds(true)));
    if let Some(dearer) = found.dearer() {
        let measured = format!("{:+.1} %", 100.0 * dearer);
        let row = Row::new(
            "an update with, beside one without",
            "at most +25 %",
            measured,
        );
        rows.push(row.holds(dearer <= DEARER));
    }
    rows
}

fn curves(config: &LayerNormConfig, file: &str, found: &LayerNormResult) -> Section {
    let mut chart = Chart::new(
        "Validation loss while learning",
        Axis::new("updates"),
        Axis::new("nats per character"),
    );
    for (layer_norm, name) in [(false, "without"), (true, "with layer normalisation")] {
        let points = |arm: &Arm| {
            arm.looks
                .iter()
                .map(|(update, nats)| (*update as f64, *nats))
                .collect()
        };
        let arms = found.arms.iter().filter(|arm| arm.layer_norm == layer_norm);
        chart = chart.lines(name, arms.map(points));
    }
    let last = found.arms.iter().filter_map(|arm| arm.looks.last());
    let last = last.map(|look| look.0).max().unwrap_or(1) as f64;
    chart = chart.dashed(
        format!("{} nats", config.level),
        vec![(0.0, config.level), (last, config.level)],
    );
    Section::new("Learning")
        .words(format!(
            "LSTM {} x {} on {file}, batches of {} x {} characters, otherwise with the settings of \
             reverie text train --preset char-rnn. Both networks of a seed take turns, update by \
             update; every {} updates both are looked at on the beginning of every row of the \
             validation text. The time of an update is the median of all.",
            config.text.layers,
            config.text.hidden,
            config.text.batch,
            config.text.steps,
            config.look_every
        ))
        .chart(chart)
}
