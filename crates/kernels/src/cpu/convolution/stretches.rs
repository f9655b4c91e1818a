//! Work on all pixels, stretch by stretch: sums for every channel, and a number for every number.

use super::room::written;
use crate::cpu::simd::{Lanes, Level, Vectorised};
use crate::cpu::threads::{self, Shared};

/// Pixels of a stretch, whose sums are taken in single precision.
pub(super) const STRETCH: usize = 256;

/// Two sums for every channel over a stretch of pixels.
pub(super) trait Sums: Sync {
    /// The sums for `count` channels from `channel` on, of so many pixels from `start` on.
    fn sums<L: Lanes>(&self, start: usize, pixels: usize, strip: Strip) -> [L; 2];
}

/// Some neighbouring channels, not more than a vector holds.
#[derive(Clone, Copy)]
pub(super) struct Strip {
    /// Channels of a pixel.
    pub of: usize,
    pub channel: usize,
    pub count: usize,
}

impl Strip {
    /// From a number for every channel.
    #[inline(always)]
    pub fn load<L: Lanes>(self, from: &[f32]) -> L {
        L::load_some(&from[self.channel..self.channel + self.count])
    }

    /// From the channels of a pixel.
    #[inline(always)]
    pub fn at<L: Lanes>(self, from: &[f32], pixel: usize) -> L {
        let start = pixel * self.of + self.channel;
        L::load_some(&from[start..start + self.count])
    }
}

/// Two sums for every stretch and channel, `[stretches, C]` each.
pub(super) fn stretches(
    level: Level,
    channels: usize,
    len: usize,
    work: &impl Sums,
) -> [Vec<f32>; 2] {
    let pixels = len / channels;
    let count = pixels.div_ceil(STRETCH);
    let mut sums = [vec![0.0; count * channels], vec![0.0; count * channels]];
    let [first, second] = &mut sums;
    let (first, second) = (Shared::new(first), Shared::new(second));
    threads::share(threads::for_work(4 * len), count, |part| {
        for number in part {
            let range = number * channels..(number + 1) * channels;
            level.run(Stretch {
                work,
                start: number * STRETCH,
                pixels: STRETCH.min(pixels - number * STRETCH),
                // SAFETY: every stretch has sums of its own.
                sums: unsafe { [first.slice(range.clone()), second.slice(range)] },
            });
        }
    });
    sums
}

struct Stretch<'a, W> {
    work: &'a W,
    start: usize,
    pixels: usize,
    sums: [&'a mut [f32]; 2],
}

impl<W: Sums> Vectorised for Stretch<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let [first, second] = self.sums;
        let of = first.len();
        for channel in (0..of).step_by(L::COUNT) {
            let count = L::COUNT.min(of - channel);
            let strip = Strip { of, channel, count };
            let [a, b] = self.work.sums::<L>(self.start, self.pixels, strip);
            a.store_some(&mut first[channel..]);
            b.store_some(&mut second[channel..]);
        }
    }
}

/// A number for every number of the input.
pub(super) trait PerPixel: Sync {
    fn number<L: Lanes>(&self, pixel: usize, strip: Strip) -> L;
}

/// As many numbers as the input has.
pub(super) fn per_pixel(
    level: Level,
    channels: usize,
    len: usize,
    work: &impl PerPixel,
) -> Vec<f32> {
    let stretch = STRETCH * channels;
    let fill = |to: Shared<'_>| {
        threads::share(threads::for_work(4 * len), len.div_ceil(stretch), |part| {
            for number in part {
                level.run(Write {
                    work,
                    start: number * STRETCH,
                    channels,
                    // SAFETY: stretches do not overlap.
                    to: unsafe { to.slice(number * stretch..((number + 1) * stretch).min(len)) },
                });
            }
        });
    };
    // SAFETY: every number belongs to a stretch, which is written whole.
    unsafe { written(len, fill) }
}

struct Write<'a, W> {
    work: &'a W,
    start: usize,
    channels: usize,
    to: &'a mut [f32],
}

impl<W: PerPixel> Vectorised for Write<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let of = self.channels;
        for (pixel, to) in self.to.chunks_exact_mut(of).enumerate() {
            for (vector, to) in to.chunks_mut(L::COUNT).enumerate() {
                let (channel, count) = (vector * L::COUNT, to.len());
                let strip = Strip { of, channel, count };
                self.work
                    .number::<L>(self.start + pixel, strip)
                    .store_some(to);
            }
        }
    }
}
