//! Every layer of AlexNet, SqueezeNet, GoogLeNet and the Inception trunk against PyTorch: narrow ones
//! with random weights, whose code and keys are torchvision's, and the real files where they are.

use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor};
use reverie_model::vision::graph::{Blueprint, GraphNet};
use reverie_model::vision::{Layer, Network, SCORES, synthetic_picture};
use reverie_model::weights::{Preprocessing, TensorFile};
use reverie_viz::picture::{Filter, Limits, load, resize};
use reverie_viz::tensor_of;
use serde_json::Value;

use crate::common::{data_dir, fixture, fixture_json, floats, relative_error};

/// Bar for activations on CPU backends.
const ACTIVATIONS: f64 = 1e-4;
/// Bar for activations on wgpu.
const ACTIVATIONS_WGPU: f64 = 1e-3;
/// Side of the pictures that SqueezeNet was trained on, in pixels.
const SIDE: u32 = 227;
/// Bar for gradients, relative to the largest of those compared.
const GRADIENTS: f64 = 1e-3;

fn preprocessing(network: &Value) -> Preprocessing {
    match network["preprocessing"].as_str().unwrap() {
        "torchvision" => Preprocessing::torchvision(),
        "symmetric" => Preprocessing::symmetric(),
        "squeezenet_caffe" => Preprocessing::squeezenet(),
        other => panic!("no preprocessing is called {other}"),
    }
}

fn size(network: &Value, name: &str) -> usize {
    usize::try_from(network[name].as_u64().unwrap()).unwrap()
}

/// The narrow network of the fixture.
fn narrow(name: &str, network: &Value, device: &Device) -> GraphNet {
    let blueprint = Blueprint::by_name(name).unwrap();
    let blueprint = blueprint.narrowed(size(network, "divisor"));
    let file = TensorFile::open(&fixture(network["file"].as_str().unwrap())).unwrap();
    GraphNet::from_file(&blueprint, preprocessing(network), &file, &[], device).unwrap()
}

/// The network in its full width, out of a folder.
fn whole(name: &str, network: &Value, folder: &Path, device: &Device) -> GraphNet {
    let blueprint = Blueprint::by_name(name).unwrap();
    let file = TensorFile::open(&folder.join(network["file"].as_str().unwrap())).unwrap();
    GraphNet::from_file(&blueprint, preprocessing(network), &file, &[], device).unwrap()
}

/// How far values are from a row of the reference: in their length, and one by one.
fn row_error(tensor: Tensor<4>, row: &Value, name: &str) -> f64 {
    let shape: Vec<usize> = floats(&row["shape"]).iter().map(|n| *n as usize).collect();
    assert_eq!(tensor.dims()[1..], shape[..], "{name}");
    let values = tensor.try_into_vec_as::<f32>().unwrap();
    let wanted = floats(&row["values"]);
    let count = wanted.len();
    let picked = (0..count).map(|i| f64::from(values[i * values.len() / count]));
    let picked: Vec<f64> = picked.collect();
    let squares = values.iter().map(|v| f64::from(*v).powi(2));
    let length = squares.sum::<f64>().sqrt();
    let want = row["l2"].as_f64().unwrap();
    // All picked values may happen to be zero: then the size of a typical one is the scale.
    let typical = want / (values.len() as f64).sqrt();
    let largest = wanted.iter().fold(typical, |max, v| max.max(v.abs()));
    let differences = picked.iter().zip(&wanted).map(|(a, b)| (a - b).abs());
    let worst = differences.fold(0.0, f64::max) / largest;
    assert!(worst.is_finite() && length.is_finite(), "{name}");
    worst.max((length - want).abs() / want)
}

/// Compares every layer of the reference, all asked for in one pass.
fn check_layers(net: &GraphNet, network: &Value, device: &Device, bar: f64) {
    let picture = synthetic_picture(size(network, "width"), size(network, "height"), device);
    let layers = layers(net, network);
    let seen = net.activations(picture, &layers).unwrap();
    let rows = network["layers"].as_array().unwrap();
    let errors = rows.iter().zip(&layers).map(|(row, layer)| {
        let error = row_error(seen.of(layer), row, layer.as_str());
        assert!(
            error <= bar,
            "{}: {layer} differs by {error:.1e}",
            net.name()
        );
        (error, layer)
    });
    let worst = errors.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
    println!(
        "{}: largest error {:.1e}, at {}",
        net.name(),
        worst.0,
        worst.1
    );
}

/// Compares every layer of the reference, asked for alone: most are computed in another way then.
fn check_each_alone(net: &GraphNet, network: &Value, device: &Device, bar: f64) {
    let picture = synthetic_picture(size(network, "width"), size(network, "height"), device);
    let rows = network["layers"].as_array().unwrap();
    for (row, layer) in rows.iter().zip(layers(net, network)) {
        let seen = net.activations(picture.clone(), std::slice::from_ref(&layer));
        let error = row_error(seen.unwrap().of(&layer), row, layer.as_str());
        assert!(
            error <= bar,
            "{}: {layer} alone differs by {error:.1e}",
            net.name()
        );
    }
}

