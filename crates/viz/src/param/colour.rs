//! Colours that vary independently, and how they become pixels.
//!
//! In photographs red, green and blue rise and fall together. Steps taken in these three therefore
//! change brightness and hardly ever hue; steps in directions that vary independently, each with the
//! strength that it has in photographs, treat all of them alike.

use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;

use crate::tensor::constant_like;

/// How strongly photographs vary along luminance, red against blue, and green against both,
/// relative to the first.
///
/// # Source
/// The ratios of lucid's `color_correlation_svd_sqrt` (measured on ImageNet), whose columns have the
/// lengths 0.462, 0.127 and 0.062, rounded.
const STRENGTHS: [f64; 3] = [1.0, 0.28, 0.13];

/// The three directions, of length 1 and at right angles: `(1, 1, 1)`, `(1, 0, −1)`, `(−1, 2, −1)`.
///
/// # Source
/// Ohta, Kanade, Sakai 1980 (Color information for region segmentation): near the principal axes of
/// the colours of natural scenes.
fn directions() -> [[f64; 3]; 3] {
    [[1.0, 1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 2.0, -1.0]].map(|direction| {
        let length = direction.iter().map(|v: &f64| v * v).sum::<f64>().sqrt();
        direction.map(|v| v / length)
    })
}

/// Clamp of a picture before its colours are inverted: a quarter of a step of 8-bit colours, so that
/// black and white come back as the same byte.
const MARGIN: f64 = 1.0 / 1024.0;

/// A square root `A` `[3, 3]` of the covariance `A·Aᵀ` of colours in photographs, row by row:
/// its columns are the directions times their strengths. The largest column has length 1.
///
/// The covariance has correlations of 0.91 between neighbours (red–green and green–blue) and 0.79
/// between red and blue.
fn root() -> Vec<f64> {
    let directions = directions();
    (0..9)
        .map(|i| directions[i % 3][i / 3] * STRENGTHS[i % 3])
        .collect()
}

/// The inverse of [`root`].
fn inverse_root() -> Vec<f64> {
    let directions = directions();
    (0..9)
        .map(|i| directions[i / 3][i % 3] / STRENGTHS[i / 3])
        .collect()
}

/// An image in `(0, 1)` from independent colours without bounds, both `[B, 3, H, W]`; zero is mid
/// grey.
pub(super) fn image_of(colours: Tensor<4>) -> Tensor<4> {
    sigmoid(mixed(colours, root()))
}

/// The colours that [`image_of`] would make this image from; black and white, which would need
/// infinite ones, are moved inward a little.
pub(super) fn colours_of(image: Tensor<4>) -> Tensor<4> {
    let image = image.clamp(MARGIN, 1.0 - MARGIN);
    let logits = (image.clone() / (image.neg() + 1.0)).log();
    mixed(logits, inverse_root())
}

/// Every pixel of `[B, 3, H, W]` multiplied by a matrix `[3, 3]`.
fn mixed(image: Tensor<4>, matrix: Vec<f64>) -> Tensor<4> {
    let [batch, channels, height, width] = image.dims();
    let matrix = constant_like(matrix, [3, 3], &image);
    let pixels = image
        .swap_dims(0, 1)
        .reshape([channels, batch * height * width]);
    matrix
        .matmul(pixels)
        .reshape([channels, batch, height, width])
        .swap_dims(0, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_is_the_root_of_strongly_correlated_colours() {
        let a = root();
        let covariance =
            |i: usize, j: usize| -> f64 { (0..3).map(|k| a[3 * i + k] * a[3 * j + k]).sum() };
        let correlation =
            |i: usize, j: usize| covariance(i, j) / (covariance(i, i) * covariance(j, j)).sqrt();
        for (i, j, want) in [(0, 1, 0.91), (1, 2, 0.91), (0, 2, 0.79)] {
            let found = correlation(i, j);
            assert!((found - want).abs() < 5e-3, "{i}-{j}: {found}");
        }
    }

    #[test]
    fn the_inverse_undoes_the_matrix() {
        let (a, b) = (root(), inverse_root());
        for i in 0..3 {
            for j in 0..3 {
                let found: f64 = (0..3).map(|k| a[3 * i + k] * b[3 * k + j]).sum();
                let want = f64::from(u8::from(i == j));
                assert!((found - want).abs() < 1e-12, "{i}, {j}: {found}");
            }
        }
    }
}
