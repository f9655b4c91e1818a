//! How fast, how fine, how wide.

use serde::{Deserialize, Serialize};

use super::SoundError;

/// Steps of a second: eighth notes at 96 quarter notes a minute.
pub const DEFAULT_STEPS_PER_SECOND: f64 = 3.2;
/// Samples of a second: that of a compact disc.
pub const DEFAULT_SAMPLE_RATE: u32 = 44_100;
/// How much of the sound comes back from the walls.
pub const DEFAULT_ROOM: f32 = 0.2;
/// Seconds that a piece may last: two channels of floats take 400 MB then.
pub(super) const MAX_SECONDS: f64 = 1_200.0;
/// The lowest and the highest of what can be asked for.
const SPEEDS: (f64, f64) = (0.1, 100.0);
const SAMPLE_RATES: (u32, u32) = (16_000, 96_000);
/// Seconds of a minute.
const MINUTE: f64 = 60.0;

/// How a roll becomes sound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SoundConfig {
    /// Steps of a second, 0.1 to 100.
    pub steps_per_second: f64,
    /// Samples of a second, 16,000 to 96,000.
    pub sample_rate: u32,
    /// Whether there are two channels, low keys a little to the left.
    pub stereo: bool,
    /// How much of the sound comes back from the walls, 0 to 1.
    pub room: f32,
}

impl Default for SoundConfig {
    fn default() -> Self {
        Self {
            steps_per_second: DEFAULT_STEPS_PER_SECOND,
            sample_rate: DEFAULT_SAMPLE_RATE,
            stereo: true,
            room: DEFAULT_ROOM,
        }
    }
}

/// The speed of a roll in which a quarter note has so many steps, at a tempo in quarter notes per
/// minute.
pub fn steps_per_second(steps_per_quarter: u32, tempo: f64) -> f64 {
    f64::from(steps_per_quarter) * tempo / MINUTE
}

impl SoundConfig {
    /// Whether a roll of so many steps can be made to sound.
    ///
    /// # Errors
    /// [`SoundError::BadSetting`] with the first setting that is wrong, [`SoundError::Empty`] or
    /// [`SoundError::TooLong`].
    pub fn check(&self, steps: usize) -> Result<(), SoundError> {
        let within = |name, value, low, high| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            Err(SoundError::BadSetting {
                name,
                value,
                low,
                high,
            })
        };
        within(
            "steps_per_second",
            self.steps_per_second,
            SPEEDS.0,
            SPEEDS.1,
        )?;
        let (low, high) = (f64::from(SAMPLE_RATES.0), f64::from(SAMPLE_RATES.1));
        within("sample_rate", f64::from(self.sample_rate), low, high)?;
        within("room", f64::from(self.room), 0.0, 1.0)?;
        if steps == 0 {
            return Err(SoundError::Empty);
        }
        let seconds = steps as f64 / self.steps_per_second;
        if seconds > MAX_SECONDS {
            return Err(SoundError::TooLong {
                seconds,
                limit: MAX_SECONDS,
            });
        }
        Ok(())
    }

    /// The sample at which a step begins.
    pub(super) fn sample_of(&self, step: usize) -> usize {
        (step as f64 / self.steps_per_second * f64::from(self.sample_rate)).round() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_speed_is_that_of_eighths() {
        assert_eq!(steps_per_second(2, 96.0), DEFAULT_STEPS_PER_SECOND);
        SoundConfig::default().check(1).unwrap();
    }

    #[test]
    fn what_cannot_sound_is_refused() {
        let config = SoundConfig::default();
        assert!(matches!(config.check(0), Err(SoundError::Empty)));
        assert_eq!(
            config.check(4_000).unwrap_err().to_string(),
            "the music would last 1250 seconds, but at most 1200 are made; play fewer steps or \
             more of them in a second"
        );
        let config = SoundConfig {
            steps_per_second: f64::NAN,
            ..SoundConfig::default()
        };
        assert!(matches!(
            config.check(1),
            Err(SoundError::BadSetting { .. })
        ));
    }
}
