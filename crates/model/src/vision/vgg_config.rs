//! The members of the VGG family.

use crate::ModelError;
use crate::weights::nearest;

/// How a VGG halves its feature maps; the weights do not depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// The largest of four neighbours, as the networks were trained.
    #[default]
    Max,
    /// The mean of four neighbours, as Gatys et al. 2016 use for smoother pictures.
    ///
    /// # Scale
    /// Nothing is rescaled. The mean is smaller than the maximum, so activations shrink with depth
    /// and absolute loss values differ from those with [`Pooling::Max`].
    Average,
}

/// What the convolutions see beyond the border of the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edges {
    /// Zeros everywhere, as the networks were trained.
    #[default]
    Zero,
    /// The first convolution sees its border pixels repeated, all others zeros: fewer dark rims in
    /// optimised pictures (crowsonkb/style-transfer-pytorch).
    Replicate,
}

/// The shape of a VGG network.
///
/// # Source
/// Simonyan and Zisserman 2015 (arXiv 1409.1556), table 1.
#[derive(Clone, Debug, PartialEq)]
pub struct VggConfig {
    /// What users call it.
    pub name: String,
    /// Output channels of the 3x3 convolutions, one list a stage; a pooling ends every stage but
    /// the one [`final_pool`](Self::final_pool) speaks of.
    pub stages: Vec<Vec<usize>>,
    /// Whether batch normalisation follows each convolution.
    pub batch_norm: bool,
    /// Whether a pooling ends the last stage too.
    pub final_pool: bool,
    /// How feature maps are halved.
    pub pooling: Pooling,
    /// What lies beyond the border.
    pub edges: Edges,
}

/// Names that [`VggConfig::by_name`] knows.
pub const ARCHITECTURES: [&str; 10] = [
    "vgg11", "vgg13", "vgg16", "vgg19", "vgg11_bn", "vgg13_bn", "vgg16_bn", "vgg19_bn", "vgg-mini",
    "tiny",
];

impl VggConfig {
    fn with_depths(name: &str, depths: [usize; 5]) -> Self {
        let widths = [64, 128, 256, 512, 512];
        Self {
            name: name.to_owned(),
            stages: widths
                .iter()
                .zip(depths)
                .map(|(&width, depth)| vec![width; depth])
                .collect(),
            batch_norm: false,
            final_pool: true,
            pooling: Pooling::default(),
            edges: Edges::default(),
        }
    }

    /// Configuration A: 8 convolutions.
    pub fn vgg11() -> Self {
        Self::with_depths("vgg11", [1, 1, 2, 2, 2])
    }

    /// Configuration B: 10 convolutions.
    pub fn vgg13() -> Self {
        Self::with_depths("vgg13", [2, 2, 2, 2, 2])
    }

    /// Configuration D: 13 convolutions.
    pub fn vgg16() -> Self {
        Self::with_depths("vgg16", [2, 2, 3, 3, 3])
    }

    /// Configuration E: 16 convolutions, the network of Gatys et al.
    pub fn vgg19() -> Self {
        Self::with_depths("vgg19", [2, 2, 4, 4, 4])
    }

    /// The small network of this project: four stages, 1.91 million parameters.
    pub fn mini() -> Self {
        Self {
            name: "vgg-mini".to_owned(),
            stages: vec![vec![32; 2], vec![64; 2], vec![128; 3], vec![256; 3]],
            final_pool: false,
            ..Self::vgg11()
        }
    }

    /// Two stages of four channels: enough to test everything without a weights file.
    pub fn tiny() -> Self {
        Self {
            name: "tiny".to_owned(),
            stages: vec![vec![4; 2], vec![4; 2]],
            ..Self::vgg11()
        }
    }

    /// The same network with batch normalisation after every convolution.
    pub fn with_batch_norm(mut self) -> Self {
        self.batch_norm = true;
        self.name.push_str("_bn");
        self
    }

    /// The same network with another pooling.
    pub fn with_pooling(mut self, pooling: Pooling) -> Self {
        self.pooling = pooling;
        self
    }

    /// The same network with another border.
    pub fn with_edges(mut self, edges: Edges) -> Self {
        self.edges = edges;
        self
    }

    /// The network called `name`, as in torchvision: `vgg16`, `vgg19_bn`.
    ///
    /// # Errors
    /// [`ModelError::UnknownArchitecture`], with the nearest name.
    pub fn by_name(name: &str) -> Result<Self, ModelError> {
        let (plain, batch_norm) = match name.strip_suffix("_bn") {
            Some(plain) => (plain, true),
            None => (name, false),
        };
        let config = match plain {
            "vgg11" => Self::vgg11(),
            "vgg13" => Self::vgg13(),
            "vgg16" => Self::vgg16(),
            "vgg19" => Self::vgg19(),
            "vgg-mini" => Self::mini(),
            "tiny" => Self::tiny(),
            _ => {
                return Err(ModelError::UnknownArchitecture {
                    asked: name.to_owned(),
                    nearest: nearest(name, ARCHITECTURES.into_iter()).map(str::to_owned),
                    names: ARCHITECTURES.map(str::to_owned).to_vec(),
                });
            }
        };
        Ok(if batch_norm {
            config.with_batch_norm()
        } else {
            config
        })
    }

    /// `(stage, place, channels in, channels out)` of each convolution; stage and place count from 1
    /// as in `conv3_2`.
    pub fn convolutions(&self) -> Vec<(usize, usize, usize, usize)> {
        let mut channels_in = 3;
        let mut list = Vec::new();
        for (stage, widths) in self.stages.iter().enumerate() {
            for (place, &channels) in widths.iter().enumerate() {
                list.push((stage + 1, place + 1, channels_in, channels));
                channels_in = channels;
            }
        }
        list
    }
}
