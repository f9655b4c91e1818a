//! Square roots of matrices, by products alone.

use burn::tensor::Tensor;

/// Newton–Schulz steps: enough for f32 unless eigenvalues differ by more than about 10⁶.
const STEPS: usize = 12;

/// The symmetric square root of a positive semi-definite matrix, and its inverse.
///
/// Products only, so that it is fast on every device. Where an eigenvalue is (nearly) zero the
/// inverse stays finite: twelve steps multiply a direction by at most 1.5¹².
///
/// # Shapes
/// `[B, C, C]` in and out, twice.
///
/// # Source
/// Coupled Newton–Schulz iteration, Higham 2008, eq. 6.35: with `Y₀ = A/‖A‖`, `Z₀ = I`,
/// `T = (3 I − Z Y)/2`, `Y ← Y T`, `Z ← T Z`; then `Y √‖A‖ → A^{1/2}` and `Z/√‖A‖ → A^{-1/2}`.
pub fn square_root(matrix: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
    let size = matrix.dims()[1];
    let norm = matrix
        .clone()
        .square()
        .sum()
        .sqrt()
        .clamp_min(f32::MIN_POSITIVE);
    let norm = norm.reshape([1, 1, 1]);
    let identity = Tensor::<2>::eye(size, &matrix.device())
        .cast(matrix.dtype())
        .unsqueeze::<3>();
    let mut y = matrix / norm.clone();
    let mut z = identity.clone();
    for _ in 0..STEPS {
        let t = (identity.clone() * 3.0 - z.clone().matmul(y.clone())) * 0.5;
        y = y.matmul(t.clone());
        z = t.matmul(z);
    }
    (y * norm.clone().sqrt(), z / norm.sqrt())
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    #[test]
    fn the_square_of_the_root_is_the_matrix() {
        let values = vec![2.0f32, 0.5, 0.1, 0.5, 1.0, -0.2, 0.1, -0.2, 0.7];
        let matrix = Tensor::<3>::from_data(TensorData::new(values, [1, 3, 3]), &Device::flex());
        let (root, inverse) = square_root(matrix.clone());
        let off = (root.clone().matmul(root.clone()) - matrix)
            .abs()
            .max()
            .into_scalar::<f32>();
        assert!(off < 1e-5, "off by {off}");
        let one = Tensor::<2>::eye(3, &Device::flex()).unsqueeze::<3>();
        let off = (root.matmul(inverse) - one)
            .abs()
            .max()
            .into_scalar::<f32>();
        assert!(off < 1e-4, "off by {off}");
    }
}
