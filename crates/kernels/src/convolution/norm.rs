//! Batch normalisation while a network learns.

use std::sync::{Arc, OnceLock};

use burn::tensor::{Tensor, TensorData};

use super::{composed, shape, sizes};
use crate::cpu::convolution::{self as cpu, Pictures};
use crate::cpu::simd::Level;
use crate::host::{HostOp, Kept, Made, Needs, Seen, apply, serves};

/// What normalisation makes of a batch.
#[derive(Clone, Debug)]
pub struct Normalised {
    /// Gain · (x − mean) / √(variance + ε) + shift, `[B, H, W, C]`.
    pub output: Tensor<4>,
    /// Mean of every channel over the batch, `[C]`, without a gradient.
    pub mean: Tensor<1>,
    /// Biased variance of every channel, `[C]`, without a gradient.
    pub variance: Tensor<1>,
}

/// Normalises every channel of `[B, H, W, C]` over the batch, with gain and shift `[C]`; negative
/// results become zero if `is_rectified`.
///
/// # Source
/// Ioffe and Szegedy 2015 (arXiv 1502.03167), algorithm 1.
///
/// # Panics
/// If gain and shift have another number of channels than the pictures.
pub fn normalise(
    x: Tensor<4>,
    gain: Tensor<1>,
    shift: Tensor<1>,
    epsilon: f64,
    is_rectified: bool,
) -> Normalised {
    if !serves(&x) {
        return composed::normalise(x, gain, shift, epsilon, is_rectified);
    }
    let (pictures, channels) = sizes(x.dims());
    let device = x.device().without_autodiff();
    let found = Arc::new(OnceLock::new());
    let op = Normalise {
        level: crate::level(),
        pictures,
        channels,
        epsilon: epsilon as f32,
        is_rectified,
        found: found.clone(),
    };
    let tensors = vec![
        x.into_dispatch(),
        gain.into_dispatch(),
        shift.into_dispatch(),
    ];
    let output = apply(op, tensors);
    let Statistics { mean, variance } = found.get().expect("the operation has run");
    let row =
        |values: &Vec<f32>| Tensor::from_data(TensorData::new(values.clone(), [channels]), &device);
    Normalised {
        output,
        mean: row(mean),
        variance: row(variance),
    }
}

#[derive(Debug)]
struct Statistics {
    mean: Vec<f32>,
    variance: Vec<f32>,
}

#[derive(Debug)]
struct Normalise {
    level: Level,
    pictures: Pictures,
    channels: usize,
    epsilon: f32,
    is_rectified: bool,
    /// Filled by the forward pass: an operation has one result, and this one has three.
    found: Arc<OnceLock<Statistics>>,
}

impl Normalise {
    fn norm<'a>(&self, gain: &'a [f32], shift: &'a [f32]) -> cpu::Norm<'a> {
        cpu::Norm {
            gain,
            shift,
            epsilon: self.epsilon,
            is_rectified: self.is_rectified,
        }
    }
}

impl HostOp for Normalise {
    fn forward(&self, inputs: &[&[f32]], _: &[bool]) -> Made {
        let made = cpu::normalise(self.level, self.norm(inputs[1], inputs[2]), inputs[0]);
        self.found.get_or_init(|| Statistics {
            mean: made.mean,
            variance: made.variance,
        });
        Made {
            values: made.y,
            shape: shape(self.pictures, self.channels),
            kept: Some(self.found.clone() as Kept),
        }
    }

    fn needs(&self, _: &[bool]) -> Needs {
        Needs {
            inputs: vec![true, true, true],
            output: false,
        }
    }

    fn backward(&self, seen: Seen<'_>, _: &[bool]) -> Vec<Option<Vec<f32>>> {
        let Statistics { mean, variance } = self.found.get().expect("the forward pass has run");
        let found = cpu::normalise_back(
            self.level,
            self.norm(seen.input(1), seen.input(2)),
            seen.input(0),
            mean,
            variance,
            seen.gradient,
        );
        vec![Some(found.input), Some(found.gain), Some(found.shift)]
    }
}
