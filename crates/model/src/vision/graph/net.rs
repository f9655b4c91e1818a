//! A network that is a list of nodes, frozen: its weights never receive gradients.

use std::collections::BTreeSet;

use burn::tensor::module::adaptive_avg_pool2d;
use burn::tensor::{Device, Tensor};

use reverie_kernels::convolution::{self as kernels, Pooling, pool_windows};
use reverie_kernels::rectify::{Rule, rectify};
use reverie_kernels::{is_enabled, is_host};

use super::maps::Maps;
use super::weights::{self, Matrix, Weights};
use super::{Blueprint, Dense, Op, Window};
use crate::ModelError;
use crate::vision::{Layer, LayerInfo, LayerKind, Network, SCORES, normalised};
use crate::weights::{Loader, Preprocessing, TensorFile};

/// A [`Blueprint`] with weights and preprocessing.
///
/// # Example
/// ```
/// use burn::tensor::Device;
/// use reverie_model::vision::graph::{Blueprint, GraphNet};
/// use reverie_model::vision::{Network, synthetic_picture};
///
/// let device = Device::flex();
/// let net = GraphNet::random(&Blueprint::googlenet().narrowed(16), 1, &device);
/// let layer = net.layer("inception_3a")?;
/// let picture = synthetic_picture(64, 48, &device);
/// let seen = net.activations(picture, &[layer.clone()])?;
/// assert_eq!(seen.of(&layer).dims(), [1, 16, 6, 8]);
/// # Ok::<(), reverie_model::ModelError>(())
/// ```
#[derive(Clone, Debug)]
pub struct GraphNet {
    blueprint: Blueprint,
    preprocessing: Preprocessing,
    /// One for every node.
    weights: Vec<Weights>,
    /// For every node, whether rectifiers are all that reads it.
    only_rectified: Vec<bool>,
    infos: Vec<LayerInfo>,
    classes: Vec<String>,
    /// How rectifiers send signals back.
    rule: Rule,
    device: Device,
}

impl GraphNet {
    /// The network with the weights of `file`; without its classifier where the file has none of it.
    ///
    /// Every tensor must be there, have the right shape and be finite; a tensor that the network
    /// does not have is refused too, but for what training left behind and what `ignore` names.
    ///
    /// # Errors
    /// [`ModelError::Weights`], naming every tensor that is wrong.
    pub fn from_file(
        blueprint: &Blueprint,
        preprocessing: Preprocessing,
        file: &TensorFile,
        ignore: &[String],
        device: &Device,
    ) -> Result<Self, ModelError> {
        let has = |key: &str| file.contains(&format!("{key}.weight"));
        let blueprint = match blueprint.head_keys().any(has) {
            true => blueprint.clone(),
            false => blueprint.clone().without_head(),
        };
        let mut loader = Loader::new(file);
        let patterns = blueprint.ignored().iter().chain(ignore);
        patterns.for_each(|pattern| loader.ignore(pattern));
        let weights = weights::load(&blueprint, &mut loader, device)?;
        loader.finish()?;
        Ok(Self::assemble(blueprint, preprocessing, weights, device))
    }

    /// The network with random weights: it needs no file.
    ///
    /// # Source
    /// Scaled as in He et al. 2015 (arXiv 1502.01852), eq. 10.
    pub fn random(blueprint: &Blueprint, seed: u64, device: &Device) -> Self {
        let weights = weights::random(blueprint, seed, device);
        let preprocessing = Preprocessing::torchvision();
        Self::assemble(blueprint.clone(), preprocessing, weights, device)
    }

    fn assemble(
        blueprint: Blueprint,
        preprocessing: Preprocessing,
        weights: Vec<Weights>,
        device: &Device,
    ) -> Self {
        let mut only_rectified = vec![true; blueprint.nodes().len()];
        for node in blueprint.nodes() {
            for input in &node.inputs {
                only_rectified[*input] &= node.op == Op::Relu;
            }
        }
        Self {
            infos: blueprint.layers(),
            blueprint,
            preprocessing,
            weights,
            only_rectified,
            classes: Vec::new(),
            rule: Rule::default(),
            device: device.clone(),
        }
    }

    /// The same network with names for its classes, in the order of its scores.
    ///
    /// # Panics
    /// If there are more or fewer names than scores.
    pub fn with_classes(mut self, names: Vec<String>) -> Self {
        let scores = self
            .infos
            .iter()
            .find(|info| info.kind == LayerKind::Scores);
        let count = scores.map_or(0, |info| info.channels);
        assert_eq!(names.len(), count, "a name for every class");
        self.classes = names;
        self
    }

    /// What the network is made of.
    pub fn blueprint(&self) -> &Blueprint {
        &self.blueprint
    }

    /// How pictures are prepared for these weights.
    pub fn preprocessing(&self) -> &Preprocessing {
        &self.preprocessing
    }