/// The layers of the reference.
fn layers(net: &GraphNet, network: &Value) -> Vec<Layer> {
    let rows = network["layers"].as_array().unwrap();
    let named = rows
        .iter()
        .map(|row| net.layer(row["name"].as_str().unwrap()));
    named.map(Result::unwrap).collect()
}

/// The gradient of half the squared length of the deepest layer.
fn check_gradient(net: &GraphNet, network: &Value, device: &Device) {
    let (width, height) = (size(network, "width"), size(network, "height"));
    let picture = synthetic_picture(width, height, &device.clone().autodiff()).require_grad();
    let row = &network["gradient"];
    let layer = net.layer(row["of"].as_str().unwrap()).unwrap();
    let seen = net
        .activations(picture.clone(), std::slice::from_ref(&layer))
        .unwrap();
    let half = seen.of(&layer).square().sum() * 0.5;
    let gradient = picture.grad(&half.backward()).unwrap();
    let error = row_error(gradient, row, "gradient");
    println!("{}: gradient differs by {error:.1e}", net.name());
    assert!(
        error <= GRADIENTS,
        "{}: gradient differs by {error:.1e}",
        net.name()
    );
}

fn check_narrow(device: &Device, bar: f64) {
    let json = fixture_json("graph_narrow.json");
    for (name, network) in json["networks"].as_object().unwrap() {
        let net = narrow(name, network, device);
        let rows = network["layers"].as_array().unwrap();
        assert_eq!(
            rows.len(),
            net.layers().len(),
            "{name}: all layers are compared"
        );
        check_layers(&net, network, device, bar);
        check_each_alone(&net, network, device, bar);
        check_gradient(&net, network, device);
    }
}

#[test]
fn every_layer_of_a_branching_network_is_that_of_pytorch_on_flex() {
    check_narrow(&Device::flex(), ACTIVATIONS);
}

#[test]
#[allow(deprecated)]
fn every_layer_of_a_branching_network_is_that_of_pytorch_on_ndarray() {
    check_narrow(&Device::ndarray(), ACTIVATIONS);
}

#[test]
fn every_layer_of_a_branching_network_is_that_of_pytorch_on_wgpu() {
    let test = "every_layer_of_a_branching_network_is_that_of_pytorch_on_wgpu";
    if let Some(device) = crate::backends::wgpu(test) {
        check_narrow(&device, ACTIVATIONS_WGPU);
    }
}

#[test]
fn a_picture_of_the_smallest_side_is_seen_by_every_layer() {
    let device = Device::flex();
    let json = fixture_json("graph_narrow.json");
    for (name, network) in json["networks"].as_object().unwrap() {
        let net = narrow(name, network, &device);
        for info in net.layers() {
            let side = info.min_side();
            let wanted = std::slice::from_ref(&info.layer);
            let seen = net.activations(synthetic_picture(side, side + 3, &device), wanted);
            let [_, channels, height, width] = seen.unwrap().of(&info.layer).dims();
            let expected = [
                info.channels,
                info.positions(side + 3),
                info.positions(side),
            ];
            assert_eq!(
                [channels, height, width],
                expected,
                "{name}: {}",
                info.layer
            );
            if side > 1 {
                let smaller = synthetic_picture(side - 1, side, &device);
                let error = net.activations(smaller, wanted).unwrap_err().to_string();
                assert!(error.contains("needs a picture of at least"), "{error}");
            }
        }
    }
}

#[test]
fn real_weights_answer_as_in_pytorch() {
    let Some(data) = data_dir("real_weights_answer_as_in_pytorch") else {
        return;
    };
    let device = Device::flex();
    let json = fixture_json("graph_narrow.json");
    for (name, network) in json["real"].as_object().unwrap() {
        let net = whole(name, network, &data, &device);
        check_layers(&net, network, &device, ACTIVATIONS);
        check_gradient(&net, network, &device);
    }
}

#[test]
fn full_size_state_dicts_of_torchvision_are_read() {
    // Full-size files are not committed; `graph_fixtures.py --full DIR` makes them.
    let Some(dir) = std::env::var_os("REVERIE_FULL_REFERENCE").map(PathBuf::from) else {
        println!("skipped: REVERIE_FULL_REFERENCE names no folder with full-size models");
        return;
    };
    let Ok(text) = std::fs::read_to_string(dir.join("graph_full.json")) else {
        println!(
            "skipped: {} was not made by graph_fixtures.py --full",
            dir.display()
        );
        return;
    };
    let json: Value = serde_json::from_str(&text).unwrap();
    let device = Device::flex();
    for (name, network) in json["networks"].as_object().unwrap() {
        let net = whole(name, network, &dir, &device);
        assert_eq!(
            net.layers().len(),
            network["layers"].as_array().unwrap().len()
        );
        // Among so many numbers some are at a rectifier's kink, so gradients need not agree.
        check_layers(&net, network, &device, ACTIVATIONS);
    }
}

