//! Everything that can be wrong with a MIDI file, as sentences.

use std::io;
use std::path::PathBuf;

use crate::data::music::{HIGHEST, LOWEST};

/// Why a MIDI file cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MidiError {
    /// A setting that cannot be worked with.
    #[error("{name} must be between {low} and {high}, but it is {value}")]
    BadSetting {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: f64,
        /// The lowest value.
        low: f64,
        /// The highest value.
        high: f64,
    },
    /// The bytes do not begin as a MIDI file does.
    #[error("this is no MIDI file: {reason}")]
    NotMidi {
        /// What midly found wrong with the header.
        reason: &'static str,
    },
    /// The division of the header is 0.
    #[error("the header says that a quarter note has no ticks, so nothing has a length")]
    NoTicks,
    /// The file ends in the middle of a chunk.
    #[error(
        "the file is cut short: the chunk at byte {at} should have {need} bytes, but {have} are left"
    )]
    CutShort {
        /// Where the chunk begins, in bytes after the header.
        at: usize,
        /// Its length.
        need: usize,
        /// What is left of the file.
        have: usize,
    },
    /// Fewer tracks than the header says.
    #[error("the file is cut short: its header says {declared} tracks, but there are {found}")]
    MissingTracks {
        /// Tracks in the header.
        declared: usize,
        /// Tracks in the file.
        found: usize,
    },
    /// Bytes that are no event.
    #[error("track {track} is broken: there is no event at byte {at} of its {length}")]
    BrokenTrack {
        /// The track, counted from 1.
        track: usize,
        /// Where, counted from the beginning of the track.
        at: usize,
        /// Bytes of the track.
        length: usize,
    },
    /// A track that just stops.
    #[error("track {track} has no end-of-track event, so the file was cut short or is broken")]
    NoEndOfTrack {
        /// The track, counted from 1.
        track: usize,
    },
    /// A roll or a file without a single step.
    #[error("there is not a single step of music in it")]
    Empty,
    /// More steps than wanted.
    #[error(
        "the music has {steps} steps, but at most {limit} are read; use fewer steps for a quarter \
         note or raise max_steps"
    )]
    TooLong {
        /// Steps of the file, as far as it was read.
        steps: u64,
        /// Steps that may be.
        limit: usize,
    },
    /// A file of more bytes than wanted.
    #[error("the file has {bytes} bytes, but at most {limit} are read; raise max_bytes")]
    TooLarge {
        /// Bytes of the file.
        bytes: u64,
        /// Bytes that may be.
        limit: u64,
    },
    /// A note that no key has.
    #[error(
        "MIDI note {note} is not among the {LOWEST} to {HIGHEST} of a piano; leave such notes out \
         with the policy clip"
    )]
    OutsidePiano {
        /// The note.
        note: u8,
    },
    /// The operating system refused.
    #[error("cannot read {}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// No MIDI file in a folder.
    #[error(
        "there is no file that ends in .mid or .midi in {}; sub-folders are looked into only if \
         they are train, valid (or validation) and test",
        path.display()
    )]
    EmptyFolder {
        /// The folder.
        path: PathBuf,
    },
    /// Some of the three sub-folders are missing.
    #[error("{} has a sub-folder train, but none that is called {missing}", path.display())]
    MissingPart {
        /// The folder.
        path: PathBuf,
        /// What its name would be.
        missing: &'static str,
    },
    /// Too few files to make three parts.
    #[error(
        "{} has {files} MIDI files, but a training, a validation and a test part need at least \
         {need}",
        path.display()
    )]
    TooFewFiles {
        /// The folder.
        path: PathBuf,
        /// MIDI files in it.
        files: usize,
        /// Files that are needed.
        need: usize,
    },
    /// More broken files than may be.
    #[error(
        "{skipped} of {files} files cannot be read, and at most {allowed} may be; the first is {}",
        first.display()
    )]
    TooManySkipped {
        /// Files that cannot be read.
        skipped: usize,
        /// All files.
        files: usize,
        /// Files that may be left out.
        allowed: usize,
        /// The first of them.
        first: PathBuf,
        /// What is wrong with it.
        source: Box<MidiError>,
    },
    /// A part of which no file can be read.
    #[error("no file of the {part} part can be read")]
    NothingLeft {
        /// The part.
        part: &'static str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_have_the_value_the_limit_and_the_remedy() {
        let error = MidiError::TooLong {
            steps: 1_000_000,
            limit: 100_000,
        };
        assert_eq!(
            error.to_string(),
            "the music has 1000000 steps, but at most 100000 are read; use fewer steps for a \
             quarter note or raise max_steps"
        );
        assert_eq!(
            MidiError::OutsidePiano { note: 12 }.to_string(),
            "MIDI note 12 is not among the 21 to 108 of a piano; leave such notes out with the \
             policy clip"
        );
    }

    #[test]
    fn the_error_is_small_enough_to_return() {
        assert!(size_of::<MidiError>() <= 128, "{}", size_of::<MidiError>());
    }
}
