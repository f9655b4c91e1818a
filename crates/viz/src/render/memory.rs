//! How much memory a render will take, said before it starts.

use reverie_model::vision::{Layer, LayerInfo, LayerKind, Network};

use crate::VizError;

/// Bytes of a value.
const F32: u64 = 4;
/// Bytes of a recorded position of a maximum.
const INDEX: u64 = 8;
/// Copies of the largest layer in flight while a convolution is computed: input, output, their
/// rearranged forms, a gradient. Measured, not derived.
const IN_FLIGHT: u64 = 5;
/// Numbers that a filter of 3x3 is transformed to.
const WINOGRAD: u64 = 36;

/// What kernels work in besides what is held. Measured, not derived.
struct Room {
    /// Copies of the largest layer in flight, in halves: output, gradients on both sides, and what the
    /// allocator has not given back yet.
    in_flight: u64,
    /// What convolutions work in and keep from one to the next, at least and at most; between them
    /// two copies of the largest layer.
    scratch: [u64; 2],
}

impl Room {
    /// Filters of 3x3 throughout.
    const SQUARE: Self = Self {
        in_flight: 7,
        scratch: [40 << 20, 40 << 20],
    };
    /// Filters of all shapes.
    const BRANCHING: Self = Self {
        in_flight: 5,
        scratch: [10 << 20, 40 << 20],
    };
}

/// Bytes that one look (forward and back) holds at its peak, without the image's own copies.
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
    let depth = network
        .layers()
        .iter()
        .position(|info| info.layer == deepest.layer)
        .map_or(0, |place| place + 1);
    let passed = &network.layers()[..depth];
    let elements: Vec<u64> = passed
        .iter()
        .map(|info| info.elements(height as usize, width as usize) as u64)
        .collect();
    Ok(match network.is_on_kernels() {
        true => match network.filter_bytes(layers) {
            Some(filters) => filters + kernel_bytes(passed, layers, &elements, &Room::BRANCHING),
            None => winograd_bytes(passed) + kernel_bytes(passed, layers, &elements, &Room::SQUARE),
        },
        false => composed_bytes(passed, &elements),
    })
}

/// Bytes of [`look_bytes`] that do not grow with the picture: filters in the forms of the kernels.
///
/// # Errors
/// [`VizError::Model`] if a layer does not exist.
pub fn filter_bytes(network: &dyn Network, layers: &[Layer]) -> Result<u64, VizError> {
    let Some(deepest) = network.deepest(layers)? else {
        return Ok(0);
    };
    if !network.is_on_kernels() {
        return Ok(0);
    }
    let infos = network.layers();
    let depth = infos.iter().position(|info| info.layer == deepest.layer);
    let passed = &infos[..depth.map_or(0, |place| place + 1)];
    let filters = network.filter_bytes(layers);
    Ok(filters.unwrap_or_else(|| winograd_bytes(passed)))
}

/// On Burn's operations, the outputs of every rectifier and pooling and the positions of maxima are
/// held, with scratch space for the largest layer.
fn composed_bytes(passed: &[LayerInfo], elements: &[u64]) -> u64 {
    let held: u64 = passed
        .iter()
        .zip(elements)
        .map(|(info, elements)| match info.kind {
            // Followed by a rectifier, which is what the way back needs.
            LayerKind::Conv => 0,
            LayerKind::Norm | LayerKind::Relu => elements * F32,
            LayerKind::Concat | LayerKind::Dense | LayerKind::Scores => elements * F32,
            LayerKind::Pool => elements * (F32 + INDEX),
        })
        .sum();
    let largest = elements.iter().copied().max().unwrap_or(0);
    held + largest * F32 * IN_FLIGHT
}

/// Transformed filters of a network in which all are 3x3.
fn winograd_bytes(passed: &[LayerInfo]) -> u64 {
    let mut channels = 3;
    let convolutions = passed.iter().map(|info| {
        let of_filters = (channels * info.channels) as u64 * WINOGRAD * F32;
        channels = info.channels;
        match info.kind {
            LayerKind::Conv => of_filters,
            _ => 0,
        }
    });
    convolutions.sum()
}

/// On the kernels, only layers that are read are held, each with its gradient, and a bit or a byte
/// of every other number; besides them what is in flight, and scratch space.
fn kernel_bytes(passed: &[LayerInfo], wanted: &[Layer], elements: &[u64], room: &Room) -> u64 {
    let (mut held, mut noted, mut peak) = (0, 0, 0);
    for (info, &elements) in passed.iter().zip(elements) {
        match info.kind {
            LayerKind::Conv | LayerKind::Concat => {}
            LayerKind::Relu => noted += elements / 8,
            LayerKind::Pool => noted += elements,
            LayerKind::Norm => held += elements * F32,
            LayerKind::Dense | LayerKind::Scores => held += elements * F32,
        }
        peak = peak.max(held + elements * F32 * room.in_flight / 2);
        if wanted.contains(&info.layer) {
            held += 2 * elements * F32;
        }
    }
    let largest = elements.iter().copied().max().unwrap_or(0);
    let [least, most] = room.scratch;
    peak.max(held) + noted + (least + 2 * largest * F32).min(most)
}

/// Bytes that a network takes, with the copies made while it is read. On the kernels these are gone
/// before its filters are transformed, so they do not add up.
pub fn network_bytes(network: &dyn Network) -> u64 {
    let copies = if network.is_on_kernels() { 3 } else { 5 };
    network.parameters() as u64 * F32 * copies / 2
}

/// Bytes of `copies` images.
pub fn image_bytes(width: u32, height: u32, copies: u64) -> u64 {
    u64::from(width) * u64::from(height) * 3 * F32 * copies
}
