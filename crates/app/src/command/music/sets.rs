//! Sets of music by name or by file.

use std::path::{Path, PathBuf};

use anyhow::Context;
use reverie_model::data::catalogue::Catalogue;
use reverie_model::data::music::generated::{GeneratedConfig, generate};
use reverie_model::data::music::midi::{FolderConfig, MidiConfig, read_midi_folder};
use reverie_model::data::music::{MusicSet, Outside, Splits, read_set};
use reverie_model::rng::seeded;

use crate::exit::UsageError;
use crate::output::Output;
use crate::paths;
use crate::settings::did_you_mean;

/// The data set of the catalogue that has the four as MATLAB files, which can be fetched.
const FETCHED: &str = "music";
/// The set that the program makes itself.
const GENERATED: &str = "generated";
/// Seed of the set that the program makes itself: it is the same in every study.
const GENERATED_SEED: u64 = 1;
/// Seed by which the files of a folder without parts are dealt out.
const SPLIT_SEED: u64 = 0;

/// One of the four sets of Boulanger-Lewandowski et al. 2012.
struct Known {
    /// What the user types.
    name: &'static str,
    /// What people call it.
    title: &'static str,
    /// The data set of the catalogue that has it as JSON.
    json: &'static str,
    /// Its file among those that can be fetched.
    mat: &'static str,
}

/// The four sets of Boulanger-Lewandowski et al. 2012.
const KNOWN: [Known; 4] = [
    Known {
        name: "nottingham",
        title: "Nottingham",
        json: "music-nottingham",
        mat: "Nottingham.mat",
    },
    Known {
        name: "jsb",
        title: "JSB Chorales",
        json: "music-jsb",
        mat: "JSB_Chorales.mat",
    },
    Known {
        name: "musedata",
        title: "MuseData",
        json: "music-musedata",
        mat: "MuseData.mat",
    },
    Known {
        name: "piano-midi",
        title: "Piano-midi.de",
        json: "music-piano-midi",
        mat: "Piano_midi.mat",
    },
];

/// Reads sets: the four known ones, the generated one, files and folders.
///
/// # Errors
/// A name that is neither known nor a path, a set that is not here, a file that is no good.
pub fn load(
    asked: &[String],
    data_dir: Option<&Path>,
    clips: bool,
    output: &Output,
) -> anyhow::Result<Vec<MusicSet>> {
    let mut sets: Vec<MusicSet> = Vec::new();
    for name in asked {
        let set = load_one(name, data_dir, clips, output)?;
        if sets.iter().any(|known| known.name == set.name) {
            return Err(UsageError(format!("--sets names {} twice", set.name)).into());
        }
        sets.push(set);
    }
    match sets.is_empty() {
        true => Err(UsageError(format!("--sets names no set; there are {}", names())).into()),
        false => Ok(sets),
    }
}

/// Reads one set.
///
/// # Errors
/// As for [`load`].
pub fn load_one(
    name: &str,
    data_dir: Option<&Path>,
    clips: bool,
    output: &Output,
) -> anyhow::Result<MusicSet> {
    if name == GENERATED {
        return made();
    }
    let outside = if clips {
        Outside::Clip
    } else {
        Outside::Refuse
    };
    if let Some(known) = KNOWN.iter().find(|known| known.name == name) {
        let path = locate(known, data_dir)?;
        let mut set = read_file(&path, outside, output)?.titled(known.title);
        known.name.clone_into(&mut set.name);
        return Ok(set);
    }
    let path = Path::new(name);
    if !path.exists() {
        let hint = did_you_mean(
            name,
            KNOWN.iter().map(|known| known.name).chain([GENERATED]),
        );
        let sentence = format!(
            "there is no set {name}{hint}; there are {}, or name a file or a folder of MIDI files",
            names()
        );
        return Err(UsageError(sentence).into());
    }
    let mut set = match path.is_dir() {
        true => read_midi(path, outside, output)?,
        false => read_file(path, outside, output)?,
    };
    set.name = plain(path);
    Ok(set.titled(plain(path)))
}

fn names() -> String {
    let known: Vec<&str> = KNOWN.iter().map(|known| known.name).collect();
    format!("{} {GENERATED}", known.join(" "))
}

/// The file of a set, in either of its forms.
fn locate(known: &Known, data_dir: Option<&Path>) -> anyhow::Result<PathBuf> {
    let catalogue = Catalogue::builtin();
    let dirs = paths::data_dirs(data_dir);
    let json = catalogue.get(known.json)?;
    if let Ok(path) = json.locate(&json.files[0], &dirs) {
        return Ok(path);
    }
    let fetched = catalogue.get(FETCHED)?;
    let mat = fetched.files.iter().find(|file| file.file == known.mat);
    let mat = mat.with_context(|| format!("the catalogue does not know {}", known.mat))?;
    Ok(fetched.locate(mat, &dirs)?)
}

fn read_file(path: &Path, outside: Outside, output: &Output) -> anyhow::Result<MusicSet> {
    let read = read_set(path, outside)?;
    if read.dropped > 0 {
        output.warn(&format!(
            "{}: {} notes outside the 88 keys (21 to 108) are left out",
            path.display(),
            read.dropped
        ));
    }
    Ok(read.set)
}

/// The set that the program makes itself.
///
/// # Errors
/// Never in a build whose tests pass: the settings are part of the source.
pub fn made() -> anyhow::Result<MusicSet> {
    let music = generate(GENERATED_SEED, &GeneratedConfig::default())?;
    let splits = Splits {
        train: music.train,
        valid: music.valid,
        test: music.test,
    };
    let set = MusicSet::new(GENERATED, splits)?;
    Ok(set.titled("generated counterpoint").generated())
}

/// The MIDI files of a folder; which of them are held out is the same every time.
fn read_midi(dir: &Path, outside: Outside, output: &Output) -> anyhow::Result<MusicSet> {
    let config = FolderConfig {
        midi: MidiConfig {
            outside,
            ..MidiConfig::default()
        },
        ..FolderConfig::default()
    };
    let read = read_midi_folder(dir, &config, &mut seeded(SPLIT_SEED));
    let read = read.with_context(|| format!("reading {}", dir.display()))?;
    for skipped in &read.skipped {
        let path = skipped.path.display();
        output.warn(&format!("{path} is skipped: {}", skipped.error));
    }
    let splits = Splits {
        train: read.train,
        valid: read.valid,
        test: read.test,
    };
    Ok(MusicSet::new(plain(dir), splits)?)
}

/// A name that is good for files, of a path.
fn plain(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let stem = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let name: String = stem
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '_' {
                c
            } else {
                '-'
            }
        })
        .collect();
    match name.trim_matches('-') {
        "" => "set".to_owned(),
        name => name.to_owned(),
    }
}
