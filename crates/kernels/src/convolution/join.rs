//! Channels of several pictures, one behind the other.

use burn::tensor::Tensor;

use super::{shape, sizes};
use crate::cpu::convolution::{Pictures, join, part};
use crate::host::{HostOp, Made, Needs, Seen, apply, serves};

/// Inputs that an operation of this crate can have.
const MOST: usize = 12;

/// Pictures `[B, H, W, C]` with channels of their own, joined to `[B, H, W, sum of C]`.
///
/// # Panics
/// If there are none, or they have different sizes.
pub fn join_channels(all: Vec<Tensor<4>>) -> Tensor<4> {
    let is_served = all.len() <= MOST && all.iter().all(serves);
    if !is_served {
        return Tensor::cat(all, 3);
    }
    let (pictures, _) = sizes(all[0].dims());
    let sizes = all.iter().map(|x| sizes(x.dims()));
    let channels = sizes.map(|(own, channels)| {
        assert_eq!(own, pictures, "pictures of one size");
        channels
    });
    let op = Join {
        pictures,
        channels: channels.collect(),
    };
    apply(op, all.into_iter().map(Tensor::into_dispatch).collect())
}

#[derive(Debug)]
struct Join {
    pictures: Pictures,
    channels: Vec<usize>,
}

impl HostOp for Join {
    fn forward(&self, inputs: &[&[f32]], _: &[bool]) -> Made {
        let parts = inputs.iter().copied().zip(self.channels.iter().copied());
        let parts: Vec<_> = parts.collect();
        Made {
            values: join(self.pictures.pixels(), &parts),
            shape: shape(self.pictures, self.channels.iter().sum()),
            kept: None,
        }
    }

    fn needs(&self, is_tracked: &[bool]) -> Needs {
        Needs {
            inputs: vec![false; is_tracked.len()],
            output: false,
        }
    }

    fn backward(&self, seen: Seen<'_>, is_tracked: &[bool]) -> Vec<Option<Vec<f32>>> {
        let row = self.channels.iter().sum();
        let mut first = 0;
        let parts = self.channels.iter().zip(is_tracked);
        let parts = parts.map(|(&channels, &is_tracked)| {
            let own = is_tracked.then(|| part(seen.gradient, row, first, channels));
            first += channels;
            own
        });
        parts.collect()
    }
}
