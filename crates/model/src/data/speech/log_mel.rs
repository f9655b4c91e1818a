//! From sound to log-mel frames: what a recogniser hears.

use super::mel::{Band, bands};
use super::power::power;
use super::{Frames, LogMelConfig, SAMPLE_RATE, SpeechError};

/// Makes log-mel frames.
///
/// A frame is multiplied by a Hann window, its power spectrum |X|² / (N Σ w²) summed up in triangles
/// along the mel scale (N is the length of the transform, w the window; both sides of the spectrum
/// counted), and ln(power + floor) taken. So noise of variance s² has the power s² in all bands
/// together, whatever window and transform.
///
/// # Source
/// Davis and Mermelstein 1980, without the cosine transform at the end.
pub struct LogMel {
    config: LogMelConfig,
    window: Vec<f32>,
    /// What |X|² is multiplied by.
    scale: f32,
    bands: Vec<Band>,
}

impl LogMel {
    /// Prepares window, transform and bands.
    ///
    /// # Errors
    /// What [`LogMelConfig::check`] refuses.
    pub fn new(config: &LogMelConfig) -> Result<Self, SpeechError> {
        config.check()?;
        let window = hann(config.frame);
        let energy: f64 = window.iter().map(|w| w * w).sum();
        let spacing = f64::from(SAMPLE_RATE) / config.fft as f64;
        let range = (config.lowest, config.highest);
        Ok(Self {
            bands: bands(config.bands, range, spacing, config.fft / 2 + 1),
            scale: (1.0 / (config.fft as f64 * energy)) as f32,
            window: window.into_iter().map(|w| w as f32).collect(),
            config: config.clone(),
        })
    }

    /// D, the bands of a frame.
    pub fn bands(&self) -> usize {
        self.config.bands
    }

    /// The frames of a recording, `[T, D]` with T = 1 + (samples − frame) / hop, rounded down.
    ///
    /// What is left at the end and fills no frame is not heard; a recording shorter than one frame is
    /// filled up with zeros.
    pub fn frames(&self, samples: &[f32]) -> Frames {
        let LogMelConfig {
            frame, hop, fft, ..
        } = self.config;
        let count = 1 + samples.len().saturating_sub(frame) / hop;
        let mut values = Vec::with_capacity(count * self.config.bands);
        let mut buffer = vec![0.0; fft];
        for number in 0..count {
            let rest = &samples[(number * hop).min(samples.len())..];
            let heard = rest.iter().zip(&self.window).map(|(x, w)| x * w);
            let filled = heard.chain(std::iter::repeat(0.0));
            for (to, from) in buffer.iter_mut().zip(filled) {
                *to = from;
            }
            self.listen(&power(&mut buffer), &mut values);
        }
        Frames {
            bands: self.config.bands,
            values,
        }
    }

    /// ln(power + floor) of every band of one power spectrum.
    fn listen(&self, powers: &[f32], values: &mut Vec<f32>) {
        let floor = self.config.floor as f32;
        // The other half of the spectrum is the mirror image; only the ends have none.
        let is_end = |place: usize| place == 0 || place + 1 == powers.len();
        let sides = |place: usize| if is_end(place) { 1.0 } else { 2.0 };
        for band in &self.bands {
            let power = band.weights.iter().enumerate().map(|(number, weight)| {
                let place = band.first + number;
                weight * sides(place) * powers[place] * self.scale
            });
            values.push((power.sum::<f32>() + floor).ln());
        }
    }
}

