//! What is looked at: layers, channels, and whether the memory holds it.

use anyhow::Context;
use reverie_model::vision::{LayerInfo, Network, Rule};
use reverie_viz::VizError;
use reverie_viz::deconv::{DeconvConfig, spread, usual_layers};
use reverie_viz::render::{look_bytes, network_bytes};

use crate::cli::ChannelRange;
use crate::command::imagine;
use crate::network::{self, Loaded, Options};
use crate::output::Output;
use crate::{cli, memory};

/// Bytes that going back from several units at once may take.
const BACK_ROOM: u64 = 600_000_000;
/// Copies of the largest layer in flight on the way forward: input, output, their rearranged forms.
const IN_FLIGHT: u64 = 3;
/// Bytes of a number.
const F32: u64 = 4;

/// Opens the network that the flags name.
///
/// # Errors
/// A name that does not exist, a file that is missing or damaged; rules that it leaves no choice of.
pub fn open_network(
    args: &cli::NetArgs,
    config: &DeconvConfig,
    device: &burn::tensor::Device,
) -> anyhow::Result<Loaded> {
    let options = Options {
        pooling: config.pooling,
        ..Options::default()
    };
    let loaded = network::load(args, options, device)?;
    let network = loaded.network.as_ref();
    if config.rule != Rule::Gradient && network.with_rule(config.rule).is_none() {
        let network = loaded.name.clone();
        return Err(VizError::NoRule { network }.into());
    }
    Ok(loaded)
}

/// The layers that are asked for, each once, from the picture to the deepest; where none are, one for
/// every resolution that a picture of this width and height, in pixels, has room for.
///
/// # Errors
/// A layer that does not exist, or that the picture is too small for.
pub fn layers(asked: &[String], loaded: &Loaded, size: [u32; 2]) -> anyhow::Result<Vec<LayerInfo>> {
    let network = loaded.network.as_ref();
    let [width, height] = size.map(|side| side as usize);
    if asked.is_empty() {
        let side = width.min(height);
        let usual = usual_layers(network, side, loaded.deepest_useful.as_deref());
        anyhow::ensure!(
            !usual.is_empty(),
            "{} has no layer that is usually looked at for pictures of {side} pixels; name one with --layer",
            loaded.name
        );
        return Ok(usual);
    }
    for name in asked {
        network.info(name.trim())?.check_side(width, height)?;
    }
    let is_asked = |info: &&LayerInfo| asked.iter().any(|name| name.trim() == info.layer.as_str());
    Ok(network.layers().iter().filter(is_asked).cloned().collect())
}

/// The channels of a layer that are asked for, none where nothing is said.
///
/// # Errors
/// One that does not exist.
pub fn asked_channels(
    ranges: &[ChannelRange],
    info: &LayerInfo,
) -> anyhow::Result<Option<Vec<usize>>> {
    if ranges.is_empty() {
        return Ok(None);
    }
    let pair = |range: &ChannelRange| match *range {
        ChannelRange::All => (0, info.channels - 1),
        ChannelRange::Some(first, last) => (first, last),
    };
    let pairs: Vec<(usize, usize)> = ranges.iter().map(pair).collect();
    imagine::channels(&pairs, info).map(Some)
}

/// The channels of a layer that are shown, in a folder: an even spread where none are named.
///
/// # Errors
/// One that does not exist.
pub fn shown_channels(
    ranges: &[ChannelRange],
    info: &LayerInfo,
    count: usize,
) -> anyhow::Result<Vec<usize>> {
    let mut asked = asked_channels(ranges, info)?.unwrap_or_else(|| spread(info.channels, count));
    asked.sort_unstable();
    asked.dedup();
    Ok(asked)
}

/// Units that go back together from a layer of pictures of this size: at least one, at most `most`.
///
/// # Errors
/// A layer that does not exist.
pub fn group(
    network: &dyn Network,
    info: &LayerInfo,
    size: [u32; 2],
    most: usize,
) -> anyhow::Result<usize> {
    let mut group = most.max(1);
    while group > 1 && back_bytes(network, info, size, group)? > BACK_ROOM {
        group -= 1;
    }
    Ok(group)
}

/// Bytes that going back from so many units at once takes.
fn back_bytes(
    network: &dyn Network,
    info: &LayerInfo,
    [width, height]: [u32; 2],
    units: usize,
) -> anyhow::Result<u64> {
    // So many pictures take as much as one that is so many times as high.
    let all = height.saturating_mul(units as u32);
    let layers = std::slice::from_ref(&info.layer);
    Ok(look_bytes(network, layers, width, all)?)
}

/// Bytes that looking and going back take at their peak.
///
/// # Errors
/// A layer that does not exist.
pub fn bytes(
    network: &dyn Network,
    layers: &[LayerInfo],
    [width, height]: [u32; 2],
    batch: usize,
    most: usize,
) -> anyhow::Result<u64> {
    let elements = |info: &LayerInfo| info.elements(height as usize, width as usize) as u64 * F32;
    let deepest = layers.last().context("there is a layer to look at")?;
    let mut passed = network.layers().iter();
    let place = passed.position(|info| info.layer == deepest.layer);
    let passed = &network.layers()[..place.map_or(0, |place| place + 1)];
    let largest = passed.iter().map(elements).max().unwrap_or(0);
    // Once as the network has it, once as it is looked through.
    let held = 2 * layers.iter().map(elements).sum::<u64>();
    let forward = batch as u64 * (held + IN_FLIGHT * largest);
    let mut back = 0;
    for info in layers {
        let group = group(network, info, [width, height], most)?;
        back = back.max(back_bytes(network, info, [width, height], group)?);
    }
    Ok(memory::BASE + network_bytes(network) + forward.max(back))
}

/// Layers that are reached through means, and what is done there.
pub fn say_means(loaded: &Loaded, layers: &[LayerInfo], output: &Output) -> Vec<String> {
    let network = loaded.network.as_ref();
    let through = layers
        .iter()
        .filter(|info| network.pools_by_mean(&info.layer));
    let names: Vec<String> = through.map(|info| info.layer.to_string()).collect();
    if !names.is_empty() {
        output.note(&format!(
            "{} takes means on the way to {}: a mean records no switch, so a signal is spread evenly over what it is the mean of, as its gradient is",
            loaded.name,
            names.join(", ")
        ));
    }
    names
}
