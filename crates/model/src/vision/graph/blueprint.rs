//! What a network is made of, before it has weights.

use super::{Conv, Op};
use crate::ModelError;
use crate::vision::{Layer, LayerInfo};
use crate::weights::nearest;

use super::geometry::{Extent, infer};

/// Names that [`Blueprint::by_name`] knows.
pub const GRAPHS: [&str; 4] = [
    "alexnet",
    "squeezenet1_1",
    "googlenet",
    "inception_v3_trunk",
];

/// Tensors that belong to training, and not to the network.
const TRAINING_ONLY: &str = "*num_batches_tracked";

/// One step of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name.
    pub layer: Layer,
    /// What it does.
    pub op: Op,
    /// The nodes that it reads, by their place.
    pub inputs: Vec<usize>,
}

/// A network as a list of nodes, each behind those that it reads.
///
/// # Example
/// ```
/// use reverie_model::vision::graph::{Blueprint, Conv, Op};
///
/// let mut net = Blueprint::new("two branches");
/// let wide = Conv::square("wide", 4, 5).keeping_size();
/// let wide = net.push("wide", Op::Conv(wide), &[Blueprint::PICTURE]);
/// let narrow = Conv::square("narrow", 2, 1);
/// let narrow = net.push("narrow", Op::Conv(narrow), &[Blueprint::PICTURE]);
/// net.push("both", Op::Concat, &[wide, narrow]);
/// let infos = net.layers();
/// assert_eq!((infos[2].channels, infos[2].receptive), (6, 5));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Blueprint {
    name: String,
    nodes: Vec<Node>,
    /// Place of the first node of the classifier, which is left out where a file lacks it.
    head: Option<usize>,
    ignored: Vec<String>,
}

impl Blueprint {
    /// Place of the picture among the nodes.
    pub const PICTURE: usize = 0;

    /// A network that is nothing but the picture yet.
    pub fn new(name: impl Into<String>) -> Self {
        let picture = Node {
            layer: Layer::named("picture"),
            op: Op::Picture,
            inputs: Vec::new(),
        };
        Self {
            name: name.into(),
            nodes: vec![picture],
            head: None,
            ignored: vec![TRAINING_ONLY.to_owned()],
        }
    }

    /// The architecture called `name`; one of [`GRAPHS`].
    ///
    /// # Errors
    /// [`ModelError::UnknownArchitecture`], with the nearest name and all names there are.
    pub fn by_name(name: &str) -> Result<Self, ModelError> {
        match name {
            "alexnet" => Ok(Self::alexnet()),
            "squeezenet1_1" => Ok(Self::squeezenet()),
            "googlenet" => Ok(Self::googlenet()),
            "inception_v3_trunk" => Ok(Self::inception_trunk()),
            _ => Err(ModelError::UnknownArchitecture {
                asked: name.to_owned(),
                nearest: nearest(name, GRAPHS.into_iter()).map(str::to_owned),
                names: GRAPHS.map(str::to_owned).to_vec(),
            }),
        }
    }

    /// Adds a node that reads earlier ones, and says its place.
    ///
    /// # Panics
    /// If it reads a node that is not there yet, or the wrong number of nodes, or if the name is
    /// taken.
    pub fn push(&mut self, name: impl AsRef<str>, op: Op, inputs: &[usize]) -> usize {
        let (layer, place) = (Layer::named(name), self.nodes.len());
        let is_earlier = inputs.iter().all(|input| *input < place);
        assert!(is_earlier, "{layer}: {inputs:?} are not all before {place}");
        let is_fed = match op {
            Op::Picture => false,
            Op::Concat => !inputs.is_empty(),
            _ => inputs.len() == 1,
        };
        assert!(is_fed, "{layer} cannot read {} nodes", inputs.len());
        let is_free = self.nodes.iter().all(|node| node.layer != layer);
        assert!(is_free, "there are two layers called {layer}");
        self.nodes.push(Node {
            layer,
            op,
            inputs: inputs.to_vec(),
        });
        place
    }

