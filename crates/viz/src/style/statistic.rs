//! What "style" is measured by.

use burn::tensor::Tensor;
use reverie_model::vision::{Activations, Layer};

use super::square_root::square_root;
use super::{GramNorm, StyleLoss, gram, gram_distance};
use crate::objective::Objective;

/// Added to both covariances so that their roots exist.
const COVARIANCE_FLOOR: f64 = 1e-4;

/// The manner of a picture at one layer, independent of where things are.
#[derive(Clone, Debug)]
pub enum Statistic {
    /// [`gram`], `[1, C, C]`, and how two are compared.
    Gram(Tensor<3>, GramNorm),
    /// Mean `[1, C, 1]` and second raw moment `[1, C, C]` of the feature vectors.
    Moments(Tensor<3>, Tensor<3>),
}

impl Statistic {
    /// Measures feature maps `[1, C, H, W]`.
    pub fn measure(features: Tensor<4>, loss: StyleLoss, norm: GramNorm) -> Self {
        match loss {
            StyleLoss::Gram => Self::Gram(gram(features), norm),
            StyleLoss::Wasserstein => {
                let (mean, raw) = moments(features);
                Self::Moments(mean, raw)
            }
        }
    }

    /// `Σ w_i S_i`: several styles as one target. Weights are used as they are.
    ///
    /// # Panics
    /// If the list is empty or mixes kinds.
    pub fn blend(parts: Vec<(f64, Self)>) -> Self {
        let scaled = parts.into_iter().map(|(weight, part)| match part {
            // A single style keeps its bits.
            part if weight == 1.0 => part,
            Self::Gram(gram, norm) => Self::Gram(gram * weight, norm),
            Self::Moments(mean, raw) => Self::Moments(mean * weight, raw * weight),
        });
        scaled
            .reduce(|a, b| match (a, b) {
                (Self::Gram(a, norm), Self::Gram(b, _)) => Self::Gram(a + b, norm),
                (Self::Moments(a, b), Self::Moments(c, d)) => Self::Moments(a + c, b + d),
                _ => panic!("statistics of two kinds cannot be blended"),
            })
            .expect("at least one style")
    }
}

/// Minus the distance of a layer's statistic to the style's.
#[derive(Clone, Debug)]
pub struct StyleMatch {
    layer: Layer,
    target: Target,
}

#[derive(Clone, Debug)]
enum Target {
    Gram(Tensor<3>, GramNorm),
    Moments {
        mean: Tensor<3>,
        covariance: Tensor<3>,
        root: Tensor<3>,
    },
}

impl StyleMatch {
    /// A match of `layer` to `target`.
    pub fn new(layer: Layer, target: Statistic) -> Self {
        let target = match target {
            Statistic::Gram(gram, norm) => Target::Gram(gram, norm),
            Statistic::Moments(mean, raw) => {
                let (covariance, root) = rooted_covariance(mean.clone(), raw);
                Target::Moments {
                    mean,
                    covariance,
                    root,
                }
            }
        };
        Self { layer, target }
    }
}

/// Mean `[B, C, 1]` and second raw moment `[B, C, C]` of feature vectors `[B, C, H, W]`.
fn moments(features: Tensor<4>) -> (Tensor<3>, Tensor<3>) {
    let [batch, channels, height, width] = features.dims();
    let mean = features
        .clone()
        .reshape([batch, channels, height * width])
        .mean_dim(2);
    (mean, gram(features))
}

/// The covariance, lifted by [`COVARIANCE_FLOOR`].
fn covariance(mean: Tensor<3>, raw: Tensor<3>) -> Tensor<3> {
    let floor = identity_like(&raw) * COVARIANCE_FLOOR;
    raw - mean.clone().matmul(mean.transpose()) + floor
}

/// The covariance and its root.
fn rooted_covariance(mean: Tensor<3>, raw: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
    let covariance = covariance(mean, raw);
    let (root, _) = square_root(covariance.clone());
    (covariance, root)
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
    let (covariance, root) = rooted_covariance(target_mean.clone(), target_raw);
    distance(mean, raw, target_mean, covariance, root)
}

fn distance(
    mean: Tensor<3>,
    raw: Tensor<3>,
    target_mean: Tensor<3>,
    target_covariance: Tensor<3>,
    target_root: Tensor<3>,
) -> Tensor<1> {
    let size = raw.dims()[1];
    let identity = identity_like(&raw);
    let trace = |matrix: Tensor<3>| (matrix * identity.clone()).sum() / size as f64;
    let covariance = covariance(mean.clone(), raw);
    let means = (mean - target_mean).square().mean();
    let product = target_root
        .clone()
        .matmul(covariance.clone())
        .matmul(target_root.clone());
    let (cross, inverse) = square_root(product.inner());
    // d tr A^{1/2} = ½ tr(A^{-1/2} dA): the value from the root, the gradient from its inverse,
    // and nothing to remember of the iteration.
    let slope = target_root.clone().matmul(inverse).matmul(target_root) * 0.5;
    let varying = (slope.transpose() * covariance.clone()).sum() / size as f64;
    let cross = trace(cross) + varying.clone() - varying.detach();
    means + trace(target_covariance) + trace(covariance) - cross * 2.0
}

impl Objective for StyleMatch {
    fn score(&self, seen: &Activations) -> Tensor<1> {
        let features = seen.of(&self.layer);
        let loss = match &self.target {
            Target::Gram(target, norm) => gram_distance(gram(features), target.clone(), *norm),
            Target::Moments {
                mean,
                covariance,
                root,
            } => {
                let (mine, raw) = moments(features);
                distance(mine, raw, mean.clone(), covariance.clone(), root.clone())
            }
        };
        loss.neg()
    }

    fn layers(&self) -> Vec<Layer> {
        vec![self.layer.clone()]
    }

    fn part(&self) -> &'static str {
        "style"
    }
}
