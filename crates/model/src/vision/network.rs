//! The interface between networks and everything that looks into them.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor};

use super::{Layer, LayerInfo, LayerKind, Rule};
use crate::ModelError;
use crate::weights::nearest;

/// A network whose layers can be read by name.
///
/// # Shapes
/// A picture is `[B, 3, H, W]`, RGB, in `[0, 1]`; an activation is `[B, C, H', W']`.
///
/// # Bring your own
/// Implement the six methods without a body: a name, the device, the list of layers in the order
/// they are computed, the preprocessing with its mean colour, and the forward pass. Weights must not require gradients:
/// only the picture is ever changed.
pub trait Network {
    /// What a user calls this network.
    fn name(&self) -> &str;

    /// Where the weights are.
    fn device(&self) -> Device;

    /// Every layer, from the picture to the deepest.
    fn layers(&self) -> &[LayerInfo];

    /// Turns an image in `[0, 1]` into what the first layer expects (channel order, range, mean).
    fn normalise(&self, image: Tensor<4>) -> Tensor<4>;

    /// The colour, RGB in `[0, 1]`, that [`normalise`](Network::normalise) turns to zero: the mean
    /// picture that L2 penalties pull toward.
    fn mean_colour(&self) -> [f32; 3];

    /// Runs the network on a normalised picture until the deepest wanted layer, and hands each
    /// wanted layer to `keep`. Callers use [`activations`](Network::activations).
    fn run(&self, normalised: Tensor<4>, wanted: &[Layer], keep: &mut dyn FnMut(&Layer, Tensor<4>));

    /// Whether all of it is computed by the kernels of this project, which hold less than Burn's
    /// operations while a picture is made.
    fn is_on_kernels(&self) -> bool {
        false
    }

    /// Bytes that filters take in the forms that the kernels need to see these layers and go back;
    /// none where they are 3x3 throughout, so that their channels tell.
    fn filter_bytes(&self, _wanted: &[Layer]) -> Option<u64> {
        None
    }

    /// How many numbers its weights are, so that a plan of memory counts them.
    fn parameters(&self) -> usize {
        0
    }

    /// The layer whose channels stand for classes and can be raised: the scores before the softmax, or
    /// what they are the mean of where a rectifier would keep a silent class from being raised at all.
    /// None where it has no classifier.
    fn evidence(&self) -> Option<Layer> {
        let scores = |info: &&LayerInfo| info.kind == LayerKind::Scores;
        let found = self.layers().iter().find(scores);
        found.map(|info| info.layer.clone())
    }

    /// Goes on from what `start` made, `[B, C, H', W']`, until the deepest wanted layer, and hands
    /// each wanted layer to `keep`, as [`run`](Network::run) does from the picture. False, with
    /// nothing handed over, where a wanted layer depends on more than `start`, or where the network
    /// cannot do that.
    fn run_from(
        &self,
        _start: &Layer,
        _maps: Tensor<4>,
        _wanted: &[Layer],
        _keep: &mut dyn FnMut(&Layer, Tensor<4>),
    ) -> bool {
        false
    }

    /// The same network with rectifiers that send signals back by `rule`; forward nothing changes. None
    /// where that cannot be chosen.
    fn with_rule(&self, _rule: Rule) -> Option<Box<dyn Network>> {
        None
    }

    /// Whether means are taken over positions between the picture and `layer`: a mean records no
    /// switch, so it has nothing to go back by but its gradient, which spreads a signal evenly.
    fn pools_by_mean(&self, _layer: &Layer) -> bool {
        false
    }

    /// Layers that have weights, from the picture to the deepest.
    fn weighted(&self) -> Vec<Layer> {
        Vec::new()
    }

    /// The same network with random weights in these layers, some of [`weighted`](Network::weighted):
    /// normal with variance `2 / fan-in`, biases zero. None where that cannot be done.
    fn randomised(&self, _layers: &[Layer], _seed: u64) -> Option<Box<dyn Network>> {
        None
    }

    /// Filters of the layer that reads the picture, `[C, 3, h, w]`, on what
    /// [`normalise`](Network::normalise) makes of it. None where they are not to be had.
    fn first_filters(&self) -> Option<Tensor<4>> {
        None
    }

    /// Names of the classes it tells apart, in the order of its scores; none where it has no
    /// classifier.
    fn classes(&self) -> &[String] {
        &[]
    }

    /// The layer called `name`.
    ///
    /// # Errors
    /// [`ModelError::UnknownLayer`], with the nearest name and all names that exist.
    fn layer(&self, name: &str) -> Result<Layer, ModelError> {
        self.info(name).map(|info| info.layer.clone())
    }

    /// What is known about the layer called `name`.
    ///
    /// # Errors
    /// [`ModelError::UnknownLayer`], as for [`layer`](Network::layer).
    fn info(&self, name: &str) -> Result<&LayerInfo, ModelError> {
        self.layers()
            .iter()
            .find(|info| info.layer.as_str() == name)
            .ok_or_else(|| {
                let names = || self.layers().iter().map(|info| info.layer.as_str());
                ModelError::UnknownLayer {
                    network: self.name().to_owned(),
                    asked: name.to_owned(),
                    nearest: nearest(name, names()).map(str::to_owned),
                    names: names().map(str::to_owned).collect(),
                }
            })
    }

