//! Frames made a little harder, so that a recogniser does not learn them by heart.

use rand::RngExt;

use super::DigitsConfig;
use crate::data::speech::Frames;
use crate::rng::{Rng, normal};

/// Adds noise to frames, and hides a stretch of time and a few neighbouring bands.
///
/// What is hidden becomes zero, the mean of its band. How much is hidden is drawn anew every time,
/// from nothing to what the settings allow.
///
/// # Source
/// Park et al. 2019 (arXiv 1904.08779), SpecAugment with one mask of each kind and no warping.
pub(super) fn augment(frames: &mut Frames, config: &DigitsConfig, rng: &mut Rng) {
    let (steps, bands) = (frames.steps(), frames.bands);
    if config.noise > 0.0 {
        let noise = normal(rng, frames.values.len());
        for (value, noise) in frames.values.iter_mut().zip(noise) {
            *value += config.noise as f32 * noise;
        }
    }
    let mut stretch = |most: usize, all: usize| {
        let width = rng.random_range(0..=most.min(all));
        let start = rng.random_range(0..=all - width);
        start..start + width
    };
    let hidden_steps = stretch((config.time_mask * steps as f64) as usize, steps);
    let hidden_bands = stretch(config.band_mask, bands);
    for (step, frame) in frames.values.chunks_exact_mut(bands).enumerate() {
        if hidden_steps.contains(&step) {
            frame.fill(0.0);
        }
        frame[hidden_bands.clone()].fill(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;

    fn ones() -> Frames {
        Frames {
            bands: 10,
            values: vec![1.0; 200],
        }
    }

    #[test]
    fn no_more_is_hidden_than_is_allowed() {
        let config = DigitsConfig {
            noise: 0.0,
            time_mask: 0.2,
            band_mask: 3,
            ..DigitsConfig::default()
        };
        let mut rng = seeded(1);
        let (mut most, mut sum) = (0, 0);
        for _ in 0..200 {
            let mut frames = ones();
            augment(&mut frames, &config, &mut rng);
            let hidden = frames.values.iter().filter(|value| **value == 0.0).count();
            assert!(frames.values.iter().all(|value| [0.0, 1.0].contains(value)));
            (most, sum) = (most.max(hidden), sum + hidden);
        }
        // Four steps of ten bands, and three bands of the other sixteen steps.
        assert_eq!(most, 40 + 48);
        assert!(sum > 200 * 20, "{sum}");
    }

    #[test]
    fn nothing_is_changed_where_nothing_is_asked_for() {
        let config = DigitsConfig {
            noise: 0.0,
            time_mask: 0.0,
            band_mask: 0,
            ..DigitsConfig::default()
        };
        let mut frames = ones();
        augment(&mut frames, &config, &mut seeded(1));
        assert_eq!(frames, ones());
    }

    #[test]
    fn masks_wider_than_the_frames_hide_all_of_them_at_most() {
        let config = DigitsConfig {
            time_mask: 1.0,
            band_mask: 99,
            ..DigitsConfig::default()
        };
        for seed in 0..50 {
            augment(&mut ones(), &config, &mut seeded(seed));
        }
    }
}
