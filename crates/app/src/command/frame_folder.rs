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

/// A folder that frames go into, and how they are to be made.
pub struct FrameFolder<'a> {
    /// The folder.
    pub path: &'a Path,
    /// What the frames hang on: frames of another recipe are not gone on with.
    pub recipe: &'a Value,
    /// How many frames there will be.
    pub count: u32,
    /// Whether to go on with what is there.
    pub is_resumed: bool,
    /// Whether frames that are there may be replaced.
    pub is_forced: bool,
}

impl FrameFolder<'_> {
    /// Gets the folder ready and answers with the number of the frame that comes next.
    ///
    /// # Errors
    /// As [`check`](Self::check), and if the folder cannot be written to.
    pub fn prepare(&self) -> anyhow::Result<u32> {
        let next = self.check()?;
        if !self.is_resumed {
            clear(self.path)?;
            paths::make_folder(self.path)?;
            let text = serde_json::to_string_pretty(self.recipe)?;
            write_atomic(&self.path.join(RECIPE), text.as_bytes(), true)?;
        }
        Ok(next)
    }

    /// Which frame would come next; nothing is changed.
    ///
    /// # Errors
    /// Frames that are there already, nothing to resume, frames of other settings.
    pub fn check(&self) -> anyhow::Result<u32> {
        let file = self.path.join(RECIPE);
        if self.is_resumed {
            anyhow::ensure!(
                file.exists(),
                "there is nothing to resume: {} does not exist; leave --resume out to begin",
                file.display()
            );
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("reading {}", file.display()))?;
            let before: Value = serde_json::from_str(&text)
                .with_context(|| format!("{} is damaged; --force begins anew", file.display()))?;
            let differences = recipe::differences(&before, self.recipe);
            anyhow::ensure!(
                differences.is_empty(),
                "the frames in {} were begun with other settings ({}); use those, or --force to begin anew",
                self.path.display(),
                differences.join(", ")
            );
            return Ok(first_missing(self.path, self.count));
        }
        anyhow::ensure!(
            self.is_forced || !(file.exists() || frames_in(self.path).is_ok()),
            "{} holds frames already; --resume goes on with them, --force begins anew",
            self.path.display()
        );
        Ok(1)
    }
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
