//! Two layers of LSTM that read features in both directions, and learn to look ahead.
#![allow(clippy::print_stdout)]

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use reverie_model::recurrent::{CellConfig, InitConfig, Mode, Regularisation};
use reverie_model::recurrent::{Sequence, Stack, StackConfig};
use reverie_model::rng::{normal, seeded};
use reverie_model::train::{OptimizerConfig, ParamGradients};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = StackConfig {
        cell: CellConfig::default(),
        d_input: 3,
        d_hidden: 8,
        n_layers: 2,
        bidirectional: true,
        regularisation: Regularisation::default(),
        init: InitConfig::default(),
    };
    let (device, rng) = (Device::flex().autodiff(), &mut seeded(1));
    let mut stack = Stack::init(&config, rng, &Device::flex())?.train();
    let mut optimizer = OptimizerConfig::Sgd { momentum: 0.9 }.init();
    // Four sequences of ten steps, `[B, T, D]`; one output is to say what the next step holds.
    let features = TensorData::new(normal(rng, 4 * 10 * 3), [4, 10, 3]);
    let features = Tensor::<3>::from_data(features, &device);
    let mut errors = Vec::new();
    for _ in 0..60 {
        let (inputs, start) = (Sequence::Whole(features.clone()), stack.initial(4, &device));
        let (outputs, _ends) = stack.forward(inputs, start, &mut Mode::Train(rng));
        let said = outputs.into_whole().slice([0..4, 0..9, 0..1]);
        let loss = (said - features.clone().slice([0..4, 1..10, 0..1]).tanh()).square();
        let gradients = ParamGradients::of(&stack, &loss.clone().mean().backward());
        stack = optimizer.step(0.3, stack, gradients);
        errors.push(loss.mean().into_scalar::<f32>());
    }
    println!("error {:.3} at first, then {:.3}", errors[0], errors[59]);
    Ok(())
}
