//! What a method gives to every pixel.

use burn::tensor::Tensor;

use crate::tensor::values_of;

/// A number for every pixel, or one for each of its colours.
///
/// # Shapes
/// `values` is `[C, H, W]` row by row, with three channels (RGB) or one.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// Channels: 3 or 1.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// The numbers.
    pub values: Vec<f32>,
}

impl Map {
    /// The numbers of a tensor `[1, C, H, W]`.
    ///
    /// # Panics
    /// If the tensor has another batch.
    pub fn of(tensor: Tensor<4>) -> Self {
        let [batch, channels, height, width] = tensor.dims();
        assert_eq!(batch, 1, "one map");
        Self {
            channels,
            height,
            width,
            values: values_of(tensor),
        }
    }

    /// The largest magnitude among the colours of each pixel, `[H, W]`: what Simonyan et al. show.
    pub fn unsigned(&self) -> Vec<f32> {
        self.reduced(|most, value| most.max(value.abs()))
    }

    /// The sum over the colours of each pixel, `[H, W]`.
    pub fn signed(&self) -> Vec<f32> {
        self.reduced(|sum, value| sum + value)
    }

    /// Each pixel by its importance, `[H, W]`: by magnitude, or, where signs mean something, with
    /// what speaks against the score last.
    pub fn importance(&self, is_signed: bool) -> Vec<f32> {
        match is_signed {
            true => self.signed(),
            false => self.unsigned(),
        }
    }

    fn reduced(&self, join: impl Fn(f32, f32) -> f32) -> Vec<f32> {
        let plane = self.height * self.width;
        let pixel = |place: usize| {
            let colours = self.values[place..].iter().step_by(plane);
            colours.fold(0.0, |all, value| join(all, *value))
        };
        (0..plane).map(pixel).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_joined_by_magnitude_or_by_sum() {
        let map = Map {
            channels: 3,
            height: 1,
            width: 2,
            values: vec![1.0, 0.5, -3.0, 0.25, 2.0, 0.0],
        };
        assert_eq!(map.unsigned(), [3.0, 0.5]);
        assert_eq!(map.signed(), [0.0, 0.75]);
    }
}
