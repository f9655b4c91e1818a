//! Pooling of 2x2 pixels with stride 2, channels-last. An odd last row or column is dropped.

use rayon::prelude::*;

use super::Pictures;
use super::room::written;
use crate::cpu::simd::{Lanes, Level, MOST_LANES, Vectorised};
use crate::cpu::threads::{self, Shared};

/// The largest of every 2x2 pixels of x `[B, H, W, C]`, and which it was: 0 and 1 above, 2 and 3
/// below, the first of several. Both are `[B, H/2, W/2, C]`.
///
/// # Panics
/// If x has another size.
pub fn max_pool(
    level: Level,
    pictures: Pictures,
    channels: usize,
    x: &[f32],
) -> (Vec<f32>, Vec<u8>) {
    assert_eq!(
        x.len(),
        pictures.pixels() * channels,
        "pictures are [B, H, W, C]"
    );
    let small = pictures.halved();
    let (lines, line) = (small.batch * small.height, small.width * channels);
    let mut y = vec![0.0; lines * line];
    let mut positions = vec![0; lines * line];
    if y.is_empty() {
        return (y, positions);
    }
    let share = lines.div_ceil(threads::for_work(8 * y.len()));
    let some = |first: usize, y: &mut [f32], positions: &mut [u8]| {
        let parts = y
            .chunks_exact_mut(line)
            .zip(positions.chunks_exact_mut(line));
        for (number, (y, positions)) in parts.enumerate() {
            level.run(Largest {
                lines: lines_of(pictures, channels, first + number, x),
                channels,
                y,
                positions,
            });
        }
    };
    if share == lines {
        some(0, &mut y, &mut positions);
    } else {
        y.par_chunks_mut(share * line)
            .zip(positions.par_chunks_mut(share * line))
            .enumerate()
            .for_each(|(part, (y, positions))| some(part * share, y, positions));
    }
    (y, positions)
}

/// The gradient of the input `[B, H, W, C]` of [`max_pool`], given that of its output and where
/// the largest stood; `pictures` are those of the input.
///
/// # Panics
/// If sizes do not match.
pub fn max_pool_back(
    level: Level,
    pictures: Pictures,
    channels: usize,
    dy: &[f32],
    positions: &[u8],
) -> Vec<f32> {
    assert_eq!(dy.len(), positions.len(), "one position for every gradient");
    spread(level, pictures, channels, dy, Some(positions))
}

/// The mean of every 2x2 pixels of x `[B, H, W, C]`: `[B, H/2, W/2, C]`.
///
/// # Panics
/// If x has another size.
pub fn average_pool(level: Level, pictures: Pictures, channels: usize, x: &[f32]) -> Vec<f32> {
    assert_eq!(
        x.len(),
        pictures.pixels() * channels,
        "pictures are [B, H, W, C]"
    );
    let small = pictures.halved();
    let (lines, line) = (small.batch * small.height, small.width * channels);
    let fill = |y: Shared<'_>| {
        threads::share(threads::for_work(8 * lines * line), lines, |part| {
            for number in part {
                level.run(Mean {
                    lines: lines_of(pictures, channels, number, x),
                    channels,
                    // SAFETY: lines do not overlap.
                    y: unsafe { y.slice(number * line..(number + 1) * line) },
                });
            }
        });
    };
    // SAFETY: every line is written whole.
    unsafe { written(lines * line, fill) }
}

/// The gradient of the input `[B, H, W, C]` of [`average_pool`], given that of its output;
/// `pictures` are those of the input.
///
/// # Panics
/// If sizes do not match.
pub fn average_pool_back(
    level: Level,
    pictures: Pictures,
    channels: usize,
    dy: &[f32],
) -> Vec<f32> {
    spread(level, pictures, channels, dy, None)
}

/// The two lines of pixels that a line of outputs is made of.
fn lines_of(pictures: Pictures, channels: usize, number: usize, x: &[f32]) -> [&[f32]; 2] {
    let line = pictures.width * channels;
    let start = first_line(pictures, number) * line;
    [&x[start..][..line], &x[start + line..][..line]]
}

/// Number of the upper one of these lines, over all pictures.
fn first_line(pictures: Pictures, number: usize) -> usize {
    let half = pictures.height / 2;
    number / half * pictures.height + number % half * 2
}

struct Largest<'a> {
    lines: [&'a [f32]; 2],
    channels: usize,
    y: &'a mut [f32],
    positions: &'a mut [u8],
}

