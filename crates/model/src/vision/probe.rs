//! A few activations on a fixed picture, which tell whether weights were read rightly.

use super::{Network, synthetic_picture};
use crate::ModelError;
use crate::weights::Entry;

/// Side of the picture for layers that are pleased with little, in pixels.
const SIDE: usize = 32;
/// Activations that a probe takes.
const COUNT: usize = 8;

/// Eight activations of `layer` on [`synthetic_picture`], spread over the layer. The picture has 32
/// pixels a side, or as many as the layer needs.
///
/// # Errors
/// [`ModelError::UnknownLayer`].
pub fn probe(network: &dyn Network, layer: &str) -> Result<Vec<f32>, ModelError> {
    let info = network.info(layer)?;
    let side = SIDE.max(info.min_side());
    let layer = info.layer.clone();
    let picture = synthetic_picture(side, side, &network.device());
    let seen = network
        .activations(picture, std::slice::from_ref(&layer))?
        .of(&layer);
    let values = seen
        .try_into_vec_as::<f32>()
        .expect("an f32 tensor can be read back");
    Ok((0..COUNT)
        .map(|i| values[i * values.len() / COUNT])
        .collect())
}

/// How far the network's answers are from what the registry says, as the largest difference relative
/// to the largest value of each layer; `None` without a probe.
///
/// # Errors
/// [`ModelError::UnknownLayer`] if the probe names a layer that does not exist.
pub fn probe_error(network: &dyn Network, entry: &Entry) -> Result<Option<f32>, ModelError> {
    let mut worst: Option<f32> = None;
    for known in &entry.probe {
        let found = probe(network, &known.layer)?;
        let scale = known
            .values
            .iter()
            .fold(f32::MIN_POSITIVE, |max, v| max.max(v.abs()));
        let pairs = found.iter().zip(&known.values);
        let error = pairs
            .map(|(a, b)| (a - b).abs() / scale)
            .fold(0.0, f32::max);
        worst = Some(worst.map_or(error, |worst| worst.max(error)));
    }
    Ok(worst)
}
