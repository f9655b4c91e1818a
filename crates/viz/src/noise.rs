//! Noise to start from.

use reverie_model::rng::{Rng, normal};

/// Planes `[3, H, W]` of normal noise around a colour, drawn on the host.
pub(crate) fn noise_planes(
    width: u32,
    height: u32,
    mean: [f32; 3],
    deviation: f32,
    rng: &mut Rng,
) -> Vec<f32> {
    let plane = width as usize * height as usize;
    let draws = normal(rng, 3 * plane).into_iter().enumerate();
    draws
        .map(|(index, draw)| mean[index / plane] + draw * deviation)
        .collect()
}
