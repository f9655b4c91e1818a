//! Everything that training needs to go on as if it had never stopped, in one file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::recurrent::ConfigError;
use crate::weights::{RawTensor, TensorFile, WeightsError, write_safetensors_f32};

/// Version of the layout; raised when an older reader would misread it.
pub const FORMAT_VERSION: u64 = 1;
/// Key of the header in the file's metadata.
const KEY: &str = "reverie";

/// Numbers and notes, as they lie in a safetensors file.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// What kind of network it is of, such as `text`.
    pub kind: String,
    /// Everything that is not a tensor.
    pub notes: Value,
    /// Tensors by name.
    pub tensors: Vec<(String, RawTensor)>,
}

/// Why a checkpoint cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// There is none.
    #[error("{} holds no checkpoint; name a folder that training wrote to", path.display())]
    NotFound {
        /// The folder.
        path: PathBuf,
    },
    /// The file ends early.
    #[error(
        "the checkpoint {} is cut short: {found} bytes of {need}; remove it, and the one before it, if there is one, is used",
        path.display()
    )]
    CutShort {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        found: u64,
        /// The size its header speaks of, in bytes.
        need: u64,
    },
    /// It is no safetensors file, or cannot be read.
    #[error("the checkpoint {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<WeightsError>,
    },
    /// It cannot be written.
    #[error("the checkpoint {} cannot be written", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<WeightsError>,
    },
    /// A safetensors file of something else.
    #[error("{} is not a checkpoint of reverie: its header has no such notes", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// Of another version.
    #[error(
        "the checkpoint {} has format {found}, and this program reads format {FORMAT_VERSION}; use the program that wrote it, or train anew",
        path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// The version it has.
        found: u64,
    },
    /// Of another kind of network.
    #[error("the checkpoint {} is of kind {found}, and {need} is needed", path.display())]
    Kind {
        /// The file.
        path: PathBuf,
        /// Its kind.
        found: String,
        /// The kind that is needed.
        need: String,
    },
    /// Its notes cannot be understood.
    #[error("the notes of the checkpoint {} cannot be understood", path.display())]
    Notes {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// Its notes describe no network.
    #[error("the checkpoint {} describes no network", path.display())]
    Senseless {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: ConfigError,
    },
    /// Its numbers do not fit the network that its notes describe.
    #[error("the checkpoint {} does not fit its own description", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        #[source]
        source: super::ImportError,
    },
}

impl Checkpoint {
    /// Writes the file; an old one of the same name stays until the new one is complete.
    ///
    /// # Errors
    /// The folder or the disk refuses.
    pub fn write(&self, path: &Path) -> Result<(), CheckpointError> {
        let header = json!({
            "format": FORMAT_VERSION, "kind": self.kind, "notes": self.notes,
        });
        let metadata = BTreeMap::from([(KEY.to_owned(), header.to_string())]);
        write_safetensors_f32(path, &self.tensors, &metadata).map_err(|source| {
            CheckpointError::Unwritable {
                path: path.to_owned(),
                source: Box::new(source),
            }
        })
    }

    /// Reads the file and refuses what this program cannot continue.
    ///
    /// # Errors
    /// A file that is damaged, of another version, or of another kind than `kind`.
    pub fn read(path: &Path, kind: &str) -> Result<Self, CheckpointError> {
        let (file, notes) = open(path, kind)?;
        let names: Vec<String> = file.names().map(str::to_owned).collect();
        let tensors = names
            .into_iter()
            .map(|name| file.read(&name).map(|tensor| (name, tensor)))
            .collect::<Result<_, _>>()
            .map_err(|source| unreadable(path, source))?;
        Ok(Self {
            kind: kind.to_owned(),
            notes,
            tensors,
        })
    }

    /// Reads the notes alone; the tensors stay on the disk.
    ///
    /// # Errors
    /// As for [`Checkpoint::read`], as far as the header and the size of the file show it.
    pub fn read_notes<N: DeserializeOwned>(path: &Path, kind: &str) -> Result<N, CheckpointError> {
        let (_, notes) = open(path, kind)?;
        typed(notes, path)
    }

    /// The notes as a type of the caller's.
    ///
    /// # Errors
    /// Notes that are not of that type.
    pub fn notes<N: DeserializeOwned>(&self, path: &Path) -> Result<N, CheckpointError> {
        typed(self.notes.clone(), path)
    }

