//! The operations against Burn's own, values and gradients.

use burn::tensor::activation::relu;
use burn::tensor::module::{avg_pool2d, conv2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions, PadMode};
use burn::tensor::{Device, Tensor, TensorData};

use super::*;

fn device() -> Device {
    Device::flex().autodiff()
}

/// Numbers of both signs in no order.
fn numbers<const D: usize>(shape: [usize; D], seed: u32) -> Tensor<D> {
    let values = (0..shape.iter().product::<usize>()).map(|i| {
        let x = (i as u32 ^ seed.wrapping_mul(0x9e37_79b9)).wrapping_mul(2_654_435_761);
        (x.wrapping_mul(x | 1) >> 8) as f32 / 8_388_608.0 - 1.0
    });
    Tensor::from_data(
        TensorData::new(values.collect::<Vec<f32>>(), shape),
        &device(),
    )
}

fn first(x: Tensor<4>) -> Tensor<4> {
    x.permute([0, 3, 1, 2])
}

fn difference<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f32 {
    let largest: f32 = b.clone().abs().max().into_scalar();
    let difference: f32 = (a - b).abs().max().into_scalar();
    difference / largest.max(1e-6)
}

/// The result and the gradients of pictures and two more, for the same made up upstream gradient.
fn look(
    out: Tensor<4>,
    x: &Tensor<4>,
    w: &Tensor<4>,
    b: &Tensor<1>,
) -> (Tensor<4>, [Option<Tensor<4>>; 2], Option<Tensor<1>>) {
    let weights = numbers(out.dims(), 9);
    let grads = (out.clone() * weights).sum().backward();
    (
        out.inner(),
        [x.grad(&grads), w.grad(&grads)],
        b.grad(&grads),
    )
}

fn convolved(x: Tensor<4>, w: Tensor<4>, b: Tensor<1>, padding: Padding) -> Tensor<4> {
    let (x, ring) = match padding {
        Padding::Edge => (x.pad((1, 1, 1, 1), PadMode::Edge), 0),
        Padding::Zeros => (x, 1),
    };
    let options = ConvOptions::new([1, 1], [ring, ring], [1, 1], 1);
    conv2d(x, w, Some(b), options)
}

#[test]
fn a_convolution_that_learns_is_burns() {
    for (c_in, c_out, height, width) in [(3, 8, 9, 7), (16, 20, 12, 13), (33, 5, 4, 4)] {
        for padding in [Padding::Zeros, Padding::Edge] {
            let x = numbers([2, c_in, height, width], 1).require_grad();
            let w = numbers([c_out, c_in, 3, 3], 2).require_grad();
            let b = numbers([c_out], 3).require_grad();
            let plain = convolved(x.clone(), w.clone(), b.clone(), padding);
            let plain = look(plain, &x, &w, &b);
            let x_last = to_channels_last(x.clone());
            let ours = convolve(x_last, w.clone(), Some(b.clone()), padding, false);
            let ours = look(first(ours), &x, &w, &b);
            assert!(difference(ours.0, plain.0) < 1e-5);
            for (ours, plain) in ours.1.into_iter().zip(plain.1) {
                assert!(difference(ours.unwrap(), plain.unwrap()) < 2e-5);
            }
            assert!(difference(ours.2.unwrap(), plain.2.unwrap()) < 1e-5);
        }
    }
}

#[test]
fn a_frozen_convolution_with_a_rectifier_is_burns_and_learns_nothing() {
    let x = numbers([1, 24, 21, 18], 1).require_grad();
    let (w, b) = (numbers([32, 24, 3, 3], 2), numbers([32], 3));
    let plain = relu(convolved(x.clone(), w.clone(), b.clone(), Padding::Zeros));
    let plain = look(plain, &x, &w, &b);
    let filter = FrozenFilter::new(w.clone(), b.clone());
    let x_last = to_channels_last(x.clone());
    let ours = convolve_frozen(x_last, &filter, Padding::Zeros, true);
    let ours = look(first(ours), &x, &w, &b);
    assert!(difference(ours.0, plain.0) < 1e-5);
    let [x_ours, w_ours] = ours.1;
    assert!(difference(x_ours.unwrap(), plain.1[0].clone().unwrap()) < 2e-5);
    assert!(w_ours.is_none() && ours.2.is_none());
}

