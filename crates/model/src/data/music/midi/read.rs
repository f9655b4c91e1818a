//! Notes become a roll.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use midly::Format;

use super::chunks::split;
use super::grid::Grid;
use super::track::notes;
use super::{MidiConfig, MidiError};
use crate::data::music::{Frame, HIGHEST, KEYS, LOWEST, Outside, Roll};

/// The piano roll of a MIDI file in memory.
///
/// Tracks sound together; those of a file of format 2 follow each other. A roll has no velocities
/// and no strikes: see the module about what is lost.
///
/// # Units
/// A step is a quarter note divided by `steps_per_quarter`, whatever the tempo. In a file that
/// counts seconds instead, quarter notes come at `timecode_tempo` a minute.
///
/// # Errors
/// A setting that cannot be worked with, bytes that are no MIDI file, a file that is cut short, a
/// note outside of the piano if such are refused, no step at all, or more than `max_steps`. The
/// memory used is a few times the file and 16 bytes a step.
pub fn read_midi(bytes: &[u8], config: &MidiConfig) -> Result<Roll, MidiError> {
    config.check()?;
    let (header, tracks) = split(bytes)?;
    let grid = Grid::new(header.timing, config)?;
    let mut roll = Roll::new();
    if header.format == Format::Sequential {
        for (number, track) in (1..).zip(&tracks) {
            let mut held = Held::new(grid, config, config.max_steps - roll.len());
            held.add(track, number)?;
            roll.extend(held.roll());
        }
    } else {
        let mut held = Held::new(grid, config, config.max_steps);
        for (number, track) in (1..).zip(&tracks) {
            held.add(track, number)?;
        }
        roll = held.roll();
    }
    if roll.is_empty() {
        return Err(MidiError::Empty);
    }
    Ok(roll)
}

/// The piano roll of a MIDI file on the disk.
///
/// # Errors
/// What [`read_midi`] says, [`MidiError::Io`] and [`MidiError::TooLarge`].
pub fn read_midi_file(path: &Path, config: &MidiConfig) -> Result<Roll, MidiError> {
    let io = |source| MidiError::Io {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(io)?;
    let limit = config.max_bytes;
    let bytes = file.metadata().map_err(io)?.len();
    if bytes > limit {
        return Err(MidiError::TooLarge { bytes, limit });
    }
    let mut content = Vec::new();
    file.take(limit).read_to_end(&mut content).map_err(io)?;
    read_midi(&content, config)
}

/// The steps in which each key is down.
struct Held<'a> {
    grid: Grid,
    config: &'a MidiConfig,
    limit: usize,
    /// For each key the first step and the one after the last, of each of its notes.
    keys: Vec<Vec<(u32, u32)>>,
    steps: usize,
}

impl<'a> Held<'a> {
    fn new(grid: Grid, config: &'a MidiConfig, limit: usize) -> Self {
        Self {
            grid,
            config,
            limit,
            keys: vec![Vec::new(); KEYS],
            steps: 0,
        }
    }

    fn add(&mut self, track: &[u8], number: usize) -> Result<(), MidiError> {
        let (grid, limit, outside) = (self.grid, self.limit, self.config.outside);
        let max = self.config.max_steps;
        let step = |tick| match grid.steps_before(tick) {
            steps if steps <= limit as u64 => Ok(steps as u32),
            steps => {
                let steps = steps.saturating_add((max - limit) as u64);
                Err(MidiError::TooLong { steps, limit: max })
            }
        };
        let keys = &mut self.keys;
        let end = notes(track, number, self.config.drums, |note| {
            if !(LOWEST..=HIGHEST).contains(&note.note) {
                let note = note.note;
                return match outside {
                    Outside::Refuse => Err(MidiError::OutsidePiano { note }),
                    Outside::Clip => Ok(()),
                };
            }
            let (from, to) = (step(note.from)?, step(note.to)?);
            if from < to {
                keys[usize::from(note.note - LOWEST)].push((from, to));
            }
            Ok(())
        })?;
        self.steps = self.steps.max(step(end)? as usize);
        Ok(())
    }

