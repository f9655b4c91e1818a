//! What a report says about how a model was made.

use std::path::Path;

use burn::module::Module;
use reverie_model::data::text::TrainBatches;
use reverie_model::sequence::TextTrainer;
use serde_json::{Value, json};

use crate::backend::Opened;
use crate::cli::TextTrainArgs;
use crate::command::text::corpus::{Corpus, Parts};
use crate::memory;

/// Rows of the table.
pub fn facts(
    trainer: &TextTrainer,
    corpus: &Corpus,
    batches: &TrainBatches,
    opened: &Opened,
) -> Vec<(String, String)> {
    let config = trainer.config();
    let name = |value: Value| value.as_str().unwrap_or_default().to_owned();
    let mut cell = name(json!(config.cell));
    let mut with = |is_on: bool, what: &str| {
        if is_on {
            cell += what;
        }
    };
    with(config.peepholes, ", peepholes");
    with(config.layer_norm, ", layer normalisation");
    with(config.bidirectional, ", both directions");
    let symbols = corpus.vocabulary.symbols().len();
    let newlines = name(json!(config.newlines));
    let limit = |value: f64| {
        if value > 0.0 {
            value.to_string()
        } else {
            "none".to_owned()
        }
    };
    let rows = [
        (
            "network",
            format!("{cell}, {} x {} units", config.layers, config.hidden),
        ),
        ("parameters", trainer.model().num_params().to_string()),
        (
            "text",
            format!(
                "{} (sha256 {}…)",
                corpus.source.file,
                &corpus.source.sha256[..12]
            ),
        ),
        (
            "characters",
            format!(
                "{}: {} to learn from, {} for validation, {} for the test, cut in {}",
                corpus.source.characters,
                Parts::len_of(&corpus.parts.train),
                Parts::len_of(&corpus.parts.validation),
                Parts::len_of(&corpus.parts.test),
                name(json!(config.cut))
            ),
        ),
        (
            "symbols",
            format!(
                "{symbols} in the training part, line ends: {newlines}; {} later characters are unknown",
                corpus.source.unseen
            ),
        ),
        (
            "batches",
            format!(
                "{} pieces of {} characters, {} updates a pass",
                config.batch,
                config.steps,
                batches.n_chunks()
            ),
        ),
        (
            "optimiser",
            format!(
                "{}, rate {}, schedule {}",
                name(json!(config.optimizer)),
                config.rate,
                name(json!(config.schedule))
            ),
        ),
        (
            "gradient limits",
            format!(
                "each number {}, global norm {}",
                limit(config.clip_value),
                limit(config.clip_norm)
            ),
        ),
        ("seed", trainer.seed().to_string()),
        (
            "computed on",
            format!("{}: {}", opened.backend, opened.name),
        ),
        ("program", format!("reverie {}", env!("CARGO_PKG_VERSION"))),
        (
            "memory",
            memory::peak().map(memory::readable).unwrap_or_default(),
        ),
    ];
    let rows = rows.into_iter().filter(|(_, value)| !value.is_empty());
    rows.map(|(key, value)| (key.to_owned(), value)).collect()
}

/// The command with names of files but not of folders.
pub fn command_of(args: &TextTrainArgs, trainer: &TextTrainer, opened: &Opened) -> String {
    let file = |path: Option<&Path>| path.map(crate::paths::file_name).unwrap_or_default();
    format!(
        "reverie text train --text {} --config settings.toml --seed {} --backend {} --out {}",
        file(args.text.as_deref()),
        trainer.seed(),
        opened.backend,
        file(args.out.as_deref()),
    )
}