impl Vectorised for Largest<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let c = self.channels;
        let outputs = self
            .y
            .chunks_exact_mut(c)
            .zip(self.positions.chunks_exact_mut(c));
        for (column, (y, positions)) in outputs.enumerate() {
            let pixels = window(self.lines, column, c);
            for first in (0..c).step_by(L::COUNT) {
                let mut best: L = L::load_some(&pixels[0][first..]);
                let mut position = L::zero();
                for (number, pixel) in pixels.iter().enumerate().skip(1) {
                    let other = L::load_some(&pixel[first..]);
                    let gain = other - best;
                    best = gain.where_positive(other, best);
                    position = gain.where_positive(L::splat(number as f32), position);
                }
                best.store_some(&mut y[first..]);
                let mut lanes = [0.0; MOST_LANES];
                position.store_some(&mut lanes);
                let bytes = lanes.map(|position| position as u8);
                let count = L::COUNT.min(c - first);
                match count == L::COUNT {
                    true => positions[first..][..L::COUNT].copy_from_slice(&bytes[..L::COUNT]),
                    false => positions[first..].copy_from_slice(&bytes[..count]),
                }
            }
        }
    }
}

/// The four pixels of an output.
#[inline(always)]
fn window<'a>(lines: [&'a [f32]; 2], column: usize, channels: usize) -> [&'a [f32]; 4] {
    let at = |line: &'a [f32], column: usize| &line[column * channels..][..channels];
    let [above, below] = lines;
    let (left, right) = (2 * column, 2 * column + 1);
    [
        at(above, left),
        at(above, right),
        at(below, left),
        at(below, right),
    ]
}

struct Mean<'a> {
    lines: [&'a [f32]; 2],
    channels: usize,
    y: &'a mut [f32],
}

impl Vectorised for Mean<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let c = self.channels;
        if c == 0 {
            return;
        }
        for (column, y) in self.y.chunks_exact_mut(c).enumerate() {
            let pixels = window(self.lines, column, c);
            for first in (0..c).step_by(L::COUNT) {
                let mut sum = L::zero();
                for pixel in pixels {
                    sum = sum + L::load_some(&pixel[first..]);
                }
                (sum * L::splat(0.25)).store_some(&mut y[first..]);
            }
        }
    }
}

/// Gradients back to the four pixels: to one of them if its position is known, else in equal parts.
fn spread(
    level: Level,
    pictures: Pictures,
    channels: usize,
    dy: &[f32],
    positions: Option<&[u8]>,
) -> Vec<f32> {
    let small = pictures.halved();
    assert_eq!(
        dy.len(),
        small.pixels() * channels,
        "gradients are [B, H/2, W/2, C]"
    );
    let (of_x, of_y) = (pictures.width * channels, small.width * channels);
    let len = pictures.pixels() * channels;
    let fill = |dx: Shared<'_>| {
        // Two lines at a time; a last line that stands alone gets zeros.
        let pairs = pictures.height.div_ceil(2);
        threads::share(threads::for_work(8 * len), pictures.batch * pairs, |part| {
            for number in part {
                let (picture, pair) = (number / pairs, number % pairs);
                let start = picture * pictures.height + pair * 2;
                let end = (start + 2).min((picture + 1) * pictures.height);
                // SAFETY: pairs of lines do not overlap.
                let dx = unsafe { dx.slice(start * of_x..end * of_x) };
                if end - start < 2 {
                    dx.fill(0.0);
                    continue;
                }
                let from = (picture * small.height + pair) * of_y;
                let (above, below) = dx.split_at_mut(of_x);
                level.run(Spread {
                    dy: &dy[from..from + of_y],
                    positions: positions.map(|all| &all[from..from + of_y]),
                    channels,
                    lines: [above, below],
                });
            }
        });
    };
    // SAFETY: every line of pixels belongs to a pair, and pairs are written whole.
    unsafe { written(len, fill) }
}

struct Spread<'a> {
    dy: &'a [f32],
    positions: Option<&'a [u8]>,
    channels: usize,
    lines: [&'a mut [f32]; 2],
}

impl Vectorised for Spread<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let c = self.channels;
        if c == 0 {
            return;
        }
        let quarter = L::splat(0.25);
        for (row, line) in self.lines.into_iter().enumerate() {
            let (pairs, rest) = line.split_at_mut(self.dy.len() * 2);
            rest.fill(0.0);
            for (number, pixel) in pairs.chunks_exact_mut(c).enumerate() {
                let from = number / 2 * c;
                let dy = &self.dy[from..from + c];
                let place = (row * 2 + number % 2) as u8;
                for first in (0..c).step_by(L::COUNT) {
                    let dy = L::load_some(&dy[first..]);
                    let part = match self.positions {
                        Some(positions) => {
                            let is_here = is_at::<L>(&positions[from + first..from + c], place);
                            is_here.where_positive(dy, L::zero())
                        }
                        None => dy * quarter,
                    };
                    part.store_some(&mut pixel[first..]);
                }
            }
        }
    }
}

/// Above zero where the position is this, else not.
#[inline(always)]
pub(super) fn is_at<L: Lanes>(positions: &[u8], place: u8) -> L {
    let mut lanes = [place + 1; MOST_LANES];
    match positions.get(..L::COUNT) {
        Some(whole) => lanes[..L::COUNT].copy_from_slice(whole),
        None => lanes[..positions.len()].copy_from_slice(positions),
    }
    let distance = L::load_some(&lanes.map(|lane| f32::from(lane ^ place)));
    L::splat(0.5) - distance
}
