//! What is to be explained.

use burn::tensor::Tensor;
use burn::tensor::activation::softmax;
use reverie_model::vision::{Activations, Layer, LayerInfo, LayerKind, Network, Rule};

use crate::objective::check_channel;
use crate::tensor::values_of;
use crate::{Signal, VizError, send_back};

/// A number that a network gives to an image: the mean of one channel over its positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    layer: Layer,
    channel: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Class,
    Channel,
}

impl Score {
    /// The score of a class before the softmax, by its place among the classes.
    ///
    /// # Errors
    /// [`VizError::NoClassifier`]; [`VizError::NoSuchChannel`] beyond the last class.
    pub fn class(network: &dyn Network, class: usize) -> Result<Self, VizError> {
        let mut layers = network.layers().iter();
        let info = layers.find(|info| info.kind == LayerKind::Scores);
        let info = info.ok_or_else(|| VizError::NoClassifier {
            network: network.name().to_owned(),
        })?;
        Self::of(info, class, Kind::Class)
    }

    /// What stands behind the score of a class and still moves where a rectifier silences it: the mean
    /// of [`Network::evidence`]. Where no rectifier stands between them it is the score itself.
    ///
    /// # Errors
    /// As for [`class`](Self::class).
    pub fn evidence(network: &dyn Network, class: usize) -> Result<Self, VizError> {
        let layer = network.evidence().ok_or_else(|| VizError::NoClassifier {
            network: network.name().to_owned(),
        })?;
        Self::of(network.info(layer.as_str())?, class, Kind::Class)
    }

    /// The score of a class, or, where a rectifier silences it in this image so that no pixel moves it,
    /// the [`evidence`](Self::evidence) for it; and whether that was so.
    ///
    /// # Errors
    /// As for [`class`](Self::class); images that are too small.
    pub fn awake(
        network: &dyn Network,
        class: usize,
        image: Tensor<4>,
    ) -> Result<(Self, bool), VizError> {
        let score = Self::class(network, class)?;
        let evidence = Self::evidence(network, class)?;
        if evidence == score {
            return Ok((score, false));
        }
        let question = Question { network, score };
        let is_silent = question.scores(image)?[0] == 0.0;
        Ok(match is_silent {
            true => (evidence, true),
            false => (question.score, false),
        })
    }

    /// Whether it is that of a class.
    pub fn is_of_class(&self) -> bool {
        self.kind == Kind::Class
    }

    /// The mean of a channel of any layer.
    ///
    /// # Errors
    /// [`VizError::NoSuchChannel`].
    pub fn channel(info: &LayerInfo, channel: usize) -> Result<Self, VizError> {
        Self::of(info, channel, Kind::Channel)
    }

    fn of(info: &LayerInfo, channel: usize, kind: Kind) -> Result<Self, VizError> {
        check_channel(info, channel)?;
        Ok(Self {
            layer: info.layer.clone(),
            channel,
            kind,
        })
    }

    /// The layer that it is read from.
    pub fn layer(&self) -> &Layer {
        &self.layer
    }

    /// The channel, or the class.
    pub fn number(&self) -> usize {
        self.channel
    }

    /// The number of every image, `[B]`; differentiable.
    pub fn of_maps(&self, maps: Tensor<4>) -> Tensor<1> {
        let batch = maps.dims()[0];
        let channel = maps.narrow(1, self.channel, 1);
        channel.mean_dim(2).mean_dim(3).reshape([batch])
    }
}

/// A network, and which of its numbers is to be explained.
pub struct Question<'a> {
    /// The network.
    pub network: &'a dyn Network,
    /// The number.
    pub score: Score,
}

impl Question<'_> {
    /// What the score sends back to images `[B, 3, H, W]` through rectifiers of this rule.
    ///
    /// # Errors
    /// As for [`send_back`].
    pub fn send_back(&self, rule: Rule, images: Tensor<4>) -> Result<Signal, VizError> {
        let layers = std::slice::from_ref(&self.score.layer);
        let score = |seen: &Activations| self.score.of_maps(seen.of(&self.score.layer));
        send_back(self.network, rule, images, layers, score)
    }

    /// The score of every image.
    ///
    /// # Errors
    /// Images that are too small.
    pub fn scores(&self, images: Tensor<4>) -> Result<Vec<f32>, VizError> {
        let layers = std::slice::from_ref(&self.score.layer);
        let seen = self.network.activations(images, layers)?;
        Ok(values_of(self.score.of_maps(seen.of(&self.score.layer))))
    }

    /// How sure the network is of every image: the probability of the class, or the score itself where
    /// it is none of a class.
    ///
    /// # Errors
    /// Images that are too small.
    pub fn answers(&self, images: Tensor<4>) -> Result<Vec<f32>, VizError> {
        if self.score.kind == Kind::Channel {
            return self.scores(images);
        }
        let scores = Score::class(self.network, self.score.channel)?;
        let layers = std::slice::from_ref(&scores.layer);
        let maps = self.network.activations(images, layers)?.of(&scores.layer);
        Ok(values_of(scores.of_maps(softmax(maps, 1))))
    }
}
