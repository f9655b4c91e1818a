//! Many files become training, validation and test rolls.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::listing::{PARTS, files_of_parts};
use super::{MidiConfig, MidiError, read_midi_file};
use crate::data::music::Roll;
use crate::rng::Rng;

/// The share of files that may be broken unless something else is asked for.
pub const DEFAULT_MAX_SKIPPED_SHARE: f64 = 0.1;

/// How a folder is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FolderConfig {
    /// How its files are.
    pub midi: MidiConfig,
    /// The share of files that may be broken, 0 to 1, rounded up to whole files.
    pub max_skipped_share: f64,
}

impl Default for FolderConfig {
    fn default() -> Self {
        Self {
            midi: MidiConfig::default(),
            max_skipped_share: DEFAULT_MAX_SKIPPED_SHARE,
        }
    }
}

/// The music of a folder.
#[derive(Debug)]
pub struct MidiFolder {
    /// What is learnt from.
    pub train: Vec<Roll>,
    /// What choices are made by.
    pub valid: Vec<Roll>,
    /// What is looked at once, at the end.
    pub test: Vec<Roll>,
    /// Files that could not be read.
    pub skipped: Vec<Skipped>,
}

/// A file that could not be read.
#[derive(Debug)]
pub struct Skipped {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub error: MidiError,
}

/// Reads the MIDI files of a folder.
///
/// If it has a sub-folder `train`, then the parts are its sub-folders `train`, `valid` (or
/// `validation`) and `test`. Otherwise its own files are sorted by name, shuffled with `rng` and
/// cut into 80, 10 and 10 percent, at least one each; so the same names and the same generator make
/// the same parts, and a file that is mended later goes where it was. Other folders are not entered.
///
/// # Errors
/// A setting that cannot be worked with, no or too few MIDI files, a part that is missing or of
/// which nothing can be read, and more broken files than may be.
pub fn read_midi_folder(
    dir: &Path,
    config: &FolderConfig,
    rng: &mut Rng,
) -> Result<MidiFolder, MidiError> {
    config.midi.check()?;
    super::config::in_range("max_skipped_share", config.max_skipped_share, 0, 1)?;
    let parts = files_of_parts(dir, rng)?;
    let files: usize = parts.iter().map(Vec::len).sum();
    let allowed = (files as f64 * config.max_skipped_share).ceil() as usize;
    let mut skipped = Vec::new();
    let [train, valid, test] = parts.map(|paths| {
        let mut rolls = Vec::with_capacity(paths.len());
        for path in paths {
            match read_midi_file(&path, &config.midi) {
                Ok(roll) => rolls.push(roll),
                Err(error) => skipped.push(Skipped { path, error }),
            }
        }
        rolls
    });
    if skipped.len() > allowed {
        let count = skipped.len();
        let first = skipped.swap_remove(0);
        return Err(MidiError::TooManySkipped {
            skipped: count,
            files,
            allowed,
            first: first.path,
            source: Box::new(first.error),
        });
    }
    for (rolls, (part, _)) in [&train, &valid, &test].into_iter().zip(PARTS) {
        if rolls.is_empty() {
            return Err(MidiError::NothingLeft { part });
        }
    }
    Ok(MidiFolder {
        train,
        valid,
        test,
        skipped,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::{WriteConfig, write_midi};
    use super::*;
    use crate::data::music::Frame;
    use crate::rng::seeded;

    /// A file whose roll has so many steps, to tell it by.
    fn put(dir: &Path, name: &str, steps: usize) {
        fs::create_dir_all(dir).unwrap();
        let roll = vec![Frame::of_keys([steps]); steps];
        let bytes = write_midi(&roll, &WriteConfig::default()).unwrap();
        fs::write(dir.join(name), bytes).unwrap();
    }

    fn lengths(rolls: &[Roll]) -> Vec<usize> {
        rolls.iter().map(Vec::len).collect()
    }

    fn read(dir: &Path, seed: u64) -> Result<MidiFolder, MidiError> {
        read_midi_folder(dir, &FolderConfig::default(), &mut seeded(seed))
    }

    #[test]
    fn sub_folders_are_the_parts() {
        let dir = tempfile::tempdir().unwrap();
        put(&dir.path().join("train"), "b.mid", 2);
        put(&dir.path().join("train"), "a.MIDI", 1);
        put(&dir.path().join("validation"), "c.Mid", 3);
        let error = read(dir.path(), 1).unwrap_err();
        assert!(
            matches!(
                error,
                MidiError::MissingPart {
                    missing: "test",
                    ..
                }
            ),
            "{error}"
        );
        put(&dir.path().join("test"), "d.mid", 4);
        fs::write(dir.path().join("test").join("readme.txt"), "no").unwrap();
        let folder = read(dir.path(), 1).unwrap();
        assert_eq!(lengths(&folder.train), [1, 2]);
        assert_eq!(lengths(&folder.valid), [3]);
        assert_eq!(lengths(&folder.test), [4]);
        assert!(folder.skipped.is_empty());
    }

    #[test]
    fn other_folders_are_split_by_the_seed() {
        let dir = tempfile::tempdir().unwrap();
        for steps in 1..=20 {
            put(dir.path(), &format!("{steps:02}.mid"), steps);
        }
        let all = |folder: &MidiFolder| {
            [&folder.train, &folder.valid, &folder.test].map(|part| lengths(part))
        };
        let parts = all(&read(dir.path(), 1).unwrap());
        assert_eq!(parts.each_ref().map(Vec::len), [16, 2, 2]);
        assert_eq!(parts, all(&read(dir.path(), 1).unwrap()));
        assert_ne!(parts, all(&read(dir.path(), 2).unwrap()));
        let mut every = parts.concat();
        every.sort_unstable();
        assert_eq!(every, (1..=20).collect::<Vec<_>>());
    }

    #[test]
    fn a_few_broken_files_are_listed_and_many_are_too_many() {
        let dir = tempfile::tempdir().unwrap();
        for steps in 1..=19 {
            put(dir.path(), &format!("{steps:02}.mid"), steps);
        }
        fs::write(dir.path().join("20.mid"), "MThd and no more").unwrap();
        let folder = read(dir.path(), 1).unwrap();
        assert_eq!(folder.skipped.len(), 1);
        assert!(folder.skipped[0].path.ends_with("20.mid"));
        let strict = FolderConfig {
            max_skipped_share: 0.0,
            ..FolderConfig::default()
        };
        let error = read_midi_folder(dir.path(), &strict, &mut seeded(1)).unwrap_err();
        assert!(
            matches!(
                error,
                MidiError::TooManySkipped {
                    skipped: 1,
                    allowed: 0,
                    files: 20,
                    ..
                }
            ),
            "{error}"
        );
    }

    #[test]
    fn folders_without_music_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let error = read(dir.path(), 1).unwrap_err();
        assert!(matches!(error, MidiError::EmptyFolder { .. }), "{error}");
        put(dir.path(), "a.mid", 1);
        put(dir.path(), "b.mid", 1);
        let error = read(dir.path(), 1).unwrap_err();
        assert!(
            matches!(
                error,
                MidiError::TooFewFiles {
                    files: 2,
                    need: 3,
                    ..
                }
            ),
            "{error}"
        );
        let error = read(&dir.path().join("none"), 1).unwrap_err();
        assert!(matches!(error, MidiError::Io { .. }), "{error}");
    }
}
