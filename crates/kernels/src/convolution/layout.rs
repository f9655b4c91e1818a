//! From channels first to channels last.

use burn::tensor::Tensor;

use super::{composed, shape};
use crate::cpu::convolution::{self as cpu, Pictures};
use crate::cpu::simd::Level;
use crate::host::{HostOp, Made, Needs, Seen, apply, serves};

/// `[B, C, H, W]` to `[B, H, W, C]`, with the numbers moved to where they belong.
pub fn to_channels_last(x: Tensor<4>) -> Tensor<4> {
    if !serves(&x) {
        return composed::last(x);
    }
    let [batch, channels, height, width] = x.dims();
    let op = ChannelsLast {
        level: crate::level(),
        pictures: Pictures {
            batch,
            height,
            width,
        },
        channels,
    };
    apply(op, vec![x.into_dispatch()])
}

#[derive(Debug)]
struct ChannelsLast {
    level: Level,
    pictures: Pictures,
    channels: usize,
}

impl HostOp for ChannelsLast {
    fn forward(&self, inputs: &[&[f32]], _: &[bool]) -> Made {
        Made {
            values: cpu::to_channels_last(self.level, self.pictures, self.channels, inputs[0]),
            shape: shape(self.pictures, self.channels),
            kept: None,
        }
    }

    fn needs(&self, _: &[bool]) -> Needs {
        Needs {
            inputs: vec![false],
            output: false,
        }
    }

    fn backward(&self, seen: Seen<'_>, _: &[bool]) -> Vec<Option<Vec<f32>>> {
        let Self {
            level,
            pictures,
            channels,
        } = *self;
        let gradient = cpu::to_channels_first(level, pictures, channels, seen.gradient);
        vec![Some(gradient)]
    }
}
