//! The rim of pictures: cut off, or put around them as zeros.
//!
//! A convolution of 3x3 without padding is one with a ring of zeros, less the rim that comes of it;
//! so Winograd's method serves for it as well.

use super::Pictures;
use super::passed::Rectified;
use super::room::{Room, written};
use crate::cpu::simd::Level;
use crate::cpu::threads::{self, Shared};

/// Pictures `[B, H, W, C]` without their outermost ring: `[B, H - 2, W - 2, C]`.
///
/// # Panics
/// If x has another size, or nothing is left.
pub fn without_rim(pictures: Pictures, channels: usize, x: &[f32]) -> Vec<f32> {
    assert_eq!(x.len(), pictures.pixels() * channels, "[B, H, W, C]");
    let (lines, line) = lines_inside(pictures, channels);
    let fill = |to: Shared<'_>| {
        threads::share(threads::for_work(2 * lines * line), lines, |part| {
            for number in part {
                let from = (line_around(pictures, number) * pictures.width + 1) * channels;
                // SAFETY: lines do not overlap.
                let to = unsafe { to.slice(number * line..(number + 1) * line) };
                to.copy_from_slice(&x[from..from + line]);
            }
        });
    };
    // SAFETY: every line is written whole.
    unsafe { written(lines * line, fill) }
}

/// The adjoint, for gradients `[B, H - 2, W - 2, C]` that have to pass a rectifier first: zeros
/// around them. `pictures` are those with the rim.
///
/// # Panics
/// If the gradients have another size, or there is nothing inside the rim.
pub fn with_rim(
    level: Level,
    pictures: Pictures,
    channels: usize,
    dy: &[f32],
    rectified: Option<Rectified<'_>>,
) -> impl std::ops::Deref<Target = [f32]> + use<> {
    let (lines, line) = lines_inside(pictures, channels);
    assert_eq!(dy.len(), lines * line, "[B, H - 2, W - 2, C]");
    let (whole, inner) = (pictures.width * channels, pictures.height - 2);
    let mut room = Room::of(pictures.pixels() * channels);
    for picture in room.chunks_exact_mut((pictures.height * whole).max(1)) {
        picture[..whole].fill(0.0);
        picture[(inner + 1) * whole..].fill(0.0);
    }
    let to = Shared::new(&mut room);
    threads::share(threads::for_work(4 * lines * line), lines, |part| {
        for number in part {
            let start = line_around(pictures, number) * whole;
            // SAFETY: lines do not overlap.
            let to = unsafe { to.slice(start..start + whole) };
            let (before, to) = to.split_at_mut(channels);
            let (to, behind) = to.split_at_mut(line);
            before.fill(0.0);
            behind.fill(0.0);
            let range = number * line..(number + 1) * line;
            match rectified {
                Some(rectified) => rectified.cut(level, range.clone(), &dy[range], to),
                None => to.copy_from_slice(&dy[range]),
            }
        }
    });
    room
}

/// Lines inside the rim, and numbers of one.
fn lines_inside(pictures: Pictures, channels: usize) -> (usize, usize) {
    let Pictures {
        batch,
        height,
        width,
    } = pictures;
    assert!(
        height > 2 && width > 2,
        "nothing is inside the rim of {height}x{width} pixels"
    );
    (batch * (height - 2), (width - 2) * channels)
}

/// A line inside the rim, counted with the rim.
fn line_around(pictures: Pictures, number: usize) -> usize {
    let inner = pictures.height - 2;
    number / inner * pictures.height + number % inner + 1
}
