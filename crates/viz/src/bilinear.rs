//! Resizing by bilinear interpolation, as two matrix products.
//!
//! The matrices are made on the host, so that all backends see the same weights, and a product has
//! a gradient everywhere.

use burn::tensor::Tensor;

use crate::tensor::constant_like;

/// A matrix `[to, from]` that acts on one side of an image, row by row.
pub(crate) struct Weights {
    values: Vec<f64>,
    to: usize,
    from: usize,
}

impl Weights {
    /// Interpolates `from` samples at `to` places. Pixels are little squares: the outer edges of both
    /// rows meet (PyTorch's `align_corners=False`), and edge pixels are repeated beyond their centres.
    pub(crate) fn stretch(from: usize, to: usize) -> Self {
        let mut values = vec![0.0; to * from];
        for (i, row) in values.chunks_exact_mut(from).enumerate() {
            let place = (i as f64 + 0.5) * from as f64 / to as f64 - 0.5;
            for (index, weight) in taps(place, from) {
                row[index] += weight;
            }
        }
        Self { values, to, from }
    }

    /// Averages `from` samples to `to` fewer ones: each is the mean of those that
    /// [`stretch`](Self::stretch) would make from it, with the same weights.
    pub(crate) fn shrink(from: usize, to: usize) -> Self {
        let back = Self::stretch(to, from);
        let mut values = vec![0.0; to * from];
        for (i, row) in values.chunks_exact_mut(from).enumerate() {
            let column = || (0..from).map(|j| back.values[j * to + i]);
            let sum: f64 = column().sum();
            row.iter_mut()
                .zip(column())
                .for_each(|(value, weight)| *value = weight / sum);
        }
        Self { values, to, from }
    }

    /// The matrix `[to, from]` beside an image.
    fn like(self, image: &Tensor<4>) -> Tensor<2> {
        constant_like(self.values, [self.to, self.from], image)
    }
}

/// The two samples out of `count` between which `place` lies, with their weights; places outside
/// get the edge.
pub(crate) fn taps(place: f64, count: usize) -> [(usize, f64); 2] {
    let place = place.clamp(0.0, (count - 1) as f64);
    let low = place.floor();
    let share = place - low;
    let index = low as usize;
    [(index, 1.0 - share), ((index + 1).min(count - 1), share)]
}

/// Images `[B, C, h, w]` with `rows` `[H, h]` and `columns` `[W, w]` applied to their sides:
/// `[B, C, H, W]`.
pub(crate) fn resampled(image: Tensor<4>, rows: Weights, columns: Weights) -> Tensor<4> {
    let [batch, channels, height, width] = image.dims();
    let (planes, to_height, to_width) = (batch * channels, rows.to, columns.to);
    let (rows, columns) = (rows.like(&image), columns.like(&image));
    let across = image
        .reshape([planes * height, width])
        .matmul(columns.transpose())
        .reshape([planes, height, to_width])
        .swap_dims(0, 1)
        .reshape([height, planes * to_width]);
    rows.matmul(across)
        .reshape([to_height, planes, to_width])
        .swap_dims(0, 1)
        .reshape([batch, channels, to_height, to_width])
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;
    use crate::tensor::values_of;

    #[test]
    fn a_row_is_stretched_and_shrunk_as_by_hand() {
        let row = TensorData::new(vec![0.0f32, 4.0], [1, 1, 1, 2]);
        let row = Tensor::<4>::from_data(row, &Device::flex());
        let wide = resampled(row, Weights::stretch(1, 1), Weights::stretch(2, 4));
        assert_eq!(values_of(wide.clone()), [0.0, 1.0, 3.0, 4.0]);
        // Of the four, the left one of two is made with weights 1, 3/4, 1/4 and 0.
        let back = resampled(wide, Weights::shrink(1, 1), Weights::shrink(4, 2));
        assert_eq!(values_of(back), [0.75, 3.25]);
    }
}
