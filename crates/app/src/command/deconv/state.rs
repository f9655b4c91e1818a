//! What is found so far, in the folder of the result.

use std::path::{Path, PathBuf};

use anyhow::Context;
use reverie_model::vision::{LayerInfo, Pooling};
use reverie_viz::deconv::{DeconvConfig, Search};
use reverie_viz::picture::write_atomic;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::files::Listing;
use crate::backend::Opened;
use crate::exit::UsageError;
use crate::lock::Lock;
use crate::network::Loaded;
use crate::{paths, recipe};

/// Version of the files.
const VERSION: u32 = 1;
/// What is found so far.
const PROGRESS: &str = "progress.json";
/// The pictures that it is found in.
const LISTING: &str = "pictures.json";
/// The page.
pub const PAGE: &str = "index.html";
/// The numbers.
pub const TABLE: &str = "top.json";
/// Held while a process is at work.
const LOCK: &str = "deconv.lock";

/// What the numbers depend on: a run goes on only with the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// The network.
    pub net: String,
    /// SHA-256 of its weights; none for random ones.
    pub weights_sha256: Option<String>,
    /// How it halves its maps.
    pub pooling: Pooling,
    /// Layers, from the picture to the deepest.
    pub layers: Vec<String>,
    /// Side of the squares that pictures become, in pixels.
    pub size: u32,
    /// Pictures for every feature map.
    pub top: usize,
    /// What computes.
    pub backend: String,
}

impl Basis {
    /// That of a run.
    pub fn of(
        loaded: &Loaded,
        config: &DeconvConfig,
        layers: &[LayerInfo],
        size: u32,
        opened: &Opened,
    ) -> Self {
        Self {
            net: loaded.name.clone(),
            weights_sha256: loaded.sha256.clone(),
            pooling: config.pooling,
            layers: layers.iter().map(|info| info.layer.to_string()).collect(),
            size,
            top: config.top,
            backend: opened.backend.to_owned(),
        }
    }
}

/// A picture that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skip {
    /// Its name.
    pub name: String,
    /// Why, its name in it.
    pub reason: String,
}

/// How far the pass is, and what it found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    version: u32,
    /// What the numbers depend on.
    pub basis: Basis,
    /// SHA-256 of the list of pictures.
    pictures_sha256: String,
    /// Pictures in the list.
    pub of: usize,
    /// Those that were looked at, or skipped.
    pub next: usize,
    /// Those that could not be read.
    pub skipped: Vec<Skip>,
    /// What was found.
    pub search: Search,
}

impl Progress {
    /// A pass that has not begun.
    fn new(basis: Basis, layers: &[LayerInfo], pictures_sha256: String, of: usize) -> Self {
        Self {
            version: VERSION,
            search: Search::new(layers, basis.top),
            basis,
            pictures_sha256,
            of,
            next: 0,
            skipped: Vec::new(),
        }
    }

    /// Whether every picture was looked at.
    pub fn is_done(&self) -> bool {
        self.next == self.of
    }
}

/// The folder of a result.
pub struct Dir {
    root: PathBuf,
    is_new: bool,
}

