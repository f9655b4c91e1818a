//! Settings of a training run: preset or the run that goes on, then file, then flags.

use anyhow::Context;
use reverie_model::recurrent::CellKind;
use reverie_model::sequence::{ScheduleName, TextConfig};
use toml::Table;

use crate::cli::TextTrainArgs;
use crate::command::shared;
use crate::exit::UsageError;
use crate::settings::{self, put, whole};

/// Settings that a resumed run may change.
const MAY_CHANGE: [&str; 4] = ["iterations", "keep", "patience", "sample_at"];

/// Preset or the resumed run, then file, then flags.
///
/// # Errors
/// Names, values and combinations that make no sense, or that the resumed run did not have.
pub fn config_of(args: &TextTrainArgs, resumed: Option<&TextConfig>) -> anyhow::Result<TextConfig> {
    let mut flags = shared::set_flags(&args.run)?;
    put(&mut flags, "cell", args.cell.clone());
    put(&mut flags, "activation", args.activation.clone());
    put(&mut flags, "gru", args.gru.clone());
    put(&mut flags, "peepholes", args.peepholes.then_some(true));
    put(&mut flags, "layer_norm", args.layer_norm.then_some(true));
    put(
        &mut flags,
        "bidirectional",
        args.bidirectional.then_some(true),
    );
    put(&mut flags, "hidden", whole(args.hidden));
    put(&mut flags, "layers", whole(args.layers));
    put(&mut flags, "dropout", args.dropout);
    put(&mut flags, "iterations", long(args.iterations));
    put(&mut flags, "batch", whole(args.batch));
    put(&mut flags, "steps", whole(args.steps));
    put(&mut flags, "optimizer", args.optimizer.clone());
    put(&mut flags, "rate", args.rate);
    put(&mut flags, "newlines", args.newlines.clone());
    put(&mut flags, "eval_every", long(args.eval_every));
    let file = args.run.config.as_deref();
    let Some(before) = resumed else {
        let preset = args.preset.as_deref();
        let config: TextConfig = settings::resolve(&settings::TEXT_PRESETS, preset, file, flags)?;
        if let Some(gru) = args.gru.as_deref().filter(|_| config.cell != CellKind::Gru) {
            let sentence =
                format!("--gru {gru} says how a GRU is written; add --cell gru, or leave it out");
            return Err(UsageError(sentence).into());
        }
        return Ok(config);
    };
    let table = Table::try_from(before).context("reading the settings of the run")?;
    let config: TextConfig = settings::resolve_over(table.clone(), file, flags)?;
    let now = Table::try_from(&config).context("reading the settings")?;
    let changed: Vec<String> = now
        .iter()
        .filter(|(key, value)| {
            let is_free = MAY_CHANGE.contains(&key.as_str());
            // A cosine over another number of updates is another curve from the beginning.
            let is_bound = key.as_str() == "iterations" && config.schedule == ScheduleName::Cosine;
            (!is_free || is_bound) && table.get(key.as_str()) != Some(*value)
        })
        .map(|(key, value)| format!("{key} was {}, is {value}", table[key.as_str()]))
        .collect();
    anyhow::ensure!(
        changed.is_empty(),
        "the run was begun with other settings ({}); use those, or begin anew with --force",
        changed.join(", ")
    );
    Ok(config)
}

fn long(value: Option<u64>) -> Option<i64> {
    value.map(|value| i64::try_from(value).unwrap_or(i64::MAX))
}
