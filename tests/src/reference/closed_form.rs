//! The lecture's derivatives, written out, against automatic gradients: with respect to the
//! pre-activation `Z`, where `F = max(Z, 0)`,
//! `∂L_content/∂Z = (F − P) [F > 0]` and `∂E/∂Z = 1/(N² M_x) (G/M_x − A/M_a) F [F > 0]`.

use burn::tensor::{Device, Tensor, activation::relu};
use reverie_viz::style::{ContentNorm, GramNorm, content_distance, gram, gram_distance};
use serde_json::Value;

use super::{central_differences, tensor64, value_and_gradient, values64};
use crate::common::{fixture_json, floats, relative_error};

/// Bar for automatic gradients against the closed form.
const CLOSED_FORM: f64 = 1e-5;
/// Bar for central differences in 64 bits.
const DIFFERENCES: f64 = 1e-6;

struct Case {
    z: Tensor<4>,
    p: Tensor<4>,
    style: Tensor<4>,
    json: Value,
}

/// `[N, M]` as feature maps `[1, N, 1, M]`.
fn maps(array: &Value) -> Tensor<4> {
    let flat = tensor64(array, &Device::flex());
    let [_, channels, positions, _] = flat.dims();
    flat.reshape([1, channels, 1, positions])
}

fn case() -> Case {
    let json = fixture_json("closed_form.json");
    Case {
        z: maps(&json["inputs"]["Z"]),
        p: maps(&json["inputs"]["P"]),
        style: maps(&json["inputs"]["style_features"]),
        json,
    }
}

fn check(name: &str, case: &Case, written_out: Tensor<4>, loss: impl Fn(Tensor<4>) -> Tensor<1>) {
    let (value, gradient) = value_and_gradient(case.z.clone(), &loss);
    let expected = &case.json[name];
    let want = expected["value"].as_f64().unwrap();
    assert!(
        (value - want).abs() <= 1e-9 * want,
        "{name}: {value}, not {want}"
    );
    let formula = values64(written_out);
    let error = relative_error(&gradient, &formula);
    assert!(
        error <= CLOSED_FORM,
        "{name}: automatic gradient differs by {error:.1e}"
    );
    let error = relative_error(&formula, &floats(&expected["closed_form"]));
    assert!(
        error <= 1e-9,
        "{name}: the formula differs from PyTorch's by {error:.1e}"
    );
    let error = relative_error(&gradient, &central_differences(&case.z, &loss));
    assert!(
        error <= DIFFERENCES,
        "{name}: differences differ by {error:.1e}"
    );
}

#[test]
fn the_content_gradient_is_the_lectures_formula() {
    let case = case();
    let f = relu(case.z.clone());
    let mask = f.clone().greater_elem(0.0);
    let formula = (f.clone() - case.p.clone()).mask_fill(mask.bool_not(), 0.0);
    let p = case.p.clone();
    check("content", &case, formula, |z| {
        content_distance(relu(z), p.clone(), ContentNorm::Lecture)
    });
}

#[test]
fn the_style_gradient_is_the_lectures_formula() {
    let case = case();
    let f = relu(case.z.clone());
    let [_, channels, _, positions] = f.dims();
    let target = gram(case.style.clone());
    let flat = f.clone().reshape([1, channels, positions]);
    let scale = (channels * channels * positions) as f64;
    let product = (gram(f.clone()) - target.clone()).matmul(flat) / scale;
    let mask = f.greater_elem(0.0);
    let formula = product
        .reshape([1, channels, 1, positions])
        .mask_fill(mask.bool_not(), 0.0);
    check("style", &case, formula, |z| {
        gram_distance(gram(relu(z)), target.clone(), GramNorm::Lecture)
    });
}
