//! Batch normalisation of channels-last numbers, with or without a ReLU behind it (training).
//!
//! Ioffe & Szegedy 2015 (arXiv 1502.03167): `y = gain · (x - mean) / √(variance + ε) + shift`,
//! mean and biased variance of a channel taken over all B·H·W pixels.
//!
//! The mean square less the squared mean would cancel where the mean is large. So every stretch of
//! pixels is summed twice while it is in the cache, first for its mean and then for the squares of
//! the distances from it; then the stretches are put together in double precision (Chan, Golub &
//! LeVeque 1983, The American Statistician 37). Memory is read once, and stretches are added up in
//! their order, so that any number of threads finds the same.

use super::stretches::{PerPixel, STRETCH, Strip, Sums, per_pixel, stretches};
use crate::cpu::simd::{Lanes, Level};

/// What a normalisation has learnt, and what it does.
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a> {
    /// Factor of every channel, `[C]`.
    pub gain: &'a [f32],
    /// Added to every channel, `[C]`.
    pub shift: &'a [f32],
    /// ε, added to the variance.
    pub epsilon: f32,
    /// Whether negative results become zero.
    pub is_rectified: bool,
}

/// What [`normalise`] finds.
#[derive(Clone, Debug)]
pub struct Normalised {
    /// The output, as large as the input.
    pub y: Vec<f32>,
    /// Mean of every channel, `[C]`.
    pub mean: Vec<f32>,
    /// Biased variance of every channel, `[C]`.
    pub variance: Vec<f32>,
}

/// What [`normalise_back`] finds.
#[derive(Clone, Debug)]
pub struct NormGradients {
    /// Of the input, as large as it.
    pub input: Vec<f32>,
    /// Of the gain, `[C]`.
    pub gain: Vec<f32>,
    /// Of the shift, `[C]`.
    pub shift: Vec<f32>,
}

/// Normalises x `[B·H·W, C]`.
///
/// # Panics
/// If sizes do not match.
pub fn normalise(level: Level, norm: Norm<'_>, x: &[f32]) -> Normalised {
    let channels = norm.channels(x);
    let [sums, squares] = stretches(level, channels, x.len(), &Moments(x));
    let pixels = (x.len() / channels).max(1) as f64;
    let of_stretch = |number: usize| STRETCH.min(x.len() / channels - number * STRETCH) as f64;
    let (mut mean, mut variance) = (Vec::new(), Vec::new());
    for c in 0..channels {
        let sums = || {
            sums.iter()
                .skip(c)
                .step_by(channels)
                .map(|&sum| f64::from(sum))
        };
        let middle = sums().sum::<f64>() / pixels;
        let mut square: f64 = squares
            .iter()
            .skip(c)
            .step_by(channels)
            .map(|&s| f64::from(s))
            .sum();
        for (number, sum) in sums().enumerate() {
            square += of_stretch(number) * (sum / of_stretch(number) - middle).powi(2);
        }
        mean.push(middle as f32);
        variance.push((square / pixels) as f32);
    }
    let factor = norm.factor(&variance);
    let affine = Affine::of(norm, x, &mean, &factor);
    let y = per_pixel(level, channels, x.len(), &affine);
    Normalised { y, mean, variance }
}

/// The gradients of [`normalise`], given its input, mean and variance, and the gradient dy of its
/// output. The output is not needed: where it was positive is computed again, bit by bit as before.
///
/// With x̂ the normalised input and s = gain / √(variance + ε):
/// `dx = s · (dy - mean(dy) - x̂ · mean(dy · x̂))`, `dgain = Σ dy · x̂`, `dshift = Σ dy`.
///
/// # Panics
/// If sizes do not match.
pub fn normalise_back(
    level: Level,
    norm: Norm<'_>,
    x: &[f32],
    mean: &[f32],
    variance: &[f32],
    dy: &[f32],
) -> NormGradients {
    let channels = norm.channels(x);
    assert_eq!(
        (mean.len(), variance.len()),
        (channels, channels),
        "mean and variance are [C]"
    );
    assert_eq!(dy.len(), x.len(), "the gradient is as large as the input");
    let pixels = (x.len() / channels).max(1) as f64;
    let factor = norm.factor(variance);
    let scale: Vec<f32> = variance
        .iter()
        .map(|v| 1.0 / (v + norm.epsilon).sqrt())
        .collect();
    let arrived = Arrived {
        affine: Affine::of(norm, x, mean, &factor),
        dy,
        scale: &scale,
    };
    let parts = stretches(level, channels, x.len(), &arrived);
    let [shift, gain] = parts.map(|parts| {
        let of_channel = |c: usize| {
            parts
                .iter()
                .skip(c)
                .step_by(channels)
                .map(|&s| f64::from(s))
        };
        (0..channels)
            .map(|c| of_channel(c).sum::<f64>())
            .collect::<Vec<_>>()
    });
    let single =
        |sums: &[f64], by: f64| -> Vec<f32> { sums.iter().map(|sum| (sum / by) as f32).collect() };
    let back = Back {
        arrived,
        mean_dy: &single(&shift, pixels),
        mean_product: &single(&gain, pixels),
    };
    NormGradients {
        input: per_pixel(level, channels, x.len(), &back),
        gain: single(&gain, 1.0),
        shift: single(&shift, 1.0),
    }
}

