//! The pieces of the render engine: value and gradient against PyTorch in 64 bits, and against
//! central differences.

use burn::tensor::{Device, Tensor};
use reverie_model::vision::{Layer, LayerInfo, LayerKind, Network};
use reverie_viz::objective::{Direction, Diversity, Energy, GuidedMatch, Neuron, Objective};
use reverie_viz::param::{Fourier, ImageParam, Pyramid};
use reverie_viz::transform::{rotated, scaled};
use serde_json::Value;

use super::{central_differences, tensor64, value_and_gradient, values64};
use crate::common::{fixture_json, floats, relative_error};

/// Agreement with PyTorch in 64 bits; Burn rounds the scalars of its operations to 32 bits.
const AUTOGRAD: f64 = 1e-7;
/// Agreement with central differences in 64 bits.
const DIFFERENCES: f64 = 1e-6;

/// A network whose one layer is the picture.
struct Mirror(Vec<LayerInfo>);

impl Mirror {
    fn new() -> Self {
        let layer = Layer::named("mirror");
        Self(vec![LayerInfo::new(layer, LayerKind::Conv, 3)])
    }

    fn info(&self) -> &LayerInfo {
        &self.0[0]
    }
}

#[rustfmt::skip]
impl Network for Mirror {
    fn name(&self) -> &str { "mirror" }
    fn device(&self) -> Device { Device::flex() }
    fn layers(&self) -> &[LayerInfo] { &self.0 }
    fn normalise(&self, image: Tensor<4>) -> Tensor<4> { image }
    fn mean_colour(&self) -> [f32; 3] { [0.0; 3] }
    fn run(&self, x: Tensor<4>, wanted: &[Layer], keep: &mut dyn FnMut(&Layer, Tensor<4>)) {
        keep(&wanted[0], x);
    }
}

/// Checks a gradient that was found against PyTorch's and against differences.
fn check_gradient(name: &str, found: &[f64], expected: &Value, differences: &[f64]) {
    let torch = relative_error(found, &floats(&expected["grad"]));
    let apart = relative_error(found, differences);
    println!("{name}: gradient {torch:.1e} from PyTorch's, {apart:.1e} from differences");
    assert!(torch <= AUTOGRAD, "{name}: {torch:.1e} from PyTorch's");
    assert!(apart <= DIFFERENCES, "{name}: {apart:.1e} from differences");
}

fn check_objective(name: &str, at: &Tensor<4>, expected: &Value, objective: &dyn Objective) {
    let mirror = Mirror::new();
    let layers = [mirror.info().layer.clone()];
    let score =
        |features: Tensor<4>| objective.score(&mirror.activations(features, &layers).unwrap());
    let (value, gradient) = value_and_gradient(at.clone(), score);
    let want = expected["value"].as_f64().unwrap();
    let error = (value - want).abs() / want.abs();
    println!("{name}: value {error:.1e} from PyTorch's");
    assert!(error <= AUTOGRAD, "{name}: {value}, not {want}");
    check_gradient(name, &gradient, expected, &central_differences(at, score));
}

#[test]
fn objectives_of_feature_pictures_are_those_of_pytorch() {
    let json = fixture_json("engine.json");
    let (inputs, expected) = (&json["inputs"], &json["objectives"]);
    let device = Device::flex();
    let features = tensor64(&inputs["features"], &device);
    let mirror = Mirror::new();
    let info = mirror.info();
    let vector = floats(&inputs["vector"]["data"]);
    let vector: Vec<f32> = vector.into_iter().map(|value| value as f32).collect();
    let guide = tensor64(&inputs["guide"], &device).reshape([3, 7]);
    let direction = Direction::new(info, vector).unwrap();
    let objectives: [(&str, Box<dyn Objective>); 6] = [
        ("neuron_at_centre", Box::new(Neuron::new(info, 2).unwrap())),
        (
            "neuron_at_2_0",
            Box::new(Neuron::new(info, 1).unwrap().at(2, 0)),
        ),
        ("direction", Box::new(direction.clone())),
        (
            "direction_power_2",
            Box::new(direction.with_cosine_power(2.0).unwrap()),
        ),
        ("guided", Box::new(GuidedMatch::new(info, guide).unwrap())),
        (
            "diversity",
            Box::new(Diversity {
                layer: info.layer.clone(),
            }),
        ),
    ];
    for (name, objective) in objectives {
        check_objective(name, &features, &expected[name], objective.as_ref());
    }
    let toward = [0.5, 0.25, 0.75];
    assert_eq!(floats(&inputs["mean"]), toward);
    let energy = Energy {
        toward: toward.map(|value| value as f32),
    };
    let picture = tensor64(&inputs["picture"], &device);
    check_objective("energy", &picture, &expected["energy"], &energy);
}

/// Checks an image that is made from `at`, and the gradient of its weighted sum.
fn check_image(
    name: &str,
    at: &Tensor<4>,
    expected: &Value,
    make: impl Fn(Tensor<4>) -> Tensor<4>,
) {
    let device = at.device();
    let image = make(at.clone());
    let want = tensor64(&expected["image"], &device);
    assert_eq!(image.dims(), want.dims(), "{name}");
    let error = relative_error(&values64(image), &values64(want));
    println!("{name}: image {error:.1e} from PyTorch's");
    assert!(error <= AUTOGRAD, "{name}: image differs by {error:.1e}");
    let weights = tensor64(&expected["weights"], &device);
    let sum = |numbers: Tensor<4>| {
        let image = make(numbers);
        let weights = if image.is_autodiff() {
            Tensor::from_inner(weights.clone())
        } else {
            weights.clone()
        };
        (image * weights).sum()
    };
    let (_, gradient) = value_and_gradient(at.clone(), sum);
    check_gradient(name, &gradient, expected, &central_differences(at, sum));
}

#[test]
fn spectra_and_pyramids_make_the_images_of_pytorch() {
    let json = fixture_json("engine.json");
    let levels = json["meta"]["levels"].as_u64().unwrap() as usize;
    for entry in json["params"].as_array().unwrap() {
        let size = |name: &str| entry[name].as_u64().unwrap() as usize;
        let (width, height) = (size("width"), size("height"));
        let kind = entry["kind"].as_str().unwrap();
        let param: Box<dyn ImageParam> = match kind {
            "fourier" => Box::new(Fourier::new(width, height)),
            _ => Box::new(Pyramid::new(width, height).with_levels(levels)),
        };
        let numbers = tensor64(&entry["numbers"], &Device::flex());
        let name = format!("{kind} {width}x{height}");
        check_image(&name, &numbers, entry, |n| param.decode(n.flatten(0, 3)));
        // The numbers themselves are not always found again (a spectrum holds some that have no
        // effect), but their image is.
        let image = param.decode(numbers.flatten(0, 3));
        let again = param.decode(param.encode(image.clone()));
        let error = relative_error(&values64(again), &values64(image));
        println!("{name}: encoded and decoded, {error:.1e}");
        assert!(error <= 1e-6, "{name}: {error:.1e} after encode");
    }
}

#[test]
fn rotated_and_scaled_pictures_are_those_of_pytorch() {
    let json = fixture_json("engine.json");
    let view = tensor64(&json["inputs"]["view"], &Device::flex());
    for entry in json["views"].as_array().unwrap() {
        let (kind, by) = (
            entry["kind"].as_str().unwrap(),
            entry["by"].as_f64().unwrap(),
        );
        let name = format!("{kind} {by}");
        check_image(&name, &view, entry, |image| match kind {
            "rotated" => rotated(image, by),
            _ => scaled(image, by),
        });
    }
}
