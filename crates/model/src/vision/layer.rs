//! Names of layers and what is known about each without running the network.

use std::fmt;
use std::sync::Arc;

use crate::ModelError;

/// A layer by its name in the literature: `conv3_1`, `relu4_2`, `pool5`.
///
/// Asked for by [`Network::layer`](super::Network::layer), which refuses names the network does not
/// have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Layer(Arc<str>);

impl Layer {
    /// A layer of this name; whether a network has it is for the network to say.
    pub fn named(name: impl AsRef<str>) -> Self {
        Self(name.as_ref().into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is a layer inside the block called `block`, as `fire2_squeeze1x1` is of `fire2`.
    pub fn is_part_of(&self, block: &Self) -> bool {
        is_part(self.as_str(), block.as_str())
    }
}

/// Whether a name is that of a layer inside a block.
pub(crate) fn is_part(name: &str, block: &str) -> bool {
    let rest = name.strip_prefix(block);
    let rest = rest.and_then(|rest| rest.strip_prefix('_'));
    // `mixed_1` is the next block after `mixed`, and not a part of it.
    rest.is_some_and(|rest| !rest.bytes().all(|byte| byte.is_ascii_digit()))
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a layer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerKind {
    /// A convolution; its output is the *pre-activation*, which may be negative.
    Conv,
    /// Batch normalisation with fixed statistics.
    Norm,
    /// `max(x, 0)`.
    Relu,
    /// A pooling: every position is the largest or the mean of several.
    Pool,
    /// The channels of several layers, one behind the other.
    Concat,
    /// A fully connected layer before its rectifier: `[B, K, 1, 1]`, whatever the size of the picture.
    Dense,
    /// One number a class, before the softmax: `[B, K, 1, 1]`, whatever the size of the picture.
    Scores,
}

/// What is known about a layer before any picture is seen.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerInfo {
    /// Its name.
    pub layer: Layer,
    /// What it does.
    pub kind: LayerKind,
    /// Feature maps it puts out.
    pub channels: usize,
    /// Pixels of the picture between neighbouring positions of this layer.
    pub stride: usize,
    /// Pixels of the picture, in one direction, that one position depends on; [`usize::MAX`] where
    /// there is a single position, which sees all of it.
    pub receptive: usize,
    /// Pixels that convolutions and poolings without, or with wide, padding take from the picture or
    /// add to it: there are `(side + shift) / stride` positions along a side. Zero in a VGG.
    pub shift: isize,
    /// The first pixel, across and down, that the position in the upper left corner depends on: zero or
    /// below it, as padding reaches beyond the border.
    pub offset: isize,
    /// Smallest side of a picture that leaves one position here, in pixels.
    pub smallest: usize,
}

/// A rectangle of pixels, which may reach beyond the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// First column; negative beyond the left border.
    pub left: isize,
    /// First row; negative beyond the upper border.
    pub top: isize,
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
}

impl Field {
    /// Whether all of a picture of this size, in pixels, lies in it.
    pub fn holds(&self, width: usize, height: usize) -> bool {
        let reaches = |start: isize, length: usize, side: usize| {
            start <= 0 && start.saturating_add_unsigned(length) >= side.cast_signed()
        };
        reaches(self.left, self.width, width) && reaches(self.top, self.height, height)
    }
}

impl LayerInfo {
    /// A layer at the picture's own resolution that sees single pixels.
    pub fn new(layer: Layer, kind: LayerKind, channels: usize) -> Self {
        Self {
            layer,
            kind,
            channels,
            stride: 1,
            receptive: 1,
            shift: 0,
            offset: 0,
            smallest: 1,
        }
    }

    /// Smallest side of a picture that leaves one position here, in pixels.
    pub fn min_side(&self) -> usize {
        self.smallest
    }

    /// Positions along a side of a picture of so many pixels.
    pub fn positions(&self, pixels: usize) -> usize {
        match self.receptive {
            usize::MAX => 1,
            _ => pixels.saturating_add_signed(self.shift) / self.stride,
        }
    }

    /// Refuses a picture that pooling leaves nothing of at this layer; sides in pixels.
    ///
    /// # Errors
    /// [`ModelError::PictureTooSmall`], with the smallest side that would do.
    pub fn check_side(&self, width: usize, height: usize) -> Result<(), ModelError> {
        let (layer, need) = (self.layer.clone(), self.min_side());
        if width.min(height) < need {
            return Err(ModelError::PictureTooSmall {
                layer,
                need,
                width,
                height,
            });
        }
        Ok(())
    }

