//! Sound becomes a file.

use std::io::Cursor;

use hound::{SampleFormat, WavSpec, WavWriter};

use super::{Sound, SoundError};

/// Bits of a sample.
const BITS: u16 = 16;
/// The largest sample.
const LARGEST: f32 = i16::MAX as f32;
/// The most channels.
const MAX_CHANNELS: usize = 2;

/// The bytes of a WAV file with 16 bits a sample, which everything can play.
///
/// # Errors
/// [`SoundError::BadChannels`] unless there are one or two channels of one length;
/// [`SoundError::Wav`] for more than 4 GB.
pub fn write_wav(sound: &Sound) -> Result<Vec<u8>, SoundError> {
    let lengths: Vec<usize> = sound.channels.iter().map(Vec::len).collect();
    let is_good = (1..=MAX_CHANNELS).contains(&lengths.len())
        && lengths.iter().all(|length| *length == lengths[0]);
    if !is_good {
        return Err(SoundError::BadChannels { lengths });
    }
    let spec = WavSpec {
        channels: lengths.len() as u16,
        sample_rate: sound.sample_rate,
        bits_per_sample: BITS,
        sample_format: SampleFormat::Int,
    };
    let wav = |source| SoundError::Wav { source };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut bytes, spec).map_err(wav)?;
    for at in 0..lengths[0] {
        for channel in &sound.channels {
            let sample = (channel[at].clamp(-1.0, 1.0) * LARGEST).round() as i16;
            writer.write_sample(sample).map_err(wav)?;
        }
    }
    writer.finalize().map_err(wav)?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_come_back_from_the_file() {
        let sound = Sound {
            sample_rate: 44_100,
            channels: vec![vec![0.0, 0.5, 2.0], vec![-1.0, -0.25, f32::NAN]],
        };
        let bytes = write_wav(&sound).unwrap();
        let mut reader = hound::WavReader::new(&bytes[..]).unwrap();
        assert_eq!(
            (reader.spec().channels, reader.spec().sample_rate),
            (2, 44_100)
        );
        let samples: Vec<i16> = reader.samples().map(|sample| sample.unwrap()).collect();
        assert_eq!(samples, [0, -32_767, 16_384, -8_192, 32_767, 0]);
    }

    #[test]
    fn channels_must_be_alike() {
        for channels in [vec![], vec![vec![0.0]; 3], vec![vec![0.0], vec![]]] {
            let sound = Sound {
                sample_rate: 44_100,
                channels,
            };
            let error = write_wav(&sound).unwrap_err();
            assert!(matches!(error, SoundError::BadChannels { .. }), "{error}");
        }
    }
}
