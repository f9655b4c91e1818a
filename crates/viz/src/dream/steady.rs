//! Keeps a film from growing brighter, paler or harsher from frame to frame.

use crate::picture::{CHANNELS, Picture};

/// Rounds of fitting: clipping moves the mean a little, so once is not enough.
const ROUNDS: usize = 4;

/// Brightness and contrast of a picture: mean and standard deviation of each colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steady {
    mean: [f64; CHANNELS],
    deviation: [f64; CHANNELS],
}

impl Steady {
    /// Those of a picture.
    pub fn of(picture: &Picture) -> Self {
        let count = (picture.pixels().len() / CHANNELS) as f64;
        let (mut mean, mut deviation) = ([0.0; CHANNELS], [0.0; CHANNELS]);
        for rgb in picture.pixels().chunks_exact(CHANNELS) {
            for (sum, &value) in mean.iter_mut().zip(rgb) {
                *sum += f64::from(value) / count;
            }
        }
        for rgb in picture.pixels().chunks_exact(CHANNELS) {
            for ((sum, &value), mean) in deviation.iter_mut().zip(rgb).zip(mean) {
                *sum += (f64::from(value) - mean).powi(2) / count;
            }
        }
        let deviation = deviation.map(f64::sqrt);
        Self { mean, deviation }
    }

    /// The picture with these means and deviations, `x ← m + (x − μ) s/σ`, as far as clipping to
    /// `[0, 1]` allows.
    pub fn apply(&self, picture: &Picture) -> Picture {
        let mut picture = picture.clone();
        for _ in 0..ROUNDS {
            let now = Self::of(&picture);
            let pixels = picture.pixels().chunks_exact(CHANNELS).flat_map(|rgb| {
                std::array::from_fn::<f32, CHANNELS, _>(|c| {
                    let gain = match now.deviation[c] > 0.0 {
                        true => self.deviation[c] / now.deviation[c],
                        false => 1.0,
                    };
                    let value = self.mean[c] + (f64::from(rgb[c]) - now.mean[c]) * gain;
                    value.clamp(0.0, 1.0) as f32
                })
            });
            picture = Picture::new(picture.width(), picture.height(), pixels.collect());
        }
        picture
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brightness_and_contrast_come_back() {
        let wave = |x: u32, y: u32| 0.5 + 0.3 * ((x * 7 + y * 3) as f32).sin();
        let picture = Picture::from_fn(24, 18, |x, y| [wave(x, y), 0.8 * wave(y, x), 0.1]);
        let steady = Steady::of(&picture);
        let brighter = Picture::from_fn(24, 18, |x, y| {
            let v = wave(x + 5, y);
            [0.3 + 0.6 * v, v * v, 0.2]
        });
        let now = Steady::of(&steady.apply(&brighter));
        for c in 0..3 {
            assert!((now.mean[c] - steady.mean[c]).abs() < 1e-3, "{now:?}");
            assert!(
                (now.deviation[c] - steady.deviation[c]).abs() < 5e-3,
                "{now:?}"
            );
        }
    }
}
