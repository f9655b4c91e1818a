//! A folder of checkpoints, named by how far they are and how good.

use std::path::{Path, PathBuf};

use super::{Checkpoint, CheckpointError};

/// A checkpoint on the disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The file.
    pub path: PathBuf,
    /// Step after which it was written.
    pub step: u64,
    /// Validation loss in its name.
    pub loss: Option<f64>,
}

/// A folder of files `step002000-val1.5180.safetensors`.
#[derive(Clone, Debug)]
pub struct CheckpointDir {
    dir: PathBuf,
}

impl CheckpointDir {
    /// The folder, which need not exist yet.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Writes a checkpoint under its name, and then removes all but the newest `keep` and the best.
    ///
    /// # Errors
    /// The folder or the disk refuses. What is there stays.
    pub fn save(
        &self,
        checkpoint: &Checkpoint,
        step: u64,
        loss: Option<f64>,
        keep: usize,
    ) -> Result<PathBuf, CheckpointError> {
        let loss = loss
            .map(|loss| format!("-val{loss:.4}"))
            .unwrap_or_default();
        let path = self.dir.join(format!("step{step:06}{loss}.safetensors"));
        checkpoint.write(&path)?;
        let mut all = self.list();
        let best = best_of(&all).map(|best| best.path.clone());
        all.reverse();
        for old in all.into_iter().skip(keep.max(1)) {
            if Some(&old.path) != best.as_ref() {
                // One that stays behind costs room on the disk and nothing else.
                let _ = std::fs::remove_file(&old.path);
            }
        }
        Ok(path)
    }

    /// What is there, the oldest first.
    pub fn list(&self) -> Vec<Kept> {
        let Ok(entries) = std::fs::read_dir(&self.dir) else {
            return Vec::new();
        };
        let mut found: Vec<Kept> = entries
            .filter_map(|entry| parse(entry.ok()?.path()))
            .collect();
        found.sort_by(|a, b| (a.step, &a.path).cmp(&(b.step, &b.path)));
        found
    }

    /// The one that training goes on from.
    pub fn latest(&self) -> Option<Kept> {
        self.list().pop()
    }

    /// The one with the lowest validation loss, or the latest where none has one.
    pub fn best(&self) -> Option<Kept> {
        let all = self.list();
        best_of(&all).cloned().or_else(|| all.last().cloned())
    }
}

fn best_of(all: &[Kept]) -> Option<&Kept> {
    all.iter()
        .filter(|kept| kept.loss.is_some_and(f64::is_finite))
        .min_by(|a, b| {
            a.loss
                .partial_cmp(&b.loss)
                .unwrap_or(std::cmp::Ordering::Equal)
        })
}

fn parse(path: PathBuf) -> Option<Kept> {
    let name = path.file_name()?.to_str()?;
    let rest = name.strip_prefix("step")?.strip_suffix(".safetensors")?;
    let (step, loss) = match rest.split_once("-val") {
        Some((step, loss)) => (step, Some(loss.parse().ok()?)),
        None => (rest, None),
    };
    let step = step.parse().ok()?;
    Some(Kept { path, step, loss })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_and_the_best_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let dir = CheckpointDir::new(dir.path());
        let mut checkpoint = Checkpoint::new("text", &());
        let tensor = crate::weights::RawTensor {
            shape: vec![1],
            values: vec![0.0],
        };
        checkpoint.put("model", vec![("w".to_owned(), tensor)]);
        for (step, loss) in [
            (10, 3.0),
            (20, 1.25),
            (30, 2.0),
            (40, 2.5),
            (1_000_000, 2.25),
        ] {
            dir.save(&checkpoint, step, Some(loss), 2).unwrap();
        }
        let steps: Vec<u64> = dir.list().iter().map(|kept| kept.step).collect();
        assert_eq!(steps, [20, 40, 1_000_000]);
        assert_eq!(dir.latest().unwrap().step, 1_000_000);
        assert_eq!(dir.best().unwrap().loss, Some(1.25));
    }

    #[test]
    fn strange_names_are_no_checkpoints() {
        for name in [
            "step12.pth",
            "stepx-val1.safetensors",
            "step1-valx.safetensors",
            ".tmp",
        ] {
            assert_eq!(parse(PathBuf::from(name)), None, "{name}");
        }
    }
}
