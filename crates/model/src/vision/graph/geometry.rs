//! Sizes, strides and receptive fields, without running anything.

use super::{Node, Op, Window};
use crate::vision::{LayerInfo, LayerKind, SCORES};

/// How the positions of a node lie over the picture in one direction.
///
/// With `n = ⌊(side + shift) / stride⌋` positions, a window makes `⌊(n + 2p − k) / s⌋ + 1` of them,
/// which is the same form again, as `⌊(⌊a/b⌋ + c) / d⌋ = ⌊(a + bc) / (bd)⌋` for whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) stride: usize,
    pub(super) shift: isize,
    pub(super) receptive: usize,
    /// First pixel of the first position.
    pub(super) offset: isize,
}

/// Size and reach of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) channels: usize,
    /// Down the picture, and across it.
    pub(super) axes: [Axis; 2],
    /// Smallest side of a picture that leaves a position here, in pixels.
    pub(super) smallest: usize,
    /// Whether there is one position, which sees the whole picture.
    pub(super) is_whole: bool,
}

impl Axis {
    fn slid(self, kernel: usize, stride: usize, padding: usize, is_ceil: bool) -> Self {
        let more = if is_ceil { stride - 1 } else { 0 };
        let gained = (2 * padding + stride + more).cast_signed() - kernel.cast_signed();
        Self {
            stride: self.stride * stride,
            shift: self.shift + self.stride.cast_signed() * gained,
            receptive: self.receptive + (kernel - 1) * self.stride,
            offset: self.offset - (padding * self.stride).cast_signed(),
        }
    }

    /// One that sees what both see.
    fn united(self, other: Self) -> Self {
        let end = |axis: Self| axis.offset + axis.receptive.cast_signed();
        let offset = self.offset.min(other.offset);
        Self {
            receptive: (end(self).max(end(other)) - offset).unsigned_abs(),
            offset,
            ..self
        }
    }

    /// Smallest side that leaves a position.
    fn smallest(self) -> usize {
        (self.stride.cast_signed() - self.shift)
            .max(1)
            .unsigned_abs()
    }
}

impl Extent {
    fn picture() -> Self {
        let axis = Axis {
            stride: 1,
            shift: 0,
            receptive: 1,
            offset: 0,
        };
        Self {
            channels: 3,
            axes: [axis; 2],
            smallest: 1,
            is_whole: false,
        }
    }

    fn slid(self, kernel: [usize; 2], stride: usize, padding: [usize; 2], is_ceil: bool) -> Self {
        let axis = |i: usize| self.axes[i].slid(kernel[i], stride, padding[i], is_ceil);
        let axes = [axis(0), axis(1)];
        let smallest = axes.map(Axis::smallest).into_iter().max().unwrap_or(1);
        Self {
            axes,
            smallest: self.smallest.max(smallest),
            ..self
        }
    }

    fn pooled(self, window: Window) -> Self {
        let Window { side, padding, .. } = window;
        self.slid([side; 2], window.stride, [padding; 2], window.is_ceil)
    }

    fn joined(self, other: Self, node: &Node) -> Self {
        let sizes = |extent: Self| extent.axes.map(|axis| (axis.stride, axis.shift));
        assert_eq!(
            sizes(self),
            sizes(other),
            "{} joins maps of one size",
            node.layer
        );
        let axis = |i: usize| self.axes[i].united(other.axes[i]);
        Self {
            channels: self.channels + other.channels,
            axes: [axis(0), axis(1)],
            smallest: self.smallest.max(other.smallest),
            is_whole: self.is_whole,
        }
    }

    fn whole(self, channels: usize) -> Self {
        Self {
            channels,
            is_whole: true,
            ..self
        }
    }

    /// What others may know about a node of this extent.
    pub(super) fn info(&self, node: &Node) -> LayerInfo {
        let kind = match node.op {
            _ if node.layer.as_str() == SCORES => LayerKind::Scores,
            Op::Picture | Op::Relu => LayerKind::Relu,
            Op::Conv(_) => LayerKind::Conv,
            Op::MaxPool(_) | Op::AvgPool(_) => LayerKind::Pool,
            Op::Concat => LayerKind::Concat,
            Op::GlobalMean | Op::Dense(_) => LayerKind::Dense,
        };
        let [down, across] = self.axes;
        let seen = down.united(across);
        LayerInfo {
            layer: node.layer.clone(),
            kind,
            channels: self.channels,
            stride: down.stride,
            receptive: match self.is_whole {
                true => usize::MAX,
                false => seen.receptive,
            },
            shift: down.shift.max(across.shift),
            offset: seen.offset,
            smallest: self.smallest,
        }
    }
}

