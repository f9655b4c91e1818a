//! Everything that can be wrong with weights, as sentences.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::{LooksLike, Problems};

/// Most names of one kind that a message lists.
pub(super) const MOST_LISTED: usize = 8;

/// Why weights cannot be found, read or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// The network computes something else than it should.
    #[error(
        "{name} computes something else than it should (relative difference {difference:.1e}, at most {limit:.0e}); the file or its preprocessing is not what its entry says"
    )]
    ProbeDiffers {
        /// Name of the weights.
        name: String,
        /// Largest difference to the recorded activations, relative to the largest of the layer.
        difference: f32,
        /// What is let pass.
        limit: f32,
    },
    /// No entry of the registry has this name.
    #[error(
        "there are no weights called {asked}{}; known are {}",
        did_you_mean(nearest),
        known.join(", ")
    )]
    UnknownName {
        /// What was asked for.
        asked: String,
        /// The name that was probably meant.
        nearest: Option<String>,
        /// All names.
        known: Vec<String>,
    },
    /// The registry knows the file, but it is in none of the folders.
    #[error(
        "the weights {name} need the file {file}, which is not in {}; {remedy}",
        list_paths(looked_in)
    )]
    NotFound {
        /// Name of the weights.
        name: String,
        /// File that was looked for.
        file: String,
        /// Folders it was looked for in.
        looked_in: Vec<PathBuf>,
        /// What to do about it.
        remedy: Remedy,
    },
    /// A path that was given does not exist.
    #[error("there is no file {}", path.display())]
    NoSuchFile {
        /// The path.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot read or write {}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The file is something else than weights.
    #[error("{} holds no weights: it {looks_like}", path.display())]
    NotWeights {
        /// The path.
        path: PathBuf,
        /// What it looks like.
        looks_like: LooksLike,
    },
    /// A safetensors file ends early, or goes on too long.
    #[error(
        "{} is {found} bytes long, but its header speaks of {need}; {}",
        path.display(),
        if found < need { "the download is incomplete, so fetch it again" } else { "it is damaged" }
    )]
    WrongLength {
        /// The path.
        path: PathBuf,
        /// Bytes that the header calls for.
        need: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// The header of a safetensors file makes no sense.
    #[error("{} has a damaged safetensors header", path.display())]
    BadHeader {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A zip archive without its directory, which stands at the end.
    #[error(
        "{} begins like a PyTorch file but ends early, after {found} bytes; the download is \
         incomplete, so fetch it again",
        path.display()
    )]
    TruncatedZip {
        /// The path.
        path: PathBuf,
        /// Bytes that are there.
        found: u64,
    },
    /// A PyTorch file that the reader refuses.
    #[error("{} cannot be read as a PyTorch file", path.display())]
    Pytorch {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<pytorch_reader::PytorchError>,
    },
    /// A sound file without a single tensor.
    #[error("{} holds no tensors", path.display())]
    NoTensors {
        /// The path.
        path: PathBuf,
    },
    /// A tensor that the file does not have.
    #[error("{} has no tensor {name}{}", path.display(), did_you_mean(nearest))]
    NoSuchTensor {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// The tensor that was probably meant.
        nearest: Option<String>,
    },
    /// A tensor of whole numbers or truth values where weights are wanted.
    #[error(
        "tensor {name} of {} is of type {dtype}, but weights must be f16, bf16, f32 or f64",
        path.display()
    )]
    NotFloat {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// Its element type.
        dtype: String,
    },
    /// The values of one tensor cannot be read.
    #[error("cannot read tensor {name} of {}", path.display())]
    Tensor {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// What went wrong.
        source: io::Error,
    },
    /// The tensors are not those of the network.
    #[error("{} does not fit the network: {problems}", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// All that is wrong.
        problems: Box<Problems>,
    },
    /// The file names its tensors in no way that is known for this kind of network.
    #[error(
        "{} names its tensors in no known way: it has {}, but a VGG has {}",
        path.display(),
        list_names(found),
        wanted.join(" or ")
    )]
    UnknownScheme {
        /// The file.
        path: PathBuf,
        /// The names that it has.
        found: Vec<String>,
        /// One name for each way that is known.
        wanted: Vec<String>,
    },
    /// The file is not as long as the registry says.
    #[error(
        "{} is {found} bytes long, but {name} must be {expected}; put the right file in its place",
        path.display()
    )]
    WrongSize {
        /// The file.
        path: PathBuf,
        /// Name of the weights.
        name: String,
        /// Bytes that the registry states.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// The file has another SHA-256 than the registry says.
    #[error(
        "{} has the SHA-256 {found}, but {name} must have {expected}; put the right file in its place",
        path.display()
    )]
    WrongHash {
        /// The file.
        path: PathBuf,
        /// Name of the weights.
        name: String,
        /// Hash that the registry states, or how it begins.
        expected: String,
        /// Hash of the file.
        found: String,
    },
    /// A user's list of weights is not TOML of the right form.
    #[error("{} is not a list of weights", path.display())]
    BadRegistry {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<toml::de::Error>,
    },
    /// An entry of a list of weights cannot be used.
    #[error("the entry {name:?} of the list of weights cannot be used: {fault}")]
    BadEntry {
        /// Its name.
        name: String,
        /// The field.
        fault: EntryFault,
    },
    /// Two tensors to be written have one name, or one has a name that the format reserves.
    #[error("there cannot be two tensors called {name} in one file")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// A tensor to be written has more or fewer values than its shape calls for.
    #[error(
        "tensor {name} has {found} values, but its shape {shape:?} needs {}",
        shape.iter().product::<usize>()
    )]
    WrongCount {
        /// The tensor.
        name: String,
        /// Its shape.
        shape: Vec<usize>,
        /// Values that it has.
        found: usize,
    },
}

