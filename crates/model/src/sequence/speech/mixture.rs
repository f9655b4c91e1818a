//! How likely the next samples are, under a mixture of Gaussians.

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;

/// Smallest standard deviation of a component, in units of the samples; its square, 0.0025, is the
/// variance floor.
///
/// Sound is exactly zero in places, and a density may be as high as it likes there. Speech that was
/// brought to deviation 1 and stored in 8 bits moves in steps of about 0.1, so this is half a step.
pub const LEAST_DEVIATION: f64 = 0.05;
/// Where the exponent of a deviation ends: e^20 is beyond any sample, and its square is no infinity.
const MOST_EXPONENT: f64 = 20.0;

/// A mixture of Gaussians with diagonal covariances over a block of samples.
///
/// p(x) = Σ_m π_m Π_d N(x_d; μ_md, σ_md), with π = softmax(a), μ as it is and σ = σ_min + e^s, where
/// a network says a, μ and s. The exponent is taken of 20 at most, and σ_min is [`LEAST_DEVIATION`].
///
/// # Source
/// Bishop 1994, mixture density networks; Graves 2013 (arXiv 1308.0850), section 4.1. Chung et al.
/// 2014 (arXiv 1412.3555) have 20 components over 10 samples; neither says where variances end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mixture {
    /// M, the number of components.
    pub components: usize,
    /// D, samples of a block.
    pub width: usize,
}

impl Mixture {
    /// Numbers that say one mixture: M·(1 + 2·D).
    pub fn n_outputs(&self) -> usize {
        self.components * (1 + 2 * self.width)
    }

