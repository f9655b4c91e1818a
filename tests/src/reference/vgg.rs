//! Every layer of VGG networks against state dicts that torchvision made and saved (narrow ones:
//! the same layers and keys, a few channels each).

use burn::tensor::Device;
use reverie_model::vision::{Network, Pooling, Vgg, VggConfig, synthetic_picture};
use reverie_model::weights::{Preprocessing, TensorFile};
use serde_json::Value;

use crate::common::{fixture, fixture_json, floats, relative_error};

/// Bar for activations on CPU backends.
const ACTIVATIONS: f64 = 1e-4;

fn config(network: &Value, pooling: Pooling) -> VggConfig {
    let blocks = network["blocks"].as_array().unwrap();
    let width = |value: &Value| value.as_u64().unwrap() as usize;
    VggConfig {
        name: "narrow".to_owned(),
        stages: blocks
            .iter()
            .map(|block| block.as_array().unwrap().iter().map(width).collect())
            .collect(),
        batch_norm: network["batch_norm"].as_bool().unwrap(),
        pooling,
        ..VggConfig::vgg11()
    }
}

fn check_layers(json: &Value, vgg: &Vgg, expected: &Value, bar: f64, device: &Device) {
    let size = |name: &str| json["picture"][name].as_u64().unwrap() as usize;
    let picture = synthetic_picture(size("width"), size("height"), device);
    let rows = expected.as_array().unwrap();
    assert_eq!(
        rows.len(),
        vgg.layers().len(),
        "as many layers as torchvision"
    );
    let layers: Vec<_> = rows
        .iter()
        .map(|row| vgg.layer(row["name"].as_str().unwrap()).unwrap())
        .collect();
    let seen = vgg.activations(picture, &layers).unwrap();
    for (row, layer) in rows.iter().zip(&layers) {
        let tensor = seen.of(layer);
        let shape: Vec<usize> = floats(&row["shape"]).iter().map(|n| *n as usize).collect();
        assert_eq!(tensor.dims()[4 - shape.len()..], shape[..], "{layer}");
        let values = tensor.try_into_vec_as::<f32>().unwrap();
        let picked: Vec<f64> = (0..16)
            .map(|i| f64::from(values[i * values.len() / 16]))
            .collect();
        let norm = values
            .iter()
            .map(|v| f64::from(*v).powi(2))
            .sum::<f64>()
            .sqrt();
        let want = row["l2"].as_f64().unwrap();
        assert!(
            (norm - want).abs() <= bar * want,
            "{layer}: norm {norm}, not {want}"
        );
        let error = relative_error(&picked, &floats(&row["values"]));
        assert!(error <= bar, "{layer}: values differ by {error:.1e}");
    }
}

/// Runs every network and file of the reference on a device.
fn check_all(device: &Device, bar: f64) {
    let json = fixture_json("vgg_narrow.json");
    for (name, network) in json["networks"].as_object().unwrap() {
        for (pooling_name, expected) in network["runs"].as_object().unwrap() {
            let pooling = if pooling_name == "max" {
                Pooling::Max
            } else {
                Pooling::Average
            };
            for file in network["files"].as_array().unwrap() {
                let file = file.as_str().unwrap();
                println!("{name}, {pooling_name} pooling, {file}");
                let tensors = TensorFile::open(&fixture(file)).unwrap();
                let config = config(network, pooling);
                let preprocessing = Preprocessing::torchvision();
                let vgg = Vgg::from_file(&config, preprocessing, &tensors, &[], device).unwrap();
                check_layers(&json, &vgg, expected, bar, device);
            }
        }
    }
}

#[test]
fn every_layer_is_that_of_torchvision_on_flex() {
    check_all(&Device::flex(), ACTIVATIONS);
}

#[test]
#[allow(deprecated)]
fn every_layer_is_that_of_torchvision_on_ndarray() {
    check_all(&Device::ndarray(), ACTIVATIONS);
}

#[test]
fn every_layer_is_that_of_torchvision_on_wgpu() {
    if let Some(device) = crate::backends::wgpu("every_layer_is_that_of_torchvision_on_wgpu") {
        check_all(&device, 1e-3);
    }
}

#[test]
fn a_full_size_state_dict_is_read_to_the_last_layer() {
    // Full-size files are half a gigabyte each; `vgg_fixtures.py --full DIR` makes them.
    let Some(dir) = std::env::var_os("REVERIE_FULL_REFERENCE").map(std::path::PathBuf::from) else {
        println!("skipped: REVERIE_FULL_REFERENCE names no folder made by vgg_fixtures.py --full");
        return;
    };
    let text = std::fs::read_to_string(dir.join("vgg_full.json")).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    for (name, network) in json["networks"].as_object().unwrap() {
        for (pooling_name, expected) in network["runs"].as_object().unwrap() {
            let pooling = if pooling_name == "max" {
                Pooling::Max
            } else {
                Pooling::Average
            };
            let file = dir.join(network["files"][0].as_str().unwrap());
            println!("{name}, {pooling_name} pooling");
            let device = Device::flex();
            let tensors = TensorFile::open(&file).unwrap();
            let config = config(network, pooling);
            let preprocessing = Preprocessing::torchvision();
            let vgg = Vgg::from_file(&config, preprocessing, &tensors, &[], &device).unwrap();
            // The trunk's layers; the reference also has the classifier's.
            let trunk: Vec<Value> = expected
                .as_array()
                .unwrap()
                .iter()
                .filter(|row| vgg.layer(row["name"].as_str().unwrap()).is_ok())
                .cloned()
                .collect();
            check_layers(&json, &vgg, &Value::Array(trunk), ACTIVATIONS, &device);
        }
    }
}
