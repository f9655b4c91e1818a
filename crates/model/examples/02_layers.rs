//! The layers of VGG-19 by name, with what is known about them before any picture is seen.
#![allow(clippy::print_stdout)]

use burn::tensor::Device;
use reverie_model::vision::{Network, Vgg, VggConfig};

fn main() {
    // One channel everywhere instead of hundreds: names and geometry are those of the real one.
    let mut config = VggConfig::vgg19();
    config
        .stages
        .iter_mut()
        .flatten()
        .for_each(|width| *width = 1);
    let network = Vgg::random(&config, 1, &Device::flex());
    println!("layer     stride  receptive field");
    for info in network.layers() {
        println!(
            "{:9} {:6}  {:6} px",
            info.layer, info.stride, info.receptive
        );
    }
    if let Err(error) = network.layer("relu4_5") {
        println!("{error}");
    }
}
