//! From a file to a set of music.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::intake::Intake;
use super::{Fault, Format, MusicError, MusicSet, Splits, json, mat, pickle};

/// The most bytes that are read; the largest published file has 4 877 501.
pub(super) const MAX_FILE_BYTES: u64 = 64 << 20;
/// How many bytes of an unknown file its error shows.
const SHOWN_BYTES: usize = 12;

/// What happens to notes that no key of a piano has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outside {
    /// The file is refused, and the first such note is named.
    #[default]
    Refuse,
    /// They are left out and counted.
    Clip,
}

/// A set of music, and what is to be known about how it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The set.
    pub set: MusicSet,
    /// What the file is written in.
    pub format: Format,
    /// Notes that were left out because no key of a piano has them.
    pub dropped: usize,
}

/// Reads a set of music from a JSON, MATLAB or pickle file; its content tells which it is.
///
/// The four published sets get their names and titles from the file name; other sets are called
/// like their file. Nothing in a pickle is ever run.
///
/// # Errors
/// The file is missing, unreadable, empty, too large, of another format or cut short; a split is
/// missing or empty, a sequence has no steps, a note is no whole number or, unless told otherwise,
/// outside the piano. The sentence says where.
pub fn read_set(path: &Path, outside: Outside) -> Result<Read, MusicError> {
    let bytes = read_bytes(path)?;
    let Some(format) = Format::of(&bytes) else {
        let begins = bytes[..bytes.len().min(SHOWN_BYTES)].to_vec();
        let path = path.to_owned();
        return Err(if begins.is_empty() {
            MusicError::Empty { path }
        } else {
            MusicError::UnknownFormat { path, begins }
        });
    };
    let (splits, dropped) =
        read_splits(format, &bytes, outside).map_err(|fault| MusicError::BadFile {
            path: path.to_owned(),
            fault,
        })?;
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    let (name, title) = name_and_title(&stem.to_string_lossy());
    let set = MusicSet::new(name, splits)?.titled(title);
    Ok(Read {
        set,
        format,
        dropped,
    })
}

/// The splits that these bytes hold, and how many notes were dropped.
pub(super) fn read_splits(
    format: Format,
    bytes: &[u8],
    outside: Outside,
) -> Result<(Splits, usize), Fault> {
    let mut intake = Intake::new(outside);
    match format {
        Format::Json => json::read(bytes, &mut intake)?,
        Format::Mat => mat::read(bytes, &mut intake)?,
        Format::Pickle => pickle::read(bytes, &mut intake)?,
    }
    intake.finish()
}

/// A whole file, but no more than the limit: a device has no size and no end.
fn read_bytes(path: &Path) -> Result<Vec<u8>, MusicError> {
    let file = File::open(path).map_err(|source| MusicError::io(path, source))?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| MusicError::io(path, source))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(MusicError::TooLarge {
            path: path.to_owned(),
            limit: MAX_FILE_BYTES,
        });
    }
    Ok(bytes)
}

/// What a set is called that lies in a file of this name (without its ending).
fn name_and_title(stem: &str) -> (String, String) {
    let letters: String = stem
        .chars()
        .filter(|char| char.is_ascii_alphanumeric())
        .map(|char| char.to_ascii_lowercase())
        .collect();
    let (name, title) = match letters.as_str() {
        "nottingham" => ("nottingham", "Nottingham"),
        "jsbchorales" => ("jsb", "JSB Chorales"),
        "musedata" => ("musedata", "MuseData"),
        "pianomidi" | "pianomidide" => ("piano-midi", "Piano-midi.de"),
        _ => (stem, stem),
    };
    (name.to_owned(), title.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::{Split, real_file};
    use super::*;

    fn read(name: &str, bytes: &[u8], outside: Outside) -> Result<Read, MusicError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        read_set(&path, outside)
    }

    #[test]
    fn the_ending_does_not_matter() {
        let json = br#"{"train": [[[60]]], "valid": [[[]]], "test": [[[61]]]}"#;
        let read = read("mine.mat", json, Outside::Refuse).unwrap();
        assert_eq!((read.format, read.dropped), (Format::Json, 0));
        assert_eq!(
            (read.set.name, read.set.title),
            ("mine".into(), "mine".into())
        );
    }

    #[test]
    fn notes_outside_are_refused_or_dropped() {
        let json = br#"{"train": [[[60], [12, 61]]], "valid": [[[]]], "test": [[[200]]]}"#;
        let error = read("a.json", json, Outside::Refuse)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("note 12 at step 1 of sequence 0 of train"),
            "{error}"
        );
        let read = read("a.json", json, Outside::Clip).unwrap();
        assert_eq!(read.dropped, 2);
        assert_eq!(read.set.train[0][1].count(), 1);
        assert!(read.set.test[0][0].is_silent());
    }

    #[test]
    fn what_is_no_set_says_so() {
        let error = read("a.json", b"", Outside::Refuse).unwrap_err();
        assert!(matches!(error, MusicError::Empty { .. }), "{error}");
        let error = read("a.json", b"<!DOCTYPE html>\n", Outside::Refuse).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("begins with \"<!DOCTYPE ht\""), "{error}");
        let error = read_set(Path::new("/nowhere.json"), Outside::Refuse).unwrap_err();
        assert!(matches!(error, MusicError::NoSuchFile { .. }), "{error}");
        let error = read_set(&std::env::temp_dir(), Outside::Refuse).unwrap_err();
        assert!(matches!(error, MusicError::Io { .. }), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_without_end_is_not_read_to_its_end() {
        let error = read_set(Path::new("/dev/zero"), Outside::Refuse).unwrap_err();
        assert!(matches!(error, MusicError::TooLarge { .. }), "{error}");
    }

    #[test]
    fn known_names_are_recognised() {
        for (stem, name, title) in [
            ("JSB Chorales", "jsb", "JSB Chorales"),
            ("jsb_chorales", "jsb", "JSB Chorales"),
            ("Piano-midi.de", "piano-midi", "Piano-midi.de"),
            ("Piano_midi", "piano-midi", "Piano-midi.de"),
            ("MuseData", "musedata", "MuseData"),
            ("Nottingham", "nottingham", "Nottingham"),
            ("my_tunes", "my_tunes", "my_tunes"),
        ] {
            assert_eq!(name_and_title(stem), (name.into(), title.into()));
        }
    }

    #[test]
    fn the_matlab_files_and_the_json_files_are_one() {
        for (json, mat, counts) in [
            ("nottingham", "Nottingham", [694, 173, 170]),
            ("jsb_chorales", "JSB_Chorales", [229, 76, 77]),
            ("musedata", "MuseData", [524, 135, 124]),
            ("piano_midi", "Piano_midi", [87, 12, 25]),
        ] {
            let Some(json) = real_file(&format!("music/{json}.json")) else {
                return;
            };
            let Some(mat) = real_file(&format!("music/original/{mat}.mat")) else {
                return;
            };
            let from_json = read_set(&json, Outside::Refuse).unwrap();
            let from_mat = read_set(&mat, Outside::Refuse).unwrap();
            assert_eq!(from_mat.format, Format::Mat);
            assert!(from_json.set == from_mat.set, "{}", from_json.set.name);
            for (split, count) in Split::ALL.into_iter().zip(counts) {
                assert_eq!(from_json.set.split(split).len(), count);
            }
        }
    }
}
