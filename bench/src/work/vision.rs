//! Looks at a picture: forward to a layer and back to the pixels.

use std::ops::ControlFlow;

use burn::tensor::{Device, Tensor};
use reverie_model::rng::seeded;
use reverie_model::vision::{Network, Vgg, VggConfig, synthetic_picture};
use reverie_viz::objective::{Goal, LayerNorm};
use reverie_viz::param::{ImageParam, Pixels};
use reverie_viz::render::{OptimizerConfig, RenderConfig, Scene, State, evaluate, render};
use reverie_viz::style::{Manner, StyleConfig, style_goal};

use super::Work;

/// Only as deep as the layers that are read, as on the PyTorch side.
fn vgg19(device: &Device) -> Vgg {
    let mut config = VggConfig::vgg19();
    config.stages[4].truncate(1);
    config.final_pool = false;
    Vgg::random(&config, 1, device)
}

/// VGG-19 forward to `conv5_1` and back to the picture.
pub fn trunk(side: usize, device: &Device) -> Work {
    let network = vgg19(device);
    let layer = network.layer("conv5_1").expect("VGG-19 has it");
    let goal = Goal::from(LayerNorm { layer });
    let param = Pixels::new(side, side);
    let image = param.encode(synthetic_picture(side, side, device));
    Box::new(move || {
        let mut scene = Scene::new(&network, &goal, &param);
        let seen = evaluate(&mut scene, &image, &mut seeded(1)).expect("the network looks");
        let _ = seen.gradient.into_data();
    })
}

/// One step of a transfer with the settings of Gatys: five Gram matrices, one content layer, Adam.
pub fn gatys(side: usize, device: &Device) -> Work {
    let network = vgg19(device);
    let preset = include_str!("../../../configs/style/gatys.toml");
    let config: StyleConfig = toml::from_str(preset).expect("the preset is complete");
    let content = synthetic_picture(side, side, device);
    let style: Tensor<4> = content.clone().flip([3]);
    let goal = style_goal(
        &network,
        &config,
        content.clone(),
        vec![Manner::everywhere(1.0, style)],
        None,
    )
    .expect("layers exist");
    let param = Pixels::new(side, side);
    let optimizer = OptimizerConfig::Adam {
        rate: 0.01,
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-8,
    };
    let mut state = Some(State {
        values: param.encode(content),
        optimizer: optimizer.init(),
        average: None,
        rng: seeded(1),
        step: 0,
        evaluations: 0,
    });
    Box::new(move || {
        let mut scene = Scene::new(&network, &goal, &param);
        let now = state.take().expect("it is put back");
        let config = RenderConfig {
            steps: now.step + 1,
            report_every: usize::MAX,
        };
        let done = render(&mut scene, now, &config, |_, _| ControlFlow::Continue(()));
        state = Some(done.expect("the network looks"));
    })
}
