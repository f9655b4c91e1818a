//! Gram matrices and the ways to compare two of them.

use burn::tensor::Tensor;
use reverie_kernels::{convolution, serves};

use super::GramNorm;

/// Gram matrix of feature maps: which channels are active together, wherever that happens.
///
/// # Shapes
/// - `features`: `[B, C, H, W]`
/// - returns: `[B, C, C]`, symmetric, positive semi-definite
///
/// # Scale
/// Divided by the number of positions `M = H * W`, so that pictures of different size compare.
///
/// # Source
/// Gatys, Ecker, Bethge 2016, eq. 3: `G_ij = Σ_k F_ik F_jk`, without the divisor.
pub fn gram(features: Tensor<4>) -> Tensor<3> {
    if serves(&features) {
        // Channels-last is how the networks of this project have them already.
        return convolution::gram(features.permute([0, 2, 3, 1]));
    }
    let [batch, channels, height, width] = features.dims();
    let flat = features.reshape([batch, channels, height * width]);
    let positions = (height * width) as f64;
    flat.clone().matmul(flat.transpose()) / positions
}

/// Distance of two Gram matrices `[B, C, C]` that are already divided by their positions.
///
/// With `D = G − A` and `N` channels:
///
/// | norm | distance |
/// |---|---|
/// | [`GramNorm::Lecture`] | `1/(4 N²) Σ D²`: for two pictures of one size this is the lecture's `E_l = 1/(4 N² M²) Σ (G − A)²` with undivided matrices |
/// | [`GramNorm::Mean`] | `1/N² Σ D²` (the notebook of Gatys) |
/// | [`GramNorm::Elements`] | `1/N⁴ Σ D²`: mean square of `G/(C H W)` (neural-style) |
/// | [`GramNorm::Energy`] | `Σ D² / Σ A²`: 1 for a blank picture, whatever network and size |
pub fn gram_distance(gram: Tensor<3>, target: Tensor<3>, norm: GramNorm) -> Tensor<1> {
    let channels = gram.dims()[1] as f64;
    let squares = (gram - target.clone()).square().sum();
    match norm {
        GramNorm::Lecture => squares / (4.0 * channels.powi(2)),
        GramNorm::Mean => squares / channels.powi(2),
        GramNorm::Elements => squares / channels.powi(4),
        GramNorm::Energy => squares / target.square().sum().clamp_min(f32::MIN_POSITIVE),
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    #[test]
    fn a_gram_matrix_is_symmetric_and_does_not_know_where() {
        let values: Vec<f32> = (0..24).map(|v| (v as f32 * 0.7).sin()).collect();
        let device = Device::flex();
        let features = Tensor::<4>::from_data(TensorData::new(values, [1, 4, 2, 3]), &device);
        let matrix = gram(features.clone());
        let skew = (matrix.clone() - matrix.clone().transpose()).abs().max();
        assert!(skew.into_scalar::<f32>() < 1e-6);
        let moved = gram(features.roll(&[1, 2], &[2, 3]));
        assert!((moved - matrix).abs().max().into_scalar::<f32>() < 1e-6);
    }
}
