//! Everything that can be wrong with recordings, as sentences.

use std::io;
use std::path::{Path, PathBuf};

/// Why recordings cannot be read or cut up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpeechError {
    /// The path does not exist.
    #[error(
        "there is no {}; where the recordings come from is shown by: reverie data list",
        path.display()
    )]
    NoSuchPath {
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
    /// The archive is damaged, cut short, or none.
    #[error(
        "{} is no whole .tar.gz: it breaks off after {read} recordings; get it anew, or unpack what \
         there is and name the folder",
        path.display()
    )]
    Archive {
        /// The archive.
        path: PathBuf,
        /// Recordings that were read before.
        read: usize,
        /// What the reader said.
        source: io::Error,
    },
    /// No WAV file.
    #[error(
        "{} holds no recording; files named DIGIT_SPEAKER_INDEX.wav, such as 7_jackson_32.wav, are \
         needed",
        path.display()
    )]
    Empty {
        /// The folder or archive.
        path: PathBuf,
    },
    /// There are WAV files, and none is any good.
    #[error("none of the {count} recordings in {} can be used; the first: {first}", path.display())]
    AllUnusable {
        /// The folder or archive.
        path: PathBuf,
        /// How many there are.
        count: usize,
        /// What is wrong with the first.
        first: Box<SpeechError>,
    },
    /// The name says neither digit nor speaker nor index.
    #[error(
        "the name {name} does not say what is spoken; DIGIT_SPEAKER_INDEX.wav is needed, such as \
         7_jackson_32.wav, with a digit from 0 to 9"
    )]
    Name {
        /// The file.
        name: String,
    },
    /// The same digit, speaker and index twice.
    #[error("{name} is a recording that is there already; leave one of them out")]
    Twice {
        /// The file that came second.
        name: String,
    },
    /// No WAV file, whatever its name says.
    #[error("{name} is no WAV file that can be read")]
    NotWav {
        /// The file.
        name: String,
        /// Why.
        #[source]
        source: hound::Error,
    },
    /// Sound of another kind.
    #[error(
        "{name} has {channels} channels of {bits} {} at {rate} Hz, but 1 channel of 16 bit integers \
         at 8000 Hz is needed; convert it with: ffmpeg -i IN -ac 1 -ar 8000 -c:a pcm_s16le OUT",
        if *is_float { "bit floats" } else { "bit integers" }
    )]
    Format {
        /// The file.
        name: String,
        /// Channels.
        channels: u16,
        /// Samples a second.
        rate: u32,
        /// Bits of a sample.
        bits: u16,
        /// Whether samples are floating-point numbers.
        is_float: bool,
    },
    /// The file ends before its samples do.
    #[error("{name} is cut short: {found} of {need} samples; get it anew")]
    CutShort {
        /// The file.
        name: String,
        /// Samples that are there.
        found: usize,
        /// Samples that its header speaks of.
        need: usize,
    },
    /// No sound in it.
    #[error("{name} has no samples")]
    NoSamples {
        /// The file.
        name: String,
    },
    /// Longer than anybody speaks a digit.
    #[error(
        "{name} has {samples} samples, but a spoken digit has {most} at most; cut it into digits"
    )]
    TooLong {
        /// The file.
        name: String,
        /// Its samples.
        samples: usize,
        /// The most that are taken.
        most: usize,
    },
    /// A share is no share.
    #[error("the validation share must be at least 0 and below 1, but it is {value}")]
    BadShare {
        /// The share.
        value: f64,
    },
    /// One of the parts has no recordings.
    #[error(
        "there are no recordings for {part}, for which indices {indices} are kept; take more \
         recordings or another validation share"
    )]
    EmptyPart {
        /// The part.
        part: &'static str,
        /// Which indices belong to it.
        indices: &'static str,
    },
    /// A setting of the features that makes none.
    #[error("{name} is {value}, but must be {range}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: f64,
        /// The range in words.
        range: &'static str,
    },
    /// Not one sequence as long as that.
    #[error(
        "no speaker has {samples} samples one after the other for {part}; take shorter sequences or \
         more recordings"
    )]
    NoSequences {
        /// Samples of a sequence.
        samples: usize,
        /// The part.
        part: &'static str,
    },
}

impl SpeechError {
    /// What the operating system said about `path`, with a missing file told apart.
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NoSuchPath { path },
            _ => Self::Io { path, source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_format_says_what_to_do() {
        let error = SpeechError::Format {
            name: "7_jackson_32.wav".into(),
            channels: 2,
            rate: 44_100,
            bits: 32,
            is_float: true,
        };
        assert_eq!(
            error.to_string(),
            "7_jackson_32.wav has 2 channels of 32 bit floats at 44100 Hz, but 1 channel of 16 bit \
             integers at 8000 Hz is needed; convert it with: ffmpeg -i IN -ac 1 -ar 8000 -c:a \
             pcm_s16le OUT"
        );
    }

    #[test]
    fn the_error_is_small_enough_to_return() {
        assert!(
            size_of::<SpeechError>() <= 128,
            "{}",
            size_of::<SpeechError>()
        );
    }
}