impl WeightsError {
    /// What the operating system said about `path`, with a missing file told apart.
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NoSuchFile { path },
            _ => Self::Io { path, source },
        }
    }
}

/// What to do about weights that are not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// They can be downloaded under this name.
    Fetch {
        /// Name of the weights.
        name: String,
    },
    /// They cannot be downloaded; whoever has them can say where they are.
    PointAt,
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fetch { name } => {
                write!(
                    f,
                    "get it with: reverie weights fetch {name} (or pass --data-dir)"
                )
            }
            Self::PointAt => f.write_str("pass the folder that has it with --data-dir"),
        }
    }
}

/// Which field of a registry entry is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryFault {
    /// Empty, or with blanks in it.
    Name,
    /// Empty, or with folders in it.
    File,
    /// Not 64 hexadecimal digits.
    Sha256,
    /// Not 8 to 64 hexadecimal digits.
    Sha256Prefix,
    /// Not the name of a list of classes.
    Classes,
    /// Divides by zero, or has values that are not finite.
    Preprocessing,
}

impl fmt::Display for EntryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "name must be one word",
            Self::File => "file must be a file name without folders",
            Self::Sha256 => "sha256 must have 64 lower-case hexadecimal digits",
            Self::Sha256Prefix => "sha256_prefix must have 8 to 64 lower-case hexadecimal digits",
            Self::Classes => "classes must be imagenet, or be left out",
            Self::Preprocessing => {
                "preprocessing must have finite means and positive std and scale"
            }
        })
    }
}

/// `"; did you mean X?"`, or nothing.
pub(crate) fn did_you_mean(nearest: &Option<String>) -> String {
    nearest
        .as_ref()
        .map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

/// Folders that were looked in, as a sentence has them.
pub(crate) fn list_paths(paths: &[PathBuf]) -> String {
    match paths {
        [] => "any folder, as none was given".to_owned(),
        paths => paths
            .iter()
            .map(|p| p.display().to_string())
            .collect::<Vec<_>>()
            .join(" or "),
    }
}

/// The first few names, and how many there are beyond them.
pub(super) fn list_names(names: &[impl fmt::Display]) -> String {
    let mut text = names
        .iter()
        .take(MOST_LISTED)
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > MOST_LISTED {
        text += &format!(" … and {} more", names.len() - MOST_LISTED);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<String> = (0..10).map(|i| format!("t{i}")).collect();
        assert_eq!(
            list_names(&names),
            "t0, t1, t2, t3, t4, t5, t6, t7 … and 2 more"
        );
        assert_eq!(list_names(&names[..2]), "t0, t1");
    }

    #[test]
    fn the_error_is_small_enough_to_return() {
        assert!(
            size_of::<WeightsError>() <= 128,
            "{}",
            size_of::<WeightsError>()
        );
    }
}
