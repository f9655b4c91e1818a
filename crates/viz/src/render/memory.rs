//! How much memory a render will take, said before it starts.

use reverie_model::vision::{Layer, LayerKind, Network};

use crate::VizError;

/// Bytes of a value.
const F32: u64 = 4;
/// Bytes of a recorded position of a maximum.
const INDEX: u64 = 8;
/// Largest number of values that one convolution unrolls at a time, relative to its input: nine
/// neighbours of every position.
const UNROLLED: u64 = 9;

/// Bytes that one look (forward and back) holds at its peak, without the image's own copies.
///
/// Held are the output of every convolution, rectifier and pooling up to the deepest layer, the
/// positions of maxima, and the scratch space of the largest convolution.
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
    let mut scratch = 0;
    let mut input = 3 * width * height;
    for info in network.layers() {
        let elements = info.elements(height, width) as u64;
        match info.kind {
            LayerKind::Conv => {
                held += elements * F32;
                let work = input as u64 * UNROLLED * F32;
                scratch = scratch.max(work.min(MAX_SCRATCH) + 2 * elements * F32);
            }
            LayerKind::Norm | LayerKind::Relu => held += elements * F32,
            LayerKind::Pool => held += elements * (F32 + INDEX),
        }
        input = elements as usize;
        if info.layer == deepest.layer {
            break;
        }
    }
    Ok(held + scratch)
}

/// Convolutions unroll their input in pieces no larger than this.
const MAX_SCRATCH: u64 = 256 << 20;

/// Bytes of `copies` images.
pub fn image_bytes(width: u32, height: u32, copies: u64) -> u64 {
    u64::from(width) * u64::from(height) * 3 * F32 * copies
}
