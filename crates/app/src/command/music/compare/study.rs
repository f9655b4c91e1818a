//! A study: what is compared, by which settings, in which folder.

use std::path::{Path, PathBuf};

use anyhow::Context;
use reverie_model::data::music::MusicSet;
use reverie_model::sequence::music::{MusicCell, MusicConfig, rates};
use reverie_viz::picture::write_atomic;
use serde::{Deserialize, Serialize};

use super::contest::Contest;
use crate::command::study_dir;
use crate::lock::Lock;

/// What a study is; two of them with the same folder must agree.
const FILE: &str = "study.json";
/// Folders in the folder of a study.
const FOLDERS: [&str; 2] = ["runs", "models"];

/// What is compared, by which settings, in which folder.
#[derive(Clone, Debug)]
pub struct Study {
    /// The folder.
    pub root: PathBuf,
    /// The settings' name.
    pub preset: String,
    /// The settings.
    pub config: MusicConfig,
    /// The learning rates that are tried.
    pub rates: Vec<f64>,
    /// The cells.
    pub cells: Vec<MusicCell>,
    /// The first seed.
    pub seed: u64,
}

/// What the folder remembers of its study.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Identity {
    preset: String,
    seed: u64,
    config: MusicConfig,
    /// Name of every set that was ever part of it, and how it can be told from others.
    sets: Vec<(String, String)>,
}

impl Study {
    /// A study in a folder.
    pub fn new(
        root: &Path,
        preset: &str,
        config: MusicConfig,
        cells: Vec<MusicCell>,
        seed: u64,
    ) -> Self {
        Self {
            root: root.to_owned(),
            preset: preset.to_owned(),
            rates: rates(&config, seed),
            config,
            cells,
            seed,
        }
    }

    /// The seed of this number.
    pub fn seeds(&self, number: usize) -> u64 {
        self.seed.wrapping_add(number as u64)
    }

    /// Every cell on every set.
    pub fn contests(&self, sets: usize) -> Vec<Contest> {
        let pairs = (0..sets).flat_map(|set| self.cells.iter().map(move |cell| (set, *cell)));
        pairs
            .map(|(set, cell)| Contest::new(set, cell, &self.config, self.rates.len()))
            .collect()
    }

    /// Runs that it will make at most.
    pub fn n_runs(&self, sets: usize) -> usize {
        sets * self.cells.len() * (self.rates.len() + self.config.seeds - 1)
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Makes the folders and keeps other processes out of them as long as the answer lives.
    ///
    /// # Errors
    /// The disk refuses, or another process is at work there.
    pub fn hold(&self) -> anyhow::Result<Lock> {
        study_dir::hold(&self.root, &FOLDERS)
    }

    /// Refuses a folder that holds something else than this study, as far as it has come.
    ///
    /// # Errors
    /// One sentence with what can be done.
    pub fn check_folder(&self, resume: bool, force: bool) -> anyhow::Result<()> {
        study_dir::check(&self.root, self.file(FILE).exists(), resume, force)
    }

    /// Writes down what this study is, or makes sure that it is the one that was begun.
    ///
    /// Sets and cells may be added to a study, and seeds; everything else must be as it was.
    ///
    /// # Errors
    /// Another study, or a disk that refuses.
    pub fn settle(&self, sets: &[MusicSet], resume: bool) -> anyhow::Result<()> {
        let path = self.file(FILE);
        let mut now = Identity {
            preset: self.preset.clone(),
            seed: self.seed,
            config: self.config.clone(),
            sets: sets
                .iter()
                .map(|set| (set.name.clone(), digest(set)))
                .collect(),
        };
        match resume {
            false => self.clear()?,
            true => {
                let text = std::fs::read_to_string(&path);
                let text = text.with_context(|| format!("reading {}", path.display()))?;
                let before: Identity = serde_json::from_str(&text)
                    .with_context(|| format!("{} describes no study", path.display()))?;
                self.compare(&before, &now)?;
                let known: Vec<String> = now.sets.iter().map(|(name, _)| name.clone()).collect();
                let others = before
                    .sets
                    .into_iter()
                    .filter(|(name, _)| !known.contains(name));
                now.sets.extend(others);
            }
        }
        let text = serde_json::to_string_pretty(&now).context("writing what the study is")?;
        Ok(write_atomic(&path, text.as_bytes(), true)?)
    }

    fn compare(&self, before: &Identity, now: &Identity) -> anyhow::Result<()> {
        let root = self.root.display();
        let without_seeds = |config: &MusicConfig| MusicConfig {
            seeds: 1,
            ..config.clone()
        };
        let is_same = without_seeds(&before.config) == without_seeds(&now.config);
        anyhow::ensure!(
            before.preset == now.preset && before.seed == now.seed && is_same,
            "the study in {root} was begun with other settings (preset {}, seed {}); \
             use those, or begin anew with --force",
            before.preset,
            before.seed
        );
        for (name, digest) in &now.sets {
            let old = before.sets.iter().find(|(old, _)| old == name);
            anyhow::ensure!(
                old.is_none_or(|(_, old)| old == digest),
                "the set {name} is not the one the study in {root} was begun with; \
                 use that, or begin anew with --force"
            );
        }
        Ok(())
    }

    /// Takes away what an earlier study left.
    fn clear(&self) -> anyhow::Result<()> {
        for folder in FOLDERS {
            let entries = std::fs::read_dir(self.root.join(folder));
            for entry in entries.into_iter().flatten().flatten() {
                let path = entry.path();
                let ending = path.extension().and_then(|ending| ending.to_str());
                if matches!(ending, Some("json" | "safetensors" | "clock")) {
                    std::fs::remove_file(&path)
                        .with_context(|| format!("removing {}", path.display()))?;
                }
            }
        }
        Ok(())
    }
}

/// Tells a set from others: a hash over all its frames.
fn digest(set: &MusicSet) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for (name, rolls) in [
        ("train", &set.train),
        ("valid", &set.valid),
        ("test", &set.test),
    ] {
        hash.update(name);
        for roll in rolls {
            hash.update((roll.len() as u64).to_le_bytes());
            for frame in roll {
                frame.notes().for_each(|note| hash.update([note]));
                hash.update([0]);
            }
        }
    }
    hash.finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
