//! What will be made, and whether the memory holds it.

use reverie_model::vision::Layer;
use reverie_viz::invert::{InvertConfig, one_a_size};
use reverie_viz::render::{image_bytes, look_bytes, network_bytes};

use crate::command::shared;
use crate::memory;
use crate::network::Loaded;
use crate::output::Output;

/// The layers to go back from, which the settings name from now on.
///
/// # Errors
/// Layers that do not exist, a picture too small for one of them.
pub fn layers(
    config: &mut InvertConfig,
    loaded: &Loaded,
    (width, height): (u32, u32),
) -> anyhow::Result<Vec<Layer>> {
    let network = loaded.network.as_ref();
    if config.layers.is_empty() {
        let deepest = loaded.deepest_useful.as_deref();
        let found = one_a_size(network, deepest, (width, height));
        anyhow::ensure!(
            !found.is_empty(),
            "a picture of {width}x{height} pixels is too small for every layer of {}",
            loaded.name
        );
        config.layers = found.iter().map(ToString::to_string).collect();
        return Ok(found);
    }
    let one = |name: &String| {
        let info = network.info(name)?;
        info.check_side(width as usize, height as usize)?;
        Ok(info.layer.clone())
    };
    config.layers.iter().map(one).collect()
}

/// Prints the plan and refuses one that does not fit.
///
/// # Errors
/// More memory than there is.
pub fn announce(
    config: &InvertConfig,
    loaded: &Loaded,
    layers: &[Layer],
    (width, height): (u32, u32),
    output: &Output,
) -> anyhow::Result<()> {
    let network = loaded.network.as_ref();
    let mut most = 0;
    for layer in layers {
        // Beside what it makes of the noise there is what it made of the picture.
        let info = network.info(layer.as_str())?;
        let target =
            info.elements(height as usize, width as usize) as u64 * size_of::<f32>() as u64;
        let look = look_bytes(network, std::slice::from_ref(layer), width, height)?;
        most = most.max(look + 2 * target);
    }
    if let Some(remark) = &loaded.remark {
        output.note(&format!("{}: {remark}", loaded.name));
    }
    let bytes = memory::BASE
        + network_bytes(network)
        + most
        + image_bytes(width, height, config.image_copies());
    let count = match layers.len() {
        1 => "1 layer".to_owned(),
        count => format!("{count} layers"),
    };
    output.note(&format!(
        "plan: {count} ({}), {} steps each, {width}x{height} pixels, about {} of memory",
        config.layers.join(" "),
        config.steps,
        memory::readable(bytes)
    ));
    shared::check_memory(bytes, config.size)
}
