//! Pooling with any window.

use std::sync::Arc;

use burn::tensor::Tensor;

use super::{Pooling, composed, shape, sizes};
use crate::cpu::convolution::{Pooled, Window};
use crate::host::{HostOp, Kept, Made, Needs, Seen, apply, serves};

/// Pools with windows that may overlap, reach beyond the rim, or be partly filled: `[B, H, W, C]` to
/// `[B, H', W', C]`.
///
/// # Panics
/// If no window fits into the pictures, or one of a maximum is larger than 16 pixels a side.
pub fn pool_windows(x: Tensor<4>, window: Window, pooling: Pooling) -> Tensor<4> {
    if !serves(&x) {
        return composed::pool_windows(x, window, pooling);
    }
    let (pictures, channels) = sizes(x.dims());
    let outputs = window.outputs(pictures);
    assert!(
        outputs.pixels() > 0 || pictures.batch == 0,
        "windows of {} do not fit into {}x{} pixels",
        window.side,
        pictures.height,
        pictures.width
    );
    let pooled = Pooled {
        level: crate::level(),
        pictures,
        channels,
        window,
    };
    apply(PoolWindows { pooled, pooling }, vec![x.into_dispatch()])
}

#[derive(Debug)]
struct PoolWindows {
    pooled: Pooled,
    pooling: Pooling,
}

impl HostOp for PoolWindows {
    fn forward(&self, inputs: &[&[f32]], is_tracked: &[bool]) -> Made {
        let Pooled {
            pictures,
            channels,
            window,
            ..
        } = self.pooled;
        let (values, kept) = match self.pooling {
            Pooling::Average => (self.pooled.mean(inputs[0]), None),
            Pooling::Max => {
                let (values, positions) = self.pooled.largest(inputs[0], is_tracked[0]);
                (values, Some(Arc::new(positions) as Kept))
            }
        };
        Made {
            values,
            shape: shape(window.outputs(pictures), channels),
            kept,
        }
    }

    fn needs(&self, _: &[bool]) -> Needs {
        Needs {
            inputs: vec![false],
            output: false,
        }
    }

    fn backward(&self, seen: Seen<'_>, _: &[bool]) -> Vec<Option<Vec<f32>>> {
        vec![Some(match self.pooling {
            Pooling::Average => self.pooled.mean_back(seen.gradient),
            Pooling::Max => {
                let kept = seen.kept.expect("a tracked pooling keeps positions");
                let positions = kept.downcast_ref::<Vec<u8>>().expect("it kept positions");
                self.pooled.largest_back(seen.gradient, positions)
            }
        })]
    }
}
