//! The folder of a training run.

use std::path::{Path, PathBuf};

use anyhow::Context;
use reverie_model::train::CheckpointDir;

/// Folder of the checkpoints in it.
pub const CHECKPOINTS: &str = "checkpoints";
/// Folder of the samples in it.
const SAMPLES: &str = "samples";
/// Files that a run writes.
const FILES: [&str; 5] = [
    "log.jsonl",
    "log.csv",
    "curve.svg",
    "report.html",
    "settings.toml",
];

/// A folder with log, samples, checkpoints and report.
pub struct RunDir {
    root: PathBuf,
    /// The checkpoints.
    pub checkpoints: CheckpointDir,
}

impl RunDir {
    /// The folder, as it is.
    pub fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            checkpoints: CheckpointDir::new(root.join(CHECKPOINTS)),
        }
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The sample of an iteration.
    pub fn sample(&self, iteration: u64) -> PathBuf {
        self.root
            .join(SAMPLES)
            .join(format!("iter-{iteration:06}.txt"))
    }

    /// Refuses a folder that holds a run already, unless it may be replaced.
    ///
    /// # Errors
    /// One sentence with what can be done.
    pub fn check_free(&self, force: bool) -> anyhow::Result<()> {
        let is_used = self.checkpoints.latest().is_some() || self.file(FILES[0]).exists();
        anyhow::ensure!(
            force || !is_used,
            "{} holds a training run already; --resume goes on with it, --force begins anew",
            self.root.display()
        );
        anyhow::ensure!(
            !self.root.is_file(),
            "{} is a file; --out names a folder",
            self.root.display()
        );
        Ok(())
    }

    /// Makes the folders, and takes away what an earlier run left.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn begin(&self) -> anyhow::Result<()> {
        for dir in [CHECKPOINTS, SAMPLES] {
            let dir = self.root.join(dir);
            std::fs::create_dir_all(&dir)
                .with_context(|| format!("making the folder {}", dir.display()))?;
        }
        for file in FILES {
            remove(&self.file(file))?;
        }
        for kept in self.checkpoints.list() {
            remove(&kept.path)?;
        }
        let samples = std::fs::read_dir(self.root.join(SAMPLES)).context("listing the samples")?;
        for sample in samples.flatten() {
            let name = sample.file_name();
            let name = name.to_string_lossy();
            if name.starts_with("iter-") && name.ends_with(".txt") {
                remove(&sample.path())?;
            }
        }
        Ok(())
    }
}

fn remove(path: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", path.display()))
        }
        _ => Ok(()),
    }
}
