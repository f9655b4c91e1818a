//! The folder that keeps machines while they learn.

use std::path::{Path, PathBuf};

use anyhow::Context;
use reverie_lab::ntm::{NtmConfig, NtmTrainer};

use crate::exit::UsageError;

/// A folder with one file for each seed.
pub struct State {
    folder: PathBuf,
}

impl State {
    /// A folder, which need not be there yet.
    pub fn at(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    fn file(&self, seed: u64) -> PathBuf {
        self.folder.join(format!("seed-{seed}.safetensors"))
    }

    /// The machine of a seed, where there is one.
    pub fn find(&self, seed: u64) -> Option<PathBuf> {
        Some(self.file(seed)).filter(|path| path.exists())
    }

    /// Whether machines may be written, or gone on with.
    ///
    /// # Errors
    /// Machines that would be lost, that are not there, or that were begun with other settings.
    pub fn check(&self, configs: &[NtmConfig], resume: bool, force: bool) -> anyhow::Result<()> {
        let there: Vec<(&NtmConfig, PathBuf)> = configs
            .iter()
            .filter_map(|config| Some((config, self.find(config.seed)?)))
            .collect();
        let folder = self.folder.display();
        if resume {
            anyhow::ensure!(
                !there.is_empty(),
                "there is nothing to resume: {folder} holds no machine of these seeds; leave --resume out to begin"
            );
            for (config, path) in &there {
                let trainer = NtmTrainer::resume(path)?;
                if trainer.config() != *config {
                    let sentence = format!(
                        "{} was begun with other settings; use those, or begin anew with --force",
                        path.display()
                    );
                    return Err(UsageError(sentence).into());
                }
            }
            return Ok(());
        }
        if let Some((_, path)) = there.first().filter(|_| !force) {
            anyhow::bail!(
                "{} exists; --resume goes on with it, --force replaces it",
                path.display()
            );
        }
        Ok(())
    }

    /// Writes a machine; the file before it stays until the new one is complete.
    ///
    /// # Errors
    /// The folder or the disk refuses.
    pub fn keep(&self, trainer: &NtmTrainer) -> anyhow::Result<()> {
        std::fs::create_dir_all(&self.folder)
            .with_context(|| format!("making the folder {}", self.folder.display()))?;
        Ok(trainer
            .checkpoint()
            .write(&self.file(trainer.config().seed))?)
    }
}
