//! Raw sound as sequences: what a network is to go on with, sample by sample.

use std::collections::BTreeMap;

use rand::RngExt;

use super::{Recording, SpeechError};
use crate::rng::Rng;

/// Samples that are read in a step.
pub const READ: usize = 20;
/// Samples that are guessed in a step: those that come after the ones read.
pub const GUESSED: usize = 10;
/// Samples from what one step reads to what the next reads: every sample is guessed once, from the
/// 21st on.
pub const HOP: usize = 10;

/// The two tasks of the comparison.
///
/// # Source
/// Chung, Gulcehre, Cho, Bengio 2014 (arXiv 1412.3555), section 4.1: 20 samples are read and the next
/// 10 guessed, on sequences of 500 samples (Ubisoft A) and of 8,000 (Ubisoft B). Those sets are
/// private; here the sound is that of spoken digits. How far a step moves on they do not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaveTask {
    /// Sequences of 500 samples, 1/16 second: pieces of single recordings.
    A,
    /// Sequences of 8,000 samples, one second: pieces of recordings of one speaker that were joined.
    B,
}

impl WaveTask {
    /// Samples of a sequence.
    pub fn samples(self) -> usize {
        match self {
            Self::A => 500,
            Self::B => 8_000,
        }
    }

    /// Its letter.
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

/// Steps of a sequence: 48 of 500 samples, 798 of 8,000.
pub fn steps_of(samples: usize) -> usize {
    (samples + HOP).saturating_sub(READ + GUESSED) / HOP
}

/// Sequences of one length.
///
/// Every *recording* is brought to mean 0 and standard deviation 1 before anything else: speakers
/// differ sevenfold in loudness, and one of them has a constant offset. So a loss in nats is that of
/// samples in units of their recording's deviation; divided by another number s, all losses would be
/// GUESSED · ln s lower.
#[derive(Clone, Debug, PartialEq)]
pub struct Waves {
    /// Samples of a sequence.
    pub samples: usize,
    /// Sequence by sequence, `[S, samples]`.
    pub values: Vec<f32>,
}

impl Waves {
    /// At most `most` sequences out of the recordings at `places`, drawn without putting back.
    ///
    /// - A: every recording is cut into pieces one after the other; what is left at its end is not
    ///   used.
    /// - B: the recordings of every speaker are put in a random order and joined end to end, without
    ///   pauses, and that is cut. A piece may begin and end within a digit, and there may be a jump
    ///   where two recordings meet.
    ///
    /// `part` is the name of the part, for the error.
    ///
    /// # Errors
    /// [`SpeechError::NoSequences`] where there is not even one.
    pub fn cut(
        recordings: &[Recording],
        places: &[usize],
        task: WaveTask,
        most: usize,
        part: &'static str,
        rng: &mut Rng,
    ) -> Result<Self, SpeechError> {
        let samples = task.samples();
        let recordings = places.iter().map(|place| &recordings[*place]);
        let lines: Vec<Vec<f32>> = match task {
            WaveTask::A => recordings.map(standardised).collect(),
            WaveTask::B => {
                let mut speakers: BTreeMap<&str, Vec<&Recording>> = BTreeMap::new();
                for recording in recordings {
                    let all = speakers.entry(&recording.speaker).or_default();
                    all.push(recording);
                }
                let join = |mut all: Vec<&Recording>| {
                    shuffle(&mut all, rng);
                    all.into_iter().flat_map(standardised).collect()
                };
                speakers.into_values().map(join).collect()
            }
        };
        let mut pieces: Vec<&[f32]> = lines
            .iter()
            .flat_map(|line| line.chunks_exact(samples))
            .collect();
        if pieces.is_empty() || most == 0 {
            return Err(SpeechError::NoSequences { samples, part });
        }
        shuffle(&mut pieces, rng);
        pieces.truncate(most);
        Ok(Self {
            samples,
            values: pieces.concat(),
        })
    }

