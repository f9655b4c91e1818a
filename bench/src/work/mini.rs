//! One update of a small VGG with batch normalisation that learns 50 classes: 64 pictures of 64x64.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt as _;
use reverie_kernels::convolution::{Padding, Pooling, convolve, normalise, pool, to_channels_last};
use reverie_kernels::loss::cross_entropy;
use reverie_kernels::serves;
use reverie_model::rng::{normal, seeded};
use reverie_model::train::{OptimizerConfig, ParamGradients};
use reverie_model::vision::VggConfig;

use super::Work;

/// Channels and convolutions of the stages; the PyTorch side has the same ones.
const STAGES: [(usize, usize); 4] = [(24, 2), (48, 2), (96, 3), (192, 3)];
const BATCH: usize = 64;
const SIDE: usize = 64;
const CLASSES: usize = 50;
/// As in PyTorch.
const EPSILON: f64 = 1e-5;

/// A convolution and the normalisation behind it.
#[derive(Module, Debug)]
struct Block {
    weights: Param<Tensor<4>>,
    bias: Param<Tensor<1>>,
    gain: Param<Tensor<1>>,
    shift: Param<Tensor<1>>,
}

#[derive(Module, Debug)]
struct Model {
    blocks: Vec<Block>,
    weights: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
}

/// Forward, back and descent with momentum.
pub fn training(device: &Device) -> Work {
    let mut rng = seeded(1);
    let stages = STAGES.map(|(channels, layers)| vec![channels; layers]);
    let config = VggConfig {
        stages: stages.to_vec(),
        ..VggConfig::mini()
    };
    let blocks = config
        .convolutions()
        .into_iter()
        .map(|(_, _, c_in, c_out)| {
            let deviation = (2.0 / (9 * c_in) as f32).sqrt();
            let values: Vec<f32> = normal(&mut rng, c_out * c_in * 9)
                .into_iter()
                .map(|x| x * deviation)
                .collect();
            let weights = Tensor::from_data(TensorData::new(values, [c_out, c_in, 3, 3]), device);
            Block {
                weights: Param::from_tensor(weights),
                bias: Param::from_tensor(Tensor::zeros([c_out], device)),
                gain: Param::from_tensor(Tensor::ones([c_out], device)),
                shift: Param::from_tensor(Tensor::zeros([c_out], device)),
            }
        });
    let blocks: Vec<Block> = blocks.collect();
    let width = config.stages.last().and_then(|stage| stage.last()).copied();
    let width = width.expect("the network has layers");
    let values: Vec<f32> = normal(&mut rng, width * CLASSES)
        .into_iter()
        .map(|x| x * 0.05)
        .collect();
    let mut model = Model {
        blocks,
        weights: Param::from_tensor(Tensor::from_data(
            TensorData::new(values, [width, CLASSES]),
            device,
        )),
        bias: Param::from_tensor(Tensor::zeros([CLASSES], device)),
    }
    .train();
    let mut optimizer = OptimizerConfig::Sgd { momentum: 0.9 }.init();
    let device = device.clone().autodiff();
    let pixels: Vec<f32> = (0..BATCH * 3 * SIDE * SIDE)
        .map(|_| rng.random::<f32>())
        .collect();
    let pictures = Tensor::<4>::from_data(TensorData::new(pixels, [BATCH, 3, SIDE, SIDE]), &device);
    let targets: Vec<i32> = (0..BATCH).map(|i| (i % CLASSES) as i32).collect();
    let targets = Tensor::from_data(TensorData::new(targets, [BATCH]), &device);
    Box::new(move || {
        let logits = run(&model, &config, pictures.clone());
        let loss = cross_entropy(logits, targets.clone()).mean();
        let gradients = loss.backward();
        let gradients = ParamGradients::of(&model, &gradients);
        model = optimizer.step(0.05, model.clone(), gradients);
        let _ = loss.into_scalar::<f32>();
    })
}

fn run(model: &Model, config: &VggConfig, pictures: Tensor<4>) -> Tensor<2> {
    let mut blocks = model.blocks.iter();
    let is_served = serves(&pictures);
    let mut x = match is_served {
        true => to_channels_last(pictures),
        false => pictures,
    };
    for (number, stage) in config.stages.iter().enumerate() {
        for _ in stage {
            let block = blocks.next().expect("a block for every layer");
            x = match is_served {
                true => on_kernels(block, x),
                false => composed(block, x),
            };
        }
        if number + 1 < config.stages.len() {
            x = match is_served {
                true => pool(x, Pooling::Max),
                false => burn::tensor::module::max_pool2d(
                    x,
                    burn::tensor::ops::MaxPoolOptions::new([2, 2]),
                ),
            };
        }
    }
    let (height, width) = match is_served {
        true => (1, 2),
        false => (2, 3),
    };
    let [batch, ..] = x.dims();
    let features = x.mean_dim(height).mean_dim(width);
    let channels = features.shape().num_elements() / batch;
    let features = features.reshape([batch, channels]);
    features.matmul(model.weights.val()) + model.bias.val().unsqueeze()
}

fn on_kernels(block: &Block, x: Tensor<4>) -> Tensor<4> {
    let bias = Some(block.bias.val());
    let x = convolve(x, block.weights.val(), bias, Padding::Zeros, false);
    normalise(x, block.gain.val(), block.shift.val(), EPSILON, true).output
}

fn composed(block: &Block, x: Tensor<4>) -> Tensor<4> {
    let options = burn::tensor::ops::ConvOptions::new([1, 1], [1, 1], [1, 1], 1);
    let bias = Some(block.bias.val());
    let x = burn::tensor::module::conv2d(x, block.weights.val(), bias, options);
    let mean = |x: Tensor<4>| x.mean_dim(0).mean_dim(2).mean_dim(3);
    let centred = x.clone() - mean(x);
    let variance = mean(centred.clone().square());
    let row = |values: Tensor<1>| {
        let channels = values.dims()[0];
        values.reshape([1, channels, 1, 1])
    };
    let normal = centred / (variance + EPSILON).sqrt();
    let x = normal * row(block.gain.val()) + row(block.shift.val());
    burn::tensor::activation::relu(x)
}