    /// −ln p(x) of every row, in nats.
    ///
    /// Finite for outputs up to ±1e15: sums of exponentials are taken with the largest term out of
    /// the exponent.
    ///
    /// # Shapes
    /// `raw` is `[N, M·(1 + 2·D)]`: a `[M]`, then μ `[M, D]`, then s `[M, D]`. `targets` is `[N, D]`
    /// and receives no gradient. The answer is `[N]`.
    ///
    /// # Panics
    /// If the shapes do not fit this mixture.
    pub fn nll(&self, raw: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
        let Self { components, width } = *self;
        let [rows, n_outputs] = raw.dims();
        assert_eq!(n_outputs, self.n_outputs(), "outputs of a mixture");
        assert_eq!(targets.dims(), [rows, width], "a block for every mixture");
        let block = components * width;
        let cube = |from: usize| -> Tensor<3> {
            let part = raw.clone().narrow(1, from, block);
            part.reshape([rows, components, width])
        };
        let weights = log_softmax(raw.clone().narrow(1, 0, components), 1);
        let means = cube(components);
        let deviations = cube(components + block).clamp_max(MOST_EXPONENT).exp() + LEAST_DEVIATION;
        let distances = (means - targets.unsqueeze_dim::<3>(1)) / deviations.clone();
        let squares: Tensor<2> = distances.square().sum_dim(2).squeeze_dim(2);
        let volumes: Tensor<2> = deviations.log().sum_dim(2).squeeze_dim(2);
        let parts = weights - volumes - squares * 0.5;
        let most = parts.clone().max_dim(1).detach();
        let sums: Tensor<2> = (parts - most.clone()).exp().sum_dim(1).log() + most;
        let constant = 0.5 * width as f64 * std::f64::consts::TAU.ln();
        sums.squeeze_dim::<1>(1).neg() + constant
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{DType, Device, TensorData};

    use super::*;
    use crate::rng::{normal, seeded};

    const SMALL: Mixture = Mixture {
        components: 3,
        width: 2,
    };

    fn tensor64(values: Vec<f64>, shape: [usize; 2], device: &Device) -> Tensor<2> {
        Tensor::from_data(TensorData::new(values, shape), (device, DType::F64))
    }

    fn draws(count: usize, scale: f64, seed: u64) -> Vec<f64> {
        let draws = normal(&mut seeded(seed), count);
        draws.into_iter().map(|x| scale * f64::from(x)).collect()
    }

    fn values(tensor: Tensor<1>) -> Vec<f64> {
        tensor.try_into_vec_as::<f64>().unwrap()
    }

    /// The definition, one component after the other, without any precautions.
    fn by_hand(mixture: Mixture, raw: &[f64], x: &[f64]) -> f64 {
        let Mixture { components, width } = mixture;
        let (a, rest) = raw.split_at(components);
        let (means, exponents) = rest.split_at(components * width);
        let total: f64 = a.iter().map(|a| a.exp()).sum();
        let density = |m: usize| {
            let one = |d: usize| {
                let deviation = 0.05 + exponents[m * width + d].exp();
                let z = (x[d] - means[m * width + d]) / deviation;
                (-0.5 * z * z).exp() / (deviation * std::f64::consts::TAU.sqrt())
            };
            a[m].exp() / total * (0..width).map(one).product::<f64>()
        };
        -(0..components).map(density).sum::<f64>().ln()
    }

    #[test]
    fn it_is_the_definition() {
        let device = Device::flex();
        for (mixture, seed) in [
            (SMALL, 1),
            (
                Mixture {
                    components: 20,
                    width: 10,
                },
                2,
            ),
            (
                Mixture {
                    components: 1,
                    width: 1,
                },
                3,
            ),
        ] {
            let (rows, outputs) = (7, mixture.n_outputs());
            let raw = draws(rows * outputs, 1.0, seed);
            let x = draws(rows * mixture.width, 1.0, seed + 10);
            let found = values(mixture.nll(
                tensor64(raw.clone(), [rows, outputs], &device),
                tensor64(x.clone(), [rows, mixture.width], &device),
            ));
            for (row, found) in found.iter().enumerate() {
                let raw = &raw[row * outputs..(row + 1) * outputs];
                let x = &x[row * mixture.width..(row + 1) * mixture.width];
                let wanted = by_hand(mixture, raw, x);
                assert!(
                    (found - wanted).abs() < 1e-10 * wanted.abs().max(1.0),
                    "{found} {wanted}"
                );
            }
        }
    }

    #[test]
    fn one_component_is_a_gaussian() {
        let device = Device::flex();
        let mixture = Mixture {
            components: 1,
            width: 2,
        };
        // Deviations 1 and 2, whatever the floor.
        let exponents = [(1.0f64 - 0.05).ln(), (2.0f64 - 0.05).ln()];
        let raw = vec![3.7, 0.5, -1.0, exponents[0], exponents[1]];
        let found = mixture.nll(
            tensor64(raw, [1, 5], &device),
            tensor64(vec![1.5, 3.0], [1, 2], &device),
        );
        // ln 2π + ln 2 + (1² + 2²) / 2
        let wanted = std::f64::consts::TAU.ln() + 2f64.ln() + 2.5;
        assert!((values(found)[0] - wanted).abs() < 1e-12);
    }

    #[test]
    fn gradients_are_those_of_small_steps() {
        const STEP: f64 = 1e-5;
        let device = Device::flex();
        let (rows, outputs) = (4, SMALL.n_outputs());
        let raw = draws(rows * outputs, 1.5, 4);
        let x = draws(rows * 2, 1.5, 5);
        let targets = tensor64(x, [rows, 2], &device);
        let value = |raw: Vec<f64>| -> f64 {
            let losses = SMALL.nll(tensor64(raw, [rows, outputs], &device), targets.clone());
            values(losses)
                .iter()
                .enumerate()
                .map(|(n, loss)| (n + 1) as f64 * loss)
                .sum()
        };
        let at = tensor64(raw.clone(), [rows, outputs], &device)
            .autodiff()
            .require_grad();
        let weights = tensor64((1..=rows).map(|n| n as f64).collect(), [rows, 1], &device);
        let losses = SMALL.nll(at.clone(), Tensor::from_inner(targets.clone()));
        let weights = Tensor::from_inner(weights.squeeze_dim::<1>(1));
        let gradients = (losses * weights).sum().backward();
        let found = at
            .grad(&gradients)
            .unwrap()
            .try_into_vec_as::<f64>()
            .unwrap();
        for (number, found) in found.iter().enumerate() {
            let moved = |by: f64| {
                let mut raw = raw.clone();
                raw[number] += by;
                value(raw)
            };
            let wanted = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
            assert!(
                (found - wanted).abs() < 1e-6 * wanted.abs().max(1.0),
                "{number}: {found} {wanted}"
            );
        }
    }

    #[test]
    fn extreme_outputs_stay_finite_there_and_back() {
        let device = Device::flex().autodiff();
        let outputs = SMALL.n_outputs();
        for scale in [1e2f32, 1e4, 1e8, 1e15] {
            let signs = (0..8 * outputs).map(|n| if n * n % 7 < 3 { scale } else { -scale });
            let raw = TensorData::new(signs.collect::<Vec<f32>>(), [8, outputs]);
            let raw = Tensor::<2>::from_data(raw, &device).require_grad();
            let losses = SMALL.nll(raw.clone(), Tensor::ones([8, 2], &device));
            let gradients = losses.clone().sum().backward();
            let gradient = raw
                .grad(&gradients)
                .unwrap()
                .try_into_vec_as::<f32>()
                .unwrap();
            let losses = losses.inner().try_into_vec_as::<f32>().unwrap();
            assert!(
                losses.iter().all(|loss| loss.is_finite()),
                "{scale}: {losses:?}"
            );
            assert!(
                gradient.iter().all(|value| value.is_finite()),
                "{scale}: {gradient:?}"
            );
        }
    }

    #[test]
    fn no_deviation_is_below_the_floor() {
        let device = Device::flex();
        let mixture = Mixture {
            components: 1,
            width: 1,
        };
        let raw = tensor64(vec![0.0, 0.0, -1e4], [1, 3], &device);
        let found = values(mixture.nll(raw, tensor64(vec![0.0], [1, 1], &device)));
        let most = -(1.0 / (LEAST_DEVIATION * std::f64::consts::TAU.sqrt())).ln();
        assert!((found[0] - most).abs() < 1e-12, "{found:?} {most}");
    }
}
