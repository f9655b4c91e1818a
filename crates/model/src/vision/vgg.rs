//! The VGG network, frozen: its weights never receive gradients.

use std::collections::BTreeSet;

use burn::module::{Module, Param, ParamId};
use burn::tensor::module::{avg_pool2d, conv2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions, PadMode};
use burn::tensor::{Device, Tensor, TensorData};

use reverie_kernels::convolution::{
    self as kernels, FrozenFilter, Padding, convolve_frozen, to_channels_last,
};
use reverie_kernels::rectify::{Rule, rectify};
use reverie_kernels::serves;

use super::{Edges, Layer, LayerInfo, LayerKind, Network, Pooling, VggConfig, normalised};
use crate::rng::{he, seeded};
use crate::train::host;
use crate::weights::{Preprocessing, RawTensor};

/// A 3x3 convolution, stride 1, padding 1.
#[derive(Module, Debug)]
pub(super) struct Conv {
    /// `[C_out, C_in, 3, 3]`.
    pub(super) weight: Param<Tensor<4>>,
    /// `[C_out]`.
    pub(super) bias: Param<Tensor<1>>,
}

/// Batch normalisation with its running statistics folded into one scale and one shift a channel.
#[derive(Module, Debug)]
pub(super) struct FixedNorm {
    /// `[1, C, 1, 1]`.
    pub(super) scale: Param<Tensor<4>>,
    /// `[1, C, 1, 1]`.
    pub(super) shift: Param<Tensor<4>>,
}

/// Name of the layer with one number a class.
pub const SCORES: &str = "scores";

/// What stands above the trunk of a classifier: the mean over all positions, and a linear layer.
#[derive(Module, Debug)]
pub(super) struct Head {
    /// `[C, K]`.
    weight: Param<Tensor<2>>,
    /// `[K]`.
    bias: Param<Tensor<1>>,
    #[module(skip)]
    classes: Vec<String>,
}

impl Head {
    /// A head from its numbers, the weights row by row of `[C, K]`; classes are called by their
    /// number.
    pub(super) fn new(weight: Vec<f32>, bias: Vec<f32>, device: &Device) -> Self {
        let classes = bias.len();
        let weight = TensorData::new(weight.clone(), [weight.len() / classes.max(1), classes]);
        Self {
            weight: Param::initialized(ParamId::new(), Tensor::from_data(weight, device)),
            bias: Param::initialized(
                ParamId::new(),
                Tensor::from_data(TensorData::new(bias, [classes]), device),
            ),
            classes: (0..classes).map(|class| class.to_string()).collect(),
        }
    }

    /// Scores of feature maps `[B, C, H, W]`, `[B, K, 1, 1]`.
    fn scores(&self, x: Tensor<4>) -> Tensor<4> {
        let [batch, channels, height, width] = x.dims();
        let means = x.reshape([batch, channels, height * width]).mean_dim(2);
        let scores = means.reshape([batch, channels]).matmul(self.weight.val());
        let scores = scores + self.bias.val().unsqueeze();
        let classes = self.classes.len();
        scores.reshape([batch, classes, 1, 1])
    }
}

/// One step of the forward pass; the index points into the convolutions or norms.
#[derive(Clone, Copy, Debug)]
enum Step {
    Conv(usize),
    Norm(usize),
    Relu,
    Pool,
    Scores,
}

/// A VGG network without its classifier, weights and preprocessing included.
///
/// # Layers
/// `conv1_1`, (`bn1_1`,) `relu1_1`, `conv1_2`, …, `pool1`, `conv2_1`, … as in the papers; `conv`
/// layers are the values *before* the rectifier.
///
/// # Source
/// Simonyan and Zisserman 2015 (arXiv 1409.1556); names as in Gatys et al. 2016.
#[derive(Module, Debug)]
pub struct Vgg {
    pub(super) convs: Vec<Conv>,
    pub(super) norms: Vec<FixedNorm>,
    head: Option<Head>,
    /// The convolutions' weights as the kernels want them, made when they are first used.
    #[module(skip)]
    filters: Vec<FrozenFilter>,
    /// How rectifiers send signals back.
    #[module(skip)]
    rule: Rule,
    #[module(skip)]
    config: VggConfig,
    #[module(skip)]
    preprocessing: Preprocessing,
    #[module(skip)]
    steps: Vec<(Step, LayerInfo)>,
    #[module(skip)]
    infos: Vec<LayerInfo>,
}

