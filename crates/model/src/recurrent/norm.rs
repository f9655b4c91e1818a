//! Layer normalisation of summed inputs.

use burn::tensor::Tensor;

/// Added to the variance, so that equal sums do not divide by zero.
pub const NORM_EPSILON: f64 = 1e-5;

/// Shifts and scales each row to mean zero and variance one: (a - μ) / √(σ² + ε).
///
/// # Shapes
/// `[B, K]` in, `[B, K]` out; μ and σ are taken over the K summed inputs of one case.
///
/// # Source
/// Ba, Kiros, Hinton 2016 (arXiv 1607.06450), eq. 3; ε = 1e-5 inside the root. Gain and bias are
/// the caller's.
pub fn normalise(sums: Tensor<2>) -> Tensor<2> {
    let centred = sums.clone() - sums.mean_dim(1);
    let variance = centred.clone().square().mean_dim(1);
    centred / (variance + NORM_EPSILON).sqrt()
}
