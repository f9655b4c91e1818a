//! Style losses beside Gram matrices, weighted and blended: value and gradient against PyTorch's
//! autograd in 64 bits.

use burn::tensor::{Device, Tensor};
use reverie_model::vision::{Layer, LayerInfo, LayerKind, Network};
use reverie_viz::objective::Objective;
use reverie_viz::style::{GramNorm, Measure, Statistic, StyleMatch, temporal_distance};
use serde_json::Value;

use super::{tensor64, value_and_gradient};
use crate::common::{fixture_json, floats, relative_error};

/// Agreement with PyTorch; the lists of the sliced distance are kept in 32 bits, and so are the
/// scalars of Burn's operations.
const BAR: f64 = 5e-7;

/// A network whose one layer is the picture, so that an objective is asked about given features.
struct Mirror(Vec<LayerInfo>);

impl Mirror {
    fn new() -> Self {
        let layer = Layer::named("mirror");
        Self(vec![LayerInfo::new(layer, LayerKind::Conv, 5)])
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

struct Case {
    json: Value,
    mirror: Mirror,
}

impl Case {
    fn new() -> Self {
        Self {
            json: fixture_json("style_losses.json"),
            mirror: Mirror::new(),
        }
    }

    fn input(&self, name: &str) -> Tensor<4> {
        tensor64(&self.json["inputs"][name], &Device::flex())
    }

    fn measure(&self, name: &str) -> Measure {
        match name {
            "gram" => Measure::Gram,
            "moments" => Measure::Moments,
            "wasserstein" => Measure::Wasserstein,
            _ => Measure::Sliced(self.input("directions").reshape([1, 6, 5])),
        }
    }

    fn statistic(&self, name: &str, target: &str) -> Statistic {
        Statistic::measure(self.input(target), self.measure(name))
    }

    fn check(&self, name: &str, goal: &StyleMatch, expected: &Value) {
        let layer = self.mirror.0[0].layer.clone();
        let loss = |features: Tensor<4>| {
            let layers = std::slice::from_ref(&layer);
            let seen = self.mirror.activations(features, layers).unwrap();
            goal.score(&seen).neg()
        };
        let (value, gradient) = value_and_gradient(self.input("features"), loss);
        let want = expected["value"].as_f64().unwrap();
        let off = (value - want).abs() / want;
        let error = relative_error(&gradient, &floats(&expected["grad"]));
        println!("{name}: value off by {off:.1e}, gradient by {error:.1e}");
        assert!(off <= BAR, "{name}: {value}, not {want}");
        assert!(error <= BAR, "{name}: gradient differs by {error:.1e}");
    }

    /// A loss as it is, and relative to the target's energy, where the reference has both.
    fn check_norms(&self, name: &str, target: &Statistic, weights: bool, expected: &Value) {
        for (norm, key) in [(GramNorm::Mean, "plain"), (GramNorm::Energy, "energy")] {
            if expected[key].is_null() {
                continue;
            }
            let layer = self.mirror.0[0].layer.clone();
            let mut goal = StyleMatch::new(layer, target.clone(), norm);
            if weights {
                let map = self.input("weight_map").reshape([1, 1, 4, 6]);
                let total = map.clone().sum().reshape([1, 1, 1, 1]);
                goal = goal.within(map / total);
            }
            self.check(&format!("{name} {key}"), &goal, &expected[key]);
        }
    }
}

#[test]
fn losses_on_moments_and_distributions_are_those_of_pytorch() {
    let case = Case::new();
    for name in ["moments", "wasserstein", "sliced"] {
        let target = case.statistic(name, "style_target");
        case.check_norms(name, &target, false, &case.json[name]);
    }
}

#[test]
fn losses_within_a_region_are_those_of_pytorch() {
    let case = Case::new();
    for name in ["gram", "moments", "wasserstein", "sliced"] {
        let target = case.statistic(name, "style_target");
        case.check_norms(name, &target, true, &case.json["masked"][name]);
    }
}

#[test]
fn losses_to_a_blend_are_those_of_pytorch() {
    let case = Case::new();
    for name in ["gram", "moments", "wasserstein", "sliced"] {
        let parts = [(0.7, "style_target"), (0.3, "second_target")];
        let parts = parts.map(|(share, target)| (share, case.statistic(name, target)));
        let target = Statistic::blend(parts.to_vec());
        case.check_norms(name, &target, false, &case.json["blend"][name]);
    }
}

#[test]
fn the_temporal_loss_is_that_of_pytorch() {
    let case = Case::new();
    let warped = case.input("warped");
    let [_, _, height, width] = warped.dims();
    let trust = case.input("confidence").reshape([1, 1, height, width]);
    let loss = |x: Tensor<4>| temporal_distance(x, warped.clone(), trust.clone());
    let (value, gradient) = value_and_gradient(case.input("picture"), loss);
    let expected = &case.json["temporal"];
    let want = expected["value"].as_f64().unwrap();
    assert!((value - want).abs() <= 1e-7 * want, "{value}, not {want}");
    let error = relative_error(&gradient, &floats(&expected["grad"]));
    assert!(error <= 1e-7, "gradient differs by {error:.1e}");
}