impl Vgg {
    /// A network from its parts; `convs` and `norms` in the order of the configuration.
    pub(super) fn assemble(
        config: &VggConfig,
        preprocessing: Preprocessing,
        convs: Vec<Conv>,
        norms: Vec<FixedNorm>,
        head: Option<Head>,
    ) -> Self {
        let mut steps = plan(config);
        steps.extend(head.as_ref().map(|head| scores_step(head, &steps)));
        let infos = steps.iter().map(|(_, info)| info.clone()).collect();
        let filters = convs
            .iter()
            .map(|conv| FrozenFilter::new(conv.weight.val(), conv.bias.val()))
            .collect();
        Self {
            convs,
            norms,
            head,
            filters,
            rule: Rule::default(),
            config: config.clone(),
            preprocessing,
            steps,
            infos,
        }
        .no_grad()
    }

    /// A network with random weights: it still carries texture, and needs no file.
    ///
    /// Weights are normal with variance `2 / (9 C_in)`, so that activations keep their scale from
    /// layer to layer; biases are zero.
    ///
    /// # Source
    /// He et al. 2015 (arXiv 1502.01852), eq. 10; that random filters carry texture: Ustyuzhaninov
    /// et al. 2016 (arXiv 1606.00021).
    pub fn random(config: &VggConfig, seed: u64, device: &Device) -> Self {
        let mut rng = seeded(seed);
        let convs = config
            .convolutions()
            .into_iter()
            .map(|(_, _, channels_in, channels)| {
                let weight = he(&mut rng, channels * channels_in * 9, channels_in * 9);
                conv(weight, vec![0.0; channels], channels_in, device)
            })
            .collect();
        let norms = if config.batch_norm {
            let widths = config
                .convolutions()
                .into_iter()
                .map(|(.., channels)| channels);
            widths
                .map(|width| norm(vec![1.0; width], vec![0.0; width], device))
                .collect()
        } else {
            Vec::new()
        };
        Self::assemble(config, Preprocessing::torchvision(), convs, norms, None)
    }

    /// The same network with names for its classes.
    ///
    /// # Panics
    /// If there are more or fewer names than classes.
    pub fn with_classes(mut self, names: Vec<String>) -> Self {
        if let Some(head) = &mut self.head {
            assert_eq!(names.len(), head.classes.len(), "a name for every class");
            head.classes = names;
        }
        self
    }

    /// The classifier's numbers by name, as torchvision lays them out: `classifier.weight`, `[K, C]`,
    /// and `classifier.bias`, `[K]`; nothing where there is no classifier.
    pub fn head_tensors(&self) -> Vec<(String, RawTensor)> {
        let Some(head) = &self.head else {
            return Vec::new();
        };
        let weight = head.weight.val().transpose();
        let raw = |leaf: &str, shape: Vec<usize>, values: Vec<f32>| {
            (format!("classifier.{leaf}"), RawTensor { shape, values })
        };
        vec![
            raw("weight", weight.dims().to_vec(), host(weight)),
            raw("bias", vec![head.classes.len()], host(head.bias.val())),
        ]
    }

    /// The shape of this network.
    pub fn config(&self) -> &VggConfig {
        &self.config
    }

    /// How pictures are prepared for these weights.
    pub fn preprocessing(&self) -> &Preprocessing {
        &self.preprocessing
    }

    /// Weights of a convolution by its place in the network, `[C_out, C_in, 3, 3]`.
    ///
    /// # Panics
    /// If there are not that many convolutions.
    pub fn filters(&self, index: usize) -> Tensor<4> {
        self.convs[index].weight.val()
    }

