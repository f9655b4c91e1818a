//! What a network wants its pictures turned into before it sees them.

use serde::{Deserialize, Serialize};

/// Which colour channel a network has first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelOrder {
    /// Red, green, blue: PyTorch and TensorFlow.
    #[default]
    Rgb,
    /// Blue, green, red: Caffe, and everything converted from it.
    Bgr,
}

/// How a picture with values in `[0, 1]`, RGB, becomes what a network was trained on.
///
/// Channel by channel, in the network's own order and range:
/// `(picture * scale - mean) / std`. Feeding a network the wrong version of this does not fail,
/// it only gives worse pictures, so every [`Entry`](super::Entry) of the registry carries it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocessing {
    /// Order of the channels that the network expects.
    pub order: ChannelOrder,
    /// Factor on the `[0, 1]` picture: 1 to leave it, 255 for byte values.
    pub scale: f32,
    /// Subtracted after scaling, in the network's channel order.
    pub mean: [f32; 3],
    /// Divided by last, in the network's channel order.
    pub std: [f32; 3],
}

impl Preprocessing {
    /// The picture as it is.
    pub const fn untouched() -> Self {
        Self {
            order: ChannelOrder::Rgb,
            scale: 1.0,
            mean: [0.0; 3],
            std: [1.0; 3],
        }
    }

    /// Networks of torchvision: RGB, `[0, 1]`, ImageNet's mean and standard deviation.
    pub const fn torchvision() -> Self {
        Self {
            order: ChannelOrder::Rgb,
            scale: 1.0,
            mean: [0.485, 0.456, 0.406],
            std: [0.229, 0.224, 0.225],
        }
    }

    /// Networks converted from Caffe: BGR, byte values, the mean colour of ImageNet subtracted.
    ///
    /// # Source
    /// The VGG models of Simonyan and Zisserman 2014 (arXiv 1409.1556), as neural-style uses them.
    pub const fn caffe() -> Self {
        Self {
            order: ChannelOrder::Bgr,
            scale: 255.0,
            mean: [103.939, 116.779, 123.68],
            std: [1.0; 3],
        }
    }

    /// The edge detector HED and its trunk: like [`caffe`](Self::caffe) with a slightly other mean.
    ///
    /// # Source
    /// Xie and Tu 2015 (arXiv 1504.06375), their published code.
    pub const fn hed() -> Self {
        Self {
            order: ChannelOrder::Bgr,
            scale: 255.0,
            mean: [104.00699, 116.66877, 122.67892],
            std: [1.0; 3],
        }
    }

    /// SqueezeNet as its authors trained it: like [`caffe`](Self::caffe) with a mean of whole numbers.
    ///
    /// # Source
    /// Iandola et al. 2016 (arXiv 1602.07360), `train_val.prototxt` of their repository.
    pub const fn squeezenet() -> Self {
        Self {
            order: ChannelOrder::Bgr,
            scale: 255.0,
            mean: [104.0, 117.0, 123.0],
            std: [1.0; 3],
        }
    }

    /// RGB in `[-1, 1]`: the Inception networks, and networks trained here.
    pub const fn symmetric() -> Self {
        Self {
            order: ChannelOrder::Rgb,
            scale: 1.0,
            mean: [0.5; 3],
            std: [0.5; 3],
        }
    }

    /// One RGB pixel in `[0, 1]` as the network sees it, in the network's channel order.
    ///
    /// The reference for the tensor code, and enough for tables and tests.
    pub fn normalise(&self, rgb: [f32; 3]) -> [f32; 3] {
        let pixel = self.reorder(rgb);
        std::array::from_fn(|c| (pixel[c] * self.scale - self.mean[c]) / self.std[c])
    }

    /// The RGB pixel in `[0, 1]` that [`normalise`](Self::normalise) made this from.
    pub fn denormalise(&self, seen: [f32; 3]) -> [f32; 3] {
        self.reorder(std::array::from_fn(|c| {
            (seen[c] * self.std[c] + self.mean[c]) / self.scale
        }))
    }

    /// Whether every number is finite and nothing is divided by zero.
    pub fn is_usable(&self) -> bool {
        let divisors = self.std.iter().chain([&self.scale]);
        divisors.into_iter().all(|d| d.is_finite() && *d > 0.0)
            && self.mean.iter().all(|m| m.is_finite())
    }

    fn reorder(&self, [a, b, c]: [f32; 3]) -> [f32; 3] {
        match self.order {
            ChannelOrder::Rgb => [a, b, c],
            ChannelOrder::Bgr => [c, b, a],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn torchvision_grey_is_near_zero() {
        let seen = Preprocessing::torchvision().normalise([0.485, 0.456, 0.406]);
        assert_eq!(seen, [0.0; 3]);
    }

    #[test]
    fn caffe_swaps_red_and_blue() {
        let seen = Preprocessing::caffe().normalise([1.0, 0.0, 0.0]);
        assert_eq!(seen, [-103.939, -116.779, 255.0 - 123.68]);
    }

    #[test]
    fn symmetric_reaches_both_ends() {
        assert_eq!(
            Preprocessing::symmetric().normalise([0.0, 0.5, 1.0]),
            [-1.0, 0.0, 1.0]
        );
    }

    #[test]
    fn denormalise_undoes_normalise() {
        let kinds = [
            Preprocessing::torchvision(),
            Preprocessing::caffe(),
            Preprocessing::hed(),
            Preprocessing::squeezenet(),
            Preprocessing::symmetric(),
        ];
        for kind in kinds {
            let back = kind.denormalise(kind.normalise([0.1, 0.6, 0.9]));
            for (got, want) in back.iter().zip([0.1, 0.6, 0.9]) {
                assert!((got - want).abs() < 1e-6, "{kind:?}: {got} is not {want}");
            }
            assert!(kind.is_usable());
        }
    }

    #[test]
    fn a_zero_divisor_is_unusable() {
        let mut kind = Preprocessing::caffe();
        kind.std[1] = 0.0;
        assert!(!kind.is_usable());
    }
}
