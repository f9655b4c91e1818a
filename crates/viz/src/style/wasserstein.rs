//! The 2-Wasserstein distance of normal distributions.

use burn::tensor::Tensor;

use super::square_root::square_root;

/// Added to both covariances so that their roots exist.
const COVARIANCE_FLOOR: f64 = 1e-4;

/// A normal distribution to be compared with: mean `[1, C, 1]`, covariance and its root `[1, C, C]`.
#[derive(Clone, Debug)]
pub struct Normal {
    mean: Tensor<3>,
    covariance: Tensor<3>,
    root: Tensor<3>,
}

impl Normal {
    /// From the mean `[1, C, 1]` and the second raw moment `[1, C, C]`.
    pub fn new(mean: Tensor<3>, raw: Tensor<3>) -> Self {
        let covariance = covariance(mean.clone(), raw);
        let (root, _) = square_root(covariance.clone());
        Self {
            mean,
            covariance,
            root,
        }
    }

    /// Mean of the squared means and of the variances: the squared distance to a blank picture.
    pub fn energy(&self) -> Tensor<1> {
        let channels = self.mean.dims()[1] as f64;
        let identity = identity_like(&self.covariance);
        self.mean.clone().square().mean() + (self.covariance.clone() * identity).sum() / channels
    }

    /// The squared distance of another distribution, given as in [`new`](Self::new), to this.
    pub fn distance(&self, mean: Tensor<3>, raw: Tensor<3>) -> Tensor<1> {
        let size = raw.dims()[1];
        let identity = identity_like(&raw);
        let trace = |matrix: Tensor<3>| (matrix * identity.clone()).sum() / size as f64;
        let covariance = covariance(mean.clone(), raw);
        let means = (mean - self.mean.clone()).square().mean();
        let root = self.root.clone();
        let product = root.clone().matmul(covariance.clone()).matmul(root.clone());
        let (cross, inverse) = square_root(product.inner());
        // d tr A^{1/2} = ½ tr(A^{-1/2} dA): the value from the root, the gradient from its inverse,
        // and nothing to remember of the iteration.
        let slope = root.clone().matmul(inverse).matmul(root) * 0.5;
        let varying = (slope.transpose() * covariance.clone()).sum() / size as f64;
        let cross = trace(cross) + varying.clone() - varying.detach();
        means + trace(self.covariance.clone()) + trace(covariance) - cross * 2.0
    }
}

/// The covariance, lifted by [`COVARIANCE_FLOOR`].
fn covariance(mean: Tensor<3>, raw: Tensor<3>) -> Tensor<3> {
    let floor = identity_like(&raw) * COVARIANCE_FLOOR;
    raw - mean.clone().matmul(mean.transpose()) + floor
}

/// The identity of a matrix's size, kind and device, without gradients.
fn identity_like(matrix: &Tensor<3>) -> Tensor<3> {
    let device = matrix.device().without_autodiff();
    Tensor::<2>::eye(matrix.dims()[1], &device)
        .cast(matrix.dtype())
        .unsqueeze::<3>()
}

/// Squared 2-Wasserstein distance of two normal distributions, each term a mean over channels:
/// `mean (m_x − m_a)² + mean diag(C_a + C_x − 2 (C_a^{1/2} C_x C_a^{1/2})^{1/2})`.
///
/// # Shapes
/// Means `[1, C, 1]`; second raw moments `[1, C, C]`.
///
/// # Source
/// Dowson and Landau 1982, eq. 4; as a style loss in crowsonkb/style-transfer-pytorch, whose scale
/// this is.
pub fn wasserstein(
    (mean, raw): (Tensor<3>, Tensor<3>),
    (target_mean, target_raw): (Tensor<3>, Tensor<3>),
) -> Tensor<1> {
    Normal::new(target_mean, target_raw).distance(mean, raw)
}
