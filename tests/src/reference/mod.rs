//! Against numbers made with PyTorch by the scripts in `tests/reference`.

mod attribution;
mod closed_form;
mod dreams;
mod engine;
mod graph;
mod mixture;
mod objectives;
mod ode;
mod style_losses;
mod style_runs;
mod vgg;

use burn::tensor::{DType, Device, Tensor, TensorData};
use serde_json::Value;

use crate::common::floats;

/// A tensor of 64-bit numbers from `{"shape": […], "data": […]}`, with a batch axis put before
/// where it has none.
fn tensor64(array: &Value, device: &Device) -> Tensor<4> {
    let sizes = array["shape"].as_array().unwrap();
    let sizes = sizes.iter().map(|n| n.as_u64().unwrap() as usize);
    let mut shape: Vec<usize> = sizes.collect();
    if shape.len() < 4 {
        shape.insert(0, 1);
    }
    while shape.len() < 4 {
        shape.push(1);
    }
    let data = TensorData::new(floats(&array["data"]), shape);
    Tensor::from_data(data, (device, DType::F64))
}

/// The values of a 64-bit tensor.
fn values64<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.try_into_vec_as::<f64>().unwrap()
}

/// Value and gradient of `loss` at `at`.
fn value_and_gradient(at: Tensor<4>, loss: impl Fn(Tensor<4>) -> Tensor<1>) -> (f64, Vec<f64>) {
    let at = at.autodiff().require_grad();
    let value = loss(at.clone());
    let gradients = value.backward();
    let gradient = at.grad(&gradients).unwrap();
    (values64(value.inner())[0], values64(gradient))
}

/// Central differences of `loss` at `at`, one number at a time.
fn central_differences(at: &Tensor<4>, loss: impl Fn(Tensor<4>) -> Tensor<1>) -> Vec<f64> {
    const STEP: f64 = 1e-5;
    let (shape, device) = (at.dims(), at.device());
    let values = values64(at.clone());
    let value_at = |index: usize, step: f64| {
        let mut moved = values.clone();
        moved[index] += step;
        let data = TensorData::new(moved, shape);
        values64(loss(Tensor::from_data(data, (&device, DType::F64))))[0]
    };
    (0..values.len())
        .map(|i| (value_at(i, STEP) - value_at(i, -STEP)) / (2.0 * STEP))
        .collect()
}
