//! Methods that go back to the picture or cover parts of it.

use burn::tensor::{Device, Tensor};
use reverie_viz::attribution::{
    Attribution, Baseline, Deconvnet, GradCam, Gradient, GradientTimesInput, GuidedBackprop,
    IntegratedGradients, Map, Occlusion, SmoothGrad,
};

use super::{BAR, Case, cases, everywhere, go_on, whole};
use crate::common::fixture_json;

/// Completeness gap that may be left, as a share of the difference of the scores.
const GAP: f64 = 0.01;
/// Steps that leave no larger one. At a flat picture other than the mean one all positions of a
/// channel pass their kinks at once, so the way from black needs more; captum's gaps are the same.
const STEPS: [(Baseline, usize); 2] = [(Baseline::Mean, 200), (Baseline::Black, 800)];
/// Baselines by their names in the reference.
const BASELINES: [(Baseline, &str); 2] = [
    (Baseline::Mean, "integrated_from_mean_colour"),
    (Baseline::Black, "integrated_from_black"),
];

/// The formulas of the script, which are written once more in [`Case::noise`] and beside it.
#[test]
fn formulas_are_those_of_the_script() {
    let json = fixture_json("attribution.json");
    let noise = "0.2*sin(1.7*(k+1)*(x+1) + 2.3*(y+1) + 4.1*c + k*k)";
    assert_eq!(json["noise"], noise);
    let blurred = "0.5 + 0.2*cos(0.19*(x+1))*sin(0.13*(y+1) + c)";
    assert_eq!(json["blurred"], blurred);
}

fn check_once(case: &Case, method: &dyn Attribution, name: &str) -> Map {
    let map = case.map(method);
    case.check(name, &map.values, case.answer(name));
    map
}

#[test]
fn one_pass_back_is_that_of_captum() {
    everywhere("one_pass_back_is_that_of_captum", |case| {
        let gradient = check_once(case, &Gradient, "gradient");
        let largest = case.answer("largest_gradient");
        case.check("largest gradient", &gradient.unsigned(), largest);
        check_once(case, &GradientTimesInput, "gradient_times_input");
        check_once(case, &GuidedBackprop, "guided");
        check_once(case, &Deconvnet, "deconvnet");
    });
}

#[test]
fn smoothgrad_is_that_of_captum_with_the_same_noise() {
    let samples = whole(&fixture_json("attribution.json")["samples"]);
    let test = "smoothgrad_is_that_of_captum_with_the_same_noise";
    everywhere(test, |case| {
        let method = SmoothGrad {
            samples,
            ..SmoothGrad::default()
        };
        let image = case.image.clone();
        let noise = |k| case.noise(k as f64).try_into_vec_as::<f32>().unwrap();
        let map = method.with_noise(&case.question(), image, &mut go_on, noise);
        let map = map.unwrap().unwrap();
        case.check("smoothgrad", &map.values, case.answer("smoothgrad"));
    });
}

#[test]
fn integrated_gradients_and_what_they_miss_are_those_of_captum() {
    let steps = whole(&fixture_json("attribution.json")["steps"]);
    let test = "integrated_gradients_and_what_they_miss_are_those_of_captum";
    everywhere(test, |case| {
        for (baseline, name) in BASELINES {
            let method = IntegratedGradients { steps, baseline };
            let map = case.map(&method);
            case.check(name, &map.values, &case.answer(name)["map"]);
            let question = case.question();
            let base = baseline.beside(&question, &case.image);
            let both = Tensor::cat(vec![case.image.clone(), base], 0);
            let scores = question.scores(both).unwrap();
            let change = f64::from(scores[0] - scores[1]).abs();
            let gap = method.gap(&question, case.image.clone(), &map).unwrap();
            let wanted = case.answer(name)["gap"].as_f64().unwrap().abs() / change;
            let what = format!("{}: gap of {name}", case.name);
            case.judge(&what, (gap - wanted).abs());
        }
    });
}

#[test]
fn integrated_gradients_add_up_to_the_difference_of_the_scores() {
    for case in cases(&Device::flex(), BAR) {
        let question = case.question();
        for k in 0..4 {
            // The picture itself and three that are noisier and noisier.
            let noise = case.noise(f64::from(k)) * (f64::from(k) / 2.0);
            let image = (case.image.clone() + noise).clamp(0.0, 1.0);
            for (baseline, steps) in STEPS {
                let method = IntegratedGradients { steps, baseline };
                let map = method.attribute(&question, image.clone(), &mut go_on);
                let map = map.unwrap().unwrap();
                let gap = method.gap(&question, image.clone(), &map).unwrap();
                let what = format!("{}, picture {k}, from {baseline:?}", case.name);
                println!("{what}: gap {gap:.1e} after {steps} steps");
                assert!(gap <= GAP, "{what}: gap {gap} after {steps} steps");
            }
        }
    }
}

#[test]
fn grad_cam_is_that_of_captum() {
    everywhere("grad_cam_is_that_of_captum", |case| {
        for row in case.answer("gradcam").as_array().unwrap() {
            let method = GradCam {
                layer: case.network.layer(row["layer"].as_str().unwrap()).unwrap(),
                is_rectified: row["relu"].as_bool().unwrap(),
            };
            let what = format!("Grad-CAM at {}, relu {}", method.layer, row["relu"]);
            let coarse = method.coarse(&case.question(), case.image.clone()).unwrap();
            let coarse = coarse.try_into_vec_as::<f32>().unwrap();
            case.check(&format!("{what}, coarse"), &coarse, &row["small"]);
            case.check(&what, &case.map(&method).values, &row["large"]);
        }
    });
}

#[test]
fn occlusion_is_that_of_captum() {
    everywhere("occlusion_is_that_of_captum", |case| {
        for row in case.answer("occlusion").as_array().unwrap() {
            let (window, stride) = (whole(&row["window"]), whole(&row["stride"]));
            let map = case.map(&Occlusion { window, stride });
            let what = format!("occlusion by {window} every {stride}");
            assert_eq!(map.channels, 1, "{what}");
            case.check(&what, &map.values, &row["map"]);
        }
    });
}
