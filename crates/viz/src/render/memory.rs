//! How much memory a render will take, said before it starts.

use reverie_model::vision::{Layer, LayerKind, Network};

use crate::VizError;

/// Bytes of a value.
const F32: u64 = 4;
/// Bytes of a recorded position of a maximum.
const INDEX: u64 = 8;
/// Copies of the largest layer in flight while a convolution is computed: input, output, their
/// rearranged forms, a gradient. Measured, not derived.
const IN_FLIGHT: u64 = 5;

/// Bytes that one look (forward and back) holds at its peak, without the image's own copies.
///
/// Held are the output of every rectifier and pooling up to the deepest layer and the positions of
/// maxima, with scratch space for the largest layer.
///
/// # Errors
/// [`VizError::Model`] if a layer does not exist.
pub fn look_bytes(
    network: &dyn Network,
    layers: &[Layer],
    width: u32,
    height: u32,
) -> Result<u64, VizError> {
    let Some(deepest) = network.deepest(layers)? else {
        return Ok(0);
    };
    let (width, height) = (width as usize, height as usize);
    let mut held = 0;
    let mut largest = 0;
    for info in network.layers() {
        let elements = info.elements(height, width) as u64;
        largest = largest.max(elements);
        held += match info.kind {
            // Followed by a rectifier, which is what the way back needs.
            LayerKind::Conv => 0,
            LayerKind::Norm | LayerKind::Relu => elements * F32,
            LayerKind::Pool => elements * (F32 + INDEX),
        };
        if info.layer == deepest.layer {
            break;
        }
    }
    Ok(held + largest * F32 * IN_FLIGHT)
}

/// Bytes that a network of so many parameters takes, with the copies made while it is read.
pub fn network_bytes(parameters: usize) -> u64 {
    parameters as u64 * F32 * 5 / 2
}

/// Bytes of `copies` images.
pub fn image_bytes(width: u32, height: u32, copies: u64) -> u64 {
    u64::from(width) * u64::from(height) * 3 * F32 * copies
}
