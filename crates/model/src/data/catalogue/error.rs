//! Everything that can be wrong with known data sets, as sentences.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::weights::{did_you_mean, list_paths};

/// Why a known data set cannot be found or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// No set of the catalogue has this name.
    #[error(
        "there is no data set called {asked}{}; known are {}",
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
    /// The catalogue knows the file, but it is in none of the folders.
    #[error(
        "the data set {name} needs the file {file}, which is not in {}; {remedy}",
        list_paths(looked_in)
    )]
    NotFound {
        /// Name of the set.
        name: String,
        /// File that was looked for.
        file: String,
        /// Folders it was looked for in.
        looked_in: Vec<PathBuf>,
        /// What to do about it.
        remedy: DataRemedy,
    },
    /// The operating system refused.
    #[error("cannot read {}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The file is not as long as the catalogue says.
    #[error(
        "{} is {found} bytes long, but {name} must be {expected}; put the right file in its place",
        path.display()
    )]
    WrongSize {
        /// The file.
        path: PathBuf,
        /// Name of the set.
        name: String,
        /// Bytes that the catalogue states.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// The file has another SHA-256 than the catalogue says.
    #[error(
        "{} has the SHA-256 {found}, but {name} must have {expected}; put the right file in its \
         place",
        path.display()
    )]
    WrongHash {
        /// The file.
        path: PathBuf,
        /// Name of the set.
        name: String,
        /// Hash that the catalogue states.
        expected: String,
        /// Hash of the file.
        found: String,
    },
    /// A set of the catalogue cannot be used.
    #[error("the data set {name:?} of the catalogue cannot be used: {fault}")]
    BadSet {
        /// Its name.
        name: String,
        /// The field.
        fault: DataFault,
    },
}

/// What to do about data that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataRemedy {
    /// It can be downloaded under this name.
    Fetch {
        /// Name of the set.
        name: String,
    },
    /// It cannot be downloaded; whoever has it can say where it is.
    PointAt,
}

impl fmt::Display for DataRemedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fetch { name } => {
                write!(
                    f,
                    "get it with: reverie data fetch {name} (or pass --data-dir)"
                )
            }
            Self::PointAt => f.write_str(
                "it cannot be downloaded, so pass the folder that has it with --data-dir",
            ),
        }
    }
}

/// Which field of a data set is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DataFault {
    /// Empty, or with blanks in it.
    Name,
    /// Empty.
    Licence,
    /// There are none.
    NoFiles,
    /// Empty, or with folders in it.
    File,
    /// Leads out of the data folder.
    Folder,
    /// Not 64 hexadecimal digits.
    Sha256,
    /// Not encrypted.
    Url,
}

impl fmt::Display for DataFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "name must be one word",
            Self::Licence => "licence must say something, even if it is not known",
            Self::NoFiles => "it must have at least one file",
            Self::File => "file must be a file name without folders",
            Self::Folder => "folder must be one or more plain names with / between them",
            Self::Sha256 => "sha256 must have 64 lower-case hexadecimal digits",
            Self::Url => "urls must begin with https://",
        })
    }
}
