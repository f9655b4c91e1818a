//! The pass through a network of nodes.

use burn::tensor::{Device, Tensor};

use super::{Blueprint, Conv, Dense, GraphNet, Op, Window};
use crate::vision::{
    Layer, LayerKind, Network, Pooling, SCORES, Vgg, VggConfig, synthetic_picture,
};

/// Two branches, a pooling, and a classifier of five classes.
fn small() -> Blueprint {
    let mut net = Blueprint::new("small");
    let stem = Conv::square("stem", 4, 3).with_stride(2);
    let stem = net.push_rectified("stem", stem, Blueprint::PICTURE);
    let wide = Conv::square("wide", 6, 3).with_padding(1);
    let wide = net.push_rectified("wide", wide, stem);
    let long = Conv::new("long", 2, [1, 7]).keeping_size();
    let long = net.push_rectified("long", long, stem);
    let both = net.push("both", Op::Concat, &[wide, long]);
    let pool = net.push("pool", Op::MaxPool(Window::new(3, 2).with_ceil()), &[both]);
    net.begin_head();
    net.push(SCORES, Op::Dense(Dense::new("fc", 5, 1)), &[pool]);
    net
}

fn random() -> GraphNet {
    GraphNet::random(&small(), 1, &Device::flex())
}

/// What `run` hands out for these names, in its order.
fn run(net: &GraphNet, names: &[&str]) -> Vec<(String, Tensor<4>)> {
    let wanted: Vec<Layer> = names.iter().map(|name| net.layer(name).unwrap()).collect();
    let picture = net.normalise(synthetic_picture(21, 17, &Device::flex()));
    let mut seen = Vec::new();
    net.run(picture, &wanted, &mut |layer, tensor| {
        seen.push((layer.to_string(), tensor))
    });
    seen
}

fn values(tensor: &Tensor<4>) -> Vec<f32> {
    tensor.clone().try_into_vec_as().unwrap()
}

#[test]
fn every_layer_has_the_size_that_is_foretold() {
    let net = random();
    let names: Vec<&str> = net
        .layers()
        .iter()
        .map(|info| info.layer.as_str())
        .collect();
    let seen = run(&net, &names);
    assert_eq!(seen.len(), names.len());
    for ((name, tensor), info) in seen.iter().zip(net.layers()) {
        let size = [info.positions(17), info.positions(21)];
        assert_eq!(
            tensor.dims(),
            [1, info.channels, size[0], size[1]],
            "{name}"
        );
        assert_eq!(info.elements(17, 21), info.channels * size[0] * size[1]);
    }
}

#[test]
fn only_what_is_wanted_is_computed() {
    let net = random();
    let places = |names: &[&str]| -> Vec<String> {
        let wanted: Vec<Layer> = names.iter().map(|name| net.layer(name).unwrap()).collect();
        let readers = net.readers(&wanted.iter().collect(), Blueprint::PICTURE);
        let nodes = net.blueprint().nodes().iter().zip(readers);
        let way = nodes.filter_map(|(node, readers)| readers.map(|_| node.layer.to_string()));
        way.collect()
    };
    let long = "picture stem_pre_relu stem long_pre_relu long";
    assert_eq!(places(&["long"]).join(" "), long);
    assert_eq!(places(&["stem", "long"]).join(" "), long);
    assert_eq!(places(&["pool"]).len(), net.blueprint().nodes().len() - 1);
    assert!(places(&[]).is_empty());
}

#[test]
fn branches_are_joined_in_the_order_they_are_named() {
    let seen = run(&random(), &["wide", "long", "both"]);
    let [wide, long, both] = [0, 1, 2].map(|i| values(&seen[i].1));
    assert_eq!(both, [wide, long].concat());
}

#[test]
fn a_rectifier_is_the_same_whether_its_convolution_is_looked_at_or_not() {
    let net = random();
    let both = run(&net, &["wide_pre_relu", "wide"]);
    let alone = run(&net, &["wide"]);
    assert!(values(&both[0].1).iter().any(|value| *value < 0.0));
    let pairs = values(&both[1].1).into_iter().zip(values(&alone[0].1));
    pairs.for_each(|(a, b)| assert!((a - b).abs() < 1e-5, "{a} is not {b}"));
}

#[test]
fn only_the_picture_receives_gradients() {
    let net = random();
    let device = Device::flex().autodiff();
    let picture = synthetic_picture(21, 17, &device).require_grad();
    let layer = net.layer(SCORES).unwrap();
    let seen = net
        .activations(picture.clone(), std::slice::from_ref(&layer))
        .unwrap();
    let gradients = seen.of(&layer).sum().backward();
    let found = values(&picture.grad(&gradients).unwrap());
    assert!(found.iter().any(|value| *value != 0.0));
    assert!(
        net.filters("stem_pre_relu")
            .unwrap()
            .grad(&gradients)
            .is_none()
    );
}

#[test]
fn classes_have_the_names_that_are_given() {
    let net = random();
    assert!(net.classes().is_empty());
    let names: Vec<String> = (1..=5).map(|i| format!("thing {i}")).collect();
    assert_eq!(net.with_classes(names.clone()).classes(), names);
}

#[test]
fn a_network_without_its_head_has_no_scores() {
    let net = GraphNet::random(&small().without_head(), 1, &Device::flex());
    assert!(net.layer(SCORES).is_err());
    assert_eq!(net.layers().last().unwrap().kind, LayerKind::Pool);
}

#[test]
fn filters_are_those_of_convolutions() {
    let net = random();
    assert_eq!(net.filters("long_pre_relu").unwrap().dims(), [2, 4, 1, 7]);
    assert!(net.filters("long").is_none());
}

#[test]
fn a_picture_that_leaves_nothing_is_refused_for_every_wanted_layer() {
    let net = random();
    let needs = |name: &str| net.info(name).unwrap().min_side();
    assert_eq!((needs("stem"), needs("pool")), (3, 5));
    let picture = || synthetic_picture(9, 4, &Device::flex());
    let wanted = ["pool", "stem"].map(|name| net.layer(name).unwrap());
    let error = net.activations(picture(), &wanted).unwrap_err().to_string();
    assert_eq!(
        error,
        "pool needs a picture of at least 5x5 pixels, but this one is 9x4"
    );
    assert!(net.activations(picture(), &wanted[1..]).is_ok());
}

#[test]
fn a_network_says_where_it_takes_means() {
    let net = random();
    let of = |net: &dyn Network, name: &str| net.pools_by_mean(&Layer::named(name));
    assert!(!of(&net, "pool") && of(&net, SCORES));
    let trunk = GraphNet::random(
        &Blueprint::inception_trunk().narrowed(16),
        1,
        &Device::flex(),
    );
    let first = trunk.layers()[1].layer.clone();
    assert!(!trunk.pools_by_mean(&first) && of(&trunk, "mixed_3"));
    let tiny = VggConfig::tiny();
    let vgg = |config| Vgg::random(&config, 1, &Device::flex());
    assert!(!of(&vgg(tiny.clone()), "relu2_1"));
    let mean = vgg(tiny.with_pooling(Pooling::Average));
    assert!(of(&mean, "relu2_1") && !of(&mean, "relu1_2"));
}