#[test]
fn pooling_is_burns() {
    let nobody = (numbers([1, 1, 1, 1], 1), numbers([1], 1));
    for pooling in [Pooling::Max, Pooling::Average] {
        let x = numbers([2, 5, 9, 6], 1).require_grad();
        let plain = match pooling {
            Pooling::Max => max_pool2d(x.clone(), MaxPoolOptions::new([2, 2])),
            Pooling::Average => avg_pool2d(x.clone(), AvgPoolOptions::new([2, 2])),
        };
        let plain = look(plain, &x, &nobody.0, &nobody.1);
        let ours = pool(to_channels_last(x.clone()), pooling);
        let ours = look(first(ours), &x, &nobody.0, &nobody.1);
        assert!(difference(ours.0, plain.0) < 1e-6);
        let [ours, plain] = [ours.1, plain.1].map(|[x, _]| x.unwrap());
        assert!(difference(ours, plain) < 1e-6);
    }
}

#[test]
fn a_gram_matrix_is_the_product() {
    for (channels, height, width) in [(5, 4, 3), (16, 90, 91)] {
        let x = numbers([2, height, width, channels], 1).require_grad();
        let flat = x.clone().reshape([2, height * width, channels]);
        let plain = flat.clone().transpose().matmul(flat) / (height * width) as f64;
        let ours = gram(x.clone());
        let weights = numbers(plain.dims(), 4);
        let gradient = |gram: Tensor<3>| {
            let grads = (gram * weights.clone()).sum().backward();
            x.grad(&grads).unwrap()
        };
        assert!(difference(gradient(ours.clone()), gradient(plain.clone())) < 1e-5);
        assert!(difference(ours.inner(), plain.inner()) < 1e-5);
    }
}

#[test]
fn normalisation_is_what_its_formula_says() {
    let x = numbers([3, 6, 7, 5], 1)
        .mul_scalar(3.0)
        .add_scalar(2.0)
        .require_grad();
    let (gain, shift) = (
        numbers([5], 2).require_grad(),
        numbers([5], 3).require_grad(),
    );
    let ours = normalise(x.clone(), gain.clone(), shift.clone(), 1e-5, true);
    let mean = |x: Tensor<4>| x.mean_dim(0).mean_dim(1).mean_dim(2);
    let centred = x.clone() - mean(x.clone());
    let variance = mean(centred.clone().square());
    let normal = centred / (variance.clone() + 1e-5).sqrt();
    let row = |x: &Tensor<1>| x.clone().reshape([1, 1, 1, 5]);
    let plain = relu(normal * row(&gain) + row(&shift));
    let weights = numbers(plain.dims(), 4);
    let gradients = |y: Tensor<4>| {
        let grads = (y * weights.clone()).sum().backward();
        (
            x.grad(&grads).unwrap(),
            [gain.grad(&grads).unwrap(), shift.grad(&grads).unwrap()],
        )
    };
    let (a, b) = (gradients(ours.output.clone()), gradients(plain.clone()));
    assert!(difference(a.0, b.0) < 2e-5);
    for (a, b) in a.1.into_iter().zip(b.1) {
        assert!(difference(a, b) < 2e-5);
    }
    assert!(difference(ours.output.inner(), plain.inner()) < 1e-5);
    let variance = variance.reshape([5]).inner();
    assert!(difference(ours.variance, variance) < 1e-5);
}

