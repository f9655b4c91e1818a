//! Sizes, from coarse to fine.

use reverie_model::vision::Network;

use super::StyleConfig;

/// One size of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Longest side, in pixels.
    pub size: u32,
    /// Steps at this size.
    pub steps: usize,
}

/// Width and height of a picture brought to this longest side, larger or smaller.
pub fn brought_to(width: u32, height: u32, longest: u32) -> (u32, u32) {
    let factor = f64::from(longest) / f64::from(width.max(height));
    let side = |side: u32| (f64::from(side) * factor).round().max(1.0) as u32;
    (side(width), side(height))
}

/// The sizes of a transfer: `size`, `size / growth`, `size / growth²`, … down to `start_size`,
/// smallest first. A `size` below `start_size` is the only one.
pub fn scales(config: &StyleConfig) -> Vec<Scale> {
    let mut sizes = vec![config.size];
    let mut size = f64::from(config.size);
    loop {
        size /= config.growth;
        let rounded = size.round() as u32;
        if rounded < config.start_size || rounded == 0 || sizes.last() == Some(&rounded) {
            break;
        }
        sizes.push(rounded);
    }
    sizes.reverse();
    let steps = |index| {
        if index == 0 {
            config.first_steps
        } else {
            config.steps
        }
    };
    (0..)
        .zip(sizes)
        .map(|(index, size)| Scale {
            size,
            steps: steps(index),
        })
        .collect()
}

/// Style layers of a preset that this network cannot use, taken out of `config`.
///
/// A layer goes if the network does not have it, or if it lies deeper than `deepest`, beyond which
/// the weights no longer carry general picture content. The names taken out are the answer.
pub fn drop_unusable_layers(
    config: &mut StyleConfig,
    network: &dyn Network,
    deepest: Option<&str>,
) -> Vec<String> {
    let depth = |name: &str| {
        network
            .layers()
            .iter()
            .position(|info| info.layer.as_str() == name)
    };
    let limit = deepest.and_then(depth).unwrap_or(usize::MAX);
    let usable = |name: &str| depth(name).is_some_and(|depth| depth <= limit);
    let mut dropped = Vec::new();
    let mut kept = Vec::new();
    for (name, weight) in config.style_layers.drain(..).zip(&config.layer_weights) {
        if usable(&name) {
            kept.push((name, *weight));
        } else {
            dropped.push(name);
        }
    }
    (config.style_layers, config.layer_weights) = kept.into_iter().unzip();
    dropped
}
