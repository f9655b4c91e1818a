//! Everything that can be wrong with a set of music, as sentences.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::frame::{HIGHEST, LOWEST};
use super::{MatFault, PickleFault, Split};

/// Why a set of music cannot be read or made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MusicError {
    /// The path does not exist.
    #[error(
        "there is no file {}; the music that can be downloaded is shown by: reverie data list",
        path.display()
    )]
    NoSuchFile {
        /// The path.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot read {}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The file has no bytes.
    #[error("{} is empty", path.display())]
    Empty {
        /// The path.
        path: PathBuf,
    },
    /// More bytes than any set of music has.
    #[error(
        "{} has more than {limit} bytes, the most that is read; cut the set into smaller ones",
        path.display()
    )]
    TooLarge {
        /// The path.
        path: PathBuf,
        /// The most that is read.
        limit: u64,
    },
    /// None of the formats that are read.
    #[error(
        "{} begins with \"{}\", so it is neither JSON nor a MATLAB file nor a Python pickle; if it \
         is compressed, unpack it first",
        path.display(),
        begins.escape_ascii()
    )]
    UnknownFormat {
        /// The path.
        path: PathBuf,
        /// Its first bytes.
        begins: Vec<u8>,
    },
    /// The format is known and the content is wrong.
    #[error("{} cannot be used: {fault}", path.display())]
    BadFile {
        /// The path.
        path: PathBuf,
        /// What is wrong.
        fault: Fault,
    },
    /// Splits that make no set.
    #[error("the set {name} cannot be used: {fault}")]
    BadSet {
        /// Name of the set.
        name: String,
        /// What is wrong.
        fault: Fault,
    },
}

impl MusicError {
    /// What the operating system said about `path`, with a missing file told apart.
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NoSuchFile { path },
            _ => Self::Io { path, source },
        }
    }
}

/// What is wrong with the content of a set.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Not JSON, or not of the right shape.
    #[error("it is not JSON of the form {{\"train\": [[[60, 64], …], …], …}}: {0}")]
    Json(#[source] serde_json::Error),
    /// Not the MATLAB file that is expected.
    #[error(transparent)]
    Mat(#[from] MatFault),
    /// Not the pickle that is expected.
    #[error(transparent)]
    Pickle(#[from] PickleFault),
    /// One of the three is not there.
    #[error(
        "the split {split} is missing; there {}, but it takes train, valid and test",
        in_words(there)
    )]
    MissingSplit {
        /// The split.
        split: Split,
        /// What is there instead.
        there: Vec<String>,
    },
    /// One of the three is there more than once.
    #[error("the split {split} is there twice; leave one of them out")]
    SplitTwice {
        /// The split.
        split: Split,
    },
    /// A split without sequences.
    #[error("the split {split} has no sequences; each needs at least one")]
    EmptySplit {
        /// The split.
        split: Split,
    },
    /// A sequence without steps.
    #[error(
        "sequence {sequence} of {split} (counted from 0) has no steps; leave it out, or give it at \
         least one"
    )]
    EmptySequence {
        /// The split.
        split: Split,
        /// The sequence, counted from 0.
        sequence: usize,
    },
    /// A note that no key of a piano has.
    #[error(
        "note {note} at {place} is outside {LOWEST}-{HIGHEST}, the keys of a piano; transpose the \
         piece, or drop such notes with the policy clip"
    )]
    NoteOutside {
        /// Where.
        place: Place,
        /// Its MIDI number.
        note: i64,
    },
    /// A note between two keys.
    #[error(
        "note {value} at {place} is no whole number; notes are MIDI numbers {LOWEST}-{HIGHEST}"
    )]
    NotWhole {
        /// Where.
        place: Place,
        /// The number.
        value: f64,
    },
    /// More than a set of music has.
    #[error("it has more than {limit} {counted}; cut the set into smaller ones")]
    TooMany {
        /// What there is too much of.
        counted: Counted,
        /// The most that is read.
        limit: usize,
    },
}

/// A time step of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The split.
    pub split: Split,
    /// The sequence, counted from 0.
    pub sequence: usize,
    /// The step, counted from 0.
    pub step: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            split,
            sequence,
            step,
        } = self;
        write!(
            f,
            "step {step} of sequence {sequence} of {split} (counted from 0)"
        )
    }
}

/// What there can be too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Sequences of all splits.
    Sequences,
    /// Time steps of all sequences.
    Steps,
    /// Notes of all steps.
    Notes,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sequences => "sequences",
            Self::Steps => "time steps",
            Self::Notes => "notes",
        })
    }
}

/// Names after the word "there".
fn in_words(names: &[String]) -> String {
    match names {
        [] => "is nothing".to_owned(),
        [name] => format!("is {name}"),
        names => format!("are {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_split_says_what_is_there() {
        let fault = |there: &[&str]| Fault::MissingSplit {
            split: Split::Valid,
            there: there.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(
            fault(&["train", "validation"]).to_string(),
            "the split valid is missing; there are train, validation, but it takes train, valid \
             and test"
        );
        assert!(fault(&[]).to_string().contains("there is nothing, but"));
    }

    #[test]
    fn a_note_outside_says_where_and_what_to_do() {
        let error = MusicError::BadFile {
            path: "set.json".into(),
            fault: Fault::NoteOutside {
                place: Place {
                    split: Split::Train,
                    sequence: 2,
                    step: 30,
                },
                note: 20,
            },
        };
        assert_eq!(
            error.to_string(),
            "set.json cannot be used: note 20 at step 30 of sequence 2 of train (counted from 0) \
             is outside 21-108, the keys of a piano; transpose the piece, or drop such notes with \
             the policy clip"
        );
    }

    #[test]
    fn the_error_is_small_enough_to_return() {
        let size = size_of::<MusicError>();
        assert!(size <= 128, "{size}");
    }
}
