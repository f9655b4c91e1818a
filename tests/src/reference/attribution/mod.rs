//! Attribution against captum: all that `attribution.py` asked of two small networks with random
//! weights.

mod masks;
mod methods;
mod units;

use std::ops::ControlFlow;

use burn::tensor::{Device, Tensor, TensorData};
use reverie_model::vision::graph::{Blueprint, GraphNet};
use reverie_model::vision::{Network, SCORES, Vgg, VggConfig, synthetic_picture};
use reverie_model::weights::{Preprocessing, TensorFile};
use reverie_viz::attribution::{Attribution, Map, Question, Score};
use serde_json::Value;

use crate::common::{fixture, fixture_json, floats, relative_error};

/// Agreement on CPU backends, relative to the largest value.
const BAR: f64 = 1e-4;
/// Agreement on wgpu.
const BAR_WGPU: f64 = 1e-3;

/// Numbers of one network, with the network itself on a device.
struct Case {
    network: Box<dyn Network>,
    /// `[1, 3, H, W]`.
    image: Tensor<4>,
    /// What was asked.
    asked: Value,
    /// How far answers may be from the reference, relative to the largest value.
    bar: f64,
    name: String,
}

impl Case {
    /// What PyTorch and captum answered.
    fn answer(&self, name: &str) -> &Value {
        &self.asked["answers"][name]
    }

    /// The class that was asked about.
    fn question(&self) -> Question<'_> {
        let network = &*self.network;
        let score = Score::class(network, whole(&self.asked["class"])).unwrap();
        Question { network, score }
    }

    /// The map of a method, to its end.
    fn map(&self, method: &dyn Attribution) -> Map {
        let map = method.attribute(&self.question(), self.image.clone(), &mut go_on);
        map.unwrap().unwrap()
    }

    /// Numbers of a formula in the channel, the row and the column, as an image beside the picture.
    fn drawn(&self, formula: impl Fn(f64, f64, f64) -> f64) -> Tensor<4> {
        let shape = self.image.dims();
        let [_, channels, height, width] = shape;
        let mut values = Vec::with_capacity(channels * height * width);
        for c in 0..channels {
            for y in 0..height {
                for x in 0..width {
                    values.push(formula(c as f64, y as f64, x as f64) as f32);
                }
            }
        }
        Tensor::from_data(TensorData::new(values, shape), &self.image.device())
    }

    /// The noise of a copy.
    fn noise(&self, k: f64) -> Tensor<4> {
        self.drawn(|c, y, x| {
            0.2 * (1.7 * (k + 1.0) * (x + 1.0) + 2.3 * (y + 1.0) + 4.1 * c + k * k).sin()
        })
    }

    /// Compares values with the part of them that the reference keeps, and their length with its.
    fn check(&self, what: &str, found: &[f32], row: &Value) {
        let shape: Vec<usize> = row["shape"].as_array().unwrap().iter().map(whole).collect();
        let what = format!("{}: {what}", self.name);
        assert_eq!(found.len(), shape.iter().product::<usize>(), "{what}");
        let wanted = floats(&row["values"]);
        let picked = (0..wanted.len()).map(|i| found[i * found.len() / wanted.len()]);
        let picked: Vec<f64> = picked.map(f64::from).collect();
        let squares: f64 = found.iter().map(|v| f64::from(*v).powi(2)).sum();
        let length = row["l2"].as_f64().unwrap();
        let error = relative_error(&picked, &wanted).max((squares.sqrt() - length).abs() / length);
        self.judge(&what, error);
    }

    /// Compares a list of numbers that the reference keeps whole.
    fn check_list(&self, what: &str, found: &[f64], wanted: &Value) {
        let what = format!("{}: {what}", self.name);
        self.judge(&what, relative_error(found, &floats(wanted)));
    }

    #[track_caller]
    fn judge(&self, what: &str, error: f64) {
        println!("{what}: {error:.1e}");
        assert!(error <= self.bar, "{what} differs by {error:.1e}");
    }
}

/// Nobody says stop.
fn go_on(_done: usize, _of: usize) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn whole(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

/// Both networks on a device.
fn cases(device: &Device, bar: f64) -> Vec<Case> {
    let json = fixture_json("attribution.json");
    let networks = json["networks"].as_object().unwrap().iter();
    let cases = networks.map(|(name, asked)| {
        let file = TensorFile::open(&fixture(asked["file"].as_str().unwrap())).unwrap();
        let preprocessing = Preprocessing::torchvision();
        assert_eq!(asked["preprocessing"], "torchvision");
        let network: Box<dyn Network> = match asked["stages"].as_array() {
            Some(stages) => {
                let widths = |stage: &Value| stage.as_array().unwrap().iter().map(whole).collect();
                let config = VggConfig {
                    stages: stages.iter().map(widths).collect(),
                    ..VggConfig::tiny()
                };
                Box::new(Vgg::from_file(&config, preprocessing, &file, &[], device).unwrap())
            }
            None => {
                let blueprint = Blueprint::by_name(name).unwrap();
                let blueprint = blueprint.narrowed(whole(&asked["divisor"]));
                let net = GraphNet::from_file(&blueprint, preprocessing, &file, &[], device);
                Box::new(net.unwrap())
            }
        };
        let (width, height) = (whole(&asked["width"]), whole(&asked["height"]));
        Case {
            network,
            image: synthetic_picture(width, height, device),
            asked: asked.clone(),
            bar,
            name: name.clone(),
        }
    });
    cases.collect()
}

/// Runs a check with both networks on every backend that is there.
#[allow(deprecated)] // ndarray is kept because it is asked for by name.
fn everywhere(test: &str, check: impl Fn(&Case)) {
    let wgpu = crate::backends::wgpu(test).map(|device| ("wgpu", device, BAR_WGPU));
    let devices = [
        ("flex", Device::flex(), BAR),
        ("ndarray", Device::ndarray(), BAR),
    ];
    for (backend, device, bar) in devices.into_iter().chain(wgpu) {
        for mut case in cases(&device, bar) {
            case.name = format!("{} on {backend}", case.name);
            check(&case);
        }
    }
}

#[test]
fn scores_of_the_classes_are_those_of_pytorch() {
    everywhere("scores_of_the_classes_are_those_of_pytorch", |case| {
        let layer = case.network.layer(SCORES).unwrap();
        let wanted = std::slice::from_ref(&layer);
        let seen = case
            .network
            .activations(case.image.clone(), wanted)
            .unwrap();
        let scores = seen.of(&layer).try_into_vec_as::<f64>().unwrap();
        case.check_list("scores", &scores, case.answer("scores"));
    });
}
