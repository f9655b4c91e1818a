//! The pieces of the render engine together: on every backend, and each objective on each kind of
//! numbers.

use burn::tensor::{Device, Tensor, TensorData};
use reverie_model::rng::{normal, seeded};
use reverie_model::vision::{Network, Vgg, VggConfig};
use reverie_viz::objective::{
    ChannelMean, Direction, Diversity, Energy, Goal, GuidedMatch, LayerNorm, Neuron,
};
use reverie_viz::param::{Fourier, ImageParam, Pixels, Pyramid};
use reverie_viz::render::{ContributionClip, RenderConfig};
use reverie_viz::render::{OptimizerConfig, Scene, State, evaluate, render};
use reverie_viz::transform::{Crop, Jitter, Pad, Rotate, Scale, Transform};

use crate::backends::wgpu;
use crate::common::relative_error;

/// Bar for values and gradients of one piece on two backends.
const BACKENDS: f64 = 1e-4;

type Map = Box<dyn Fn(Tensor<1>) -> Tensor<4>>;
type Make = fn() -> Box<dyn Transform>;

fn on(device: &Device, values: &[f32]) -> Tensor<1> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), device)
}

fn values(tensor: Tensor<1>) -> Vec<f64> {
    tensor.try_into_vec_as::<f64>().unwrap()
}

/// What `map` makes of numbers, and the gradient of a weighted sum of it.
fn image_and_gradient(map: &Map, numbers: &[f32], device: &Device) -> [Vec<f64>; 2] {
    let numbers = on(device, numbers).autodiff().require_grad();
    let image = map(numbers.clone()).flatten::<1>(0, 3);
    let weights = on(device, &normal(&mut seeded(8), image.dims()[0]));
    let sum = (image.clone() * Tensor::from_inner(weights)).sum();
    let gradient = numbers.grad(&sum.backward()).unwrap();
    [values(image.inner()), values(gradient)]
}

/// Every transform as a map from pixels to pixels, and every way to make an image.
fn maps() -> Vec<(&'static str, usize, Map)> {
    let dims = [2, 3, 9, 12];
    let transforms: [(&str, Make); 5] = [
        ("pad", || Box::new(Pad { by: 3, value: 0.5 })),
        ("jitter", || Box::new(Jitter { reach: 4 })),
        ("crop", || Box::new(Crop { by: 3 })),
        ("scale", || {
            Box::new(Scale {
                lowest: 0.7,
                highest: 1.6,
            })
        }),
        ("rotate", || Box::new(Rotate { degrees: 40.0 })),
    ];
    let mut maps: Vec<(&str, usize, Map)> = Vec::new();
    for (name, transform) in transforms {
        let map: Map =
            Box::new(move |pixels| transform().apply(pixels.reshape(dims), &mut seeded(5)));
        maps.push((name, dims.iter().product(), map));
    }
    let (fourier, pyramid) = (
        Fourier::new(12, 9).with_batch(2),
        Pyramid::new(12, 9).with_batch(2),
    );
    let count = fourier.start(&mut seeded(1), 1.0).len();
    maps.push(("fourier", count, Box::new(move |n| fourier.decode(n))));
    let count = pyramid.start(&mut seeded(1), 1.0).len();
    maps.push(("pyramid", count, Box::new(move |n| pyramid.decode(n))));
    maps
}

#[test]
#[allow(deprecated)] // The ndarray backend ends with Burn 0.22.
fn transforms_and_images_agree_on_every_backend() {
    let mut others = vec![("ndarray", Device::ndarray())];
    if let Some(device) = wgpu("transforms_and_images_agree_on_every_backend") {
        others.push(("wgpu", device));
    }
    for (name, count, map) in maps() {
        let numbers = normal(&mut seeded(3), count);
        let reference = image_and_gradient(&map, &numbers, &Device::flex());
        for (backend, device) in &others {
            let found = image_and_gradient(&map, &numbers, device);
            for (what, i) in [("image", 0), ("gradient", 1)] {
                let error = relative_error(&found[i], &reference[i]);
                println!("{name}: {what} on {backend} is {error:.1e} from that on flex");
                assert!(
                    error <= BACKENDS,
                    "{name}: {what} on {backend}: {error:.1e}"
                );
            }
        }
    }
}

