//! Where every number before a rectifier and every signal behind it is positive, rectifiers do nothing on
//! the way back, and the three rules are one: in all else they are the same.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor};
use reverie_model::vision::{Network, Vgg, synthetic_picture};
use reverie_model::weights::{Preprocessing, RawTensor, TensorFile, write_safetensors_f32};
use reverie_viz::deconv::{Unit, project};

use super::{RULES, random, two_layers};
use crate::common::relative_error;

/// The random network, with its weights as they are or without their signs.
fn network(is_positive: bool) -> Vgg {
    let (config, device) = (two_layers(), Device::flex());
    let signed = random(&config);
    let mut tensors = Vec::new();
    for (index, name) in ["conv1_1", "conv2_1"].into_iter().enumerate() {
        let weights = signed.filters(index);
        let shape = weights.dims().to_vec();
        let mut values = weights.try_into_vec_as::<f32>().unwrap();
        if is_positive {
            values.iter_mut().for_each(|value| *value = value.abs());
        }
        // Without signs all are open; with them half of the first layer's are closed.
        let bias = if is_positive || index == 1 { 0.1 } else { -0.4 };
        let biases = vec![bias; shape[0]];
        let bias = RawTensor {
            shape: vec![shape[0]],
            values: biases,
        };
        tensors.push((format!("{name}.weight"), RawTensor { shape, values }));
        tensors.push((format!("{name}.bias"), bias));
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("net.safetensors");
    write_safetensors_f32(&path, &tensors, &BTreeMap::new()).unwrap();
    let file = TensorFile::open(&path).unwrap();
    Vgg::from_file(&config, Preprocessing::torchvision(), &file, &[], &device).unwrap()
}

/// What each rule sends back of one unit, of a picture brighter than the mean picture everywhere.
fn arrived(network: &Vgg) -> Vec<Vec<f64>> {
    let image: Tensor<4> = synthetic_picture(12, 8, &Device::flex()) * 0.3 + 0.65;
    let info = network.info("relu2_1").unwrap();
    // One that answers, whatever the signs.
    let unit = (0..info.channels).find_map(|channel| {
        let unit = Unit {
            channel,
            column: 3,
            row: 2,
        };
        let signal = project(network, RULES[0], info, &[unit], image.clone()).unwrap();
        let answer = signal.scores.try_into_vec_as::<f64>().unwrap();
        (answer[0] > 0.0).then_some(unit)
    });
    let unit = unit.expect("a unit that answers");
    RULES
        .iter()
        .map(|rule| {
            let signal = project(network, *rule, info, &[unit], image.clone()).unwrap();
            signal.images.try_into_vec_as::<f64>().unwrap()
        })
        .collect()
}

#[test]
fn the_rules_differ_in_rectifiers_only() {
    let same = arrived(&network(true));
    let most = same[0]
        .iter()
        .fold(0.0, |most: f64, value| most.max(*value));
    // Fast convolutions leave a trace of rounding where nothing arrives.
    assert!(same[0].iter().all(|value| *value >= -1e-6 * most));
    for other in &same[1..] {
        let error = relative_error(other, &same[0]);
        assert!(error < 1e-6, "{error}");
    }
    let signed = arrived(&network(false));
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        assert!(relative_error(&signed[a], &signed[b]) > 1e-3, "{a} and {b}");
    }
}
