//! A roll becomes sound with recorded instruments.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use rustysynth::{SoundFont as Font, Synthesizer, SynthesizerSettings};

use super::level::{level, remove_offset};
use super::riff::fault;
use super::{Sound, SoundConfig, SoundError};
use reverie_model::data::music::{Frame, LOWEST};

/// Bytes of a SoundFont: the largest that people use have one gigabyte.
const MAX_BYTES: u64 = 2 << 30;
/// How hard keys are struck, of 127.
const VELOCITY: i32 = 90;
/// The channel of all notes, and the number of the message that chooses its instrument.
const CHANNEL: i32 = 0;
const PROGRAM_CHANGE: i32 = 0xC0;
/// The highest number of an instrument.
const LAST_PROGRAM: u8 = 127;
/// Voices that may sound at once; an instrument takes one or two for a key.
const VOICES: usize = 256;
/// Seconds that the last notes ring on.
const TAIL: f64 = 2.0;

/// The recorded instruments of a file that the user names.
pub struct SoundFont(Arc<Font>);

impl fmt::Debug for SoundFont {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SoundFont").field(&self.name()).finish()
    }
}

impl SoundFont {
    /// Reads a SoundFont (.sf2) from the disk.
    ///
    /// # Errors
    /// [`SoundError::Io`], [`SoundError::SoundFontTooLarge`] or [`SoundError::BrokenSoundFont`].
    pub fn read(path: &Path) -> Result<Self, SoundError> {
        let io = |source| SoundError::Io {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(io)?;
        let bytes = file.metadata().map_err(io)?.len();
        if bytes > MAX_BYTES {
            return Err(SoundError::SoundFontTooLarge {
                path: path.to_owned(),
                bytes,
                limit: MAX_BYTES,
            });
        }
        let mut content = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut content).map_err(io)?;
        Self::of_bytes(&content)
    }

    /// Takes a SoundFont from memory.
    ///
    /// # Errors
    /// [`SoundError::BrokenSoundFont`] with what is wrong.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, SoundError> {
        let broken = |reason| SoundError::BrokenSoundFont { reason };
        if let Some(reason) = fault(bytes) {
            return Err(broken(reason));
        }
        let font = guarded(|| Font::new(&mut &bytes[..]))?;
        let font = font.map_err(|error| broken(error.to_string()))?;
        Ok(Self(Arc::new(font)))
    }

    /// The name that the file gives itself.
    pub fn name(&self) -> &str {
        self.0.get_info().get_bank_name()
    }

    /// The sound of a roll, played by instrument number `program` of General MIDI, 0 to 127 (0 is
    /// a grand piano), with the loudness that [`super::synthesize`] gives.
    ///
    /// # Errors
    /// What [`SoundConfig::check`] says, an instrument above 127, and [`SoundError::Mute`] if notes
    /// were played and none was heard.
    pub fn play(
        &self,
        roll: &[Frame],
        program: u8,
        config: &SoundConfig,
    ) -> Result<Sound, SoundError> {
        config.check(roll.len())?;
        if program > LAST_PROGRAM {
            return Err(SoundError::BadSetting {
                name: "program",
                value: f64::from(program),
                low: 0.0,
                high: f64::from(LAST_PROGRAM),
            });
        }
        let mut channels = guarded(|| self.render(roll, program, config))??;
        let is_silent = channels.iter().flatten().all(|sample| *sample == 0.0);
        if is_silent && roll.iter().any(|frame| !frame.is_silent()) {
            return Err(SoundError::Mute { program });
        }
        if !config.stereo {
            let right = channels.pop().unwrap_or_default();
            let left = channels[0].iter_mut().zip(right);
            left.for_each(|(left, right)| *left = (*left + right) / 2.0);
        }
        for channel in &mut channels {
            remove_offset(channel, config.sample_rate);
        }
        level(&mut channels, config.sample_rate);
        Ok(Sound {
            sample_rate: config.sample_rate,
            channels,
        })
    }

    fn render(
        &self,
        roll: &[Frame],
        program: u8,
        config: &SoundConfig,
    ) -> Result<Vec<Vec<f32>>, SoundError> {
        let mut settings = SynthesizerSettings::new(config.sample_rate as i32);
        settings.maximum_polyphony = VOICES;
        settings.enable_reverb_and_chorus = config.room > 0.0;
        let mut synthesizer = Synthesizer::new(&self.0, &settings).map_err(|error| {
            let reason = error.to_string();
            SoundError::BrokenSoundFont { reason }
        })?;
        synthesizer.process_midi_message(CHANNEL, PROGRAM_CHANGE, i32::from(program), 0);
        let tail = (TAIL * f64::from(config.sample_rate)) as usize;
        let mut left = vec![0.0; config.sample_of(roll.len()) + tail];
        let mut right = left.clone();
        let mut before = Frame::SILENT;
        let mut at = 0;
        for (step, frame) in roll.iter().copied().chain([Frame::SILENT]).enumerate() {
            let note = |key: usize| (key as u8 + LOWEST).into();
            for key in before.without(frame).keys() {
                synthesizer.note_off(CHANNEL, note(key));
            }
            for key in frame.without(before).keys() {
                synthesizer.note_on(CHANNEL, note(key), VELOCITY);
            }
            before = frame;
            let end = if step < roll.len() {
                config.sample_of(step + 1)
            } else {
                left.len()
            };
            synthesizer.render(&mut left[at..end], &mut right[at..end]);
            at = end;
        }
        Ok(vec![left, right])
    }
}

