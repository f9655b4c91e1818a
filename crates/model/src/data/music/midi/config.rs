//! What of a MIDI file is read, and how.

use serde::{Deserialize, Serialize};

use super::MidiError;
use crate::data::music::Outside;

/// Steps of a quarter note: eighth notes, as in three of the four sets.
pub const DEFAULT_STEPS_PER_QUARTER: u32 = 2;
/// The shortest step that can be asked for: a 96th of a quarter note.
pub(super) const MAX_STEPS_PER_QUARTER: u32 = 96;
/// Quarter notes per minute that a file without beats is read at: the tempo that MIDI begins with.
pub const DEFAULT_TIMECODE_TEMPO: u32 = 120;
/// Steps that a file may have unless more are asked for: the longest of the four sets has 4273.
pub const DEFAULT_MAX_STEPS: usize = 100_000;
/// Steps that a file may have at all: 8 MB of frames.
pub(super) const STEPS_LIMIT: usize = 500_000;
/// Bytes of a file: a long symphony has half a megabyte.
pub const DEFAULT_MAX_BYTES: u64 = 16 << 20;

/// How a MIDI file is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MidiConfig {
    /// Steps of a quarter note, 1 to 96.
    pub steps_per_quarter: u32,
    /// Quarter notes per minute of a file that counts seconds (SMPTE) instead of beats.
    pub timecode_tempo: u32,
    /// Whether channel 10, where notes are drums and not pitches, is read like the others.
    pub drums: bool,
    /// What happens to notes outside of 21 to 108.
    pub outside: Outside,
    /// Steps that the roll may have, at most 500,000.
    pub max_steps: usize,
    /// Bytes that a file may have.
    pub max_bytes: u64,
}

impl Default for MidiConfig {
    fn default() -> Self {
        Self {
            steps_per_quarter: DEFAULT_STEPS_PER_QUARTER,
            timecode_tempo: DEFAULT_TIMECODE_TEMPO,
            drums: false,
            outside: Outside::Clip,
            max_steps: DEFAULT_MAX_STEPS,
            max_bytes: DEFAULT_MAX_BYTES,
        }
    }
}

impl MidiConfig {
    /// Whether every value is one that can be worked with.
    ///
    /// # Errors
    /// [`MidiError::BadSetting`] with the first that is not.
    pub fn check(&self) -> Result<(), MidiError> {
        check_steps_per_quarter(self.steps_per_quarter)?;
        in_range("timecode_tempo", self.timecode_tempo, 1, 1_000)?;
        let steps = u32::try_from(self.max_steps).unwrap_or(u32::MAX);
        in_range("max_steps", steps, 1, STEPS_LIMIT as u32)
    }
}

pub(super) fn check_steps_per_quarter(value: u32) -> Result<(), MidiError> {
    in_range("steps_per_quarter", value, 1, MAX_STEPS_PER_QUARTER)
}

pub(super) fn in_range(
    name: &'static str,
    value: impl Into<f64>,
    low: impl Into<f64>,
    high: impl Into<f64>,
) -> Result<(), MidiError> {
    let (value, low, high) = (value.into(), low.into(), high.into());
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(MidiError::BadSetting {
        name,
        value,
        low,
        high,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_can_be_worked_with() {
        MidiConfig::default().check().unwrap();
    }

    #[test]
    fn a_value_out_of_range_is_named() {
        let config = MidiConfig {
            steps_per_quarter: 0,
            ..MidiConfig::default()
        };
        assert_eq!(
            config.check().unwrap_err().to_string(),
            "steps_per_quarter must be between 1 and 96, but it is 0"
        );
        let config = MidiConfig {
            max_steps: usize::MAX,
            ..MidiConfig::default()
        };
        assert!(config.check().is_err());
    }
}
