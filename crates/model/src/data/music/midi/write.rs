//! A roll becomes a MIDI file.

use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};
use serde::{Deserialize, Serialize};

use super::MidiError;
use super::config::{DEFAULT_STEPS_PER_QUARTER, STEPS_LIMIT, check_steps_per_quarter, in_range};
use crate::data::music::{Frame, LOWEST};

/// Quarter notes per minute of a file that is written.
pub const DEFAULT_TEMPO: f64 = 96.0;
/// How hard keys are struck, of 127.
pub const DEFAULT_VELOCITY: u8 = 80;
/// Ticks of a quarter note, more or less: the nearest number that has whole steps.
const TICKS_PER_QUARTER: u32 = 480;
/// Microseconds of a minute.
const MINUTE: f64 = 60e6;
/// The slowest and the fastest tempo; the format itself ends at 3.6.
const TEMPOS: (f64, f64) = (4.0, 1_000.0);
/// The highest value of velocities and programs.
const HIGHEST_VALUE: u8 = 127;
/// The channel of all notes.
const CHANNEL: u8 = 0;

/// How a roll is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WriteConfig {
    /// Steps of a quarter note, 1 to 96.
    pub steps_per_quarter: u32,
    /// Quarter notes per minute, 4 to 1000.
    pub tempo: f64,
    /// How hard keys are struck, 1 to 127.
    pub velocity: u8,
    /// The instrument by its number in General MIDI, 0 to 127; 0 is a grand piano.
    pub program: u8,
}

impl Default for WriteConfig {
    fn default() -> Self {
        Self {
            steps_per_quarter: DEFAULT_STEPS_PER_QUARTER,
            tempo: DEFAULT_TEMPO,
            velocity: DEFAULT_VELOCITY,
            program: 0,
        }
    }
}

impl WriteConfig {
    /// Whether every value is one that can be written.
    ///
    /// # Errors
    /// [`MidiError::BadSetting`] with the first that is not.
    pub fn check(&self) -> Result<(), MidiError> {
        check_steps_per_quarter(self.steps_per_quarter)?;
        in_range("tempo", self.tempo, TEMPOS.0, TEMPOS.1)?;
        in_range("velocity", self.velocity, 1, HIGHEST_VALUE)?;
        in_range("program", self.program, 0, HIGHEST_VALUE)
    }
}

/// A MIDI file of a roll: format 0, one track, one channel.
///
/// A key that sounds in consecutive steps is one held note. Silent steps at the end are kept by the
/// time of the end-of-track event, so reading with the same steps for a quarter gives the roll back.
///
/// # Errors
/// A setting that cannot be written, no step at all, or more than 500,000.
pub fn write_midi(roll: &[Frame], config: &WriteConfig) -> Result<Vec<u8>, MidiError> {
    config.check()?;
    if roll.is_empty() {
        return Err(MidiError::Empty);
    }
    if roll.len() > STEPS_LIMIT {
        return Err(MidiError::TooLong {
            steps: roll.len() as u64,
            limit: STEPS_LIMIT,
        });
    }
    let ticks = TICKS_PER_QUARTER / config.steps_per_quarter;
    let per_quarter = u15::from((ticks * config.steps_per_quarter) as u16);
    let header = Header::new(Format::SingleTrack, Timing::Metrical(per_quarter));
    let mut smf = Smf::new(header);
    smf.tracks.push(track(roll, config, ticks));
    let mut bytes = Vec::new();
    smf.write(&mut bytes)
        .map_err(|reason| MidiError::NotMidi { reason })?;
    Ok(bytes)
}

fn track(roll: &[Frame], config: &WriteConfig, ticks: u32) -> Vec<TrackEvent<'static>> {
    let channel = u4::from(CHANNEL);
    let midi = |message| TrackEventKind::Midi { channel, message };
    let tempo = u24::from((MINUTE / config.tempo).round() as u32);
    let program = u7::from(config.program);
    let mut track = Track::default();
    track.push(TrackEventKind::Meta(MetaMessage::Tempo(tempo)));
    track.push(midi(MidiMessage::ProgramChange { program }));
    let mut before = Frame::SILENT;
    for frame in roll.iter().copied().chain([Frame::SILENT]) {
        for note in before.without(frame).keys() {
            let (key, vel) = (key(note), u7::from(0));
            track.push(midi(MidiMessage::NoteOff { key, vel }));
        }
        for note in frame.without(before).keys() {
            let (key, vel) = (key(note), u7::from(config.velocity));
            track.push(midi(MidiMessage::NoteOn { key, vel }));
        }
        before = frame;
        track.waited += ticks;
    }
    // The frame that was put at the end to let go of everything takes no time.
    track.waited -= ticks;
    track.push(TrackEventKind::Meta(MetaMessage::EndOfTrack));
    track.events
}

fn key(key: usize) -> u7 {
    u7::from(key as u8 + LOWEST)
}

/// Events, and the ticks since the last of them.
#[derive(Default)]
struct Track {
    events: Vec<TrackEvent<'static>>,
    waited: u32,
}

