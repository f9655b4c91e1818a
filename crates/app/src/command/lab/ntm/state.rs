//! The folder that keeps machines while they learn.

use std::path::{Path, PathBuf};

use anyhow::Context;
use reverie_lab::ntm::{BaselineConfig, BaselineTrainer, NtmConfig, NtmTrainer};
use reverie_model::train::Checkpoint;

use crate::exit::UsageError;

/// A folder with one file for each seed, and one for the LSTM beside them.
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

    fn lstm_file(&self) -> PathBuf {
        self.folder.join("lstm.safetensors")
    }

    /// The LSTM, where there is one.
    pub fn find_lstm(&self) -> Option<PathBuf> {
        Some(self.lstm_file()).filter(|path| path.exists())
    }

    /// Whether machines, and the LSTM where there is to be one, may be written or gone on with.
    ///
    /// # Errors
    /// What would be lost, is not there, or was begun with other settings.
    pub fn check(
        &self,
        configs: &[NtmConfig],
        lstm: Option<&BaselineConfig>,
        resume: bool,
        force: bool,
    ) -> anyhow::Result<()> {
        let lstm_there = lstm.zip(self.find_lstm());
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
                same_settings(path, trainer.config() == *config)?;
            }
            if let Some((config, path)) = &lstm_there {
                same_settings(path, BaselineTrainer::kept_config(path)? == **config)?;
            }
            return Ok(());
        }
        let mut paths = there.iter().map(|(_, path)| path);
        let first = paths.next().or(lstm_there.as_ref().map(|(_, path)| path));
        if let Some(path) = first.filter(|_| !force) {
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
        let file = self.file(trainer.config().seed);
        self.write(&trainer.checkpoint(), &file)
    }

    /// The same for the LSTM.
    ///
    /// # Errors
    /// As [`Self::keep`].
    pub fn keep_lstm(&self, trainer: &BaselineTrainer) -> anyhow::Result<()> {
        self.write(&trainer.checkpoint(), &self.lstm_file())
    }

    fn write(&self, checkpoint: &Checkpoint, file: &Path) -> anyhow::Result<()> {
        std::fs::create_dir_all(&self.folder)
            .with_context(|| format!("making the folder {}", self.folder.display()))?;
        Ok(checkpoint.write(file)?)
    }
}

fn same_settings(path: &Path, is_same: bool) -> anyhow::Result<()> {
    if is_same {
        return Ok(());
    }
    let sentence = format!(
        "{} was begun with other settings; use those, or begin anew with --force",
        path.display()
    );
    Err(UsageError(sentence).into())
}