    fn roll(mut self) -> Roll {
        let mut roll = vec![Frame::SILENT; self.steps];
        for (key, notes) in self.keys.iter_mut().enumerate() {
            notes.sort_unstable();
            // No step is painted twice, so a file cannot ask for more work than steps and notes.
            let mut painted = 0;
            for &(from, to) in &*notes {
                for step in from.max(painted)..to {
                    let frame = &mut roll[step as usize];
                    *frame = frame.with(key);
                }
                painted = painted.max(to);
            }
        }
        roll
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of the given format, 480 ticks a quarter, of these tracks.
    fn file(format: u8, tracks: &[&[u8]]) -> Vec<u8> {
        let mut bytes = b"MThd\0\0\0\x06\0".to_vec();
        bytes.extend([format, 0, tracks.len() as u8, 0x01, 0xe0]);
        for track in tracks {
            bytes.extend(b"MTrk");
            bytes.extend((track.len() as u32).to_be_bytes());
            bytes.extend(*track);
        }
        bytes
    }

    /// A quarter note, then the end of the track.
    fn quarter(note: u8) -> Vec<u8> {
        vec![
            0, 0x90, note, 64, 0x83, 0x60, 0x80, note, 0, 0, 0xff, 0x2f, 0,
        ]
    }

    fn keys(roll: &Roll) -> Vec<Vec<u8>> {
        roll.iter().map(|frame| frame.notes().collect()).collect()
    }

    #[test]
    fn tracks_sound_together_or_follow_each_other_by_format() {
        let (c, e) = (quarter(60), quarter(64));
        let read = |format| read_midi(&file(format, &[&c, &e]), &MidiConfig::default()).unwrap();
        assert_eq!(keys(&read(0)), [[60, 64], [60, 64]]);
        assert_eq!(keys(&read(1)), [[60, 64], [60, 64]]);
        assert_eq!(keys(&read(2)), [[60], [60], [64], [64]]);
    }

    #[test]
    fn notes_outside_of_the_piano_follow_the_policy() {
        let low = quarter(12);
        let bytes = file(0, &[&low]);
        let mut config = MidiConfig::default();
        assert_eq!(read_midi(&bytes, &config).unwrap(), vec![Frame::SILENT; 2]);
        config.outside = Outside::Refuse;
        let error = read_midi(&bytes, &config).unwrap_err();
        assert!(
            matches!(error, MidiError::OutsidePiano { note: 12 }),
            "{error}"
        );
    }

    #[test]
    fn a_file_of_no_length_is_refused() {
        let error = read_midi(&file(0, &[&[0, 0xff, 0x2f, 0]]), &MidiConfig::default());
        assert!(matches!(error, Err(MidiError::Empty)));
    }

    #[test]
    fn a_few_bytes_cannot_ask_for_gigabytes() {
        let mut track = Vec::new();
        for _ in 0..100 {
            track.extend([0xff, 0xff, 0xff, 0x7f, 0x90, 60, 64]);
            track.extend([0xff, 0xff, 0xff, 0x7f, 0x80, 60, 64]);
        }
        track.extend([0, 0xff, 0x2f, 0]);
        for format in 0..3 {
            let error = read_midi(&file(format, &[&track]), &MidiConfig::default()).unwrap_err();
            assert!(matches!(error, MidiError::TooLong { .. }), "{error}");
        }
    }

    #[test]
    fn tracks_that_follow_each_other_share_the_limit() {
        let c = quarter(60);
        let config = MidiConfig {
            max_steps: 5,
            ..MidiConfig::default()
        };
        assert_eq!(read_midi(&file(2, &[&c, &c]), &config).unwrap().len(), 4);
        let error = read_midi(&file(2, &[&c, &c, &c]), &config).unwrap_err();
        assert!(
            matches!(error, MidiError::TooLong { steps: 6, limit: 5 }),
            "{error}"
        );
    }

    #[test]
    fn a_short_note_on_the_beat_and_a_late_one_are_not_missed() {
        // Down for a third of a step; then down late by a ninth of a step, for one step.
        let track = [
            0, 0x90, 60, 64, 80, 0x80, 60, 0, 0x81, 0x3a, 0x90, 62, 64, 0x81, 0x70, 0x80, 62, 0, 0,
            0xff, 0x2f, 0,
        ];
        let roll = read_midi(&file(0, &[&track]), &MidiConfig::default()).unwrap();
        assert_eq!(keys(&roll), [[60], [62]]);
    }

    #[test]
    fn a_file_that_is_too_large_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.mid");
        std::fs::write(&path, file(0, &[&quarter(60)])).unwrap();
        let mut config = MidiConfig::default();
        assert_eq!(read_midi_file(&path, &config).unwrap().len(), 2);
        config.max_bytes = 9;
        let error = read_midi_file(&path, &config).unwrap_err();
        assert!(
            matches!(error, MidiError::TooLarge { limit: 9, .. }),
            "{error}"
        );
        let error = read_midi_file(&dir.path().join("b.mid"), &config).unwrap_err();
        assert!(matches!(error, MidiError::Io { .. }), "{error}");
    }
}