    /// Weights of the convolution called `name`, batch normalisation folded in,
    /// `[C_out, C_in, h, w]`; none where that is no convolution. Of `conv1_pre_relu` and the like.
    pub fn filters(&self, name: &str) -> Option<Tensor<4>> {
        let mut nodes = self.blueprint.nodes().iter().zip(&self.weights);
        nodes.find_map(|(node, weights)| match weights {
            Weights::Conv(filters) if node.layer.as_str() == name => Some(filters.weights()),
            _ => None,
        })
    }

    /// How often each node is read on the way from `start` to the wanted layers; `None` for nodes off
    /// that way.
    pub(super) fn readers(&self, wanted: &BTreeSet<&Layer>, start: usize) -> Vec<Option<usize>> {
        let nodes = self.blueprint.nodes();
        let mut readers = vec![None; nodes.len()];
        for (place, node) in nodes.iter().enumerate().rev() {
            if wanted.contains(&node.layer) {
                readers[place].get_or_insert(0);
            }
            if readers[place].is_some() && place != start {
                for input in &node.inputs {
                    *readers[*input].get_or_insert(0) += 1;
                }
            }
        }
        readers
    }

    /// Only what the wanted layers depend on is computed, and held no longer than it is read.
    fn run_nodes(
        &self,
        start: usize,
        maps: Tensor<4>,
        wanted: &BTreeSet<&Layer>,
        mut readers: Vec<Option<usize>>,
        keep: &mut dyn FnMut(&Layer, Tensor<4>),
    ) {
        let mut held: Vec<Option<Maps>> = vec![None; readers.len()];
        held[start] = Some(Maps::from_first(maps));
        for (place, node) in self.blueprint.nodes().iter().enumerate().skip(start + 1) {
            if readers[place].is_none() {
                continue;
            }
            let mut read = |input: &usize| {
                let left = readers[*input]
                    .as_mut()
                    .expect("what is read is on the way");
                *left -= 1;
                let maps = match left {
                    0 => held[*input].take(),
                    _ => held[*input].clone(),
                };
                maps.expect("nodes stand behind what they read")
            };
            let inputs: Vec<Maps> = node.inputs.iter().map(&mut read).collect();
            let is_wanted = wanted.contains(&node.layer);
            // A rectifier inside the convolution goes back as the gradient does.
            let is_gradient = self.rule == Rule::Gradient;
            let may_rectify = self.only_rectified[place] && !is_wanted && is_gradient;
            let maps = self.compute(place, &inputs, may_rectify);
            if is_wanted {
                keep(&node.layer, maps.to_first());
            }
            if readers[place] != Some(0) {
                held[place] = Some(maps);
            }
        }
    }

    fn compute(&self, place: usize, inputs: &[Maps], may_rectify: bool) -> Maps {
        let x = &inputs[0];
        match (&self.blueprint.nodes()[place].op, &self.weights[place]) {
            (Op::Conv(_), Weights::Conv(filters)) => {
                Maps::new(filters.apply(x.tensor(), may_rectify)).rectified(may_rectify)
            }
            (Op::Dense(dense), Weights::Dense(matrix)) => connect(dense, matrix, x),
            (Op::Relu, _) if x.is_rectified() => x.clone(),
            (Op::Relu, _) => Maps::new(rectify(x.tensor(), self.rule)),
            (Op::MaxPool(window), _) => pool(*window, Pooling::Max, x),
            (Op::AvgPool(window), _) => pool(*window, Pooling::Average, x),
            (Op::Concat, _) => Maps::concat(inputs),
            (Op::GlobalMean, _) => Maps::new(x.tensor().mean_dim(1).mean_dim(2)),
            (Op::Picture | Op::Conv(_) | Op::Dense(_), _) => {
                unreachable!("only the first node is a picture, and weights are made node by node")
            }
        }
    }
}

impl Network for GraphNet {
    fn name(&self) -> &str {
        self.blueprint.name()
    }

    fn device(&self) -> Device {
        self.device.clone()
    }

    fn layers(&self) -> &[LayerInfo] {
        &self.infos
    }

    fn normalise(&self, image: Tensor<4>) -> Tensor<4> {
        normalised(&self.preprocessing, image)
    }

    fn mean_colour(&self) -> [f32; 3] {
        self.preprocessing.denormalise([0.0; 3])
    }

    fn is_on_kernels(&self) -> bool {
        is_enabled() && is_host(&self.device)
    }

    fn filter_bytes(&self, wanted: &[Layer]) -> Option<u64> {
        let read = self.readers(&wanted.iter().collect(), Blueprint::PICTURE);
        let all = self.weights.iter().zip(read);
        let on_the_way = all.filter_map(|(weights, readers)| match weights {
            Weights::Conv(filters) => readers.map(|_| filters.form_bytes() as u64),
            Weights::None | Weights::Dense(_) => None,
        });
        Some(on_the_way.sum())
    }

