//! Seeded random numbers drawn on the host.
//!
//! A device's own generator gives other numbers on every backend, so everything random that shapes
//! a result is drawn here and copied to the device.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// The generator behind every random choice: its stream is fixed by its definition, so a seed means
/// the same in every version.
pub type Rng = Pcg64Mcg;

/// A generator for `seed`.
pub fn seeded(seed: u64) -> Rng {
    Pcg64Mcg::seed_from_u64(seed)
}

/// The generator as text, for a checkpoint: its state in decimal.
pub fn to_text(rng: &Rng) -> String {
    let json = serde_json::to_string(rng).unwrap_or_default();
    json.chars().filter(char::is_ascii_digit).collect()
}

/// The generator that [`to_text`] wrote down; none where the text is no state.
pub fn from_text(text: &str) -> Option<Rng> {
    text.parse::<u128>().ok().map(Rng::new)
}

/// `count` draws from the standard normal distribution.
///
/// # Source
/// Box and Muller 1958: two uniform draws give two normal ones.
pub fn normal(rng: &mut Rng, count: usize) -> Vec<f32> {
    let mut draws = Vec::with_capacity(count + 1);
    while draws.len() < count {
        // 1 - u lies in (0, 1], so the logarithm is finite.
        let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * rng.random::<f64>()).sin_cos();
        draws.push((radius * cos) as f32);
        draws.push((radius * sin) as f32);
    }
    draws.truncate(count);
    draws
}

/// Weights that keep the scale of rectified activations from layer to layer: normal with variance
/// `2 / fan_in`.
///
/// # Source
/// He et al. 2015 (arXiv 1502.01852), eq. 10.
pub(crate) fn he(rng: &mut Rng, count: usize, fan_in: usize) -> Vec<f32> {
    let std = (2.0 / fan_in as f32).sqrt();
    let draws = normal(rng, count).into_iter();
    draws.map(|value| value * std).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_draws_have_mean_zero_and_variance_one() {
        let draws = normal(&mut seeded(1), 20_001);
        assert_eq!(draws.len(), 20_001);
        let mean = draws.iter().map(|v| f64::from(*v)).sum::<f64>() / 20_001.0;
        let var = draws
            .iter()
            .map(|v| (f64::from(*v) - mean).powi(2))
            .sum::<f64>()
            / 20_001.0;
        assert!(mean.abs() < 0.03, "mean {mean}");
        assert!((var - 1.0).abs() < 0.03, "variance {var}");
    }

    #[test]
    fn a_generator_goes_on_where_it_was() {
        let mut rng = seeded(5);
        normal(&mut rng, 3);
        let mut copy = from_text(&to_text(&rng)).unwrap();
        assert_eq!(normal(&mut rng, 9), normal(&mut copy, 9));
    }

    #[test]
    fn the_same_seed_gives_the_same_draws() {
        assert_eq!(normal(&mut seeded(7), 9), normal(&mut seeded(7), 9));
        assert_ne!(normal(&mut seeded(7), 9), normal(&mut seeded(8), 9));
    }
}
