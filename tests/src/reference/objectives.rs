//! Every objective: value and gradient against PyTorch's autograd in 64 bits, and against central
//! differences.

use burn::tensor::{Device, Tensor};
use reverie_viz::objective::{Stencil, total_variation};
use reverie_viz::style::{
    ContentNorm, GramNorm, Measure, content_distance, gram, gram_distance, wasserstein,
};
use serde_json::Value;

use super::{central_differences, tensor64, value_and_gradient, values64};
use crate::common::{fixture_json, floats, relative_error};

/// Agreement with PyTorch in 64 bits; Burn rounds the scalars of its operations to 32 bits.
const AUTOGRAD: f64 = 1e-7;
/// Agreement with central differences in 64 bits.
const DIFFERENCES: f64 = 1e-6;

fn check(
    name: &str,
    at: &Tensor<4>,
    expected: &Value,
    tolerance: f64,
    loss: impl Fn(Tensor<4>) -> Tensor<1>,
) {
    let (value, gradient) = value_and_gradient(at.clone(), &loss);
    let want = expected["value"].as_f64().unwrap();
    assert!(
        (value - want).abs() <= tolerance * want.abs(),
        "{name}: {value}, not {want}"
    );
    let error = relative_error(&gradient, &floats(&expected["grad"]));
    assert!(
        error <= tolerance,
        "{name}: gradient differs from PyTorch's by {error:.1e}"
    );
    let error = relative_error(&gradient, &central_differences(at, &loss));
    assert!(
        error <= DIFFERENCES,
        "{name}: gradient differs from differences by {error:.1e}"
    );
}

#[test]
fn content_losses_are_those_of_pytorch() {
    let json = fixture_json("objectives.json");
    let device = Device::flex();
    let features = tensor64(&json["inputs"]["features"], &device);
    let target = tensor64(&json["inputs"]["content_target"], &device);
    for (name, norm) in [
        ("lecture", ContentNorm::Lecture),
        ("mean", ContentNorm::Mean),
    ] {
        let loss = |f: Tensor<4>| content_distance(f, target.clone(), norm);
        check(name, &features, &json["content"][name], AUTOGRAD, loss);
    }
}

#[test]
fn gram_losses_are_those_of_pytorch() {
    let json = fixture_json("objectives.json");
    let device = Device::flex();
    let features = tensor64(&json["inputs"]["features"], &device);
    let target = gram(tensor64(&json["inputs"]["style_target"], &device));
    let matrix = values64(gram(features.clone()));
    let error = relative_error(&matrix, &floats(&json["gram_features"]["data"]));
    assert!(error <= AUTOGRAD, "Gram matrix differs by {error:.1e}");
    let norms = [
        ("lecture", GramNorm::Lecture),
        ("mean", GramNorm::Mean),
        ("elements", GramNorm::Elements),
        ("energy", GramNorm::Energy),
    ];
    for (name, norm) in norms {
        let loss = |f: Tensor<4>| gram_distance(gram(f), target.clone(), norm);
        check(name, &features, &json["gram"][name], AUTOGRAD, loss);
    }
}

fn moments(features: Tensor<4>) -> (Tensor<3>, Tensor<3>) {
    let mut found = Measure::Wasserstein.part(features, 1.0).into_iter();
    let mut next = || found.next().unwrap();
    (next(), next())
}

#[test]
fn the_wasserstein_loss_is_that_of_pytorch() {
    let json = fixture_json("objectives.json");
    let device = Device::flex();
    let features = tensor64(&json["inputs"]["features"], &device);
    let target = moments(tensor64(&json["inputs"]["style_target"], &device));
    let expected = &json["wasserstein"]["well_conditioned"]["eps_both"]["exact"];
    check("wasserstein", &features, expected, 1e-6, |f| {
        wasserstein(moments(f), target.clone())
    });
}

#[test]
fn the_wasserstein_loss_bears_a_target_without_full_rank() {
    // Twelve Newton-Schulz steps do not reach the exact root of a nearly singular matrix: the value
    // is that of twelve steps in PyTorch, and the gradient (which is not taken through the steps,
    // but from the inverse root) is within a few percent of the exact one.
    let json = fixture_json("objectives.json");
    let device = Device::flex();
    let features = tensor64(&json["inputs"]["features"], &device);
    let target = moments(tensor64(&json["inputs"]["style_target_deficient"], &device));
    let expected = &json["wasserstein"]["rank_deficient"]["eps_both"];
    let (value, gradient) =
        value_and_gradient(features, |f| wasserstein(moments(f), target.clone()));
    let want = expected["newton_schulz_f64"]["value"].as_f64().unwrap();
    assert!((value - want).abs() <= 1e-9 * want, "{value}, not {want}");
    let error = relative_error(&gradient, &floats(&expected["exact"]["grad"]));
    assert!(error <= 0.03, "gradient differs by {error:.1e}");
}

#[test]
fn total_variation_is_that_of_pytorch() {
    let json = fixture_json("objectives.json");
    let picture = tensor64(&json["inputs"]["picture"], &Device::flex());
    let expected = &json["total_variation"];
    check(
        "nine point",
        &picture,
        &expected["nine_point"],
        AUTOGRAD,
        |image| total_variation(image, Stencil::NinePoint),
    );
    // Ours is half the sum, on the scale 0..255.
    check("sum", &picture, &expected["squared"], AUTOGRAD, |image| {
        total_variation(image, Stencil::Sum) * (2.0 / (255.0 * 255.0))
    });
}

#[test]
fn layer_objectives_are_those_of_pytorch() {
    let json = fixture_json("objectives.json");
    let features = tensor64(&json["inputs"]["features"], &Device::flex());
    let expected = &json["layer"];
    check(
        "mean square",
        &features,
        &expected["mean_square"],
        AUTOGRAD,
        |f| f.square().mean(),
    );
    let channel = json["meta"]["channel_of_channel_mean"].as_u64().unwrap() as usize;
    check(
        "channel mean",
        &features,
        &expected["channel_mean"],
        AUTOGRAD,
        |f| f.narrow(1, channel, 1).mean(),
    );
}
