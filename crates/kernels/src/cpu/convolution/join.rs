//! Channels of several pictures side by side, and apart again.

use super::room::written;
use crate::cpu::threads::{self, Shared};

/// Pixels that a thread does at a time.
const PIXELS: usize = 64;

/// Pictures `[pixels, C]` of one size, joined to `[pixels, sum of C]` in their order. Each comes with
/// its channels.
///
/// # Panics
/// If they have different sizes.
pub fn join(pixels: usize, parts: &[(&[f32], usize)]) -> Vec<f32> {
    let row: usize = parts.iter().map(|(_, channels)| channels).sum();
    for (numbers, channels) in parts {
        assert_eq!(numbers.len(), pixels * channels, "pictures of one size");
    }
    let fill = |to: Shared<'_>| {
        in_parts(pixels, row, |range| {
            let mut first = 0;
            for &(numbers, channels) in parts {
                for pixel in range.clone() {
                    let at = pixel * row + first;
                    // SAFETY: pixels and parts do not overlap.
                    let to = unsafe { to.slice(at..at + channels) };
                    to.copy_from_slice(&numbers[pixel * channels..][..channels]);
                }
                first += channels;
            }
        });
    };
    // SAFETY: the parts cover all channels of all pixels.
    unsafe { written(pixels * row, fill) }
}

/// Channels `first..first + channels` of numbers `[pixels, row]`.
///
/// # Panics
/// If there are fewer.
pub fn part(numbers: &[f32], row: usize, first: usize, channels: usize) -> Vec<f32> {
    let pixels = numbers.len() / row.max(1);
    let fill = |to: Shared<'_>| {
        in_parts(pixels, channels, |range| {
            for pixel in range {
                let at = pixel * channels;
                // SAFETY: pixels do not overlap.
                let to = unsafe { to.slice(at..at + channels) };
                to.copy_from_slice(&numbers[pixel * row + first..][..channels]);
            }
        });
    };
    // SAFETY: all pixels are written.
    unsafe { written(pixels * channels, fill) }
}

fn in_parts(pixels: usize, row: usize, work: impl Fn(std::ops::Range<usize>) + Sync) {
    let threads = threads::for_work(2 * pixels * row);
    threads::share(threads, pixels.div_ceil(PIXELS), |part| {
        for number in part {
            work(number * PIXELS..((number + 1) * PIXELS).min(pixels));
        }
    });
}