/// Every objective on its own, on a layer of the tiny network.
fn goals(network: &Vgg) -> Vec<(&'static str, Goal)> {
    let info = network.info("relu2_1").unwrap();
    let layer = info.layer.clone();
    let guide = normal(&mut seeded(4), info.channels * 6);
    let guide = on(&network.device(), &guide).reshape([info.channels, 6]);
    let vector = normal(&mut seeded(6), info.channels);
    let direction = Direction::new(info, vector).unwrap();
    let pure = direction.clone().with_cosine_power(1.0).unwrap();
    let pre = network.info("conv2_1").unwrap();
    vec![
        (
            "layer",
            Goal::from(LayerNorm {
                layer: layer.clone(),
            }),
        ),
        ("channel", ChannelMean::new(pre, 1).unwrap().into()),
        ("neuron", Neuron::new(pre, 1).unwrap().into()),
        ("direction", direction.into()),
        ("pure direction", pure.into()),
        ("guide", GuidedMatch::new(info, guide).unwrap().into()),
        ("diversity", Diversity { layer }.into()),
        (
            "energy",
            Energy {
                toward: [0.7, 0.2, 0.4],
            }
            .into(),
        ),
    ]
}

#[test]
fn every_objective_rises_on_every_kind_of_numbers() {
    let device = Device::flex();
    let network = Vgg::random(&VggConfig::tiny(), 1, &device);
    let pixels = Pixels {
        dims: [2, 3, 16, 13],
    };
    let fourier = Fourier::new(13, 16).with_batch(2);
    let pyramid = Pyramid::new(13, 16).with_batch(2);
    let image = normal(&mut seeded(2), pixels.dims.iter().product());
    let image: Vec<f32> = image.into_iter().map(|v| 0.5 + 0.1 * v).collect();
    let image = on(&device, &image).reshape(pixels.dims).clamp(0.05, 0.95);
    let params: [(&str, &dyn ImageParam); 3] = [
        ("pixels", &pixels),
        ("fourier", &fourier),
        ("pyramid", &pyramid),
    ];
    for (name, goal) in goals(&network) {
        for (kind, param) in params {
            let mut scene = Scene::new(&network, &goal, param);
            let loss = |scene: &mut Scene<'_>, values: &Tensor<1>| {
                evaluate(scene, values, &mut seeded(1))
                    .unwrap()
                    .losses()
                    .total
            };
            let start = param.encode(image.clone());
            let before = loss(&mut scene, &start);
            let state = State {
                values: start,
                optimizer: OptimizerConfig::Ascent { rate: 2e-3 }.init(),
                average: None,
                rng: seeded(1),
                step: 0,
                evaluations: 0,
            };
            let config = RenderConfig {
                steps: 3,
                report_every: 1,
            };
            let state = render(&mut scene, state, &config, |_, _| {
                std::ops::ControlFlow::Continue(())
            })
            .unwrap();
            let after = loss(&mut scene, &state.values);
            println!("{name} on {kind}: {:.5} became {:.5}", -before, -after);
            assert!(after < before, "{name} on {kind}: {before} became {after}");
        }
    }
}

#[test]
fn clipping_by_contribution_works_on_every_kind_of_numbers() {
    let device = Device::flex();
    let network = Vgg::random(&VggConfig::tiny(), 1, &device);
    let goal = Goal::from(ChannelMean::new(network.info("conv2_1").unwrap(), 1).unwrap());
    let fourier = Fourier::new(16, 16);
    let pixels = Pixels::new(16, 16);
    let toward = [0.5; 3];
    for param in [&pixels as &dyn ImageParam, &fourier] {
        let start = Tensor::<4>::from_data(
            TensorData::new(normal(&mut seeded(2), 768), [1, 3, 16, 16]),
            &device,
        );
        let start = (start * 0.1 + 0.5).clamp(0.05, 0.95);
        let mut scene = Scene::new(&network, &goal, param);
        scene.constraints.push(Box::new(ContributionClip {
            percent: 50.0,
            toward,
        }));
        let state = State {
            values: param.encode(start),
            optimizer: OptimizerConfig::Ascent { rate: 1e-2 }.init(),
            average: None,
            rng: seeded(1),
            step: 0,
            evaluations: 0,
        };
        let config = RenderConfig {
            steps: 1,
            report_every: 1,
        };
        let state = render(&mut scene, state, &config, |_, _| {
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
        let image = values(param.decode(state.values).flatten(0, 3));
        let grey = |i: &usize| (0..3).all(|c| (image[c * 256 + i] - 0.5).abs() < 1e-4);
        assert_eq!((0..256).filter(grey).count(), 128);
    }
}
