//! From ticks to steps.

use midly::{Fps, Timing};

use super::{MidiConfig, MidiError};

/// A step is looked at one part in this many after its beginning.
const SAMPLING_PARTS: u128 = 4;
/// Seconds of a minute.
const MINUTE: u64 = 60;

/// Steps of equal length over ticks, in whole numbers: no rounding builds up in a long file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    /// A step is `ticks / parts` ticks long.
    ticks: u64,
    parts: u64,
}

impl Grid {
    /// The grid of a file with this header.
    pub(super) fn new(timing: Timing, config: &MidiConfig) -> Result<Self, MidiError> {
        let steps = u64::from(config.steps_per_quarter);
        let (ticks, parts) = match timing {
            Timing::Metrical(per_quarter) => (u64::from(per_quarter.as_int()), steps),
            Timing::Timecode(fps, per_frame) => {
                let (frames, seconds) = frames(fps);
                let ticks = frames * u64::from(per_frame) * MINUTE;
                let quarters = u64::from(config.timecode_tempo);
                (ticks, seconds * quarters * steps)
            }
        };
        if ticks == 0 {
            return Err(MidiError::NoTicks);
        }
        Ok(Self { ticks, parts })
    }

    /// How many steps are looked at before this tick: the first step that sees a note which begins
    /// here, and one past the last that sees a note which ends here.
    pub(super) fn steps_before(self, tick: u64) -> u64 {
        let at = SAMPLING_PARTS * u128::from(tick) * u128::from(self.parts);
        let (step, first) = (
            SAMPLING_PARTS * u128::from(self.ticks),
            u128::from(self.ticks),
        );
        let steps = at.saturating_sub(first).div_ceil(step);
        u64::try_from(steps).unwrap_or(u64::MAX)
    }
}

/// Frames in so many seconds.
fn frames(fps: Fps) -> (u64, u64) {
    match fps {
        Fps::Fps24 => (24, 1),
        Fps::Fps25 => (25, 1),
        // "29" is 30 frames in 1.001 seconds.
        Fps::Fps29 => (30_000, 1_001),
        Fps::Fps30 => (30, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrical(ticks: u16, steps_per_quarter: u32) -> Grid {
        let config = MidiConfig {
            steps_per_quarter,
            ..MidiConfig::default()
        };
        Grid::new(Timing::Metrical(ticks.into()), &config).unwrap()
    }

    #[test]
    fn a_step_is_looked_at_a_quarter_after_its_beginning() {
        let grid = metrical(480, 2);
        let steps = [0, 1, 60, 61, 240, 300, 301, 480].map(|tick| grid.steps_before(tick));
        assert_eq!(steps, [0, 0, 0, 1, 1, 1, 2, 2]);
    }

    #[test]
    fn borders_of_steps_are_exact_for_every_length_of_a_step() {
        for (ticks, steps) in [(480, 2), (1, 1), (96, 96), (7, 1), (480, 7), (5, 96)] {
            let grid = metrical(ticks, steps);
            for step in 0..200 {
                let border = (step * u64::from(ticks)).div_ceil(u64::from(steps));
                if (step * u64::from(ticks)) % u64::from(steps) == 0 {
                    assert_eq!(grid.steps_before(border), step, "{ticks} {steps}");
                }
            }
        }
    }

    #[test]
    fn seconds_become_beats_at_the_tempo_that_was_asked() {
        let config = MidiConfig::default();
        let grid = Grid::new(Timing::Timecode(Fps::Fps25, 40), &config).unwrap();
        // A thousand ticks a second, two quarters a second, two steps a quarter.
        assert_eq!(grid.steps_before(1000), 4);
        assert_eq!(grid.steps_before(60_000), 240);
        let slow = Grid::new(Timing::Timecode(Fps::Fps29, 80), &config).unwrap();
        assert_eq!(slow.steps_before(2400 * 1000), 4004);
    }

    #[test]
    fn the_longest_time_does_not_overflow() {
        assert_eq!(metrical(1, 96).steps_before(u64::MAX), u64::MAX);
    }

    #[test]
    fn no_ticks_are_refused() {
        let timing = Timing::Metrical(0.into());
        let error = Grid::new(timing, &MidiConfig::default()).unwrap_err();
        assert!(matches!(error, MidiError::NoTicks));
    }
}
