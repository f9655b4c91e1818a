//! The tour's layer normalisation.

use reverie_lab::layernorm::{LayerNormConfig, Text, run};
use reverie_model::sequence::TextConfig;

use super::super::own_source::OwnSource;
use super::{Extract, SEED, Section, Workshop, go_on};
use crate::command::lab::layernorm::findings;
use crate::settings::{TEXT_PRESETS, assignments, resolve};

/// What differs from the preset of the whole experiment: few enough numbers for some seconds.
const CHANGES: [&str; 4] = ["hidden=64", "layers=2", "batch=32", "steps=40"];
/// Validation loss that is to be reached, in nats per character.
const LEVEL: f64 = 2.8;
/// Most updates of each network.
const UPDATES: u64 = 150;

/// The program's own source with and without layer normalisation.
///
/// # Errors
/// If learning fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let text: TextConfig = resolve(
        &TEXT_PRESETS,
        Some("char-rnn"),
        None,
        assignments(&CHANGES)?,
    )?;
    let own = OwnSource::cut(&text)?;
    let config = LayerNormConfig {
        text,
        seeds: 1,
        seed: SEED,
        updates: UPDATES,
        look_every: 10,
        level: LEVEL,
    };
    let cut = Text {
        train: &own.train,
        validation: &own.validation,
        vocabulary: &own.vocabulary,
        source: &own.source,
    };
    let found = run(&config, &cut, &shop.opened.device, go_on)?;
    Extract {
        title: "Layer normalisation",
        text: format!(
            "An LSTM of {} x {} units learns this program's own source, once as it is and once with \
             the sums of every layer normalised, update by update in turn. With it the loss falls \
             sooner, and each update costs more. The whole experiment reads War and Peace with larger \
             networks.",
            config.text.layers, config.text.hidden
        ),
        command: "reverie lab layernorm --seeds 3 -o layernorm.html",
        rows: &["updates", "an update with, beside"],
        drawings: &["Validation loss"],
    }
    .of(findings(&config, &own.source.file, &found))
}