    /// Biases of a convolution by its place in the network, `[C_out]`.
    ///
    /// # Panics
    /// If there are not that many convolutions.
    pub fn biases(&self, index: usize) -> Tensor<1> {
        self.convs[index].bias.val()
    }

    fn convolve(&self, index: usize, x: Tensor<4>) -> Tensor<4> {
        let conv = &self.convs[index];
        let (x, padding) = match self.config.edges {
            Edges::Replicate if index == 0 => (x.pad((1, 1, 1, 1), PadMode::Edge), 0),
            _ => (x, 1),
        };
        let options = ConvOptions::new([1, 1], [padding, padding], [1, 1], 1);
        conv2d(x, conv.weight.val(), Some(conv.bias.val()), options)
    }

    fn scores(&self, x: Tensor<4>) -> Tensor<4> {
        let head = self.head.as_ref();
        head.expect("the step is there with the head only")
            .scores(x)
    }

    fn pool(&self, x: Tensor<4>) -> Tensor<4> {
        match self.config.pooling {
            Pooling::Max => max_pool2d(x, MaxPoolOptions::new([2, 2])),
            Pooling::Average => avg_pool2d(x, AvgPoolOptions::new([2, 2])),
        }
    }

    /// The forward pass on our own kernels, channels-last from the first layer to the last. A
    /// convolution and the rectifier behind it are one operation where nobody wants to see what is
    /// between them.
    fn run_on_kernels(
        &self,
        first: usize,
        maps: Tensor<4>,
        left: &mut BTreeSet<&Layer>,
        keep: &mut dyn FnMut(&Layer, Tensor<4>),
    ) {
        let mut x = to_channels_last(maps);
        let mut is_rectified = false;
        for (place, (step, info)) in self.steps.iter().enumerate().skip(first) {
            let next = self.steps.get(place + 1).map(|(step, _)| *step);
            x = match step {
                Step::Conv(index) => {
                    let padding = match self.config.edges {
                        Edges::Replicate if *index == 0 => Padding::Edge,
                        _ => Padding::Zeros,
                    };
                    // A rectifier inside the convolution goes back as the gradient does.
                    is_rectified = matches!(next, Some(Step::Relu))
                        && !left.contains(&info.layer)
                        && self.rule == Rule::Gradient;
                    convolve_frozen(x, &self.filters[*index], padding, is_rectified)
                }
                Step::Norm(index) => {
                    let norm = &self.norms[*index];
                    let row = |values: &Param<Tensor<4>>| values.val().permute([0, 2, 3, 1]);
                    x * row(&norm.scale) + row(&norm.shift)
                }
                Step::Relu if is_rectified => x,
                Step::Relu => rectify(x, self.rule),
                Step::Pool => {
                    let pooling = match self.config.pooling {
                        Pooling::Max => kernels::Pooling::Max,
                        Pooling::Average => kernels::Pooling::Average,
                    };
                    kernels::pool(x, pooling)
                }
                Step::Scores => self.scores(x.permute([0, 3, 1, 2])).permute([0, 2, 3, 1]),
            };
            if left.remove(&info.layer) {
                keep(&info.layer, x.clone().permute([0, 3, 1, 2]));
                if left.is_empty() {
                    break;
                }
            }
        }
    }

    /// The steps from `first` on, until the deepest wanted layer.
    fn run_steps(
        &self,
        first: usize,
        maps: Tensor<4>,
        wanted: &[Layer],
        keep: &mut dyn FnMut(&Layer, Tensor<4>),
    ) {
        let mut left = wanted.iter().collect::<BTreeSet<_>>();
        if serves(&maps) {
            return self.run_on_kernels(first, maps, &mut left, keep);
        }
        let mut x = maps;
        for (step, info) in &self.steps[first..] {
            x = match step {
                Step::Conv(index) => self.convolve(*index, x),
                Step::Norm(index) => {
                    let norm = &self.norms[*index];
                    x * norm.scale.val() + norm.shift.val()
                }
                Step::Relu => rectify(x, self.rule),
                Step::Pool => self.pool(x),
                Step::Scores => self.scores(x),
            };
            if left.remove(&info.layer) {
                keep(&info.layer, x.clone());
                if left.is_empty() {
                    break;
                }
            }
        }
    }
}

