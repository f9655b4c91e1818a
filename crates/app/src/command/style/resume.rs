//! Broken-off transfers: saved beside the picture, continued with `--resume`.

use std::path::{Path, PathBuf};

use anyhow::Context;
use burn::tensor::Device;
use reverie_viz::render::{
    OptimizerConfig, State, checkpoint_notes, load_checkpoint, save_checkpoint,
};
use reverie_viz::style::{Snapshot, StyleConfig};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::paths;
use crate::recipe::{self, Recipe};

/// Where the state of a broken-off run lies.
pub fn checkpoint_path(out: &Path) -> PathBuf {
    out.with_file_name(format!("{}.resume", paths::file_name(out)))
}

/// What is noted beside the state.
#[derive(Serialize, Deserialize)]
struct Notes {
    /// The whole recipe: a run only goes on with the settings it began with.
    recipe: Value,
    /// Number of the size that was being worked on.
    scale: usize,
}

/// Refuses to resume what is not there.
///
/// # Errors
/// One sentence, if there is no such file.
pub fn require(checkpoint: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        checkpoint.exists(),
        "there is nothing to resume: {} does not exist; leave --resume out to begin",
        checkpoint.display()
    );
    Ok(())
}

/// Saves a state.
///
/// # Errors
/// If the file cannot be written.
pub fn save(
    checkpoint: &Path,
    recipe: &Recipe<StyleConfig>,
    snapshot: &Snapshot<'_>,
) -> anyhow::Result<()> {
    let notes = Notes {
        recipe: serde_json::to_value(recipe)?,
        scale: snapshot.scale,
    };
    let notes = serde_json::to_value(notes)?;
    save_checkpoint(checkpoint, snapshot.state, &notes)
        .with_context(|| format!("saving {}", checkpoint.display()))
}

/// Loads a state and checks that it belongs to this run. The size it stopped at says which optimiser
/// it is of.
///
/// # Errors
/// A damaged file, or one of other settings, which are named.
pub fn load(
    checkpoint: &Path,
    recipe: &Recipe<StyleConfig>,
    optimizer_at: impl Fn(usize) -> Option<OptimizerConfig>,
    device: &Device,
) -> anyhow::Result<(usize, State)> {
    let notes: Notes = serde_json::from_value(checkpoint_notes(checkpoint)?)
        .with_context(|| format!("reading {}", checkpoint.display()))?;
    let differences = recipe::differences(&notes.recipe, &serde_json::to_value(recipe)?);
    anyhow::ensure!(
        differences.is_empty(),
        "{} was begun with other settings ({}); use those, or leave --resume out and begin anew",
        checkpoint.display(),
        differences.join(", ")
    );
    let optimizer = optimizer_at(notes.scale).with_context(|| {
        let (file, size) = (checkpoint.display(), notes.scale);
        format!("{file} stopped at size number {size}, and this run has fewer; begin anew")
    })?;
    let (state, _) = load_checkpoint(checkpoint, &optimizer, device)?;
    Ok((notes.scale, state))
}
