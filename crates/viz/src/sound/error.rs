//! Everything that can be wrong with sound, as sentences.

use std::io;
use std::path::PathBuf;

/// Why there is no sound.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SoundError {
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
    /// A roll without a step.
    #[error("there is not a single step of music to play")]
    Empty,
    /// More than fits into memory.
    #[error(
        "the music would last {seconds:.0} seconds, but at most {limit:.0} are made; play fewer \
         steps or more of them in a second"
    )]
    TooLong {
        /// Seconds of the music.
        seconds: f64,
        /// Seconds that may be.
        limit: f64,
    },
    /// Neither one channel nor two, or channels of different lengths.
    #[error("a sound file has one or two channels of the same length, but not {lengths:?} samples")]
    BadChannels {
        /// Samples of each channel.
        lengths: Vec<usize>,
    },
    /// The WAV file could not be made.
    #[error("cannot write the sound as WAV")]
    Wav {
        /// What was wrong.
        source: hound::Error,
    },
    /// The operating system refused.
    #[error("cannot read {}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// A SoundFont of more bytes than wanted.
    #[error("the SoundFont {} has {bytes} bytes, but at most {limit} are read", path.display())]
    SoundFontTooLarge {
        /// The path.
        path: PathBuf,
        /// Bytes of the file.
        bytes: u64,
        /// Bytes that may be.
        limit: u64,
    },
    /// The bytes are no SoundFont, or a broken one.
    #[error("this is no SoundFont (.sf2) that can be played: {reason}")]
    BrokenSoundFont {
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing was heard.
    #[error("program {program} of the SoundFont gives no sound for these notes; try another")]
    Mute {
        /// The instrument.
        program: u8,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_have_the_value_and_the_limit() {
        let error = SoundError::BadSetting {
            name: "room",
            value: 1.5,
            low: 0.0,
            high: 1.0,
        };
        assert_eq!(
            error.to_string(),
            "room must be between 0 and 1, but it is 1.5"
        );
    }
}
