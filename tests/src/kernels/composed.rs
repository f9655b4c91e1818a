//! The functions of the kernels on a device that they do not serve.

use burn::tensor::{Device, Tensor, TensorData};
use reverie_kernels::convolution::{
    Padding, Pooling, convolve, gram, normalise, pool, to_channels_last,
};
use reverie_kernels::serves;

use crate::backends::wgpu;
use crate::common::relative_error;

fn numbers<const D: usize>(shape: [usize; D], shift: f32, device: &Device) -> Tensor<D> {
    let count = shape.iter().product::<usize>();
    let values: Vec<f32> = (0..count).map(|i| (1.7 * i as f32 + shift).sin()).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// A convolution, its normalisation, pooling and a Gram matrix; the result and the gradient of the
/// picture.
fn look(device: &Device) -> [Vec<f64>; 2] {
    let device = device.clone().autodiff();
    let x = numbers([1, 3, 9, 8], 0.1, &device).require_grad();
    let y = to_channels_last(x.clone());
    let weights = numbers([16, 3, 3, 3], 0.2, &device);
    let bias = numbers([16], 0.3, &device);
    let y = convolve(y, weights, Some(bias), Padding::Edge, false);
    let (gain, shift) = (numbers([16], 0.4, &device), numbers([16], 0.5, &device));
    let y = normalise(y, gain, shift, 1e-5, true).output;
    let y = gram(pool(y, Pooling::Max));
    let gradients = y.clone().square().sum().backward();
    let wide = |values: Vec<f32>| values.into_iter().map(f64::from).collect();
    [
        wide(y.try_into_vec_as().unwrap()),
        wide(x.grad(&gradients).unwrap().try_into_vec_as().unwrap()),
    ]
}

#[test]
fn a_graphics_adapter_finds_what_the_processor_finds() {
    let Some(device) = wgpu("a_graphics_adapter_finds_what_the_processor_finds") else {
        return;
    };
    assert!(!serves(&numbers([1], 0.0, &device)) && serves(&numbers([1], 0.0, &Device::flex())));
    let (here, there) = (look(&Device::flex()), look(&device));
    for (here, there) in here.iter().zip(&there) {
        let error = relative_error(there, here);
        assert!(error < 1e-3, "{error:.1e}");
    }
}
