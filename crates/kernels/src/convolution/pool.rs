//! Pooling of 2x2 pixels.

use std::sync::Arc;

use burn::tensor::Tensor;

use super::{composed, shape, sizes};
use crate::cpu::convolution::{self as cpu, Pictures};
use crate::cpu::simd::Level;
use crate::host::{HostOp, Kept, Made, Needs, Seen, apply, serves};

/// How four pixels become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// The largest.
    Max,
    /// The mean.
    Average,
}

/// Pools 2x2 pixels with stride 2: `[B, H, W, C]` to `[B, H/2, W/2, C]`. An odd last row or column
/// is dropped.
pub fn pool(x: Tensor<4>, pooling: Pooling) -> Tensor<4> {
    if !serves(&x) {
        return composed::pool(x, pooling);
    }
    let (pictures, channels) = sizes(x.dims());
    let op = Pool {
        level: crate::level(),
        pooling,
        pictures,
        channels,
    };
    apply(op, vec![x.into_dispatch()])
}

#[derive(Debug)]
struct Pool {
    level: Level,
    pooling: Pooling,
    pictures: Pictures,
    channels: usize,
}

impl HostOp for Pool {
    fn forward(&self, inputs: &[&[f32]], is_tracked: &[bool]) -> Made {
        let (level, pictures, channels) = (self.level, self.pictures, self.channels);
        let (values, positions) = match self.pooling {
            Pooling::Max => {
                let (values, positions) = cpu::max_pool(level, pictures, channels, inputs[0]);
                (values, is_tracked[0].then_some(positions))
            }
            Pooling::Average => {
                let values = cpu::average_pool(level, pictures, channels, inputs[0]);
                (values, None)
            }
        };
        Made {
            values,
            shape: shape(pictures.halved(), channels),
            kept: positions.map(|positions| Arc::new(positions) as Kept),
        }
    }

    fn needs(&self, _: &[bool]) -> Needs {
        Needs {
            inputs: vec![false],
            output: false,
        }
    }

    fn backward(&self, seen: Seen<'_>, _: &[bool]) -> Vec<Option<Vec<f32>>> {
        let (level, pictures, channels) = (self.level, self.pictures, self.channels);
        let gradient = match self.pooling {
            Pooling::Average => cpu::average_pool_back(level, pictures, channels, seen.gradient),
            Pooling::Max => {
                let kept = seen.kept.expect("a tracked pooling keeps positions");
                let positions = kept.downcast_ref::<Vec<u8>>().expect("it kept positions");
                cpu::max_pool_back(level, pictures, channels, seen.gradient, positions)
            }
        };
        vec![Some(gradient)]
    }
}
