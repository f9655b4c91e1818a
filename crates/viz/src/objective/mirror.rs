//! A network for tests that shows a picture as it is: its one layer is the picture.

use burn::tensor::{Device, Tensor, TensorData};
use reverie_model::vision::{Activations, Layer, LayerInfo, LayerKind, Network};

pub(crate) struct Mirror(Vec<LayerInfo>);

impl Mirror {
    pub(crate) fn new(channels: usize) -> Self {
        let layer = Layer::named("mirror");
        Self(vec![LayerInfo::new(layer, LayerKind::Conv, channels)])
    }

    pub(crate) fn info(&self) -> &LayerInfo {
        &self.0[0]
    }

    /// What it makes of feature maps `[B, C, H, W]`.
    pub(crate) fn seen(&self, values: Vec<f32>, shape: [usize; 4]) -> Activations {
        let image = Tensor::from_data(TensorData::new(values, shape), &self.device());
        let layers = [self.0[0].layer.clone()];
        self.activations(image, &layers)
            .expect("a mirror has its layer")
    }
}

#[rustfmt::skip]
impl Network for Mirror {
    fn name(&self) -> &str { "mirror" }
    fn device(&self) -> Device { Device::flex() }
    fn layers(&self) -> &[LayerInfo] { &self.0 }
    fn normalise(&self, image: Tensor<4>) -> Tensor<4> { image }
    fn mean_colour(&self) -> [f32; 3] { [0.0; 3] }
    fn run(&self, x: Tensor<4>, wanted: &[Layer], keep: &mut dyn FnMut(&Layer, Tensor<4>)) {
        keep(&wanted[0], x);
    }
}
