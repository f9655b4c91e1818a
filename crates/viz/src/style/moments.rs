//! Means and deviations of channels.

use burn::tensor::Tensor;

/// Added to variances so that their roots have a slope.
const VARIANCE_FLOOR: f64 = 1e-8;

/// Mean and standard deviation of each channel from the first two raw moments, `[1, C, 1]` each.
pub fn mean_and_deviation(mean: Tensor<3>, squares: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
    // Rounding may leave a variance of a constant channel below zero.
    let variance = (squares - mean.clone().square()).clamp_min(0.0);
    (mean, (variance + VARIANCE_FLOOR).sqrt())
}

/// Squared distance of means and standard deviations, a mean over channels:
/// `1/C Σ_c (μ_c − μ'_c)² + (σ_c − σ'_c)²`.
///
/// # Shapes
/// `[1, C, 1]` each: means and deviations of one picture, then of the other.
///
/// # Source
/// Li, Wang, Liu, Hou 2017 (arXiv 1701.01036), section 4.2: statistics of batch normalisation.
pub fn moments_distance(
    (mean, deviation): (Tensor<3>, Tensor<3>),
    (target_mean, target_deviation): (Tensor<3>, Tensor<3>),
) -> Tensor<1> {
    (mean - target_mean).square().mean() + (deviation - target_deviation).square().mean()
}
