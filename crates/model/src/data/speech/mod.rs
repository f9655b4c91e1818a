//! Spoken digits: read, split, and made into what networks hear.
//!
//! The Free Spoken Digit Dataset is 3,000 recordings of the digits 0 to 9 by six speakers, 8,000
//! samples a second. A recogniser hears them as log-mel frames; the comparison of cells goes on with
//! their raw samples.
//!
//! | to | use |
//! |---|---|
//! | read an archive or a folder | [`read_recordings`], [`Recordings`], [`Recording`] |
//! | read one sound file | [`read_wav`] |
//! | split them as everybody does | [`SpeechSplit`] |
//! | hear frames | [`LogMel`], [`LogMelConfig`], [`Frames`], [`BandScale`] |
//! | have something to hear without any data | [`generated_words`] |
//! | cut raw sound into sequences | [`Waves`], [`WaveTask`] |
//!
//! # Example
//! ```
//! # use reverie_model::data::speech::{LogMel, LogMelConfig, parse_name};
//! let (digit, speaker, index) = parse_name("7_jackson_32.wav")?;
//! assert_eq!((digit, speaker.as_str(), index), (7, "jackson", 32));
//! let log_mel = LogMel::new(&LogMelConfig::default())?;
//! let second = vec![0.0; 8_000];
//! assert_eq!(log_mel.frames(&second).steps(), 98);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod formant;
mod frames;
mod generated;
mod glottis;
mod halve;
mod log_mel;
mod log_mel_config;
mod mel;
mod power;
mod read;
mod recording;
mod split;
mod voice;
mod waves;

pub use error::SpeechError;
pub use frames::{BandScale, Frames, LEAST_DEVIATION};
pub use generated::{WORDS, generated_words};
pub use log_mel::LogMel;
pub use log_mel_config::LogMelConfig;
pub use mel::{to_hertz, to_mel};
pub use read::{Recordings, read_recordings};
pub use recording::{N_DIGITS, Recording, SAMPLE_RATE, parse_name, read_wav};
pub use split::{DEFAULT_VALIDATION_SHARE, SpeechSplit, TEST_INDICES};
pub(crate) use waves::shuffle;
pub use waves::{GUESSED, HOP, READ, WaveTask, Waves, steps_of};
