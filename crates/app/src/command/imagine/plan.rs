//! What will be made, how it lies on the sheet, and whether the memory holds it.

use reverie_viz::dream::{DreamConfig, octave_sizes};
use reverie_viz::render::{image_bytes, look_bytes, network_bytes};

use super::wanted::Order;
use crate::command::shared;
use crate::exit::UsageError;
use crate::memory;
use crate::network::Loaded;
use crate::output::Output;

/// Copies of the image that a step holds.
const IMAGE_COPIES: u64 = 8;

/// Columns of the sheet; 0 leaves them to it.
///
/// # Errors
/// [`UsageError`] for a sheet with too little room.
pub fn columns(
    asked: Option<(u32, u32)>,
    tiles: usize,
    networks: &[Loaded],
    variants: usize,
) -> Result<usize, UsageError> {
    let is_free = asked.is_none() && (networks.len() > 1 || variants > 1);
    match shared::sheet_columns(asked, tiles)? {
        _ if is_free => Ok(networks.len() * variants),
        columns => Ok(columns),
    }
}

/// Sizes that a picture is made at.
pub fn sizes(config: &DreamConfig) -> usize {
    octave_sizes(config.size, config.size, config, 1).len()
}

/// Prints the plan and refuses one that does not fit.
///
/// # Errors
/// Pictures that are too small for a layer, or need more memory than there is.
pub fn announce(
    config: &DreamConfig,
    networks: &[Loaded],
    orders: &[Order],
    count: usize,
    output: &Output,
) -> anyhow::Result<()> {
    let mut most = 0;
    for (loaded, order) in networks.iter().zip(orders) {
        let network = loaded.network.as_ref();
        let info = network.info(order.layer.as_str())?;
        info.check_side(config.size as usize, config.size as usize)?;
        let layers = std::slice::from_ref(&order.layer);
        // What is looked at is a little larger than the picture.
        let seen = f64::from(config.size + 2 * config.pad as u32) * (1.0 + config.rescale);
        let seen = seen.ceil() as u32;
        let looks = look_bytes(network, layers, seen, seen)? * config.variants as u64;
        most = most.max(looks + network_bytes(network));
        if let Some(remark) = &loaded.remark {
            output.note(&format!("{}: {remark}", loaded.name));
        }
    }
    let copies = IMAGE_COPIES * config.variants as u64;
    let bytes = memory::BASE + most + image_bytes(config.size, config.size, copies);
    output.note(&format!(
        "plan: {} pictures of {1}x{1} pixels, about {2} of memory",
        count * config.variants,
        config.size,
        memory::readable(bytes)
    ));
    shared::check_memory(bytes, config.size)
}
