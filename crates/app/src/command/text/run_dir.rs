//! The folder of a training run.

use std::path::{Path, PathBuf};

use anyhow::Context;
use reverie_model::train::CheckpointDir;

use crate::lock::Lock;

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

    /// Refuses a folder that holds a run already, or files that a run would replace, unless that is
    /// wanted.
    ///
    /// # Errors
    /// One sentence with what can be done.
    pub fn check_free(&self, may_replace: bool) -> anyhow::Result<()> {
        let root = self.root.display();
        anyhow::ensure!(
            !self.root.is_file(),
            "{root} is a file; --out names a folder"
        );
        if may_replace {
            return Ok(());
        }
        anyhow::ensure!(
            self.checkpoints.latest().is_none(),
            "{root} holds a training run already; --resume goes on with it, --force begins anew"
        );
        let mut files = FILES
            .map(|file| self.file(file))
            .into_iter()
            .chain(self.samples());
        match files.find(|file| file.exists()) {
            Some(file) => anyhow::bail!(
                "{} exists already; choose another --out, or replace it with --force",
                file.display()
            ),
            None => Ok(()),
        }
    }

    /// Makes the folders and keeps other processes out of them as long as the answer lives.
    ///
    /// # Errors
    /// The disk refuses, or another process is at work there.
    pub fn hold(&self) -> anyhow::Result<Lock> {
        for dir in [CHECKPOINTS, SAMPLES] {
            let dir = self.root.join(dir);
            std::fs::create_dir_all(&dir).map_err(|error| {
                anyhow::anyhow!(
                    "{} cannot be made: {error}; choose another --out",
                    dir.display()
                )
            })?;
        }
        let lock = self.file("run.lock");
        let held = Lock::acquire(lock.clone());
        let held = held.with_context(|| format!("locking {}", lock.display()))?;
        held.with_context(|| {
            let root = self.root.display();
            format!("{root} is in use by another training run; wait for it, or name another --out")
        })
    }

    /// The samples that lie there.
    fn samples(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.root.join(SAMPLES));
        let paths = entries
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        let is_ours = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("iter-") && name.ends_with(".txt")
        };
        paths.filter(is_ours).collect()
    }

    /// Takes away what an earlier run left.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn clear(&self) -> anyhow::Result<()> {
        for file in FILES {
            remove(&self.file(file))?;
        }
        for kept in self.checkpoints.list() {
            remove(&kept.path)?;
        }
        for sample in self.samples() {
            remove(&sample)?;
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