impl Network for Vgg {
    fn name(&self) -> &str {
        &self.config.name
    }

    fn device(&self) -> Device {
        self.convs[0].weight.val().device()
    }

    fn layers(&self) -> &[LayerInfo] {
        &self.infos
    }

    fn normalise(&self, image: Tensor<4>) -> Tensor<4> {
        normalised(&self.preprocessing, image)
    }

    fn is_on_kernels(&self) -> bool {
        reverie_kernels::is_enabled() && reverie_kernels::is_host(&self.device())
    }

    fn parameters(&self) -> usize {
        self.num_params()
    }

    fn classes(&self) -> &[String] {
        self.head.as_ref().map_or(&[], |head| &head.classes)
    }

    fn mean_colour(&self) -> [f32; 3] {
        self.preprocessing.denormalise([0.0; 3])
    }

    fn with_rule(&self, rule: Rule) -> Option<Box<dyn Network>> {
        let same = self.clone();
        Some(Box::new(Self { rule, ..same }))
    }

    fn pools_by_mean(&self, layer: &Layer) -> bool {
        let is_average = self.config.pooling == Pooling::Average;
        let to_layer = self.steps.iter().position(|(_, info)| info.layer == *layer);
        let passed = self
            .steps
            .iter()
            .take(to_layer.map_or(0, |place| place + 1));
        let is_mean = |step: &Step| match step {
            Step::Pool => is_average,
            Step::Scores => true,
            Step::Conv(_) | Step::Norm(_) | Step::Relu => false,
        };
        passed.into_iter().any(|(step, _)| is_mean(step))
    }

    /// Convolutions by their names, and the scores.
    fn weighted(&self) -> Vec<Layer> {
        let has_weights = |step: &Step| matches!(step, Step::Conv(_) | Step::Scores);
        let steps = self.steps.iter().filter(|(step, _)| has_weights(step));
        steps.map(|(_, info)| info.layer.clone()).collect()
    }

    /// Batch normalisation keeps its statistics.
    fn randomised(&self, layers: &[Layer], seed: u64) -> Option<Box<dyn Network>> {
        let mut same = self.clone();
        let device = self.device();
        for (number, layer) in (0..).zip(layers) {
            let seed = seed.wrapping_add(number);
            let (step, _) = self.steps.iter().find(|(_, info)| info.layer == *layer)?;
            let mut rng = seeded(seed);
            match step {
                Step::Conv(index) => {
                    let [channels, inputs, ..] = self.convs[*index].weight.val().dims();
                    let weight = he(&mut rng, channels * inputs * 9, inputs * 9);
                    let conv = conv(weight, vec![0.0; channels], inputs, &device);
                    same.filters[*index] = FrozenFilter::new(conv.weight.val(), conv.bias.val());
                    same.convs[*index] = conv;
                }
                Step::Scores => {
                    let head = same.head.as_mut()?;
                    let [inputs, classes] = head.weight.val().dims();
                    let weight = he(&mut rng, inputs * classes, inputs);
                    let names = std::mem::take(&mut head.classes);
                    *head = Head::new(weight, vec![0.0; classes], &device);
                    head.classes = names;
                }
                Step::Norm(_) | Step::Relu | Step::Pool => return None,
            }
        }
        Some(Box::new(same.no_grad()))
    }

    fn first_filters(&self) -> Option<Tensor<4>> {
        Some(self.filters(0))
    }

    fn run(
        &self,
        normalised: Tensor<4>,
        wanted: &[Layer],
        keep: &mut dyn FnMut(&Layer, Tensor<4>),
    ) {
        self.run_steps(0, normalised, wanted, keep);
    }