impl Dir {
    /// The folder, as it is.
    pub fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            is_new: !root.exists(),
        }
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The sheet of a layer: the first of its pages is `relu3_1.png`, the second `relu3_1-2.png`.
    pub fn sheet(&self, layer: &str, page: usize) -> PathBuf {
        let fit = |letter: char| match letter.is_ascii_alphanumeric() || "_.-".contains(letter) {
            true => letter,
            false => '_',
        };
        let name: String = layer.chars().map(fit).collect();
        self.file(&match page {
            0 => format!("{name}.png"),
            page => format!("{name}-{}.png", page + 1),
        })
    }

    /// Refuses a folder that holds a run, or files that one would replace, unless that is wanted; and one
    /// that holds none, where one should go on.
    ///
    /// # Errors
    /// One sentence with what can be done.
    pub fn check(&self, layers: &[LayerInfo], resume: bool, force: bool) -> anyhow::Result<()> {
        let shown = self.root.display();
        anyhow::ensure!(
            !self.root.is_file(),
            "{shown} is a file; --out names a folder"
        );
        let is_run = self.file(PROGRESS).exists();
        if resume {
            anyhow::ensure!(
                is_run,
                "there is nothing to resume: {shown} holds no run of deconv; leave --resume out to begin"
            );
            return Ok(());
        }
        if force {
            return Ok(());
        }
        anyhow::ensure!(
            !is_run,
            "{shown} holds a run of deconv already; --resume goes on with it, --force begins anew"
        );
        let sheets = layers.iter().map(|info| self.sheet(info.layer.as_str(), 0));
        let files = [PAGE, TABLE, LISTING].map(|name| self.file(name));
        match files.into_iter().chain(sheets).find(|file| file.exists()) {
            Some(file) => anyhow::bail!(
                "{} exists already; choose another --out, or replace it with --force",
                file.display()
            ),
            None => Ok(()),
        }
    }

    /// Makes the folder and keeps other processes out of it as long as the answer lives.
    ///
    /// # Errors
    /// The disk refuses, or another process is at work there.
    pub fn hold(&self) -> anyhow::Result<Lock> {
        paths::make_folder(&self.root)?;
        let lock = self.file(LOCK);
        let held = Lock::acquire(lock.clone());
        let held = held.with_context(|| format!("locking {}", lock.display()))?;
        held.with_context(|| {
            let root = self.root.display();
            format!("{root} is in use by another run; wait for it, or name another --out")
        })
    }

    /// Where a run begins: from nothing, in place of what an earlier one left.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn begin(
        &self,
        basis: Basis,
        layers: &[LayerInfo],
        listing: &Listing,
        of: usize,
    ) -> anyhow::Result<Progress> {
        self.clear()?;
        let (text, sha256) = listing.to_file()?;
        write_atomic(&self.file(LISTING), text.as_bytes(), true)?;
        let progress = Progress::new(basis, layers, sha256, of);
        self.save(&progress)?;
        Ok(progress)
    }

    /// Where a run goes on.
    ///
    /// # Errors
    /// Files that are damaged; other settings ([`UsageError`]); pictures that are not what they were.
    pub fn resume(
        &self,
        basis: &Basis,
        layers: &[LayerInfo],
        listing: &Listing,
    ) -> anyhow::Result<Progress> {
        let root = self.root.display();
        let progress: Progress = self.read(PROGRESS)?;
        let differences = recipe::differences(&json!(progress.basis), &json!(basis));
        if !differences.is_empty() {
            return Err(UsageError(format!(
                "the run in {root} was begun with other settings ({}); use those, or --force without --resume to begin anew",
                differences.join(", ")
            ))
            .into());
        }
        let (_, sha256) = listing.to_file()?;
        if progress.pictures_sha256 != sha256 {
            let before: Listing = self.read(LISTING)?;
            anyhow::bail!(
                "the pictures are not those that the run in {root} was begun with: {}; put them back, or use --force without --resume to begin anew",
                before.changes(listing)
            );
        }
        let is_whole = progress.version == VERSION
            && progress.next <= progress.of
            && progress.search.fits(layers, basis.top);
        anyhow::ensure!(is_whole, "{}", self.damaged(PROGRESS));
        Ok(progress)
    }

    /// Writes down how far the pass is.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn save(&self, progress: &Progress) -> anyhow::Result<()> {
        let text = serde_json::to_string(progress).context("writing what was found so far")?;
        Ok(write_atomic(&self.file(PROGRESS), text.as_bytes(), true)?)
    }

    /// Takes everything of ours away, the folder too if it was made for this and nothing else is in it.
    pub fn undo(&self) {
        // What stays is untidy and does no harm: the reason for it is told anyway.
        let _ = self.clear();
        if self.is_new {
            let _ = std::fs::remove_dir(&self.root);
        }
    }

    /// Takes away what an earlier run left; whatever else lies there stays.
    fn clear(&self) -> anyhow::Result<()> {
        let earlier: Option<Progress> = self.read(PROGRESS).ok();
        let layers = earlier.map_or_else(Vec::new, |progress| progress.basis.layers);
        self.take_away(&layers, &[PAGE, TABLE, LISTING, PROGRESS])
    }

    /// Takes away what was shown of these layers before they are shown anew, so that no old sheet stands
    /// beside a new page.
    ///
    /// # Errors
    /// A file that cannot be removed.
    pub fn clear_shown(&self, layers: &[String]) -> anyhow::Result<()> {
        self.take_away(layers, &[PAGE, TABLE])
    }

    fn take_away(&self, layers: &[String], names: &[&str]) -> anyhow::Result<()> {
        let mut files: Vec<PathBuf> = names.iter().map(|name| self.file(name)).collect();
        for layer in layers {
            let sheets = (0..).map(|page| self.sheet(layer, page));
            files.extend(sheets.take_while(|sheet| sheet.exists()));
        }
        for file in files.iter().filter(|file| file.exists()) {
            std::fs::remove_file(file).with_context(|| format!("removing {}", file.display()))?;
        }
        Ok(())
    }

    fn read<T: serde::de::DeserializeOwned>(&self, name: &str) -> anyhow::Result<T> {
        let file = self.file(name);
        let text = std::fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        serde_json::from_slice(&text).with_context(|| self.damaged(name))
    }

    fn damaged(&self, name: &str) -> String {
        let file = self.file(name);
        format!(
            "{} is damaged; --force without --resume begins anew",
            file.display()
        )
    }
}
