//! Every kind of network that can be built from a file, by its name.

use burn::tensor::Device;

use super::graph::{Blueprint, GRAPHS, GraphNet};
use super::{ARCHITECTURES, LayerKind, Network, Vgg, VggConfig};
use crate::ModelError;
use crate::weights::{Preprocessing, TensorFile, nearest};

/// The shape of a network, without weights.
#[derive(Clone, Debug)]
pub enum Architecture {
    /// A chain of 3x3 convolutions.
    Vgg(VggConfig),
    /// A network that branches, or has other filters.
    Graph(Blueprint),
}

impl Architecture {
    /// The names of all of them.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ARCHITECTURES.iter().copied().chain(GRAPHS)
    }

    /// The architecture called `name`.
    ///
    /// # Errors
    /// [`ModelError::UnknownArchitecture`], with the nearest name and all names there are.
    pub fn by_name(name: &str) -> Result<Self, ModelError> {
        if GRAPHS.contains(&name) {
            return Ok(Self::Graph(Blueprint::by_name(name)?));
        }
        if ARCHITECTURES.contains(&name) {
            return Ok(Self::Vgg(VggConfig::by_name(name)?));
        }
        Err(ModelError::UnknownArchitecture {
            asked: name.to_owned(),
            nearest: nearest(name, Self::names()).map(str::to_owned),
            names: Self::names().map(str::to_owned).collect(),
        })
    }

    /// The same shape under the name that a user calls its weights by.
    pub fn called(self, name: &str) -> Self {
        match self {
            Self::Vgg(config) => Self::Vgg(VggConfig {
                name: name.to_owned(),
                ..config
            }),
            Self::Graph(blueprint) => Self::Graph(blueprint.called(name)),
        }
    }

    /// The network with the weights of `file`, frozen. `ignore` names tensors that it has no use
    /// for.
    ///
    /// # Errors
    /// [`ModelError::Weights`], naming every tensor that is wrong.
    pub fn build(
        &self,
        preprocessing: Preprocessing,
        file: &TensorFile,
        ignore: &[String],
        classes: ClassNames<'_>,
        device: &Device,
    ) -> Result<Box<dyn Network>, ModelError> {
        match self {
            // The published classifiers of a VGG are left out: their size is fixed.
            Self::Vgg(config) => {
                let network = Vgg::from_file(config, preprocessing, file, ignore, device)?;
                Ok(Box::new(network))
            }
            Self::Graph(blueprint) => {
                let network = GraphNet::from_file(blueprint, preprocessing, file, ignore, device)?;
                let mut kinds = network.layers().iter();
                let scores = kinds.find(|info| info.kind == LayerKind::Scores);
                let count = scores.map_or(0, |info| info.channels);
                Ok(Box::new(network.with_classes(classes.fitting(count))))
            }
        }
    }
}

/// Names for the classes of a network, in the order of its scores; none where nobody knows them.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClassNames<'a>(
    /// The names.
    pub &'a [String],
);

impl ClassNames<'_> {
    /// As many names as there are scores: numbers where the names are of something else.
    fn fitting(self, count: usize) -> Vec<String> {
        match self.0.len() == count {
            true => self.0.to_vec(),
            false => (0..count).map(|place| format!("class {place}")).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_an_architecture_and_others_get_the_nearest() {
        for name in Architecture::names() {
            Architecture::by_name(name).unwrap();
        }
        let error = Architecture::by_name("googelnet").unwrap_err().to_string();
        assert!(error.contains("did you mean googlenet?"), "{error}");
        assert!(
            error.contains("vgg19") && error.contains("alexnet"),
            "{error}"
        );
    }

    #[test]
    fn classes_without_names_are_numbers() {
        let names = ["cat".to_owned()];
        assert_eq!(ClassNames(&names).fitting(1), names);
        assert_eq!(ClassNames(&names).fitting(2), ["class 0", "class 1"]);
    }
}