/// The extent of every node.
pub(super) fn infer(nodes: &[Node]) -> Vec<Extent> {
    let mut found: Vec<Extent> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let mut inputs = node.inputs.iter().map(|input| found[*input]);
        let first = inputs.next().unwrap_or_else(Extent::picture);
        let extent = match &node.op {
            Op::Picture | Op::Relu => first,
            Op::Conv(conv) => Extent {
                channels: conv.channels,
                ..first.slid(conv.kernel, conv.stride, conv.padding, false)
            },
            Op::MaxPool(window) | Op::AvgPool(window) => first.pooled(*window),
            Op::Concat => inputs.fold(first, |joined, input| joined.joined(input, node)),
            Op::GlobalMean => first.whole(first.channels),
            Op::Dense(dense) => first.whole(dense.outputs),
        };
        found.push(extent);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vision::graph::Blueprint;

    /// Channels and positions along a side of `pixels`, of each of these layers.
    #[track_caller]
    fn assert_sizes(net: &Blueprint, pixels: usize, expected: &[(&str, usize, usize)]) {
        let infos = net.layers();
        for &(name, channels, side) in expected {
            let info = infos.iter().find(|info| info.layer.as_str() == name);
            let info = info.unwrap_or_else(|| panic!("there is no {name}"));
            let found = (info.channels, info.positions(pixels));
            assert_eq!(found, (channels, side), "{name}");
        }
    }

    #[test]
    fn alexnet_has_the_published_sizes() {
        let sizes = [
            ("conv1", 64, 55),
            ("pool1", 64, 27),
            ("conv2", 192, 27),
            ("pool2", 192, 13),
            ("conv4", 256, 13),
            ("pool5", 256, 6),
            ("fc6", 4096, 1),
            ("scores", 1000, 1),
        ];
        assert_sizes(&Blueprint::alexnet(), 224, &sizes);
    }

    #[test]
    fn squeezenet_has_the_published_sizes() {
        let sizes = [
            ("conv1", 64, 111),
            ("pool1", 64, 55),
            ("fire3", 128, 55),
            ("pool3", 128, 27),
            ("fire5", 256, 27),
            ("pool5", 256, 13),
            ("fire9", 512, 13),
            ("conv10", 1000, 13),
            ("scores", 1000, 1),
        ];
        assert_sizes(&Blueprint::squeezenet(), 224, &sizes);
        // Caffe's 227 pixels give the 113 and 56 of the paper's repository.
        assert_sizes(
            &Blueprint::squeezenet(),
            227,
            &[("conv1", 64, 113), ("pool1", 64, 56)],
        );
    }

    #[test]
    fn googlenet_has_the_sizes_of_the_papers_table() {
        let sizes = [
            ("conv1", 64, 112),
            ("pool1", 64, 56),
            ("conv2", 192, 56),
            ("pool2", 192, 28),
            ("inception_3a", 256, 28),
            ("inception_3b", 480, 28),
            ("pool3", 480, 14),
            ("inception_4a", 512, 14),
            ("inception_4d", 528, 14),
            ("inception_4e", 832, 14),
            ("pool4", 832, 7),
            ("inception_5b", 1024, 7),
        ];
        assert_sizes(&Blueprint::googlenet(), 224, &sizes);
    }

    #[test]
    fn the_inception_trunk_has_the_sizes_of_the_papers_table() {
        let sizes = [
            ("conv", 32, 149),
            ("conv_1", 32, 147),
            ("conv_2", 64, 147),
            ("pool", 64, 73),
            ("conv_4", 192, 71),
            ("pool_1", 192, 35),
            ("mixed", 256, 35),
            ("mixed_2", 288, 35),
            ("mixed_3", 768, 17),
            ("mixed_7", 768, 17),
            ("mixed_8", 1280, 8),
        ];
        assert_sizes(&Blueprint::inception_trunk(), 299, &sizes);
    }

    #[test]
    fn receptive_fields_are_the_known_ones() {
        let of = |net: Blueprint, name: &str| {
            let infos = net.layers();
            let info = infos.iter().find(|info| info.layer.as_str() == name);
            info.unwrap().receptive
        };
        // AlexNet's are in Araujo et al. 2019 (distill.pub), table 1: 195 behind the last pooling.
        assert_eq!(of(Blueprint::alexnet(), "conv1"), 11);
        assert_eq!(of(Blueprint::alexnet(), "conv2"), 51);
        assert_eq!(of(Blueprint::alexnet(), "pool5"), 195);
        assert_eq!(of(Blueprint::googlenet(), "scores"), usize::MAX);
    }

    #[test]
    fn the_smallest_side_leaves_a_position_and_one_less_does_not() {
        for net in [
            Blueprint::alexnet(),
            Blueprint::squeezenet(),
            Blueprint::googlenet(),
            Blueprint::inception_trunk(),
        ] {
            for info in net
                .layers()
                .iter()
                .filter(|info| info.receptive < usize::MAX)
            {
                assert!(info.positions(info.min_side()) > 0, "{}", info.layer);
            }
        }
        let needs = |net: Blueprint| net.layers().last().map(LayerInfo::min_side);
        assert_eq!(needs(Blueprint::alexnet()), Some(63));
        assert_eq!(needs(Blueprint::inception_trunk()), Some(75));
    }

    #[test]
    #[should_panic(expected = "both joins maps of one size")]
    fn maps_of_different_size_cannot_be_joined() {
        let mut net = Blueprint::new("wrong");
        let pool = Op::MaxPool(Window::new(2, 2));
        let half = net.push("half", pool, &[Blueprint::PICTURE]);
        net.push("both", Op::Concat, &[Blueprint::PICTURE, half]);
        net.layers();
    }
}
