//! Recordings as a recogniser hears them, and batches of them.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

use crate::data::speech::{BandScale, Frames, LogMel, Recording, shuffle};
use crate::rng::Rng;

/// Frames of recordings, and what is said in them.
#[derive(Clone, Debug, PartialEq)]
pub struct DigitSet {
    /// One for each recording, not yet brought to one scale, or by [`DigitSet::scale`].
    pub frames: Vec<Frames>,
    /// What is said, 0 to 9.
    pub digits: Vec<u8>,
}

/// Batches of this many times their size are sorted by length before they are cut: so that
/// recordings side by side are about as long, and still others every time.
const SORTED_TOGETHER: usize = 8;

impl DigitSet {
    /// Hears the recordings at `places`.
    pub fn hear(recordings: &[Recording], places: &[usize], log_mel: &LogMel) -> Self {
        let heard = places.iter().map(|place| &recordings[*place]);
        Self {
            frames: heard
                .clone()
                .map(|one| log_mel.frames(&one.samples))
                .collect(),
            digits: heard.map(|one| one.digit).collect(),
        }
    }

    /// Brings all frames to a scale.
    ///
    /// # Panics
    /// If the scale has another number of bands.
    pub fn scale(&mut self, scale: &BandScale) {
        self.frames
            .iter_mut()
            .for_each(|frames| scale.apply(frames));
    }

    /// Number of recordings.
    pub fn len(&self) -> usize {
        self.digits.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.digits.is_empty()
    }

    /// Batches in the order of length, the longest recordings first: to measure by.
    pub fn in_order(&self, batch: usize) -> Vec<Vec<usize>> {
        let mut places: Vec<usize> = (0..self.len()).collect();
        self.longest_first(&mut places);
        places.chunks(batch).map(<[usize]>::to_vec).collect()
    }

    /// Batches of one pass: a random order, in which recordings side by side are about as long. In
    /// each the longest comes first.
    pub fn shuffled(&self, batch: usize, rng: &mut Rng) -> Vec<Vec<usize>> {
        let mut places: Vec<usize> = (0..self.len()).collect();
        shuffle(&mut places, rng);
        for some in places.chunks_mut(batch * SORTED_TOGETHER) {
            self.longest_first(some);
        }
        let mut batches: Vec<_> = places.chunks(batch).map(<[usize]>::to_vec).collect();
        // At a border between two sorted stretches a batch may have some of both.
        batches
            .iter_mut()
            .for_each(|places| self.longest_first(places));
        shuffle(&mut batches, rng);
        batches
    }

    fn longest_first(&self, places: &mut [usize]) {
        places.sort_by_key(|place| std::cmp::Reverse(self.frames[*place].steps()));
    }
}

/// Recordings side by side, the longest first.
pub(super) struct DigitBatch {
    pub frames: Tensor<3>,
    pub lengths: Arc<[usize]>,
}

impl DigitBatch {
    /// Puts frames side by side: `[T, B, D]`, zeros behind the end of what is shorter.
    ///
    /// # Panics
    /// If there are none, or a longer one comes after a shorter one.
    pub fn of(frames: &[Frames], device: &Device) -> Self {
        let lengths: Arc<[usize]> = frames.iter().map(Frames::steps).collect();
        let (time, batch, bands) = (lengths[0], frames.len(), frames[0].bands);
        let mut values = vec![0.0; time * batch * bands];
        for (row, frames) in frames.iter().enumerate() {
            assert!(frames.steps() <= time, "{lengths:?}");
            for (step, frame) in frames.values.chunks_exact(bands).enumerate() {
                let start = (step * batch + row) * bands;
                values[start..start + bands].copy_from_slice(frame);
            }
        }
        let data = TensorData::new(values, [time, batch, bands]);
        Self {
            frames: Tensor::from_data(data, device),
            lengths,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::rng::{normal, seeded};

    /// Recordings of random length whose digit is the place of a loud band.
    pub fn toy(count: usize, seed: u64) -> DigitSet {
        let mut rng = seeded(seed);
        let mut set = DigitSet {
            frames: Vec::new(),
            digits: Vec::new(),
        };
        for number in 0..count {
            let digit = number % 10;
            let steps = 3 + (number * 7) % 11;
            let mut values = normal(&mut rng, steps * 12);
            values
                .chunks_mut(12)
                .for_each(|frame| frame[digit + 1] += 4.0);
            set.frames.push(Frames { bands: 12, values });
            set.digits.push(digit as u8);
        }
        set
    }

    #[test]
    fn every_recording_is_in_one_batch_and_the_longest_comes_first() {
        let set = toy(53, 1);
        let mut rng = seeded(2);
        for batches in [
            set.in_order(4),
            set.shuffled(4, &mut rng),
            set.shuffled(4, &mut rng),
        ] {
            let mut all = batches.concat();
            all.sort_unstable();
            assert_eq!(all, (0..53).collect::<Vec<_>>());
            for batch in &batches {
                let steps: Vec<_> = batch
                    .iter()
                    .map(|place| set.frames[*place].steps())
                    .collect();
                assert!(steps.is_sorted_by(|a, b| a >= b), "{steps:?}");
            }
        }
        assert_ne!(set.shuffled(4, &mut rng), set.shuffled(4, &mut rng));
        assert_eq!(
            set.shuffled(4, &mut seeded(3)),
            set.shuffled(4, &mut seeded(3))
        );
    }

    #[test]
    fn what_is_shorter_is_filled_up_with_zeros() {
        let frames = |values: &[f32]| Frames {
            bands: 2,
            values: values.to_vec(),
        };
        let all = [frames(&[1.0, 2.0, 3.0, 4.0]), frames(&[5.0, 6.0])];
        let batch = DigitBatch::of(&all, &Device::flex());
        assert_eq!(&batch.lengths[..], [2, 1]);
        let values = batch.frames.try_into_vec_as::<f32>().unwrap();
        assert_eq!(values, [1.0, 2.0, 5.0, 6.0, 3.0, 4.0, 0.0, 0.0]);
    }
}
