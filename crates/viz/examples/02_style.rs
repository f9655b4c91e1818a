//! Style transfer with a settings file, watched step by step.
#![allow(clippy::print_stdout)]

use std::ops::ControlFlow;

use burn::tensor::Device;
use reverie_model::vision::{Vgg, VggConfig};
use reverie_viz::picture::{SaveOptions, draw, save};
use reverie_viz::style::{Event, Pictures, StyleConfig, Transfer, drop_unusable_layers, transfer};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let network = Vgg::random(&VggConfig::mini(), 1, &Device::flex());
    let preset = include_str!("../../../configs/style/reverie.toml");
    let mut config: StyleConfig = toml::from_str(preset)?;
    (config.size, config.start_size, config.first_steps) = (64, 64, 5);
    drop_unusable_layers(&mut config, &network, None);
    let content = draw::landscape(96, 72, 1);
    let styles = vec![(draw::mosaic(96, 72, 1), 1.0)];
    let pictures = Pictures::new(content, styles);
    let job = Transfer::new(&network, &config, &pictures);
    let done = transfer(&job, None, |event, _| {
        if let Event::Step(progress) = event
            && let Some(losses) = &progress.losses
        {
            println!("step {}: loss {:.4}", progress.step, losses.total);
        }
        ControlFlow::Continue(())
    })?;
    let options = SaveOptions::default();
    save(&done.picture, None, "styled.png".as_ref(), &options)?;
    Ok(())
}