    fn parameters(&self) -> usize {
        self.weights.iter().map(Weights::count).sum()
    }

    /// Where the scores are means of rectified maps, the maps before the rectifier.
    fn evidence(&self) -> Option<Layer> {
        let nodes = self.blueprint.nodes();
        let (mut place, _) = nodes
            .iter()
            .enumerate()
            .find(|(_, node)| node.layer.as_str() == SCORES)?;
        while matches!(nodes[place].op, Op::GlobalMean | Op::Relu) {
            place = nodes[place].inputs[0];
        }
        Some(nodes[place].layer.clone())
    }

    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn with_rule(&self, rule: Rule) -> Option<Box<dyn Network>> {
        let same = self.clone();
        Some(Box::new(Self { rule, ..same }))
    }

    fn pools_by_mean(&self, layer: &Layer) -> bool {
        let read = self.readers(&BTreeSet::from([layer]), Blueprint::PICTURE);
        let on_the_way = self.blueprint.nodes().iter().zip(read);
        let mut on_the_way = on_the_way.filter(|(_, readers)| readers.is_some());
        on_the_way.any(|(node, _)| {
            // A fully connected layer averages its maps to a grid first.
            matches!(node.op, Op::AvgPool(_) | Op::GlobalMean | Op::Dense(_))
        })
    }

    /// Convolutions, `…_pre_relu` and the like, and fully connected layers.
    fn weighted(&self) -> Vec<Layer> {
        let nodes = self.blueprint.nodes().iter().zip(&self.weights);
        let weighted = nodes.filter(|(_, weights)| !matches!(weights, Weights::None));
        weighted.map(|(node, _)| node.layer.clone()).collect()
    }

    fn randomised(&self, layers: &[Layer], seed: u64) -> Option<Box<dyn Network>> {
        let mut same = self.clone();
        let nodes = self.blueprint.nodes();
        for (number, layer) in (0..).zip(layers) {
            let seed = seed.wrapping_add(number);
            let place = nodes.iter().position(|node| node.layer == *layer)?;
            if matches!(self.weights[place], Weights::None) {
                return None;
            }
            same.weights[place] = weights::random_at(&self.blueprint, place, seed, &self.device);
        }
        Some(Box::new(same))
    }

    fn first_filters(&self) -> Option<Tensor<4>> {
        let mut nodes = self.blueprint.nodes().iter();
        let first = nodes.find(|node| node.inputs == [Blueprint::PICTURE])?;
        self.filters(first.layer.as_str())
    }

    fn run(
        &self,
        normalised: Tensor<4>,
        wanted: &[Layer],
        keep: &mut dyn FnMut(&Layer, Tensor<4>),
    ) {
        let wanted: BTreeSet<&Layer> = wanted.iter().collect();
        let readers = self.readers(&wanted, Blueprint::PICTURE);
        self.run_nodes(Blueprint::PICTURE, normalised, &wanted, readers, keep);
    }

    fn run_from(
        &self,
        start: &Layer,
        maps: Tensor<4>,
        wanted: &[Layer],
        keep: &mut dyn FnMut(&Layer, Tensor<4>),
    ) -> bool {
        let nodes = self.blueprint.nodes();
        let place = |layer: &Layer| nodes.iter().position(|node| node.layer == *layer);
        let Some(start) = place(start) else {
            return false;
        };
        let is_behind = |layer: &Layer| place(layer).is_some_and(|place| place > start);
        let wanted: BTreeSet<&Layer> = wanted.iter().collect();
        let readers = self.readers(&wanted, start);
        // Whatever is read lies behind the start, or a branch goes past it.
        let can = wanted.iter().all(|layer| is_behind(layer))
            && readers[..start].iter().all(Option::is_none);
        if can {
            self.run_nodes(start, maps, &wanted, readers, keep);
        }
        can
    }
}

fn connect(dense: &Dense, matrix: &Matrix, x: &Maps) -> Maps {
    let x = adaptive_avg_pool2d(x.to_first(), [dense.side; 2]);
    let [batch, channels, height, width] = x.dims();
    let rows = x.reshape([batch, channels * height * width]);
    let outputs = rows.matmul(matrix.weight.clone()) + matrix.bias.clone();
    Maps::new(outputs.reshape([batch, 1, 1, dense.outputs]))
}

fn pool(window: Window, pooling: Pooling, x: &Maps) -> Maps {
    let window = kernels::Window {
        side: window.side,
        stride: window.stride,
        padding: window.padding,
        is_ceil: window.is_ceil,
        counts_padding: window.counts_padding,
    };
    Maps::new(pool_windows(x.tensor(), window, pooling))
}