    /// The tensors whose names begin with `prefix` and a dot, without it.
    pub fn part(&self, prefix: &str) -> BTreeMap<String, RawTensor> {
        let of_part = |(name, tensor): &(String, RawTensor)| {
            let rest = name.strip_prefix(prefix)?.strip_prefix('.')?;
            Some((rest.to_owned(), tensor.clone()))
        };
        self.tensors.iter().filter_map(of_part).collect()
    }

    /// Adds tensors under `prefix` and a dot.
    pub fn put(&mut self, prefix: &str, tensors: Vec<(String, RawTensor)>) {
        let named = tensors
            .into_iter()
            .map(|(name, tensor)| (format!("{prefix}.{name}"), tensor));
        self.tensors.extend(named);
    }

    /// One without tensors yet.
    ///
    /// # Panics
    /// If the notes cannot be written as JSON, which would be a mistake of ours.
    pub fn new<N: Serialize>(kind: &str, notes: &N) -> Self {
        Self {
            kind: kind.to_owned(),
            notes: serde_json::to_value(notes).expect("notes are plain data"),
            tensors: Vec::new(),
        }
    }
}

/// Opens the file and refuses what this program cannot continue; its tensors are not read yet.
fn open(path: &Path, kind: &str) -> Result<(TensorFile, Value), CheckpointError> {
    let file = TensorFile::open(path).map_err(|source| unreadable(path, source))?;
    let not_ours = || CheckpointError::NotOurs {
        path: path.to_owned(),
    };
    let header = file.metadata().get(KEY).ok_or_else(not_ours)?;
    let mut header: Value = serde_json::from_str(header).map_err(|_| not_ours())?;
    let found = header["format"].as_u64().ok_or_else(not_ours)?;
    if found != FORMAT_VERSION {
        let path = path.to_owned();
        return Err(CheckpointError::Version { path, found });
    }
    let found = header["kind"].as_str().unwrap_or_default();
    if found != kind {
        return Err(CheckpointError::Kind {
            path: path.to_owned(),
            found: found.to_owned(),
            need: kind.to_owned(),
        });
    }
    let notes = header["notes"].take();
    Ok((file, notes))
}

fn unreadable(path: &Path, source: WeightsError) -> CheckpointError {
    let path = path.to_owned();
    match source {
        WeightsError::WrongLength { found, need, .. } if found < need => {
            CheckpointError::CutShort { path, found, need }
        }
        source => CheckpointError::Unreadable {
            path,
            source: Box::new(source),
        },
    }
}

fn typed<N: DeserializeOwned>(notes: Value, path: &Path) -> Result<N, CheckpointError> {
    serde_json::from_value(notes).map_err(|source| CheckpointError::Notes {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Checkpoint {
        let mut checkpoint = Checkpoint::new("text", &json!({"step": 7}));
        let tensor = RawTensor {
            shape: vec![2],
            values: vec![1.5, -2.0],
        };
        checkpoint.put("model", vec![("w".to_owned(), tensor)]);
        checkpoint
    }

    #[test]
    fn what_is_written_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.safetensors");
        sample().write(&path).unwrap();
        let read = Checkpoint::read(&path, "text").unwrap();
        assert_eq!(read, sample());
        assert_eq!(read.part("model")["w"].values, [1.5, -2.0]);
    }

    #[test]
    fn a_file_cut_short_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.safetensors");
        sample().write(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
        let error = Checkpoint::read(&path, "text").unwrap_err();
        assert!(matches!(error, CheckpointError::CutShort { .. }), "{error}");
    }

    #[test]
    fn another_version_and_another_kind_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.safetensors");
        sample().write(&path).unwrap();
        let error = Checkpoint::read(&path, "music").unwrap_err();
        assert!(
            error
                .to_string()
                .contains("is of kind text, and music is needed")
        );
        let tensors = sample().tensors;
        let metadata = |text: &str| BTreeMap::from([(KEY.to_owned(), text.to_owned())]);
        let newer = metadata(r#"{"format": 9, "kind": "text", "notes": {}}"#);
        write_safetensors_f32(&path, &tensors, &newer).unwrap();
        let error = Checkpoint::read(&path, "text").unwrap_err();
        assert!(error.to_string().contains("has format 9"), "{error}");
        write_safetensors_f32(&path, &tensors, &BTreeMap::new()).unwrap();
        let error = Checkpoint::read(&path, "text").unwrap_err();
        assert!(matches!(error, CheckpointError::NotOurs { .. }), "{error}");
    }
}