#[test]
fn frozen_filters_of_any_shape_are_burns() {
    for (channels, size, kernel, stride, padding) in [
        ([24, 32], [13, 11], [1, 1], [1, 1], [0, 0]),
        ([24, 20], [13, 11], [1, 1], [1, 1], [0, 0]),
        ([3, 16], [31, 35], [7, 7], [2, 2], [3, 3]),
        ([16, 32], [12, 15], [3, 3], [1, 1], [0, 0]),
        ([16, 32], [12, 15], [3, 3], [1, 1], [1, 1]),
        ([16, 32], [12, 15], [3, 3], [2, 2], [0, 1]),
        ([5, 16], [4, 3], [3, 3], [1, 1], [0, 0]),
        ([8, 16], [9, 14], [1, 7], [1, 1], [0, 3]),
    ] {
        let [c_in, c_out] = channels;
        let x = numbers([2, c_in, size[0], size[1]], 1).require_grad();
        let w = numbers([c_out, c_in, kernel[0], kernel[1]], 2);
        let b = numbers([c_out], 3);
        let filter = FrozenConvolution::new(w.clone(), b.clone(), stride, padding);
        for is_rectified in [false, true] {
            let options = ConvOptions::new(stride, padding, [1, 1], 1);
            let plain = conv2d(x.clone(), w.clone(), Some(b.clone()), options);
            let plain = if is_rectified { relu(plain) } else { plain };
            let plain = look(plain, &x, &w, &b);
            let ours = filter.apply(to_channels_last(x.clone()), is_rectified);
            let ours = look(first(ours), &x, &w, &b);
            assert!(difference(ours.0, plain.0) < 1e-5, "{kernel:?}");
            let [ours_x, ours_w] = ours.1;
            let [plain_x, _] = plain.1;
            assert!(
                difference(ours_x.unwrap(), plain_x.unwrap()) < 2e-5,
                "{kernel:?}"
            );
            assert!(ours_w.is_none() && ours.2.is_none());
        }
    }
}

#[test]
fn pooling_with_any_window_is_burns() {
    let nobody = (numbers([1, 1, 1, 1], 1), numbers([1], 1));
    for (pooling, side, stride, padding, is_ceil) in [
        (Pooling::Max, 3, 2, 0, false),
        (Pooling::Max, 3, 2, 0, true),
        (Pooling::Max, 3, 1, 1, false),
        (Pooling::Max, 3, 1, 1, true),
        (Pooling::Average, 3, 1, 1, false),
        (Pooling::Average, 3, 2, 1, false),
        (Pooling::Average, 3, 2, 0, true),
    ] {
        let window = Window {
            side,
            stride,
            padding,
            is_ceil,
            counts_padding: false,
        };
        for size in [[9, 6], [8, 7], [5, 5]] {
            let x = numbers([2, 21, size[0], size[1]], 1).require_grad();
            let plain = composed::pool_windows(x.clone().permute([0, 2, 3, 1]), window, pooling);
            let plain = look(first(plain), &x, &nobody.0, &nobody.1);
            let ours = pool_windows(to_channels_last(x.clone()), window, pooling);
            let ours = look(first(ours), &x, &nobody.0, &nobody.1);
            assert_eq!(ours.0.dims(), plain.0.dims(), "{window:?} {size:?}");
            assert!(difference(ours.0, plain.0) < 1e-6, "{window:?} {size:?}");
            let [ours, plain] = [ours.1, plain.1].map(|[x, _]| x.unwrap());
            assert!(difference(ours, plain) < 1e-6, "{window:?} {size:?}");
        }
    }
}

#[test]
fn joined_channels_are_burns() {
    let x = numbers([2, 3, 4, 5], 1).require_grad();
    let join = |join: &dyn Fn(Vec<Tensor<4>>) -> Tensor<4>| {
        let joined = join(vec![x.clone(), x.clone().mul_scalar(2.0), x.clone().neg()]);
        let gradients = (joined.clone() * numbers([2, 3, 4, 15], 2))
            .sum()
            .backward();
        (joined.inner(), x.grad(&gradients).unwrap())
    };
    let (ours, plain) = (join(&join_channels), join(&|all| Tensor::cat(all, 3)));
    assert!(difference(ours.0, plain.0) == 0.0);
    assert!(difference(ours.1, plain.1) < 1e-6);
}