    /// The pixels that the position at this column and row depends on, in a picture of
    /// `width` x `height` pixels: its receptive field, which reaches beyond the border near it.
    pub fn field(&self, column: usize, row: usize, width: usize, height: usize) -> Field {
        if self.receptive == usize::MAX {
            return Field {
                left: 0,
                top: 0,
                width,
                height,
            };
        }
        let start = |place: usize| self.offset + (place * self.stride).cast_signed();
        Field {
            left: start(column),
            top: start(row),
            width: self.receptive,
            height: self.receptive,
        }
    }

    /// Values this layer holds for one picture of `height` x `width` pixels.
    pub fn elements(&self, height: usize, width: usize) -> usize {
        self.channels * self.positions(height) * self.positions(width)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};

    use crate::vision::graph::{Blueprint, GraphNet};
    use crate::vision::{Layer, Network, Vgg, VggConfig};

    /// The pixels that change the position at `(column, row)` of a layer, as the smallest rectangle:
    /// left, top, right and bottom, the last two just beyond it.
    fn touched(
        network: &dyn Network,
        layer: &Layer,
        [column, row]: [usize; 2],
        side: usize,
    ) -> [isize; 4] {
        let device = Device::flex().autodiff();
        // A bumpy picture, so that no maximum is a tie and few rectifiers are silent.
        let image = crate::vision::synthetic_picture(side, side, &Device::flex());
        let image: Tensor<4> = Tensor::from_data(image.into_data(), &device).require_grad();
        let seen = network.activations(image.clone(), std::slice::from_ref(layer));
        let seen = seen.unwrap().of(layer);
        let unit = seen.narrow(2, row, 1).narrow(3, column, 1).sum();
        let grads = unit.backward();
        let back = image.grad(&grads).unwrap().abs().sum_dim(1);
        let values: Vec<f32> = back.into_data().iter::<f32>().collect();
        let mut found = [isize::MAX, isize::MAX, isize::MIN, isize::MIN];
        // Fast convolutions leave a trace of rounding beside what they touch.
        let least = values.iter().fold(0.0, |max: f32, value| max.max(*value)) * 1e-5;
        let touched = values.iter().enumerate();
        for (place, _) in touched.filter(|(_, value)| **value > least) {
            let (x, y) = ((place % side) as isize, (place / side) as isize);
            found[0] = found[0].min(x);
            found[1] = found[1].min(y);
            found[2] = found[2].max(x + 1);
            found[3] = found[3].max(y + 1);
        }
        found
    }

    #[track_caller]
    fn assert_field(network: &dyn Network, name: &str, place: [usize; 2], side: usize) {
        let info = network.info(name).unwrap();
        let field = info.field(place[0], place[1], side, side);
        let [left, top, right, bottom] = touched(network, &info.layer, place, side);
        let end = |start: isize, length: usize| (start + length as isize).min(side as isize);
        let want = [
            field.left.max(0),
            field.top.max(0),
            end(field.left, field.width),
            end(field.top, field.height),
        ];
        // Maxima choose one of their positions, so less may be touched, never more.
        let is_inside = left >= want[0] && top >= want[1] && right <= want[2] && bottom <= want[3];
        let found = [left, top, right, bottom];
        assert!(is_inside, "{name} {place:?}: {found:?} beyond {want:?}");
        let area = |r: [isize; 4]| ((r[2] - r[0]) * (r[3] - r[1])) as f64;
        assert!(
            area(found) > 0.6 * area(want),
            "{name} {place:?}: {found:?} is much less than {want:?}"
        );
    }

    #[test]
    fn a_position_depends_on_the_pixels_of_its_field() {
        let device = Device::flex();
        let vgg = Vgg::random(&VggConfig::tiny(), 1, &device);
        for (name, place) in [
            ("conv1_1", [5, 7]),
            ("relu1_2", [0, 31]),
            ("pool1", [8, 3]),
            ("conv2_1", [4, 0]),
            ("relu2_2", [9, 9]),
        ] {
            assert_field(&vgg, name, place, 32);
        }
        let net = |net: Blueprint| GraphNet::random(&net.narrowed(8), 1, &device);
        let squeeze = net(Blueprint::squeezenet());
        for (name, place) in [
            ("conv1", [0, 9]),
            ("pool1", [7, 7]),
            ("fire3", [3, 11]),
            ("pool3", [4, 4]),
            ("fire4", [2, 5]),
        ] {
            assert_field(&squeeze, name, place, 65);
        }
        let trunk = net(Blueprint::inception_trunk());
        for (name, place) in [("conv_2", [10, 3]), ("mixed", [5, 5])] {
            if trunk.info(name).is_ok() {
                assert_field(&trunk, name, place, 139);
            }
        }
        let alex = net(Blueprint::alexnet());
        for (name, place) in [("conv1", [0, 3]), ("conv2", [3, 3]), ("pool2", [1, 2])] {
            assert_field(&alex, name, place, 95);
        }
    }
}
