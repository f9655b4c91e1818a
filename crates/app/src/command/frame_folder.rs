//! The folder of frames: how they were made, and where an interrupted film goes on.

use std::path::Path;

use anyhow::Context;
use reverie_viz::picture::frames::{first_missing, frame_name, frames_in};
use reverie_viz::picture::write_atomic;
use serde_json::Value;

use crate::paths;
use crate::recipe;

/// Name of the file that says how the frames were made.
const RECIPE: &str = "recipe.json";

/// Gets the folder ready and answers with the number of the frame that comes next.
///
/// # Errors
/// As [`check`], and if the folder cannot be written to.
pub fn prepare(
    folder: &Path,
    recipe: &Value,
    count: u32,
    is_resumed: bool,
    is_forced: bool,
) -> anyhow::Result<u32> {
    let next = check(folder, recipe, count, is_resumed, is_forced)?;
    if !is_resumed {
        clear(folder)?;
        paths::make_folder(folder)?;
        let text = serde_json::to_string_pretty(recipe)?;
        write_atomic(&folder.join(RECIPE), text.as_bytes(), true)?;
    }
    Ok(next)
}

/// Which frame would come next; nothing is changed.
///
/// # Errors
/// Frames that are there already, nothing to resume, frames of other settings.
pub fn check(
    folder: &Path,
    recipe: &Value,
    count: u32,
    is_resumed: bool,
    is_forced: bool,
) -> anyhow::Result<u32> {
    let file = folder.join(RECIPE);
    if is_resumed {
        anyhow::ensure!(
            file.exists(),
            "there is nothing to resume: {} does not exist; leave --resume out to begin",
            file.display()
        );
        let text = std::fs::read_to_string(&file)
            .with_context(|| format!("reading {}", file.display()))?;
        let before: Value = serde_json::from_str(&text)
            .with_context(|| format!("{} is damaged; --force begins anew", file.display()))?;
        let differences = recipe::differences(&before, recipe);
        anyhow::ensure!(
            differences.is_empty(),
            "the frames in {} were begun with other settings ({}); use those, or --force to begin anew",
            folder.display(),
            differences.join(", ")
        );
        return Ok(first_missing(folder, count));
    }
    anyhow::ensure!(
        is_forced || !(file.exists() || frames_in(folder).is_ok()),
        "{} holds frames already; --resume goes on with them, --force begins anew",
        folder.display()
    );
    Ok(1)
}

/// Takes frames of ours away; whatever else lies there stays.
fn clear(folder: &Path) -> anyhow::Result<()> {
    let mut number = 1;
    loop {
        let frame = folder.join(frame_name(number));
        if !frame.exists() {
            return Ok(());
        }
        std::fs::remove_file(&frame).with_context(|| format!("removing {}", frame.display()))?;
        number += 1;
    }
}
