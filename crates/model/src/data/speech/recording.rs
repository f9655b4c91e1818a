//! One spoken digit, and how it comes out of a WAV file.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use hound::{SampleFormat, WavReader, WavSpec};

use super::SpeechError;

/// Samples a second of all recordings, in Hz.
pub const SAMPLE_RATE: u32 = 8_000;
/// Number of digits.
pub const N_DIGITS: usize = 10;
/// Longest recording that is taken, in samples: 16 seconds. The longest of the Free Spoken Digit
/// Dataset has 18,262.
const MOST_SAMPLES: usize = 128_000;
/// What a 16-bit sample is divided by.
const FULL_SCALE: f32 = 32_768.0;

/// One spoken digit.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// What is said, 0 to 9.
    pub digit: u8,
    /// Who says it.
    pub speaker: String,
    /// Which of this speaker's recordings of this digit.
    pub index: u32,
    /// What is heard, in [-1, 1), 8,000 samples a second.
    pub samples: Vec<f32>,
}

/// Digit, speaker and index out of a file name such as `7_jackson_32.wav`.
///
/// A speaker's name may have underscores itself.
///
/// # Errors
/// [`SpeechError::Name`] for any other name.
pub fn parse_name(name: &str) -> Result<(u8, String, u32), SpeechError> {
    let parts = || {
        let (stem, ending) = name.rsplit_once('.')?;
        let (digit, rest) = stem.split_once('_')?;
        let (speaker, index) = rest.rsplit_once('_')?;
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_right = ending.eq_ignore_ascii_case("wav")
            && digit.len() == 1
            && !speaker.is_empty()
            && is_number(digit)
            && is_number(index);
        let digit = digit.parse().ok().filter(|_| is_right)?;
        Some((digit, speaker.to_owned(), index.parse().ok()?))
    };
    parts().ok_or_else(|| SpeechError::Name {
        name: name.to_owned(),
    })
}

impl Recording {
    /// Reads a WAV file of 8,000 samples a second, one channel, 16 bit.
    ///
    /// `name` is the file's name without folders, which says what is spoken.
    ///
    /// # Errors
    /// A name that does not parse, a file that is no WAV, of another format, cut short, without
    /// samples, or longer than 16 seconds.
    pub fn read(name: &str, from: impl Read) -> Result<Self, SpeechError> {
        let (digit, speaker, index) = parse_name(name)?;
        Ok(Self {
            digit,
            speaker,
            index,
            samples: samples(name, from)?,
        })
    }
}

/// Reads the samples of a WAV file, whatever it is called.
///
/// # Errors
/// As for [`Recording::read`], but for the name; and a file that is not there.
pub fn read_wav(path: &Path) -> Result<Vec<f32>, SpeechError> {
    let file = File::open(path).map_err(|source| SpeechError::io(path, source))?;
    samples(&path.display().to_string(), BufReader::new(file))
}

fn samples(name: &str, from: impl Read) -> Result<Vec<f32>, SpeechError> {
    let not_wav = |source| SpeechError::NotWav {
        name: name.to_owned(),
        source,
    };
    let mut reader = WavReader::new(from).map_err(not_wav)?;
    check_format(name, reader.spec())?;
    let need = reader.len() as usize;
    if need > MOST_SAMPLES {
        return Err(SpeechError::TooLong {
            name: name.to_owned(),
            samples: need,
            most: MOST_SAMPLES,
        });
    }
    let mut samples = Vec::with_capacity(need);
    for sample in reader.samples::<i16>() {
        match sample {
            Ok(sample) => samples.push(f32::from(sample) / FULL_SCALE),
            // Whatever stops the reader inside the samples, they are not all there.
            Err(hound::Error::IoError(_)) => {
                return Err(SpeechError::CutShort {
                    name: name.to_owned(),
                    found: samples.len(),
                    need,
                });
            }
            Err(source) => return Err(not_wav(source)),
        }
    }
    if samples.is_empty() {
        return Err(SpeechError::NoSamples {
            name: name.to_owned(),
        });
    }
    Ok(samples)
}

