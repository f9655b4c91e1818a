//! A roll becomes sound, without any file.

use reverie_model::data::music::held_notes;
use reverie_model::data::music::{Frame, KEYS, LOWEST};

use super::level::{level, remove_offset};
use super::room::{TAIL, reverberate};
use super::tone::{RELEASE_END, tone};
use super::{Sound, SoundConfig, SoundError};

/// How far the outermost keys are to the side, of 1.
const WIDTH: f32 = 0.4;

/// The sound of a roll, by a synthesis of our own that is a little like a piano.
///
/// A key that sounds in consecutive steps is struck once and rings on. Every piece has the same
/// loudness, whatever its number of notes; nothing is clipped. A roll in which nothing sounds is
/// silence of its length.
///
/// # Errors
/// What [`SoundConfig::check`] says.
///
/// # Example
/// ```
/// # use reverie_model::data::music::Frame;
/// # use reverie_viz::sound::{SoundConfig, synthesize};
/// let chord = Frame::of_notes([60, 64, 67]).unwrap();
/// let sound = synthesize(&[chord; 4], &SoundConfig::default())?;
/// assert!(sound.peak() < 1.0 && sound.loudness() > 0.05);
/// # Ok::<(), reverie_viz::sound::SoundError>(())
/// ```
pub fn synthesize(roll: &[Frame], config: &SoundConfig) -> Result<Sound, SoundError> {
    config.check(roll.len())?;
    let tail = (RELEASE_END + TAIL) * f64::from(config.sample_rate);
    let length = config.sample_of(roll.len()) + tail as usize;
    let mut channels = vec![vec![0.0; length]; if config.stereo { 2 } else { 1 }];
    for note in held_notes(roll) {
        let (start, end) = (config.sample_of(note.from), config.sample_of(note.to));
        let samples = tone(note.key as u8 + LOWEST, end - start, config.sample_rate);
        let count = channels.len();
        for (which, channel) in channels.iter_mut().enumerate() {
            let gain = if count == 1 {
                1.0
            } else {
                pan(note.key)[which]
            };
            for (sum, sample) in channel[start..].iter_mut().zip(&samples) {
                *sum += gain * sample;
            }
        }
    }
    reverberate(&mut channels, config.sample_rate, config.room);
    for channel in &mut channels {
        remove_offset(channel, config.sample_rate);
    }
    level(&mut channels, config.sample_rate);
    Ok(Sound {
        sample_rate: config.sample_rate,
        channels,
    })
}

/// The gain of a key on the left and on the right, of the same power for all keys.
fn pan(key: usize) -> [f32; 2] {
    let side = WIDTH * (2.0 * key as f32 / (KEYS - 1) as f32 - 1.0);
    let angle = (1.0 + side) * std::f32::consts::FRAC_PI_4;
    [angle.cos(), angle.sin()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chords() -> Vec<Frame> {
        let chords: [&[u8]; 5] = [
            &[48, 60, 64, 67],
            &[41, 60, 65, 69],
            &[],
            &[43, 59, 62, 67, 71, 74],
            &[48, 60, 64, 72],
        ];
        let frames = chords.map(|notes| Frame::of_notes(notes.iter().copied()).unwrap());
        frames.into_iter().flat_map(|frame| [frame; 3]).collect()
    }

    #[test]
    fn music_is_neither_clipped_nor_quiet_nor_off_its_middle() {
        for stereo in [false, true] {
            let config = SoundConfig {
                stereo,
                ..SoundConfig::default()
            };
            let sound = synthesize(&chords(), &config).unwrap();
            assert_eq!(sound.channels.len(), 1 + usize::from(stereo));
            assert!(
                sound.peak() < 0.99 && sound.peak() > 0.3,
                "{}",
                sound.peak()
            );
            let loudness = sound.loudness();
            assert!((0.06..0.2).contains(&loudness), "{loudness}");
            for channel in &sound.channels {
                let mean = channel.iter().sum::<f32>() / channel.len() as f32;
                assert!(mean.abs() < 1e-3, "{mean}");
                assert!(channel.iter().all(|sample| sample.is_finite()));
            }
        }
    }

    #[test]
    fn no_sample_jumps_where_notes_begin_or_end() {
        let config = SoundConfig::default();
        let sound = synthesize(&chords(), &config).unwrap();
        let jump = |at: usize| (sound.channels[0][at] - sound.channels[0][at - 1]).abs();
        for step in 0..=15 {
            let border = config.sample_of(step).max(1);
            for at in border..(border + 200).min(sound.len()) {
                assert!(jump(at) < 0.12, "{} at step {step}", jump(at));
            }
        }
        let end = sound.len() - 1;
        assert!(sound.channels[0][end].abs() < 2e-3);
    }

    #[test]
    fn the_same_roll_gives_the_same_samples() {
        let config = SoundConfig::default();
        assert_eq!(
            synthesize(&chords(), &config).unwrap(),
            synthesize(&chords(), &config).unwrap()
        );
    }

    #[test]
    fn all_keys_at_once_do_not_clip() {
        let all = Frame::of_keys(0..KEYS);
        let sound = synthesize(&[all, Frame::SILENT, all], &SoundConfig::default()).unwrap();
        assert!(sound.peak() < 1.0 && sound.peak() > 0.1);
    }

    #[test]
    fn silence_has_its_length() {
        let config = SoundConfig::default();
        let sound = synthesize(&[Frame::SILENT; 8], &config).unwrap();
        assert_eq!(sound.peak(), 0.0);
        assert!(sound.seconds() > 8.0 / config.steps_per_second);
        assert!(matches!(synthesize(&[], &config), Err(SoundError::Empty)));
    }

    #[test]
    fn low_keys_are_on_the_left() {
        let ([left, right], [low, high]) = (pan(0), pan(KEYS - 1));
        assert!(left > right && low < high);
        assert!((left * left + right * right - 1.0).abs() < 1e-6);
    }
}
