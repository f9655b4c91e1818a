//! Bring your own network: here one blur that calls its layer `calm`.
#![allow(clippy::print_stdout)]

use burn::tensor::{Device, Tensor};
use reverie_model::rng::seeded;
use reverie_model::vision::{Layer, LayerInfo, LayerKind, Network};
use reverie_viz::objective::{Goal, LayerNorm};
use reverie_viz::param::{ImageParam, Pixels};
use reverie_viz::render::{Scene, evaluate, gaussian_blur};

struct Calm(Vec<LayerInfo>);

#[rustfmt::skip]
impl Network for Calm {
    fn name(&self) -> &str { "calm" }
    fn device(&self) -> Device { Device::flex() }
    fn layers(&self) -> &[LayerInfo] { &self.0 }
    fn normalise(&self, image: Tensor<4>) -> Tensor<4> { image - 0.5 }
    fn mean_colour(&self) -> [f32; 3] { [0.5; 3] }
    fn run(&self, x: Tensor<4>, wanted: &[Layer], keep: &mut dyn FnMut(&Layer, Tensor<4>)) {
        keep(&wanted[0], gaussian_blur(x, 1.0));
    }
}

fn main() -> Result<(), reverie_viz::VizError> {
    let layer = Layer::named("calm");
    let info = LayerInfo::new(layer.clone(), LayerKind::Conv, 3);
    let (network, param) = (Calm(vec![info]), Pixels::new(16, 16));
    let goal = Goal::from(LayerNorm { layer });
    let mut scene = Scene::new(&network, &goal, &param);
    let grey = Tensor::full([1, 3, 16, 16], 0.75, &Device::flex());
    let seen = evaluate(&mut scene, &param.encode(grey), &mut seeded(1))?;
    println!("score {:.5}", -seen.losses().total);
    Ok(())
}
