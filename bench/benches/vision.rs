//! Looks at a picture: forward to a layer and back to the pixels, which is what every step of every
//! render costs.

use burn::tensor::Device;
use divan::Bencher;
use reverie_model::rng::seeded;
use reverie_model::vision::{Network, Vgg, VggConfig, synthetic_picture};
use reverie_viz::objective::{Goal, LayerNorm};
use reverie_viz::param::{ImageParam, Pixels};
use reverie_viz::render::{Scene, evaluate};
use reverie_viz::style::{StyleConfig, style_goal};

fn main() {
    divan::main();
}

fn vgg19() -> Vgg {
    Vgg::random(&VggConfig::vgg19(), 1, &Device::flex())
}

fn time_looks(bencher: Bencher, network: &Vgg, goal: &Goal, side: usize) {
    let param = Pixels::new(side, side);
    let mut scene = Scene::new(network, goal, &param);
    let image = param.encode(synthetic_picture(side, side, &network.device()));
    bencher.bench_local(|| {
        let seen = evaluate(&mut scene, &image, &mut seeded(1)).expect("the network looks");
        seen.gradient.into_data()
    });
}

/// VGG-19 forward to `conv5_1` and back to the picture.
#[divan::bench(args = [128, 256], sample_count = 7, sample_size = 1)]
fn conv5_1_and_back(bencher: Bencher, side: usize) {
    let network = vgg19();
    let layer = network.layer("conv5_1").expect("VGG-19 has it");
    time_looks(bencher, &network, &Goal::from(LayerNorm { layer }), side);
}

/// One look of a Gatys transfer: five Gram matrices and one content layer.
#[divan::bench(args = [128, 256], sample_count = 7, sample_size = 1)]
fn gatys_look(bencher: Bencher, side: usize) {
    let network = vgg19();
    let preset = include_str!("../../configs/style/gatys.toml");
    let config: StyleConfig = toml::from_str(preset).expect("the preset is complete");
    let content = synthetic_picture(side, side, &network.device());
    let style = content.clone().flip([3]);
    let goal = style_goal(&network, &config, content, vec![(1.0, style)]).expect("layers exist");
    time_looks(bencher, &network, &goal, side);
}