    /// Adds a convolution called `…_pre_relu` and the rectifier behind it, which has the plain name
    /// and whose place this is.
    ///
    /// # Panics
    /// As [`push`](Self::push) does.
    pub fn push_rectified(&mut self, name: impl AsRef<str>, conv: Conv, input: usize) -> usize {
        let name = name.as_ref();
        let conv = self.push(format!("{name}_pre_relu"), Op::Conv(conv), &[input]);
        self.push(name, Op::Relu, &[conv])
    }

    /// From here on nodes belong to the classifier, which a file of weights may lack as a whole.
    pub fn begin_head(&mut self) {
        self.head = Some(self.nodes.len());
    }

    /// Tensors of a file that the network has no use for, as
    /// [`Loader::ignore`](crate::weights::Loader::ignore) names them.
    pub fn ignore(&mut self, pattern: impl Into<String>) {
        self.ignored.push(pattern.into());
    }

    /// The same network with a fraction of the outputs, rounded up, in every layer that has weights:
    /// for tests.
    ///
    /// # Panics
    /// If `divisor` is zero.
    pub fn narrowed(mut self, divisor: usize) -> Self {
        for node in &mut self.nodes {
            match &mut node.op {
                Op::Conv(conv) => conv.channels = conv.channels.div_ceil(divisor),
                Op::Dense(dense) => dense.outputs = dense.outputs.div_ceil(divisor),
                _ => {}
            }
        }
        self
    }

    /// The same network under another name.
    pub fn called(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    /// The same network without its classifier.
    pub fn without_head(mut self) -> Self {
        if let Some(head) = self.head.take() {
            self.nodes.truncate(head);
        }
        self
    }

    /// What users call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The nodes, the picture first.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// What is known about every layer, in the order of the nodes; the picture is none.
    ///
    /// # Panics
    /// If maps of different size are to be joined.
    pub fn layers(&self) -> Vec<LayerInfo> {
        let extents = self.extents();
        let nodes = self.nodes.iter().zip(&extents).skip(1);
        nodes.map(|(node, extent)| extent.info(node)).collect()
    }

    /// Size and reach of every node.
    pub(super) fn extents(&self) -> Vec<Extent> {
        infer(&self.nodes)
    }

    /// What of a file is left alone.
    pub(super) fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// What a file calls the layers of the classifier that have weights.
    pub(super) fn head_keys(&self) -> impl Iterator<Item = &str> {
        let head = self.head.unwrap_or(self.nodes.len());
        self.nodes[head..].iter().filter_map(|node| match &node.op {
            Op::Conv(conv) => Some(conv.key.as_str()),
            Op::Dense(dense) => Some(dense.key.as_str()),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_architecture_exists_under_its_name() {
        for name in GRAPHS {
            assert_eq!(Blueprint::by_name(name).unwrap().name(), name);
        }
        let error = Blueprint::by_name("googlnet").unwrap_err().to_string();
        assert!(error.contains("did you mean googlenet?"), "{error}");
    }

    #[test]
    #[should_panic(expected = "late: [1] are not all before 1")]
    fn a_node_reads_only_earlier_ones() {
        Blueprint::new("wrong").push("late", Op::Relu, &[1]);
    }

    #[test]
    #[should_panic(expected = "two layers called relu")]
    fn a_name_is_given_once() {
        let mut net = Blueprint::new("wrong");
        let relu = net.push("relu", Op::Relu, &[Blueprint::PICTURE]);
        net.push("relu", Op::Relu, &[relu]);
    }

    #[test]
    fn a_narrow_network_has_the_same_layers() {
        let names = |net: Blueprint| net.layers().into_iter().map(|info| info.layer);
        let whole = Blueprint::googlenet();
        let narrow = whole.clone().narrowed(16);
        assert!(names(whole).eq(names(narrow.clone())));
        let first = &narrow.layers()[0];
        assert_eq!(first.channels, 4);
    }
}
