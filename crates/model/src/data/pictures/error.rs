//! Why there are no pictures to learn from.

use std::path::PathBuf;

use super::Skipped;

/// Why pictures cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PicturesError {
    /// The file system said no.
    #[error("reading {}: {source}", path.display())]
    Io {
        /// What was read.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
    /// A file that is no archive, or is cut short.
    #[error(
        "{} is no .tar.gz, or is damaged after {read} pictures: {source}",
        path.display()
    )]
    Archive {
        /// The archive.
        path: PathBuf,
        /// Pictures that were read before.
        read: usize,
        /// What is wrong.
        source: std::io::Error,
    },
    /// Nothing that is named like a picture.
    #[error(
        "{} holds no pictures (.jpg, .jpeg, .png, .webp, .bmp, .gif, .tif, .tiff)",
        path.display()
    )]
    None {
        /// What was looked through.
        path: PathBuf,
    },
    /// Pictures that lie in no folder of a class.
    #[error(
        "{name} lies in no folder of a class; there should be a folder of pictures for every class"
    )]
    NoClass {
        /// The first such picture.
        name: String,
    },
    /// A network that is always right has nothing to learn.
    #[error("there is one class only, {class}; a network needs two to tell apart")]
    OneClass {
        /// Its name.
        class: String,
    },
    /// A class of the second part that nothing can be learnt of.
    #[error("class {class} has pictures to measure on, but none to learn from")]
    NothingToLearn {
        /// Its name.
        class: String,
    },
    /// Too few pictures of a class to keep one back.
    #[error(
        "class {class} has one picture; two are needed, one to learn from and one to measure on"
    )]
    TooFew {
        /// Its name.
        class: String,
    },
    /// More pictures than allowed could not be read.
    #[error(
        "{} of {of} pictures cannot be read, more than {limit}; the first is {}: {}",
        skipped.len(), skipped[0].name, skipped[0].reason
    )]
    TooManyBad {
        /// Those that cannot be read; at least one.
        skipped: Vec<Skipped>,
        /// All pictures.
        of: usize,
        /// How many may be bad.
        limit: usize,
    },
}

impl PicturesError {
    pub(super) fn io(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Io {
            path: path.into(),
            source,
        }
    }
}
