//! Frames of recordings, and one scale for all of them.

use serde::{Deserialize, Serialize};

/// Frames of one recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Frames {
    /// D, the bands of a frame.
    pub bands: usize,
    /// `[T, D]`, frame by frame: natural logarithms of power, or what [`BandScale`] made of them.
    pub values: Vec<f32>,
}

impl Frames {
    /// T, the number of frames.
    pub fn steps(&self) -> usize {
        self.values.len() / self.bands
    }
}

/// Mean and deviation of every band, taken from what is learnt from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BandScale {
    /// Means, `[D]`.
    pub mean: Vec<f32>,
    /// Standard deviations, `[D]`, at least [`LEAST_DEVIATION`].
    pub deviation: Vec<f32>,
}

/// A band that hardly changes is not blown up beyond this.
pub const LEAST_DEVIATION: f32 = 1e-3;

impl BandScale {
    /// Takes mean and deviation over all frames of all recordings; none where there are no frames.
    pub fn of<'a>(all: impl IntoIterator<Item = &'a Frames>) -> Option<Self> {
        let mut sums: Vec<(f64, f64)> = Vec::new();
        let mut count = 0.0;
        for frames in all {
            sums.resize(frames.bands, (0.0, 0.0));
            for frame in frames.values.chunks_exact(frames.bands) {
                count += 1.0;
                for (sum, value) in sums.iter_mut().zip(frame) {
                    let value = f64::from(*value);
                    *sum = (sum.0 + value, sum.1 + value * value);
                }
            }
        }
        let deviation = |(sum, squares): &(f64, f64)| {
            let mean = sum / count;
            let variance = (squares / count - mean * mean).max(0.0);
            (variance.sqrt() as f32).max(LEAST_DEVIATION)
        };
        (count > 0.0).then(|| Self {
            mean: sums.iter().map(|(sum, _)| (sum / count) as f32).collect(),
            deviation: sums.iter().map(deviation).collect(),
        })
    }

    /// Makes every band of mean zero and deviation one where it was taken from.
    ///
    /// # Panics
    /// If the frames have another number of bands.
    pub fn apply(&self, frames: &mut Frames) {
        assert_eq!(
            frames.bands,
            self.mean.len(),
            "bands of frames and of their scale"
        );
        for frame in frames.values.chunks_exact_mut(frames.bands) {
            let scales = self.mean.iter().zip(&self.deviation);
            for (value, (mean, deviation)) in frame.iter_mut().zip(scales) {
                *value = (*value - mean) / deviation;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{normal, seeded};

    #[test]
    fn a_scale_makes_bands_of_mean_zero_and_deviation_one() {
        let values: Vec<f32> = normal(&mut seeded(5), 3000)
            .iter()
            .map(|x| 3.0 * x - 7.0)
            .collect();
        let mut frames = Frames { bands: 3, values };
        BandScale::of([&frames]).unwrap().apply(&mut frames);
        let again = BandScale::of([&frames]).unwrap();
        assert!(
            again.mean.iter().all(|mean| mean.abs() < 1e-5),
            "{:?}",
            again.mean
        );
        assert!(
            again
                .deviation
                .iter()
                .all(|deviation| (deviation - 1.0).abs() < 1e-5)
        );
        assert_eq!(BandScale::of([]), None);
        let flat = Frames {
            bands: 2,
            values: vec![1.0; 8],
        };
        assert_eq!(
            BandScale::of([&flat]).unwrap().deviation,
            [LEAST_DEVIATION; 2]
        );
    }
}
