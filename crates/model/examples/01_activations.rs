//! What chosen layers of a network make of a picture, in one forward pass.
#![allow(clippy::print_stdout)]

use burn::tensor::Device;
use reverie_model::vision::{Network, Vgg, VggConfig, synthetic_picture};

fn main() -> Result<(), reverie_model::ModelError> {
    let device = Device::flex();
    let network = Vgg::random(&VggConfig::mini(), 1, &device);
    let wanted = [network.layer("relu1_1")?, network.layer("relu3_2")?];
    let seen = network.activations(synthetic_picture(64, 48, &device), &wanted)?;
    for layer in &wanted {
        let maps = seen.of(layer);
        let mean = maps.clone().mean().into_scalar::<f32>();
        println!("{layer}: {:?}, mean activation {mean:.4}", maps.dims());
    }
    Ok(())
}