impl Track {
    fn push(&mut self, kind: TrackEventKind<'static>) {
        let delta = u28::from(std::mem::take(&mut self.waited));
        self.events.push(TrackEvent { delta, kind });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{MidiConfig, read_midi};
    use super::*;
    use crate::data::music::{KEYS, Roll};

    fn both(steps_per_quarter: u32) -> (WriteConfig, MidiConfig) {
        let write = WriteConfig {
            steps_per_quarter,
            ..WriteConfig::default()
        };
        let read = MidiConfig {
            steps_per_quarter,
            ..MidiConfig::default()
        };
        (write, read)
    }

    fn rolls() -> impl Strategy<Value = Roll> {
        // Chords that last, with silence among them and at the ends.
        let chord = (prop::collection::vec(0..KEYS, 0..6), 1..6_usize);
        prop::collection::vec(chord, 1..20).prop_map(|chords| {
            let mut roll = Roll::new();
            for (keys, steps) in chords {
                roll.extend(vec![Frame::of_keys(keys); steps]);
            }
            roll
        })
    }

    proptest! {
        #[test]
        fn roll_to_midi_to_roll_is_exact(roll in rolls(), steps in 1..=96_u32) {
            let (write, read) = both(steps);
            let bytes = write_midi(&roll, &write).unwrap();
            prop_assert_eq!(read_midi(&bytes, &read).unwrap(), roll);
        }

        #[test]
        fn no_beginning_of_a_file_is_taken_for_the_whole(roll in rolls(), cut in any::<prop::sample::Index>()) {
            let bytes = write_midi(&roll, &WriteConfig::default()).unwrap();
            let end = cut.index(bytes.len());
            prop_assert!(read_midi(&bytes[..end], &MidiConfig::default()).is_err());
        }

        #[test]
        fn bytes_that_were_changed_do_no_harm(
            roll in rolls(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let mut bytes = write_midi(&roll, &WriteConfig::default()).unwrap();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let config = MidiConfig::default();
            if let Ok(roll) = read_midi(&bytes, &config) {
                prop_assert!(roll.len() <= config.max_steps);
            }
        }

        #[test]
        fn arbitrary_bytes_do_no_harm(
            junk in prop::collection::vec(any::<u8>(), 0..200),
            format in 0..4_u8,
            division in any::<[u8; 2]>(),
        ) {
            let config = MidiConfig::default();
            let _ = read_midi(&junk, &config);
            let mut bytes = b"MThd\0\0\0\x06\0".to_vec();
            bytes.extend([format, 0, 1, division[0], division[1]]);
            bytes.extend(b"MTrk\0\0\0");
            bytes.push(junk.len() as u8);
            bytes.extend(&junk);
            if let Ok(roll) = read_midi(&bytes, &config) {
                prop_assert!(roll.len() <= config.max_steps);
            }
        }
    }

    #[test]
    fn silence_at_both_ends_and_nothing_but_silence_come_back() {
        let (write, read) = both(2);
        for roll in [
            vec![Frame::SILENT; 5],
            vec![Frame::SILENT, Frame::of_keys([0, 87]), Frame::SILENT],
            vec![Frame::SILENT],
        ] {
            let bytes = write_midi(&roll, &write).unwrap();
            assert_eq!(read_midi(&bytes, &read).unwrap(), roll);
        }
        assert!(matches!(write_midi(&[], &write), Err(MidiError::Empty)));
    }

    #[test]
    fn the_longest_silence_still_fits() {
        let (write, mut read) = both(1);
        read.max_steps = STEPS_LIMIT;
        let roll = vec![Frame::SILENT; STEPS_LIMIT];
        let bytes = write_midi(&roll, &write).unwrap();
        assert_eq!(read_midi(&bytes, &read).unwrap().len(), STEPS_LIMIT);
        let longer = vec![Frame::SILENT; STEPS_LIMIT + 1];
        assert!(matches!(
            write_midi(&longer, &write),
            Err(MidiError::TooLong { .. })
        ));
    }

    #[test]
    fn held_notes_are_struck_once() {
        let frame = Frame::of_notes([60]).unwrap();
        let bytes = write_midi(&[frame; 8], &WriteConfig::default()).unwrap();
        let smf = Smf::parse(&bytes).unwrap();
        let is_strike = |event: &&TrackEvent| {
            matches!(
                event.kind,
                TrackEventKind::Midi {
                    message: MidiMessage::NoteOn { .. },
                    ..
                }
            )
        };
        assert_eq!(smf.tracks[0].iter().filter(is_strike).count(), 1);
    }

    #[test]
    fn settings_that_cannot_be_written_are_refused() {
        let roll = [Frame::SILENT];
        for config in [
            WriteConfig {
                tempo: f64::NAN,
                ..WriteConfig::default()
            },
            WriteConfig {
                tempo: 1.0,
                ..WriteConfig::default()
            },
            WriteConfig {
                velocity: 0,
                ..WriteConfig::default()
            },
            WriteConfig {
                program: 128,
                ..WriteConfig::default()
            },
        ] {
            let error = write_midi(&roll, &config).unwrap_err();
            assert!(matches!(error, MidiError::BadSetting { .. }), "{error}");
        }
    }
}