    fn run_from(
        &self,
        start: &Layer,
        maps: Tensor<4>,
        wanted: &[Layer],
        keep: &mut dyn FnMut(&Layer, Tensor<4>),
    ) -> bool {
        let place = |layer: &Layer| self.steps.iter().position(|(_, info)| info.layer == *layer);
        let Some(start) = place(start) else {
            return false;
        };
        let is_behind = |layer: &Layer| place(layer).is_some_and(|place| place > start);
        let can = wanted.iter().all(is_behind);
        if can {
            self.run_steps(start + 1, maps, wanted, keep);
        }
        can
    }
}

/// The steps of the forward pass with the name and geometry of each.
fn plan(config: &VggConfig) -> Vec<(Step, LayerInfo)> {
    let mut steps = Vec::new();
    let (mut index, mut stride, mut receptive, mut channels) = (0, 1_usize, 1, 3);
    let mut offset = 0_isize;
    let stages = config.stages.len();
    for (stage, widths) in (1..).zip(&config.stages) {
        for (place, &width) in (1..).zip(widths) {
            receptive += 2 * stride;
            offset -= stride.cast_signed();
            channels = width;
            let mut push = |step, kind, prefix: &str| {
                let layer = Layer::named(format!("{prefix}{stage}_{place}"));
                steps.push((
                    step,
                    LayerInfo {
                        layer,
                        kind,
                        channels,
                        stride,
                        receptive,
                        shift: 0,
                        offset,
                        smallest: stride,
                    },
                ));
            };
            push(Step::Conv(index), LayerKind::Conv, "conv");
            if config.batch_norm {
                push(Step::Norm(index), LayerKind::Norm, "bn");
            }
            push(Step::Relu, LayerKind::Relu, "relu");
            index += 1;
        }
        if stage < stages || config.final_pool {
            receptive += stride;
            stride *= 2;
            let layer = Layer::named(format!("pool{stage}"));
            let kind = LayerKind::Pool;
            steps.push((
                Step::Pool,
                LayerInfo {
                    layer,
                    kind,
                    channels,
                    stride,
                    receptive,
                    shift: 0,
                    offset,
                    smallest: stride,
                },
            ));
        }
    }
    steps
}

/// What the classifier is among the layers: it sees the whole picture, and needs what the layer
/// before it needs.
fn scores_step(head: &Head, steps: &[(Step, LayerInfo)]) -> (Step, LayerInfo) {
    let stride = steps.last().map_or(1, |(_, info)| info.stride);
    let info = LayerInfo {
        layer: Layer::named(SCORES),
        kind: LayerKind::Scores,
        channels: head.classes.len(),
        stride,
        receptive: usize::MAX,
        shift: 0,
        offset: 0,
        smallest: stride,
    };
    (Step::Scores, info)
}

/// A convolution from its numbers.
///
/// # Panics
/// If `weight` does not hold `bias.len() * channels_in * 9` values.
pub(super) fn conv(weight: Vec<f32>, bias: Vec<f32>, channels_in: usize, device: &Device) -> Conv {
    let channels = bias.len();
    let weight = TensorData::new(weight, [channels, channels_in, 3, 3]);
    Conv {
        weight: Param::initialized(ParamId::new(), Tensor::from_data(weight, device)),
        bias: Param::initialized(
            ParamId::new(),
            Tensor::from_data(TensorData::new(bias, [channels]), device),
        ),
    }
}

