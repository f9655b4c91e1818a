//! What convolutional networks are made of, channels-last.
//!
//! Pictures are `[B, H, W, C]` from the first layer to the last, so nothing is moved between two
//! layers; [`to_channels_last`] brings them in, and a permutation of dimensions, which moves
//! nothing, shows them as the `[B, C, H, W]` of the rest of the world.
//!
//! On devices that [`serves`](crate::serves) not, and in double precision, the same functions are
//! composed of Burn's operations.

mod composed;
mod filter;
mod frozen;
mod gram;
mod join;
mod layout;
mod norm;
mod pool;
mod windows;

pub use crate::cpu::convolution::{Padding, Window};
pub use filter::{FrozenFilter, convolve, convolve_frozen};
pub use frozen::FrozenConvolution;
pub use gram::gram;
pub use join::join_channels;
pub use layout::to_channels_last;
pub use norm::{Normalised, normalise};
pub use pool::{Pooling, pool};
pub use windows::pool_windows;

use crate::cpu::convolution::Pictures;

/// Sizes of `[B, H, W, C]`: the pictures, and their channels.
fn sizes(shape: [usize; 4]) -> (Pictures, usize) {
    let [batch, height, width, channels] = shape;
    let pictures = Pictures {
        batch,
        height,
        width,
    };
    (pictures, channels)
}

/// The shape `[B, H, W, C]`.
fn shape(pictures: Pictures, channels: usize) -> Vec<usize> {
    vec![pictures.batch, pictures.height, pictures.width, channels]
}

#[cfg(test)]
mod tests;
