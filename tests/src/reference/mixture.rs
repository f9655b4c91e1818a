//! Against PyTorch's distributions, made by `tests/reference/mixture.py` in 64 bits.

use burn::tensor::{DType, Device, Tensor, TensorData};
use reverie_model::sequence::speech::Mixture;
use serde_json::Value;

use crate::common::{fixture_json, floats, relative_error};

/// Results of the fixture have 12 digits.
const TOLERANCE: f64 = 1e-9;

fn rows(array: &Value, device: &Device) -> Tensor<2> {
    let size = |axis: usize| array["shape"][axis].as_u64().unwrap() as usize;
    let data = TensorData::new(floats(&array["data"]), [size(0), size(1)]);
    Tensor::from_data(data, (device, DType::F64))
}

#[test]
fn losses_and_gradients_of_mixtures_are_pytorchs() {
    let device = Device::flex();
    let fixture = fixture_json("mixture.json");
    for case in fixture["cases"].as_array().unwrap() {
        let size = |name: &str| case[name].as_u64().unwrap() as usize;
        let mixture = Mixture {
            components: size("components"),
            width: size("width"),
        };
        let raw = rows(&case["raw"], &device).autodiff().require_grad();
        let targets = Tensor::from_inner(rows(&case["x"], &device));
        let losses = mixture.nll(raw.clone(), targets);
        let weights = floats(&case["R"]);
        let weights = TensorData::new(weights.clone(), [weights.len()]);
        let weights = Tensor::<1>::from_data(weights, (&device, DType::F64));
        let gradients = (losses.clone() * Tensor::from_inner(weights))
            .sum()
            .backward();
        let losses = losses.inner().try_into_vec_as::<f64>().unwrap();
        let gradient = raw.grad(&gradients).unwrap();
        let gradient = gradient.try_into_vec_as::<f64>().unwrap();
        let name = &case["name"];
        let error = relative_error(&losses, &floats(&case["loss"]));
        assert!(error < TOLERANCE, "{name}: losses {error:.1e}");
        let error = relative_error(&gradient, &floats(&case["grad"]));
        assert!(error < TOLERANCE, "{name}: gradient {error:.1e}");
    }
}
