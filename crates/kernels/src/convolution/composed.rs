//! The same operations, composed of Burn's: for graphics cards and double precision.

use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::module::{avg_pool2d, conv2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions, PadMode};

use super::{Normalised, Padding, Pooling, Window};
use crate::cpu::convolution::Slide;
use crate::host::untracked;

/// `[B, C, H, W]` to `[B, H, W, C]`; nothing is moved.
pub(super) fn last(x: Tensor<4>) -> Tensor<4> {
    x.permute([0, 2, 3, 1])
}

/// `[B, H, W, C]` to `[B, C, H, W]`; nothing is moved.
fn first(x: Tensor<4>) -> Tensor<4> {
    x.permute([0, 3, 1, 2])
}

pub(super) fn convolve(
    x: Tensor<4>,
    weights: Tensor<4>,
    bias: Option<Tensor<1>>,
    padding: Padding,
    is_rectified: bool,
) -> Tensor<4> {
    let (x, ring) = match padding {
        Padding::Edge => (first(x).pad((1, 1, 1, 1), PadMode::Edge), 0),
        Padding::Zeros => (first(x), 1),
    };
    let options = ConvOptions::new([1, 1], [ring, ring], [1, 1], 1);
    let y = last(conv2d(x, weights, bias, options));
    if is_rectified { relu(y) } else { y }
}

pub(super) fn pool(x: Tensor<4>, pooling: Pooling) -> Tensor<4> {
    let x = first(x);
    last(match pooling {
        Pooling::Max => max_pool2d(x, MaxPoolOptions::new([2, 2])),
        Pooling::Average => avg_pool2d(x, AvgPoolOptions::new([2, 2])),
    })
}

pub(super) fn slide(
    x: Tensor<4>,
    weights: Tensor<4>,
    bias: Tensor<1>,
    slide: Slide,
    is_rectified: bool,
) -> Tensor<4> {
    let options = ConvOptions::new(slide.stride, slide.padding, [1, 1], 1);
    let y = last(conv2d(first(x), weights, Some(bias), options));
    if is_rectified { relu(y) } else { y }
}

pub(super) fn pool_windows(x: Tensor<4>, window: Window, pooling: Pooling) -> Tensor<4> {
    let (side, stride) = ([window.side; 2], [window.stride; 2]);
    let (padding, x) = ([window.padding; 2], first(x));
    last(match pooling {
        Pooling::Max => {
            let options = MaxPoolOptions::new(side)
                .with_stride(stride)
                .with_padding(padding)
                .with_ceil_mode(window.is_ceil);
            max_pool2d(x, options)
        }
        Pooling::Average => {
            let options = AvgPoolOptions::new(side)
                .with_stride(stride)
                .with_padding(padding)
                .with_count_include_pad(window.counts_padding)
                .with_ceil_mode(window.is_ceil);
            avg_pool2d(x, options)
        }
    })
}

pub(super) fn gram(features: Tensor<4>) -> Tensor<3> {
    let [batch, height, width, channels] = features.dims();
    let flat = features.reshape([batch, height * width, channels]);
    flat.clone().transpose().matmul(flat) / (height * width) as f64
}

pub(super) fn normalise(
    x: Tensor<4>,
    gain: Tensor<1>,
    shift: Tensor<1>,
    epsilon: f64,
    is_rectified: bool,
) -> Normalised {
    let [.., channels] = x.dims();
    let mean_of = |x: Tensor<4>| x.mean_dim(0).mean_dim(1).mean_dim(2);
    let row = |values: Tensor<1>| values.reshape([1, 1, 1, channels]);
    let mean = mean_of(x.clone());
    let centred = x - mean.clone();
    let variance = mean_of(centred.clone().square());
    let y = centred / (variance.clone() + epsilon).sqrt() * row(gain) + row(shift);
    let flat = |values: Tensor<4>| untracked(values.reshape([channels]));
    Normalised {
        output: if is_rectified { relu(y) } else { y },
        mean: flat(mean),
        variance: flat(variance),
    }
}
