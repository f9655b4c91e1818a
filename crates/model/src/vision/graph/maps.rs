//! Feature maps on their way through a network.

use burn::tensor::Tensor;

use reverie_kernels::convolution::to_channels_last;

/// Feature maps, in the order in which they were computed: this project's kernels put channels
/// last, Burn's operations first.
#[derive(Clone, Debug)]
pub(super) struct Maps {
    tensor: Tensor<4>,
    order: Order,
    /// Whether a rectifier would change nothing, as the convolution had one built in.
    is_rectified: bool,
}

/// Order of the dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// `[B, C, H, W]`.
    ChannelsFirst,
    /// `[B, H, W, C]`.
    ChannelsLast,
}

impl Maps {
    /// Maps `[B, C, H, W]`.
    pub(super) fn first(tensor: Tensor<4>) -> Self {
        Self {
            tensor,
            order: Order::ChannelsFirst,
            is_rectified: false,
        }
    }

    /// Maps `[B, H, W, C]`.
    pub(super) fn last(tensor: Tensor<4>) -> Self {
        Self {
            order: Order::ChannelsLast,
            ..Self::first(tensor)
        }
    }

    /// The same maps, and whether a rectifier was built into what made them.
    pub(super) fn rectified(self, is_rectified: bool) -> Self {
        Self {
            is_rectified,
            ..self
        }
    }

    /// Whether a rectifier would change nothing, for certain.
    pub(super) fn is_rectified(&self) -> bool {
        self.is_rectified
    }

    /// The maps as `[B, C, H, W]`; nothing is moved.
    pub(super) fn to_first(&self) -> Tensor<4> {
        match self.order {
            Order::ChannelsFirst => self.tensor.clone(),
            Order::ChannelsLast => self.tensor.clone().permute([0, 3, 1, 2]),
        }
    }

    /// The maps as `[B, H, W, C]`, moved there if need be.
    pub(super) fn to_last(&self) -> Tensor<4> {
        match self.order {
            Order::ChannelsFirst => to_channels_last(self.tensor.clone()),
            Order::ChannelsLast => self.tensor.clone(),
        }
    }

    /// The same maps with something done to each value.
    pub(super) fn map(self, change: impl FnOnce(Tensor<4>) -> Tensor<4>) -> Self {
        Self {
            tensor: change(self.tensor),
            is_rectified: false,
            ..self
        }
    }

    /// The channels of all, one behind the other; channels last where they all are.
    pub(super) fn concat(all: &[Self]) -> Self {
        match all.iter().all(|maps| maps.order == Order::ChannelsLast) {
            true => Self::last(Tensor::cat(all.iter().map(Self::to_last).collect(), 3)),
            false => Self::first(Tensor::cat(all.iter().map(Self::to_first).collect(), 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn channels_keep_their_order_whatever_the_order_of_dimensions() {
        let device = Device::flex();
        let value = |x: f32| Tensor::<4>::full([1, 1, 2, 3], x, &device);
        let last = |x: f32| Maps::last(value(x).permute([0, 2, 3, 1]));
        let first = |x: f32| Maps::first(value(x));
        for all in [
            [first(1.0), first(2.0), first(3.0)],
            [last(1.0), last(2.0), last(3.0)],
            [first(1.0), last(2.0), first(3.0)],
        ] {
            let joined = Maps::concat(&all).to_first();
            assert_eq!(joined.dims(), [1, 3, 2, 3]);
            let means = joined.mean_dim(2).mean_dim(3);
            let means: Vec<f32> = means.try_into_vec_as().unwrap();
            assert_eq!(means, [1.0, 2.0, 3.0]);
        }
    }
}