    /// The deepest of some layers.
    ///
    /// # Errors
    /// [`ModelError::UnknownLayer`] if the network lacks one of them.
    fn deepest(&self, wanted: &[Layer]) -> Result<Option<&LayerInfo>, ModelError> {
        let mut deepest = None;
        for layer in wanted {
            let info = self.info(layer.as_str())?;
            let depth = self
                .layers()
                .iter()
                .position(|other| other.layer == info.layer);
            if deepest.is_none_or(|(best, _)| depth > best) {
                deepest = Some((depth, info));
            }
        }
        Ok(deepest.map(|(_, info)| info))
    }

    /// What the wanted layers make of an image in `[0, 1]`, in one pass that stops at the deepest.
    ///
    /// # Errors
    /// [`ModelError::UnknownLayer`]; [`ModelError::PictureTooSmall`] if pooling leaves nothing of
    /// the picture at one of the layers.
    fn activations(&self, image: Tensor<4>, wanted: &[Layer]) -> Result<Activations, ModelError> {
        let [_, _, height, width] = image.dims();
        let infos = wanted.iter().map(|layer| self.info(layer.as_str()));
        let infos = infos.collect::<Result<Vec<_>, _>>()?;
        if let Some(info) = infos.into_iter().max_by_key(|info| info.min_side()) {
            info.check_side(width, height)?;
        }
        let mut found = BTreeMap::new();
        if !wanted.is_empty() {
            self.run(
                self.normalise(image.clone()),
                wanted,
                &mut |layer, tensor| {
                    found.insert(layer.clone(), tensor);
                },
            );
        }
        Ok(Activations { image, found })
    }
}

/// What chosen layers made of one batch of images.
#[derive(Clone, Debug)]
pub struct Activations {
    image: Tensor<4>,
    found: BTreeMap<Layer, Tensor<4>>,
}

impl Activations {
    /// The image itself, `[B, 3, H, W]` in `[0, 1]`.
    pub fn image(&self) -> Tensor<4> {
        self.image.clone()
    }

    /// The feature maps of `layer`, `[B, C, H', W']`.
    ///
    /// # Panics
    /// If `layer` was not among the wanted ones.
    pub fn of(&self, layer: &Layer) -> Tensor<4> {
        match self.found.get(layer) {
            Some(tensor) => tensor.clone(),
            None => panic!("{layer} was not asked for, only {:?}", self.found.keys()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vision::graph::{Blueprint, GraphNet};
    use crate::vision::{Vgg, VggConfig, synthetic_picture};

    /// What `wanted` makes, from the picture and from `start`; none where the way leads past it.
    fn both_ways(network: &dyn Network, start: &str, wanted: &str) -> Option<[Vec<f32>; 2]> {
        let [start, wanted] = [start, wanted].map(|name| network.layer(name).unwrap());
        let picture = synthetic_picture(64, 48, &network.device());
        let seen = network.activations(picture, &[start.clone(), wanted.clone()]);
        let seen = seen.unwrap();
        let mut found = None;
        let mut keep = |_: &Layer, maps: Tensor<4>| found = Some(maps);
        let wanted_only = std::slice::from_ref(&wanted);
        let can = network.run_from(&start, seen.of(&start), wanted_only, &mut keep);
        assert_eq!(can, found.is_some());
        let numbers = |maps: Tensor<4>| maps.into_data().iter::<f32>().collect::<Vec<_>>();
        found.map(|found| [numbers(seen.of(&wanted)), numbers(found)])
    }

    #[test]
    fn a_network_goes_on_from_a_layer_as_it_does_from_the_picture() {
        let vgg = Vgg::random(&VggConfig::tiny(), 1, &Device::flex());
        let net = Blueprint::squeezenet().narrowed(16);
        let graph = GraphNet::random(&net, 1, &Device::flex());
        let cases: [(&dyn Network, &str, &str); 4] = [
            (&vgg, "relu1_2", "relu2_2"),
            (&vgg, "conv1_1", "pool1"),
            (&graph, "fire3", "scores"),
            (&graph, "pool1", "fire4"),
        ];
        for (network, start, wanted) in cases {
            let [whole, resumed] = both_ways(network, start, wanted).unwrap();
            assert_eq!(whole, resumed, "{start} to {wanted}");
        }
    }

    #[test]
    fn a_way_past_the_start_is_refused() {
        let net = Blueprint::squeezenet().narrowed(16);
        let graph = GraphNet::random(&net, 1, &Device::flex());
        assert_eq!(both_ways(&graph, "fire4", "fire3"), None);
        let branch = graph.layers().iter().map(|info| info.layer.as_str());
        let branch = branch.rev().find(|name| name.starts_with("fire3_"));
        assert_eq!(both_ways(&graph, branch.unwrap(), "fire4"), None);
    }
}