impl Norm<'_> {
    fn channels(&self, x: &[f32]) -> usize {
        let channels = self.gain.len();
        assert_eq!(self.shift.len(), channels, "gain and shift are [C]");
        assert!(
            channels > 0 && x.len().is_multiple_of(channels),
            "x is [pixels, C]"
        );
        channels
    }

    /// gain / √(variance + ε).
    fn factor(&self, variance: &[f32]) -> Vec<f32> {
        (self.gain.iter().zip(variance))
            .map(|(gain, variance)| gain / (variance + self.epsilon).sqrt())
            .collect()
    }
}

/// Sums that are kept apart, so that none waits for the one before.
const APART: usize = 4;

#[inline(always)]
fn total<L: Lanes>(sums: [L; APART]) -> L {
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

/// The sum, and the sum of squared distances from the mean of the stretch.
struct Moments<'a>(&'a [f32]);

impl Sums for Moments<'_> {
    #[inline(always)]
    fn sums<L: Lanes>(&self, start: usize, pixels: usize, strip: Strip) -> [L; 2] {
        let mut sums = [L::zero(); APART];
        for pixel in 0..pixels {
            let sum = &mut sums[pixel % APART];
            *sum = *sum + strip.at(self.0, start + pixel);
        }
        let sum = total(sums);
        let mean = sum * L::splat(1.0 / pixels as f32);
        let mut squares = [L::zero(); APART];
        for pixel in 0..pixels {
            let distance = strip.at::<L>(self.0, start + pixel) - mean;
            let square = &mut squares[pixel % APART];
            *square = distance.mul_add(distance, *square);
        }
        [sum, total(squares)]
    }
}

/// The output.
#[derive(Clone, Copy)]
struct Affine<'a> {
    x: &'a [f32],
    mean: &'a [f32],
    factor: &'a [f32],
    shift: &'a [f32],
    is_rectified: bool,
}

impl<'a> Affine<'a> {
    fn of(norm: Norm<'a>, x: &'a [f32], mean: &'a [f32], factor: &'a [f32]) -> Self {
        Self {
            x,
            mean,
            factor,
            shift: norm.shift,
            is_rectified: norm.is_rectified,
        }
    }

    /// Distance from the mean, and the output without ReLU.
    #[inline(always)]
    fn both<L: Lanes>(&self, pixel: usize, strip: Strip) -> [L; 2] {
        let distance = strip.at::<L>(self.x, pixel) - strip.load(self.mean);
        [
            distance,
            distance.mul_add(strip.load(self.factor), strip.load(self.shift)),
        ]
    }
}

impl PerPixel for Affine<'_> {
    #[inline(always)]
    fn number<L: Lanes>(&self, pixel: usize, strip: Strip) -> L {
        let [_, y]: [L; 2] = self.both(pixel, strip);
        if self.is_rectified {
            y.max(L::zero())
        } else {
            y
        }
    }
}

/// The gradient behind the ReLU, and its product with the normalised input.
struct Arrived<'a> {
    affine: Affine<'a>,
    dy: &'a [f32],
    scale: &'a [f32],
}

impl Arrived<'_> {
    /// The gradient, and the normalised input.
    #[inline(always)]
    fn both<L: Lanes>(&self, pixel: usize, strip: Strip) -> [L; 2] {
        let [distance, y]: [L; 2] = self.affine.both(pixel, strip);
        let mut dy: L = strip.at(self.dy, pixel);
        if self.affine.is_rectified {
            dy = y.where_positive(dy, L::zero());
        }
        [dy, distance * strip.load(self.scale)]
    }
}

impl Sums for Arrived<'_> {
    #[inline(always)]
    fn sums<L: Lanes>(&self, start: usize, pixels: usize, strip: Strip) -> [L; 2] {
        let (mut sums, mut products) = ([L::zero(); APART], [L::zero(); APART]);
        for pixel in 0..pixels {
            let [dy, normal]: [L; 2] = self.both(start + pixel, strip);
            let apart = pixel % APART;
            sums[apart] = sums[apart] + dy;
            products[apart] = dy.mul_add(normal, products[apart]);
        }
        [total(sums), total(products)]
    }
}

/// The gradient of the input.
struct Back<'a> {
    arrived: Arrived<'a>,
    mean_dy: &'a [f32],
    mean_product: &'a [f32],
}

impl PerPixel for Back<'_> {
    #[inline(always)]
    fn number<L: Lanes>(&self, pixel: usize, strip: Strip) -> L {
        let [dy, normal]: [L; 2] = self.arrived.both(pixel, strip);
        let rest = dy - strip.load(self.mean_dy) - normal * strip.load(self.mean_product);
        strip.load::<L>(self.arrived.affine.factor) * rest
    }
}
