//! A dream: raise the activity of a layer on a picture.
#![allow(clippy::print_stdout)]

use std::ops::ControlFlow;

use burn::tensor::Device;
use reverie_model::rng::seeded;
use reverie_model::vision::{Network, Vgg, VggConfig};
use reverie_viz::dream::{DreamConfig, dream};
use reverie_viz::objective::{Goal, LayerNorm};
use reverie_viz::picture::{SaveOptions, draw, save};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let network = Vgg::random(&VggConfig::tiny(), 1, &Device::flex());
    let goal = Goal::from(LayerNorm {
        layer: network.layer("relu2_2")?,
    });
    let preset = include_str!("../../../configs/dream/soft.toml");
    let mut config: DreamConfig = toml::from_str(preset)?;
    (config.octaves, config.steps) = (2, 4);
    let landscape = draw::landscape(96, 72, 1);
    let (picture, _) = dream(&network, &goal, &landscape, &config, seeded(1), |_, _| {
        ControlFlow::Continue(())
    })?;
    save(
        &picture,
        None,
        "dream.png".as_ref(),
        &SaveOptions::default(),
    )?;
    println!("dream.png: {}x{} pixels", picture.width(), picture.height());
    Ok(())
}
