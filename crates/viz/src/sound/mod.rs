//! Piano rolls as sound.
//!
//! A roll becomes samples either by a small synthesis of our own, which needs no files, or through
//! a SoundFont that the user names; and samples become the bytes of a WAV file.
//!
//! | file | idea |
//! |---|---|
//! | here | [`Sound`]: samples of one or two channels |
//! | `config` | [`SoundConfig`]: how fast, how fine, how wide |
//! | `synth` | [`synthesize`]: a roll becomes sound, without any file |
//! | `tone` | one note: partials that decay |
//! | `room` | walls around it |
//! | `level` | no offset, the same loudness for every piece, no clipping |
//! | `soundfont` | [`SoundFont`]: a roll becomes sound with recorded instruments |
//! | `riff` | is a SoundFont file in order? |
//! | `wav` | [`write_wav`]: sound becomes a file |
//! | `error` | [`SoundError`] |

mod config;
mod error;
mod level;
#[cfg(test)]
mod minimal;
mod riff;
mod room;
mod soundfont;
mod synth;
mod tone;
mod wav;

pub use config::{SoundConfig, steps_per_second};
pub use error::SoundError;
pub use soundfont::SoundFont;
pub use synth::synthesize;
pub use wav::write_wav;

/// Samples of one channel, or of a left and a right one.
///
/// # Scale
/// Between -1 and 1, both excluded.
#[derive(Clone, Debug, PartialEq)]
pub struct Sound {
    /// Samples of a second.
    pub sample_rate: u32,
    /// The channels, all of one length: one, or left and right.
    pub channels: Vec<Vec<f32>>,
}

impl Sound {
    /// Samples of a channel.
    pub fn len(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its length in seconds.
    pub fn seconds(&self) -> f64 {
        self.len() as f64 / f64::from(self.sample_rate)
    }

    /// The largest distance from 0.
    pub fn peak(&self) -> f32 {
        let samples = self.channels.iter().flatten();
        samples.fold(0.0, |peak, sample| peak.max(sample.abs()))
    }

    /// The root of the mean square over all channels.
    pub fn loudness(&self) -> f32 {
        let samples = self.channels.iter().flatten();
        let sum: f64 = samples.map(|sample| f64::from(*sample).powi(2)).sum();
        let count = self.len() * self.channels.len();
        (sum / count.max(1) as f64).sqrt() as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_knows_its_measures() {
        let sound = Sound {
            sample_rate: 4,
            channels: vec![vec![0.5, -0.5], vec![0.5, 0.5]],
        };
        assert_eq!((sound.len(), sound.seconds()), (2, 0.5));
        assert_eq!((sound.peak(), sound.loudness()), (0.5, 0.5));
        let nothing = Sound {
            sample_rate: 4,
            channels: vec![vec![]],
        };
        assert!(nothing.is_empty() && nothing.loudness() == 0.0);
    }
}