/// Fixed normalisation from its numbers, one of each a channel.
pub(super) fn norm(scale: Vec<f32>, shift: Vec<f32>, device: &Device) -> FixedNorm {
    let param = |values: Vec<f32>| {
        let data = TensorData::new(values.clone(), [1, values.len(), 1, 1]);
        Param::initialized(ParamId::new(), Tensor::from_data(data, device))
    };
    FixedNorm {
        scale: param(scale),
        shift: param(shift),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiny() -> Vgg {
        Vgg::random(&VggConfig::tiny(), 1, &Device::flex())
    }

    #[test]
    fn layers_have_the_names_of_the_literature() {
        let names: Vec<String> = tiny()
            .layers()
            .iter()
            .map(|info| info.layer.to_string())
            .collect();
        let expected =
            "conv1_1 relu1_1 conv1_2 relu1_2 pool1 conv2_1 relu2_1 conv2_2 relu2_2 pool2";
        assert_eq!(names.join(" "), expected);
        let vgg19 = plan(&VggConfig::vgg19());
        assert_eq!(vgg19.len(), 16 * 2 + 5);
        assert!(
            vgg19
                .iter()
                .any(|(_, info)| info.layer.as_str() == "relu5_4")
        );
        let bn = plan(&VggConfig::vgg11().with_batch_norm());
        assert_eq!(bn[1].1.layer.as_str(), "bn1_1");
    }

    #[test]
    fn geometry_follows_from_the_layers() {
        let vgg = plan(&VggConfig::vgg16());
        let of = |name: &str| {
            let info = &vgg
                .iter()
                .find(|(_, info)| info.layer.as_str() == name)
                .unwrap()
                .1;
            (info.channels, info.stride, info.receptive)
        };
        // Receptive fields as published for VGG-16 (Simonyan and Zisserman's trunk).
        assert_eq!(of("conv1_2"), (64, 1, 5));
        assert_eq!(of("pool1"), (64, 2, 6));
        assert_eq!(of("conv3_3"), (256, 4, 40));
        assert_eq!(of("conv4_1"), (512, 8, 60));
        assert_eq!(of("pool5"), (512, 32, 212));
    }

    #[test]
    fn the_pass_stops_at_the_deepest_wanted_layer() {
        let vgg = tiny();
        let wanted = [vgg.layer("relu1_2").unwrap()];
        let mut seen = Vec::new();
        let image = Tensor::zeros([1, 3, 4, 6], &Device::flex());
        vgg.run(image, &wanted, &mut |layer, x| {
            seen.push((layer.to_string(), x.dims()))
        });
        assert_eq!(seen, [("relu1_2".to_owned(), [1, 4, 4, 6])]);
    }

    #[test]
    fn a_layer_that_does_not_exist_is_refused_with_the_nearest() {
        let error = tiny().layer("relu2_3").unwrap_err().to_string();
        assert!(error.contains("did you mean relu2_1?"), "{error}");
    }

    #[test]
    fn a_picture_that_pooling_swallows_is_refused() {
        let vgg = Vgg::random(&VggConfig::tiny(), 1, &Device::flex());
        let image = Tensor::zeros([1, 3, 1, 9], &Device::flex());
        let error = vgg
            .activations(image, &[vgg.layer("relu2_1").unwrap()])
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "relu2_1 needs a picture of at least 2x2 pixels, but this one is 9x1"
        );
    }

    #[test]
    fn only_the_picture_receives_gradients() {
        let vgg = tiny();
        let device = Device::flex().autodiff();
        let image = Tensor::<4>::ones([1, 3, 8, 8], &device).require_grad();
        let layer = vgg.layer("relu2_2").unwrap();
        let acts = vgg
            .activations(image.clone(), std::slice::from_ref(&layer))
            .unwrap();
        let grads = acts.of(&layer).sum().backward();
        assert!(image.grad(&grads).is_some());
        assert!(vgg.convs[0].weight.val().grad(&grads).is_none());
    }

    #[test]
    fn replicated_edges_leave_a_flat_picture_flat_at_the_first_layer() {
        let config = VggConfig::tiny().with_edges(Edges::Replicate);
        let vgg = Vgg::random(&config, 3, &Device::flex());
        let image = Tensor::full([1, 3, 5, 5], 0.3, &Device::flex());
        let layer = vgg.layer("conv1_1").unwrap();
        let out = vgg
            .activations(image, std::slice::from_ref(&layer))
            .unwrap()
            .of(&layer);
        let spread = (out.clone().max_dim(3).max_dim(2) - out.min_dim(3).min_dim(2)).max();
        assert!(spread.into_scalar::<f32>() < 1e-5);
    }
}
