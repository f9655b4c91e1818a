//! Which files of a folder belong to which part.

use std::fs;
use std::path::{Path, PathBuf};

use rand::seq::SliceRandom;

use super::MidiError;
use crate::rng::Rng;

/// What the names of MIDI files end in, in any case.
const EXTENSIONS: [&str; 2] = ["mid", "midi"];
/// The names of the parts' folders; the first that is there counts.
pub(super) const PARTS: [(&str, &[&str]); 3] = [
    ("training", &["train"]),
    ("validation", &["valid", "validation"]),
    ("test", &["test"]),
];
/// The share of validation files where there are no such folders, and the same of test files.
const HELD_OUT_SHARE: f64 = 0.1;
/// The files of the three parts.
pub(super) fn files_of_parts(dir: &Path, rng: &mut Rng) -> Result<[Vec<PathBuf>; 3], MidiError> {
    match part_folders(dir)? {
        Some([train, valid, test]) => {
            Ok([midi_files(&train)?, midi_files(&valid)?, midi_files(&test)?])
        }
        None => shuffled(dir, rng),
    }
}

/// The folders of the three parts, if the first is there.
fn part_folders(dir: &Path) -> Result<Option<[PathBuf; 3]>, MidiError> {
    let find = |names: &[&str]| {
        let paths = names.iter().map(|name| dir.join(name));
        paths.into_iter().find(|path| path.is_dir())
    };
    if find(PARTS[0].1).is_none() {
        return Ok(None);
    }
    let part = |(_, names): (_, &[&'static str])| {
        find(names).ok_or_else(|| MidiError::MissingPart {
            path: dir.to_owned(),
            missing: names[0],
        })
    };
    let [train, valid, test] = PARTS.map(part);
    Ok(Some([train?, valid?, test?]))
}

/// The MIDI files of a folder in three parts.
fn shuffled(dir: &Path, rng: &mut Rng) -> Result<[Vec<PathBuf>; 3], MidiError> {
    let mut train = midi_files(dir)?;
    let files = train.len();
    if files < PARTS.len() {
        return Err(MidiError::TooFewFiles {
            path: dir.to_owned(),
            files,
            need: PARTS.len(),
        });
    }
    train.shuffle(rng);
    let held_out = ((files as f64 * HELD_OUT_SHARE).round() as usize).max(1);
    let test = train.split_off(files - held_out);
    let valid = train.split_off(files - 2 * held_out);
    Ok([train, valid, test])
}

/// The MIDI files of a folder, sorted by name.
fn midi_files(dir: &Path) -> Result<Vec<PathBuf>, MidiError> {
    let io = |source| MidiError::Io {
        path: dir.to_owned(),
        source,
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let is_midi = path.extension().is_some_and(|extension| {
            EXTENSIONS
                .iter()
                .any(|known| extension.eq_ignore_ascii_case(known))
        });
        if is_midi && path.is_file() {
            found.push(path);
        }
    }
    if found.is_empty() {
        let path = dir.to_owned();
        return Err(MidiError::EmptyFolder { path });
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;

    #[test]
    fn files_are_sorted_before_they_are_shuffled() {
        let dirs = [(), ()].map(|()| tempfile::tempdir().unwrap());
        let names: Vec<String> = (0..12).map(|n| format!("{n}.mid")).collect();
        for name in &names {
            fs::write(dirs[0].path().join(name), "").unwrap();
        }
        for name in names.iter().rev() {
            fs::write(dirs[1].path().join(name), "").unwrap();
        }
        let [a, b] = dirs.each_ref().map(|dir| {
            files_of_parts(dir.path(), &mut seeded(1))
                .unwrap()
                .map(|part| {
                    let name = |path: PathBuf| path.file_name().unwrap().to_owned();
                    part.into_iter().map(name).collect::<Vec<_>>()
                })
        });
        assert_eq!(a, b);
        assert_eq!(a.map(|part| part.len()), [10, 1, 1]);
    }
}
