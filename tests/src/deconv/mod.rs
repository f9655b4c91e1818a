//! The deconvolutional network: the strongest answers against brute force, the way back against plain
//! loops.

mod plain;
mod positive;
mod same;
mod top9;

use burn::tensor::Device;
use reverie_model::vision::{Rule, Vgg, VggConfig};

const RULES: [Rule; 3] = [Rule::Deconvnet, Rule::Guided, Rule::Gradient];

/// Two convolutions with their rectifiers, a pooling between them.
fn two_layers() -> VggConfig {
    VggConfig {
        stages: vec![vec![4], vec![5]],
        final_pool: false,
        ..VggConfig::tiny()
    }
}

fn random(config: &VggConfig) -> Vgg {
    Vgg::random(config, 11, &Device::flex())
}
