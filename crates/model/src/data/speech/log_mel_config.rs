//! How sound is cut into frames.

use serde::{Deserialize, Serialize};

use super::power::LENGTHS;
use super::{SAMPLE_RATE, SpeechError};

/// How frames are cut and what is heard in them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogMelConfig {
    /// Samples of a frame: 200 are 25 ms.
    pub frame: usize,
    /// Samples from the start of a frame to the start of the next: 80 are 10 ms.
    pub hop: usize,
    /// Length of the Fourier transform; a frame is filled up with zeros.
    pub fft: usize,
    /// D, bands along the mel scale.
    pub bands: usize,
    /// Where the lowest band begins, in Hz.
    pub lowest: f64,
    /// Where the highest band ends, in Hz.
    pub highest: f64,
    /// Added to the power of a band before its logarithm is taken. Full scale is 1, so 1e-8 is 80 dB
    /// below it: just above the noise of 16 bits, and below what any microphone here picks up.
    pub floor: f64,
}

impl Default for LogMelConfig {
    fn default() -> Self {
        Self {
            frame: 200,
            hop: 80,
            fft: 512,
            bands: 40,
            lowest: 20.0,
            highest: 4_000.0,
            floor: 1e-8,
        }
    }
}

/// Half the sample rate, in Hz: nothing above it can be heard.
const NYQUIST: f64 = SAMPLE_RATE as f64 / 2.0;
/// Longest hop, in samples: a second.
const MOST_HOP: usize = SAMPLE_RATE as usize;
/// More bands than this are a slip of the finger.
const MOST_BANDS: usize = 256;

impl LogMelConfig {
    /// Refuses settings that make no frames.
    ///
    /// # Errors
    /// [`SpeechError::Setting`] with the setting, its value and what is allowed.
    pub fn check(&self) -> Result<(), SpeechError> {
        let refuse = |name, value, is_right, range| match is_right {
            true => Ok(()),
            false => Err(SpeechError::Setting { name, value, range }),
        };
        let whole =
            |name, value: usize, is_right, range| refuse(name, value as f64, is_right, range);
        let is_size = |value: usize, most: usize| (1..=most).contains(&value);
        whole(
            "frame",
            self.frame,
            is_size(self.frame, LENGTHS[LENGTHS.len() - 1]),
            "between 1 and 4096 samples",
        )?;
        whole(
            "hop",
            self.hop,
            is_size(self.hop, MOST_HOP),
            "between 1 and 8000 samples",
        )?;
        let fits = LENGTHS.contains(&self.fft) && self.fft >= self.frame;
        whole(
            "fft",
            self.fft,
            fits,
            "a power of two from 64 to 4096 and at least as long as a frame",
        )?;
        whole(
            "bands",
            self.bands,
            is_size(self.bands, MOST_BANDS),
            "between 1 and 256",
        )?;
        let is_low = self.lowest >= 0.0 && self.lowest < self.highest;
        refuse(
            "lowest",
            self.lowest,
            is_low,
            "at least 0 Hz and below the highest",
        )?;
        let is_high = self.highest <= NYQUIST;
        refuse(
            "highest",
            self.highest,
            is_high,
            "at most 4000 Hz, half the sample rate",
        )?;
        let is_floor = self.floor.is_finite() && self.floor > 0.0;
        refuse("floor", self.floor, is_floor, "a finite number above 0")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_make_no_frames_are_refused() {
        let default = LogMelConfig::default();
        for (config, name) in [
            (
                LogMelConfig {
                    frame: 0,
                    ..default.clone()
                },
                "frame is 0",
            ),
            (
                LogMelConfig {
                    hop: 0,
                    ..default.clone()
                },
                "hop is 0",
            ),
            (
                LogMelConfig {
                    fft: 100,
                    ..default.clone()
                },
                "fft is 100",
            ),
            (
                LogMelConfig {
                    bands: 0,
                    ..default.clone()
                },
                "bands is 0",
            ),
            (
                LogMelConfig {
                    highest: 5e3,
                    ..default.clone()
                },
                "highest is 5000",
            ),
            (
                LogMelConfig {
                    lowest: 4e3,
                    ..default.clone()
                },
                "lowest is 4000",
            ),
            (
                LogMelConfig {
                    floor: f64::NAN,
                    ..default.clone()
                },
                "floor is NaN",
            ),
        ] {
            let error = config.check().unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
        default.check().unwrap();
    }
}
