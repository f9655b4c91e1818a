//! Looks at a picture through networks that branch: forward to a layer and back to the pixels.

use burn::tensor::Device;
use reverie_model::rng::seeded;
use reverie_model::vision::graph::{Blueprint, GraphNet};
use reverie_model::vision::{Network, synthetic_picture};
use reverie_viz::objective::{Goal, LayerNorm};
use reverie_viz::param::{ImageParam, Pixels};
use reverie_viz::render::{Scene, evaluate};

use super::Work;

/// SqueezeNet 1.1 forward to the maps of its classes and back to the picture.
pub fn squeezenet(side: usize, device: &Device) -> Work {
    look(&Blueprint::squeezenet(), "conv10", [side, side], device)
}

/// Inception v3 forward to a block in the middle and back to the picture.
pub fn inception(size: [usize; 2], device: &Device) -> Work {
    look(&Blueprint::inception_trunk(), "mixed_4", size, device)
}

fn look(net: &Blueprint, layer: &str, [width, height]: [usize; 2], device: &Device) -> Work {
    let network = GraphNet::random(net, 1, device);
    let layer = network.layer(layer).expect("the network has it");
    let goal = Goal::from(LayerNorm { layer });
    let param = Pixels::new(width, height);
    let image = param.encode(synthetic_picture(width, height, device));
    Box::new(move || {
        let mut scene = Scene::new(&network, &goal, &param);
        let seen = evaluate(&mut scene, &image, &mut seeded(1)).expect("the network looks");
        let _ = seen.gradient.into_data();
    })
}
