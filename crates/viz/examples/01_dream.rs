//! A dream: raise the activity of a layer on a picture.

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
    let config = DreamConfig {
        layer: "relu2_2".to_owned(),
        size: 96,
        octaves: 2,
        octave_scale: 1.4,
        steps: 4,
        rate: 0.006,
        jitter: 8,
        decay: 0.0,
        blur: 0.0,
        blur_every: 4,
        clip: true,
        carry_detail: true,
    };
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