/// Runs what may panic on a file that is broken in a way that nobody thought of.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, SoundError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| SoundError::BrokenSoundFont {
        reason: "one of its values leads out of its tables or samples".into(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::minimal::minimal;
    use super::*;

    fn scale() -> Vec<Frame> {
        [60, 62, 64, 65]
            .map(|note| Frame::of_notes([note]).unwrap())
            .into()
    }

    #[test]
    fn a_small_soundfont_plays() {
        let font = SoundFont::of_bytes(&minimal()).unwrap();
        assert_eq!(font.name(), "Small");
        for stereo in [false, true] {
            let config = SoundConfig {
                stereo,
                ..SoundConfig::default()
            };
            let sound = font.play(&scale(), 0, &config).unwrap();
            assert_eq!(sound.channels.len(), 1 + usize::from(stereo));
            assert!(
                sound.peak() < 1.0 && sound.loudness() > 0.03,
                "{}",
                sound.loudness()
            );
        }
    }

    #[test]
    fn the_notes_have_their_pitch() {
        let font = SoundFont::of_bytes(&minimal()).unwrap();
        let config = SoundConfig {
            room: 0.0,
            ..SoundConfig::default()
        };
        let a5 = Frame::of_notes([81]).unwrap();
        let sound = font.play(&[a5; 4], 0, &config).unwrap();
        let second = &sound.channels[0][..44_100];
        let rising = second
            .windows(2)
            .filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0)
            .count();
        assert!((870..=890).contains(&rising), "{rising}");
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let error = SoundFont::of_bytes(b"no").unwrap_err();
        assert_eq!(
            error.to_string(),
            "this is no SoundFont (.sf2) that can be played: it does not begin as one"
        );
        let error = SoundFont::read(Path::new("/nowhere/a.sf2")).unwrap_err();
        assert!(matches!(error, SoundError::Io { .. }), "{error}");
        let font = SoundFont::of_bytes(&minimal()).unwrap();
        let error = font
            .play(&scale(), 200, &SoundConfig::default())
            .unwrap_err();
        assert!(matches!(error, SoundError::BadSetting { .. }), "{error}");
    }

    proptest! {
        #[test]
        fn a_broken_soundfont_does_no_harm(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        ) {
            let mut bytes = minimal();
            // The samples are most of the file and can say nothing wrong.
            let start = bytes.len() - 460;
            for (at, byte) in changes {
                let at = start + at.index(460);
                bytes[at] = byte;
            }
            if let Ok(font) = SoundFont::of_bytes(&bytes) {
                let config = SoundConfig { steps_per_second: 50.0, ..SoundConfig::default() };
                if let Ok(sound) = font.play(&scale(), 0, &config) {
                    prop_assert!(sound.channels.iter().flatten().all(|sample| sample.abs() < 1.0));
                }
            }
        }
    }
}