    /// S, the number of sequences.
    pub fn len(&self) -> usize {
        self.values.len() / self.samples
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// T, the steps of a sequence.
    pub fn steps(&self) -> usize {
        steps_of(self.samples)
    }

    /// What is read from step `from` on, `[T, B, READ]` with B the sequences at `places`.
    pub fn inputs(&self, places: &[usize], from: usize, steps: usize) -> Vec<f32> {
        self.windows(places, from, steps, 0, READ)
    }

    /// What is guessed from step `from` on, `[T, B, GUESSED]`.
    pub fn targets(&self, places: &[usize], from: usize, steps: usize) -> Vec<f32> {
        self.windows(places, from, steps, READ, GUESSED)
    }

    fn windows(
        &self,
        places: &[usize],
        from: usize,
        steps: usize,
        offset: usize,
        width: usize,
    ) -> Vec<f32> {
        let mut found = Vec::with_capacity(steps * places.len() * width);
        for step in from..from + steps {
            for place in places {
                let start = place * self.samples + step * HOP + offset;
                found.extend_from_slice(&self.values[start..start + width]);
            }
        }
        found
    }
}

/// A recording with mean 0 and standard deviation 1; silence stays silent.
fn standardised(recording: &Recording) -> Vec<f32> {
    let count = recording.samples.len().max(1) as f64;
    let mean = recording.samples.iter().map(|x| f64::from(*x)).sum::<f64>() / count;
    let squares = recording
        .samples
        .iter()
        .map(|x| (f64::from(*x) - mean).powi(2));
    let deviation = (squares.sum::<f64>() / count).sqrt();
    let scale = if deviation > 0.0 {
        1.0 / deviation
    } else {
        0.0
    };
    let scaled = recording
        .samples
        .iter()
        .map(|x| ((f64::from(*x) - mean) * scale) as f32);
    scaled.collect()
}

/// Fisher and Yates: every order is as likely as any other.
pub(crate) fn shuffle<T>(all: &mut [T], rng: &mut Rng) {
    for last in (1..all.len()).rev() {
        all.swap(last, rng.random_range(0..=last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;

    fn recordings() -> Vec<Recording> {
        let one = |number: usize| Recording {
            digit: (number % 10) as u8,
            speaker: ["theo", "lucas"][number % 2].into(),
            index: number as u32,
            samples: (0..1_700 + number)
                .map(|n| ((n * n) % (100 + number)) as f32)
                .collect(),
        };
        (0..20).map(one).collect()
    }

    fn cut(task: WaveTask, most: usize, seed: u64) -> Result<Waves, SpeechError> {
        let places: Vec<usize> = (0..20).collect();
        Waves::cut(
            &recordings(),
            &places,
            task,
            most,
            "training",
            &mut seeded(seed),
        )
    }

    #[test]
    fn steps_are_those_of_the_task() {
        assert_eq!(steps_of(WaveTask::A.samples()), 48);
        assert_eq!(steps_of(WaveTask::B.samples()), 798);
        assert_eq!([steps_of(29), steps_of(30), steps_of(0)], [0, 1, 0]);
    }

    #[test]
    fn a_step_guesses_what_follows_what_it_reads() {
        let waves = Waves {
            samples: 50,
            values: (0..100u8).map(f32::from).collect(),
        };
        assert_eq!((waves.len(), waves.steps()), (2, 3));
        let inputs = waves.inputs(&[1, 0], 1, 2);
        assert_eq!(
            (inputs.len(), inputs[0], inputs[19], inputs[20]),
            (80, 60.0, 79.0, 10.0)
        );
        let targets = waves.targets(&[1, 0], 1, 2);
        assert_eq!(
            (targets.len(), targets[0], targets[9], targets[10]),
            (40, 80.0, 89.0, 30.0)
        );
        assert_eq!(targets[39], 49.0);
    }

    #[test]
    fn pieces_are_drawn_from_single_recordings_for_a_and_from_joined_ones_for_b() {
        let a = cut(WaveTask::A, usize::MAX, 1).unwrap();
        assert_eq!(a.len(), 20 * 3);
        // Two speakers with ten recordings of some 1,710 samples each.
        let b = cut(WaveTask::B, usize::MAX, 1).unwrap();
        assert_eq!(b.len(), 4);
        assert_eq!(cut(WaveTask::A, 7, 1).unwrap().len(), 7);
        assert_eq!(
            cut(WaveTask::A, 7, 1).unwrap(),
            cut(WaveTask::A, 7, 1).unwrap()
        );
        assert_ne!(
            cut(WaveTask::A, 7, 1).unwrap(),
            cut(WaveTask::A, 7, 2).unwrap()
        );
    }

    #[test]
    fn nothing_long_enough_is_an_error() {
        let all = recordings();
        let error = Waves::cut(&all, &[0], WaveTask::B, 5, "the test", &mut seeded(1)).unwrap_err();
        assert!(error.to_string().contains("has 8000 samples"), "{error}");
        assert!(cut(WaveTask::A, 0, 1).is_err());
    }

    #[test]
    fn a_recording_is_brought_to_one_loudness() {
        let mut recording = recordings().swap_remove(3);
        let values = standardised(&recording);
        let count = values.len() as f32;
        let mean = values.iter().sum::<f32>() / count;
        let square = values.iter().map(|x| x * x).sum::<f32>() / count;
        assert!(
            mean.abs() < 1e-5 && (square - 1.0).abs() < 1e-4,
            "{mean} {square}"
        );
        recording.samples.fill(0.25);
        assert!(standardised(&recording).iter().all(|x| *x == 0.0));
    }
}
