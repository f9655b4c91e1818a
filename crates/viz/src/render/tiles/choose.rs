//! How large tiles may be.

use reverie_model::vision::{Layer, Network};

use super::{Tiles, Tiling};
use crate::VizError;
use crate::render::{filter_bytes, look_bytes};

/// What there is room for.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Bytes that one look may hold at its peak.
    pub bytes: u64,
    /// Bytes of the largest buffer that the device hands out; none where that is not limited.
    pub buffer: Option<u64>,
}

/// Bytes of a value.
const F32: u64 = 4;
/// Copies that a layer is laid out in for one product where the kernels do not serve: a filter of 3x3
/// reads each number nine times.
const LAID_OUT: u64 = 9;

/// Of what a look at a whole picture of a tile's size holds, so many hundredths are held for a tile,
/// whose numbers go when the next comes. Measured, not derived.
const OF_A_LOOK: u64 = 80;

/// The fewest tiles with which a look has room; none where even the [smallest](smallest_tiling)
/// have not.
///
/// # Errors
/// As for [`Tiling::new`].
pub fn fitting(
    network: &dyn Network,
    layers: &[Layer],
    size: [usize; 2],
    wraps: bool,
    room: &Room,
) -> Result<Option<(Tiles, Tiling)>, VizError> {
    let longest = size[0].max(size[1]);
    let smallest = smallest_tiling(network, layers, size, wraps)?;
    let mut last: Option<Tiling> = None;
    for count in 1..=longest {
        let tiles = Tiles {
            side: longest.div_ceil(count),
            wraps,
        };
        let tiling = Tiling::new(network, layers, size, tiles)?;
        if last.as_ref() == Some(&tiling) {
            continue;
        }
        if has_room(network, layers, &tiling, room)? {
            return Ok(Some((tiles, tiling)));
        }
        if tiling == smallest {
            break;
        }
        last = Some(tiling);
    }
    Ok(None)
}

/// A picture cut as finely as can be.
///
/// # Errors
/// As for [`Tiling::new`].
pub fn smallest_tiling(
    network: &dyn Network,
    layers: &[Layer],
    size: [usize; 2],
    wraps: bool,
) -> Result<Tiling, VizError> {
    Tiling::new(network, layers, size, Tiles { side: 1, wraps })
}

/// Bytes that one look at a tile holds at its peak.
///
/// # Errors
/// [`VizError::Model`] if a layer does not exist.
pub fn tile_bytes(
    network: &dyn Network,
    layers: &[Layer],
    tiling: &Tiling,
) -> Result<u64, VizError> {
    let [width, height] = tiling.shown();
    let look = look_bytes(network, layers, width as u32, height as u32)?;
    if tiling.count() == 1 || !network.is_on_kernels() {
        return Ok(look);
    }
    let filters = filter_bytes(network, layers)?;
    Ok(filters + (look - filters) * OF_A_LOOK / 100)
}

fn has_room(
    network: &dyn Network,
    layers: &[Layer],
    tiling: &Tiling,
    room: &Room,
) -> Result<bool, VizError> {
    if tile_bytes(network, layers, tiling)? > room.bytes {
        return Ok(false);
    }
    let Some(buffer) = room.buffer else {
        return Ok(true);
    };
    let [width, height] = tiling.shown();
    let depth = network.deepest(layers)?.map(|info| info.layer.clone());
    let mut passed = Vec::new();
    for info in network.layers() {
        passed.push(info);
        if Some(&info.layer) == depth.as_ref() {
            break;
        }
    }
    let copies = if network.is_on_kernels() { 1 } else { LAID_OUT };
    let largest = passed
        .iter()
        .map(|info| info.elements(height, width) as u64 * F32 * copies)
        .max();
    Ok(largest.unwrap_or(0) <= buffer)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use reverie_model::vision::{Vgg, VggConfig};

    use super::*;

    #[test]
    fn less_room_takes_more_tiles_and_none_takes_none() {
        let vgg = Vgg::random(&VggConfig::tiny(), 1, &Device::flex());
        let layers = [Layer::named("relu2_2")];
        let size = [256, 192];
        let count = |bytes: u64, buffer| {
            let room = Room { bytes, buffer };
            let found = fitting(&vgg, &layers, size, false, &room).unwrap();
            found.map(|(_, tiling)| tiling.count())
        };
        let tiles = Tiles {
            side: 256,
            wraps: false,
        };
        let whole = Tiling::new(&vgg, &layers, size, tiles).unwrap();
        let whole = tile_bytes(&vgg, &layers, &whole).unwrap();
        assert_eq!(count(whole, None), Some(1));
        assert!(count(whole - 1, None) > Some(1));
        assert_eq!(count(0, None), None);
        assert!(count(whole, Some(256 * 192)) > Some(1));
    }

    #[test]
    fn nothing_is_refused_that_the_smallest_tiles_have_room_for() {
        let vgg = Vgg::random(&VggConfig::tiny(), 1, &Device::flex());
        let layers = [Layer::named("relu2_2")];
        // Of some of these sizes two neighbouring counts have the same largest tile.
        for size in [[384, 288], [256, 192], [97, 500], [64, 64]] {
            let smallest = smallest_tiling(&vgg, &layers, size, false).unwrap();
            let bytes = tile_bytes(&vgg, &layers, &smallest).unwrap();
            let fits = |bytes| {
                let buffer = None;
                let room = Room { bytes, buffer };
                fitting(&vgg, &layers, size, false, &room).unwrap()
            };
            assert!(fits(bytes).is_some(), "{size:?} in {bytes} bytes");
            assert!(fits(bytes - 1).is_none(), "{size:?}");
        }
    }
}