fn check_format(name: &str, spec: WavSpec) -> Result<(), SpeechError> {
    let WavSpec {
        channels,
        sample_rate: rate,
        bits_per_sample: bits,
        sample_format,
    } = spec;
    let is_float = sample_format == SampleFormat::Float;
    if (channels, rate, bits, is_float) == (1, SAMPLE_RATE, 16, false) {
        return Ok(());
    }
    Err(SpeechError::Format {
        name: name.to_owned(),
        channels,
        rate,
        bits,
        is_float,
    })
}

/// A WAV file in memory, for tests.
#[cfg(test)]
pub(super) fn wav(samples: &[i16], channels: u16, rate: u32) -> Vec<u8> {
    let spec = WavSpec {
        channels,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut file = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
    samples
        .iter()
        .for_each(|sample| writer.write_sample(*sample).unwrap());
    writer.finalize().unwrap();
    file.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_spoken() {
        let parse = |name| parse_name(name).ok();
        assert_eq!(parse("7_jackson_32.wav"), Some((7, "jackson".into(), 32)));
        assert_eq!(
            parse("0_de_la_mare_0.WAV"),
            Some((0, "de_la_mare".into(), 0))
        );
        for name in [
            "jackson_7_32.wav",
            "10_jackson_3.wav",
            "7_jackson.wav",
            "7__3.wav",
            "7_jackson_x.wav",
            "7_jackson_-1.wav",
            "7_jackson_+1.wav",
            "7_jackson_.wav",
            "7_jackson_99999999999.wav",
            "7_jackson_3.mp3",
            "7_jackson_3",
            "",
        ] {
            assert_eq!(parse(name), None, "{name}");
        }
    }

    #[test]
    fn samples_are_between_minus_one_and_one() {
        let bytes = wav(&[0, 16_384, i16::MIN, i16::MAX], 1, SAMPLE_RATE);
        let read = Recording::read("3_theo_5.wav", &bytes[..]).unwrap();
        assert_eq!(read.samples[..3], [0.0, 0.5, -1.0]);
        assert!(read.samples[3] < 1.0);
        assert_eq!((read.digit, read.index), (3, 5));
    }

    #[test]
    fn every_length_that_is_missing_is_noticed() {
        let bytes = wav(&[1; 100], 1, SAMPLE_RATE);
        for cut in 0..bytes.len() {
            let error = Recording::read("3_theo_5.wav", &bytes[..cut]).unwrap_err();
            match error {
                SpeechError::NotWav { .. } => assert!(cut < 44, "{cut}"),
                SpeechError::CutShort { found, need, .. } => {
                    assert_eq!((found, need), ((cut - 44) / 2, 100));
                }
                other => panic!("{other}"),
            }
        }
    }

    #[test]
    fn other_sounds_are_refused() {
        let stereo = wav(&[1; 8], 2, SAMPLE_RATE);
        let error = Recording::read("3_theo_5.wav", &stereo[..]).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("has 2 channels of 16 bit integers at 8000 Hz")
        );
        let fast = wav(&[1; 8], 1, 16_000);
        let error = Recording::read("3_theo_5.wav", &fast[..]).unwrap_err();
        assert!(matches!(error, SpeechError::Format { rate: 16_000, .. }));
        let silent = wav(&[], 1, SAMPLE_RATE);
        let error = Recording::read("3_theo_5.wav", &silent[..]).unwrap_err();
        assert!(matches!(error, SpeechError::NoSamples { .. }));
        let endless = wav(&vec![1; MOST_SAMPLES + 1], 1, SAMPLE_RATE);
        let error = Recording::read("3_theo_5.wav", &endless[..]).unwrap_err();
        assert!(matches!(
            error,
            SpeechError::TooLong {
                samples: 128_001,
                ..
            }
        ));
        let error = Recording::read("3_theo_5.wav", &b"not a sound at all"[..]).unwrap_err();
        assert!(matches!(error, SpeechError::NotWav { .. }));
    }
}
