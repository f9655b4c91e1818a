//! A short self-test: the operations that pictures are made of, on two devices.

use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::tensor::module::{avg_pool2d, conv2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, TensorData, activation::relu};
use reverie_model::rng::{normal, seeded};
use reverie_viz::style::gram;

/// Runs one operation and answers with all numbers that came of it.
type Operation = fn(&Device) -> Vec<f32>;

const OPERATIONS: [(&str, Operation); 8] = [
    ("3x3 convolution", |device| convolution(device, 3).0),
    ("3x3 convolution, gradients", |device| {
        convolution(device, 3).1
    }),
    ("1x1 convolution", |device| convolution(device, 1).0),
    ("1x1 convolution, gradients", |device| {
        convolution(device, 1).1
    }),
    ("max pooling with gradient", |device| {
        pooling(device, |x| max_pool2d(x, MaxPoolOptions::new([2, 2])))
    }),
    ("average pooling with gradient", |device| {
        pooling(device, |x| avg_pool2d(x, AvgPoolOptions::new([2, 2])))
    }),
    ("Gram matrix with gradient", gram_matrix),
    ("matrix product with gradients", product),
];

/// The largest difference of each operation, relative to its largest value; `None` where it failed.
pub fn compare(device: &Device, reference: &Device) -> Vec<(&'static str, Option<f64>)> {
    OPERATIONS
        .iter()
        .map(|(name, operation)| {
            let right = operation(reference);
            let found = catch_unwind(AssertUnwindSafe(|| operation(device))).ok();
            (
                *name,
                found.map(|found| relative_difference(&found, &right)),
            )
        })
        .collect()
}

fn relative_difference(found: &[f32], right: &[f32]) -> f64 {
    if found.len() != right.len() {
        return f64::INFINITY;
    }
    let scale = right
        .iter()
        .fold(f32::MIN_POSITIVE, |max, value| max.max(value.abs()));
    let pairs = found.iter().zip(right);
    let differences = pairs.map(|(a, b)| f64::from((a - b).abs() / scale));
    // A value that is not a number must not get lost in a maximum.
    differences.fold(0.0, |max, d| {
        if d.is_nan() {
            f64::INFINITY
        } else {
            max.max(d)
        }
    })
}

fn random<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    let count = shape.iter().product();
    Tensor::from_data(
        TensorData::new(normal(&mut seeded(seed), count), shape),
        device,
    )
}

fn leaf<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    random(shape, seed, device).autodiff().require_grad()
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.try_into_vec_as::<f32>().expect("the device answers")
}

/// Output, and gradients to input, weight and bias.
fn convolution(device: &Device, side: usize) -> (Vec<f32>, Vec<f32>) {
    let x = leaf([2, 5, 9, 11], 1, device);
    let weight = leaf([7, 5, side, side], 2, device);
    let bias = leaf([7], 3, device);
    let pad = side / 2;
    let options = ConvOptions::new([1, 1], [pad, pad], [1, 1], 1);
    let y = conv2d(x.clone(), weight.clone(), Some(bias.clone()), options);
    let forward = numbers(y.clone().inner());
    let grads = (relu(y) * random([2, 7, 9, 11], 4, device))
        .sum()
        .backward();
    let mut gradients = numbers(x.grad(&grads).expect("tracked"));
    gradients.extend(numbers(weight.grad(&grads).expect("tracked")));
    gradients.extend(numbers(bias.grad(&grads).expect("tracked")));
    (forward, gradients)
}

fn pooling(device: &Device, pool: fn(Tensor<4>) -> Tensor<4>) -> Vec<f32> {
    let x = leaf([1, 3, 8, 10], 5, device);
    let y = pool(x.clone());
    let grads = (y.clone() * random([1, 3, 4, 5], 6, device))
        .sum()
        .backward();
    [
        numbers(y.inner()),
        numbers(x.grad(&grads).expect("tracked")),
    ]
    .concat()
}

fn gram_matrix(device: &Device) -> Vec<f32> {
    let x = leaf([1, 6, 7, 5], 7, device);
    let y = gram(x.clone());
    let grads = (y.clone() * random([1, 6, 6], 8, device)).sum().backward();
    [
        numbers(y.inner()),
        numbers(x.grad(&grads).expect("tracked")),
    ]
    .concat()
}

fn product(device: &Device) -> Vec<f32> {
    let (a, b) = (leaf([33, 70], 9, device), leaf([70, 19], 10, device));
    let y = a.clone().matmul(b.clone());
    let grads = (y.clone() * random([33, 19], 11, device)).sum().backward();
    let gradient = |x: &Tensor<2>| numbers(x.grad(&grads).expect("tracked"));
    [numbers(y.inner()), gradient(&a), gradient(&b)].concat()
}
