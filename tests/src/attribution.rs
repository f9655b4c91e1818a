//! Maps of attribution: every backend makes the same ones, and the checks on them are what they say.

use std::ops::ControlFlow;

use burn::tensor::{Device, Tensor};
use reverie_model::vision::graph::{Blueprint, GraphNet};
use reverie_model::vision::{Network, synthetic_picture};
use reverie_viz::attribution::curve::{Change, curve};
use reverie_viz::attribution::sanity::{cascade, survives};
use reverie_viz::attribution::{
    Attribution, AttributionConfig, METHODS, Map, Question, Score, spearman,
};

use crate::backends::wgpu;

/// Bar for maps of two backends, relative to the largest value.
const BAR: f32 = 1e-3;
/// Sides of the picture, in pixels.
const SIZE: [usize; 2] = [56, 48];
/// Class that is explained.
const CLASS: usize = 3;

/// A narrow SqueezeNet that has learnt nothing.
fn network(device: &Device) -> GraphNet {
    GraphNet::random(&Blueprint::squeezenet().narrowed(16), 7, device)
}

fn question(network: &dyn Network) -> Question<'_> {
    let image = picture(&network.device());
    let (score, _) = Score::awake(network, CLASS, image).unwrap();
    Question { network, score }
}

fn picture(device: &Device) -> Tensor<4> {
    let image = synthetic_picture(SIZE[0], SIZE[1], &Device::flex());
    Tensor::from_data(image.into_data(), device)
}

/// Settings that make every method quick.
fn config() -> AttributionConfig {
    let text = include_str!("../../configs/saliency/reverie.toml");
    AttributionConfig {
        samples: 3,
        steps: 5,
        masks: 12,
        window: 16,
        stride: 16,
        ..toml::from_str(text).unwrap()
    }
}

fn method(name: &str, question: &Question<'_>) -> Box<dyn Attribution> {
    let found = config().method(name, question, SIZE, 1).unwrap();
    found.unwrap_or_else(|| panic!("there is no {name}"))
}

fn map(name: &str, question: &Question<'_>) -> Map {
    let image = picture(&question.network.device());
    let go = &mut |_, _| ControlFlow::Continue(());
    let made = method(name, question).attribute(question, image, go);
    made.unwrap().unwrap()
}

// ndarray is kept because it is asked for by name, though Burn has given it up.
#[allow(deprecated)]
#[test]
fn every_method_has_the_same_map_on_every_backend() {
    let test = "every_method_has_the_same_map_on_every_backend";
    let flex = network(&Device::flex());
    let mut devices = vec![("ndarray", Device::ndarray())];
    devices.extend(wgpu(test).map(|device| ("wgpu", device)));
    for (name, device) in devices {
        let other = network(&device);
        for method in METHODS {
            let want = map(method, &question(&flex));
            let found = map(method, &question(&other));
            assert_eq!(
                (found.channels, found.height, found.width),
                (want.channels, want.height, want.width)
            );
            let scale = want.values.iter().fold(0.0, |max: f32, v| max.max(v.abs()));
            assert!(scale > 0.0, "{method} has an empty map");
            let pairs = found.values.iter().zip(&want.values);
            let worst = pairs
                .map(|(a, b)| (a - b).abs() / scale)
                .fold(0.0, f32::max);
            println!("{method} on {name}: {worst:.1e} of the largest value");
            assert!(worst <= BAR, "{method} on {name}: {worst}");
        }
    }
}

#[test]
fn grad_cam_finds_a_layer_for_channels_of_blocks() {
    let network = network(&Device::flex());
    for name in ["fire3", "fire9", "fire4_expand1x1"] {
        let info = network.info(name).unwrap();
        let question = Question {
            network: &network,
            score: Score::channel(info, 1).unwrap(),
        };
        let map = map("grad-cam", &question);
        assert_eq!((map.width, map.height), (SIZE[0], SIZE[1]), "{name}");
    }
}

#[test]
fn methods_that_are_stopped_answer_with_nothing() {
    let network = network(&Device::flex());
    let question = question(&network);
    for name in METHODS {
        let stop = &mut |_, _| ControlFlow::Break(());
        let image = picture(&network.device());
        let made = method(name, &question).attribute(&question, image, stop);
        assert!(made.unwrap().is_none(), "{name}");
    }
}

#[test]
fn random_weights_change_the_gradient_and_the_cascade_ends_at_the_picture() {
    let network = network(&Device::flex());
    let question = question(&network);
    let methods = vec![
        method("vanilla", &question),
        method("guided-backprop", &question),
    ];
    let originals = [map("vanilla", &question), map("guided-backprop", &question)];
    let image = picture(&network.device());
    let go = &mut |_, _| ControlFlow::Continue(());
    let stages = cascade(&question, &image, &methods, &originals, 4, 5, go).unwrap();
    let stages = stages.unwrap();
    assert_eq!(stages.len(), 4);
    let last = &stages[3];
    assert_eq!(
        last.layer,
        network.weighted()[0],
        "the last stage is all random"
    );
    assert_eq!(last.layers, network.weighted().len());
    for stage in &stages {
        for (number, original) in originals.iter().enumerate() {
            let again = spearman(&original.unsigned(), &stage.maps[number].unsigned());
            assert_eq!(again, stage.unsigned[number]);
            assert_ne!(stage.maps[number], *original, "{}", stage.layer);
        }
    }
    let mean = stages.iter().map(|stage| stage.unsigned[1]).sum::<f64>() / 4.0;
    assert_eq!(survives(&stages, 1), mean);
    // The same seed forgets in the same way.
    let same = cascade(&question, &image, &methods, &originals, 4, 5, go).unwrap();
    assert_eq!(same.unwrap()[2].maps, stages[2].maps);
}

#[test]
fn curves_begin_and_end_at_the_pictures_they_lead_between() {
    let network = network(&Device::flex());
    let question = question(&network);
    let image = picture(&network.device());
    let importance = map("vanilla", &question).unsigned();
    let go = &mut |_, _| ControlFlow::Continue(());
    let whole = question.answers(image.clone()).unwrap()[0];
    let deletion = curve(
        &question,
        image.clone(),
        &importance,
        Change::Deletion,
        10,
        go,
    );
    let deletion = deletion.unwrap().unwrap();
    assert_eq!(deletion.answers.len(), 11);
    assert!((deletion.answers[0] - whole).abs() <= 1e-6);
    let grey = network.mean_colour();
    let empty = Tensor::<1>::from_floats(grey, &network.device()).reshape([1, 3, 1, 1]);
    let empty = question.answers(image.zeros_like() + empty).unwrap()[0];
    assert!((deletion.answers[10] - empty).abs() <= 1e-6);
    let insertion = Change::Insertion { sigma: 3.0 };
    let insertion = curve(&question, image, &importance, insertion, 10, go);
    let insertion = insertion.unwrap().unwrap();
    assert!((insertion.answers[10] - whole).abs() <= 1e-6);
}