/// Hann's window, for a signal cut into pieces: w_n = sin²(π n / N), so that copies half a window
/// apart add up to one.
fn hann(length: usize) -> Vec<f64> {
    let sine = |n: usize| (std::f64::consts::PI * n as f64 / length as f64).sin();
    // A window of one sample would be zero.
    match length {
        1 => vec![1.0],
        _ => (0..length).map(|n| sine(n) * sine(n)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::to_mel;
    use super::*;
    use crate::rng::{normal, seeded};

    fn sine(hertz: f64, amplitude: f64, samples: usize) -> Vec<f32> {
        let turn = std::f64::consts::TAU * hertz / f64::from(SAMPLE_RATE);
        let at = |n: usize| (amplitude * (turn * n as f64).sin()) as f32;
        (0..samples).map(at).collect()
    }

    fn log_mel() -> LogMel {
        LogMel::new(&LogMelConfig::default()).unwrap()
    }

    #[test]
    fn a_sine_is_loudest_in_the_band_of_its_frequency() {
        let log_mel = log_mel();
        let step = (to_mel(4000.0) - to_mel(20.0)) / 41.0;
        for hertz in [150.0, 440.0, 1000.0, 1800.0, 3000.0] {
            let nearest = ((to_mel(hertz) - to_mel(20.0)) / step).round() as usize - 1;
            let frames = log_mel.frames(&sine(hertz, 0.5, 800));
            assert_eq!(frames.steps(), 8);
            for frame in frames.values.chunks(40) {
                let loudest = (0..40).max_by(|a, b| frame[*a].total_cmp(&frame[*b]));
                let distance = loudest.unwrap().abs_diff(nearest);
                // Two triangles share what is between their peaks.
                assert!(distance <= 1, "{hertz} Hz in {loudest:?}, not in {nearest}");
            }
        }
    }

    #[test]
    fn a_sine_has_the_power_of_half_its_square() {
        // Where the triangles add up to one, all of it is heard.
        let frames = log_mel().frames(&sine(1000.0, 0.5, 200));
        let power: f32 = frames.values.iter().map(|value| value.exp()).sum();
        assert!((power - 0.125).abs() < 0.125 * 0.01, "{power}");
    }

    #[test]
    fn the_spectrum_has_the_energy_of_the_frame() {
        // Parseval: Σ |x|² = Σ |X|² / N. One band over everything, flat by counting both of its
        // slopes, is all of it but the edges, so the transform itself is looked at.
        let (log_mel, samples) = (log_mel(), normal(&mut seeded(3), 200));
        let heard = samples.iter().zip(&log_mel.window).map(|(x, w)| x * w);
        let mut buffer: Vec<f32> = heard.clone().collect();
        buffer.resize(512, 0.0);
        let powers = power(&mut buffer);
        let there: f32 = heard.map(|x| x * x).sum();
        let middle: f32 = powers[1..256].iter().sum();
        let here = (powers[0] + 2.0 * middle + powers[256]) / 512.0;
        assert!((here - there).abs() < 1e-5 * there, "{here} {there}");
    }

    #[test]
    fn noise_has_its_variance_in_all_bands_together() {
        let noise: Vec<f32> = normal(&mut seeded(4), 80_000)
            .iter()
            .map(|x| 0.1 * x)
            .collect();
        let frames = log_mel().frames(&noise);
        let power: f32 = frames.values.iter().map(|value| value.exp()).sum();
        let mean = power / frames.steps() as f32;
        // The outermost slopes have no neighbours that would fill them up: 3 % of the frequencies.
        assert!(mean > 0.0094 && mean < 0.0102, "{mean}");
    }

    #[test]
    fn silence_is_at_the_floor_and_nothing_is_infinite() {
        let frames = log_mel().frames(&[0.0; 1000]);
        assert!(
            frames
                .values
                .iter()
                .all(|value| (value - 1e-8f32.ln()).abs() < 1e-5)
        );
    }

    #[test]
    fn frames_are_counted_as_documented() {
        let log_mel = log_mel();
        let steps = |samples: usize| log_mel.frames(&vec![0.1; samples]).steps();
        assert_eq!(
            [steps(1), steps(200), steps(279), steps(280), steps(3360)],
            [1, 1, 1, 2, 40]
        );
    }
}
