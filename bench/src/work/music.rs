//! One update of a model of piano rolls: 16 sequences of 100 steps with 88 keys, one layer, Adam.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt as _;
use reverie_kernels::linear::linear;
use reverie_kernels::loss::bernoulli_nll;
use reverie_model::recurrent::{
    CellConfig, InitConfig, Mode, Regularisation, Sequence, Stack, StackConfig,
};
use reverie_model::rng::seeded;
use reverie_model::train::{OptimizerConfig, ParamGradients};

use super::Work;
use super::text::kind;

const BATCH: usize = 16;
const STEPS: usize = 100;
const KEYS: usize = 88;

/// A stack and what reads it out.
#[derive(Module, Debug)]
struct Model {
    stack: Stack,
    weights: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
}

/// Forward, back, limit and Adam.
pub fn update(cell: &str, hidden: usize, device: &Device) -> Work {
    let mut rng = seeded(1);
    let config = StackConfig {
        cell: CellConfig {
            kind: kind(cell),
            ..CellConfig::default()
        },
        d_input: KEYS,
        d_hidden: hidden,
        n_layers: 1,
        bidirectional: false,
        regularisation: Regularisation::default(),
        init: InitConfig::default(),
    };
    let stack = Stack::init(&config, &mut rng, device).expect("the sizes make a stack");
    let mut numbers = |shape: Vec<usize>, f: &dyn Fn(f32) -> f32| {
        let count = shape.iter().product();
        let values: Vec<f32> = (0..count).map(|_| f(rng.random::<f32>())).collect();
        TensorData::new(values, shape)
    };
    let weights = numbers(vec![hidden, KEYS], &|x| 0.2 * x - 0.1);
    let roll = numbers(vec![STEPS + 1, BATCH, KEYS], &|x| f32::from(x < 0.05));
    let mut model = Model {
        stack,
        weights: Param::from_tensor(Tensor::from_data(weights, device)),
        bias: Param::from_tensor(Tensor::zeros([KEYS], device)),
    }
    .train();
    let config = OptimizerConfig::Adam {
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-8,
    };
    let mut optimizer = config.init();
    let device = device.clone().autodiff();
    let roll = Tensor::<3>::from_data(roll, &device);
    let inputs = roll.clone().narrow(0, 0, STEPS);
    let targets = roll.narrow(0, 1, STEPS).reshape([STEPS * BATCH, KEYS]);
    Box::new(move || {
        let start = model.stack.initial(BATCH, &device);
        let inputs = Sequence::ByTime(inputs.clone());
        let (outputs, _) = model.stack.forward(inputs, start, &mut Mode::Use);
        let logits = linear(outputs.into_rows(), model.weights.val(), model.bias.val());
        let loss = bernoulli_nll(logits, targets.clone()).mean();
        let gradients = loss.backward();
        let mut gradients = ParamGradients::of(&model, &gradients);
        gradients.clip_norm(1.0);
        model = optimizer.step(1e-3, model.clone(), gradients);
        let _ = loss.into_scalar::<f32>();
    })
}