#[test]
fn squeezenet_knows_a_cat_and_a_coffee() {
    let Some(data) = data_dir("squeezenet_knows_a_cat_and_a_coffee") else {
        return;
    };
    let device = Device::flex();
    let words = std::fs::read_to_string(data.join("weights/imagenet_synset_words.txt")).unwrap();
    // A line is `n02123045 tabby, tabby cat`.
    let words = words
        .lines()
        .map(|line| line.split_once(' ').unwrap().1.to_owned());
    let json = fixture_json("graph_narrow.json");
    let net = whole(
        "squeezenet1_1",
        &json["real"]["squeezenet1_1"],
        &data,
        &device,
    );
    let net = net.with_classes(words.collect());
    let scores = net.layer(SCORES).unwrap();
    let answers = |file: &str| {
        let picture = load(&data.join("images").join(file), &Limits::default()).unwrap();
        let picture = resize(&picture.picture, SIDE, SIDE, Filter::Bilinear);
        let seen = net.activations(tensor_of(&picture, &device), std::slice::from_ref(&scores));
        let probabilities = burn::tensor::activation::softmax(seen.unwrap().of(&scores), 1);
        let probabilities = probabilities.try_into_vec_as::<f32>().unwrap();
        let mut named: Vec<(f32, &str)> = probabilities
            .into_iter()
            .zip(net.classes().iter().map(String::as_str))
            .collect();
        named.sort_by(|a, b| b.0.total_cmp(&a.0));
        println!("{file}: {:?}", &named[..3]);
        named
    };
    let cat = answers("skimage_chelsea.png");
    let cats = ["Egyptian cat", "tabby, tabby cat", "tiger cat"];
    assert!(
        cat[..3].iter().all(|(_, name)| cats.contains(name)),
        "{:?}",
        &cat[..3]
    );
    let coffee = answers("skimage_coffee.png");
    assert_eq!(coffee[0].1, "espresso");
    assert!(coffee[0].0 >= 0.9, "{:?}", coffee[0]);
}

#[test]
fn a_file_that_does_not_fit_is_refused_by_the_names_of_its_tensors() {
    let device = Device::flex();
    let json = fixture_json("graph_narrow.json");
    let network = &json["networks"]["googlenet"];
    let file = TensorFile::open(&fixture(network["file"].as_str().unwrap())).unwrap();
    let refused = |blueprint: &Blueprint| {
        let found = GraphNet::from_file(blueprint, preprocessing(network), &file, &[], &device);
        found.unwrap_err().to_string()
    };
    let wide = refused(&Blueprint::googlenet().narrowed(8));
    let named = "conv1.conv.weight is [4, 3, 7, 7] and must be [8, 3, 7, 7]";
    assert!(wide.contains(named), "{wide}");
    let other = refused(&Blueprint::squeezenet().narrowed(8));
    assert!(other.contains("missing: features.0.weight"), "{other}");
    assert!(other.contains("left over: aux1.fc2.bias"), "{other}");
    let trunk = refused(&Blueprint::googlenet().narrowed(16).without_head());
    assert!(trunk.contains("left over: fc.bias, fc.weight"), "{trunk}");
    // What nobody here needs may be left over if it is named.
    let ignore = ["fc.".to_owned()];
    let blueprint = Blueprint::googlenet().narrowed(16).without_head();
    let net = GraphNet::from_file(&blueprint, preprocessing(network), &file, &ignore, &device);
    assert!(net.unwrap().layer(SCORES).is_err());
}

#[test]
fn a_rectifier_built_into_its_convolution_changes_nothing() {
    let device = Device::flex();
    let net = GraphNet::random(&Blueprint::squeezenet().narrowed(8), 3, &device);
    let picture = synthetic_picture(48, 40, &device);
    let layers = ["fire3_expand3x3_pre_relu", "fire3_expand3x3"].map(|n| net.layer(n).unwrap());
    let seen = net.activations(picture.clone(), &layers).unwrap();
    let rectified = net
        .activations(picture, &layers[1..])
        .unwrap()
        .of(&layers[1]);
    let values = |t: Tensor<4>| -> Vec<f64> {
        t.try_into_vec_as::<f32>()
            .unwrap()
            .into_iter()
            .map(f64::from)
            .collect()
    };
    let before = values(seen.of(&layers[0]));
    assert!(
        before.iter().any(|v| *v < 0.0),
        "the layer before the rectifier is what it says"
    );
    let by_hand: Vec<f64> = before.into_iter().map(|v| v.max(0.0)).collect();
    assert!(relative_error(&values(rectified), &by_hand) < 1e-6);
}
