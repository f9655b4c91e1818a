//! What the formulas say.

use super::activation::Function;

/// Var(y^l) of a layer of `n_in` units with f(x) = α x + β, as the lecture writes it: α² n σ² (V + β²).
///
/// That is exact for f(x) = α (x + β). For f(x) = α x + β the mean of f² is α² V + β², so β² goes
/// without α²; see [`affine_up`] with `is_exact`. Both agree where the lecture needs them to: for
/// α = 1 or β = 0.
pub fn affine_up(alpha: f64, beta: f64, gain: f64, variance: f64, is_exact: bool) -> f64 {
    match is_exact {
        true => gain * (alpha * alpha * variance + beta * beta),
        false => alpha * alpha * gain * (variance + beta * beta),
    }
}

/// Var(∂cost/∂y^{l-1}) = α² n_l σ² Var(∂cost/∂y^l), with `gain` for n_l σ².
pub fn affine_down(alpha: f64, gain: f64, variance: f64) -> f64 {
    alpha * alpha * gain * variance
}

/// Half the width of the integral, in standard deviations: what lies beyond weighs 1e-22.
const REACH: f64 = 10.0;
/// Places of the integral; a rule of equal steps is exact to rounding for smooth functions that die
/// away at both ends. An even number leaves out zero, where relu has a corner.
const PLACES: usize = 2000;

/// The mean of g(z) over the standard normal distribution.
pub fn gaussian_mean(g: impl Fn(f64) -> f64) -> f64 {
    let step = 2.0 * REACH / (PLACES - 1) as f64;
    let (mut sum, mut weights) = (0.0, 0.0);
    for place in 0..PLACES {
        let z = -REACH + step * place as f64;
        let weight = (-0.5 * z * z).exp();
        sum += weight * g(z);
        weights += weight;
    }
    sum / weights
}

/// The mean-field recursion of a wide layer with n σ² = `gain`: the mean square of what the next layer
/// reads, V' = gain · E f(√V z)², and by how much gradients grow on the way back over it,
/// χ = gain · E f'(√V z)².
///
/// # Source
/// Poole et al. 2016 (arXiv 1606.05340), eq. 3 and 6, without biases.
pub fn mean_field(function: Function, gain: f64, variance: f64) -> (f64, f64) {
    let root = variance.sqrt();
    let up = gaussian_mean(|z| function.value(root * z).powi(2));
    let down = gaussian_mean(|z| function.slope(root * z).powi(2));
    (gain * up, gain * down)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_the_normal_distribution_are_exact() {
        assert!((gaussian_mean(|z| z * z) - 1.0).abs() < 1e-12);
        assert!((gaussian_mean(|z| z.powi(4)) - 3.0).abs() < 1e-11);
        assert!((gaussian_mean(|z| (z).exp()) - 0.5_f64.exp()).abs() < 1e-12);
    }

    #[test]
    fn relu_keeps_half_and_small_tanh_all() {
        let (up, down) = mean_field(Function::Relu, 2.0, 3.0);
        assert!(
            (up - 3.0).abs() < 1e-9 && (down - 1.0).abs() < 1e-3,
            "{up} {down}"
        );
        let (up, down) = mean_field(Function::Tanh, 1.0, 1e-6);
        assert!((up / 1e-6 - 1.0).abs() < 1e-5 && (down - 1.0).abs() < 1e-5);
    }

    #[test]
    fn a_straight_line_follows_the_formula() {
        let (alpha, beta, gain, variance) = (0.8, 0.5, 1.3, 0.9);
        let (up, down) = mean_field(Function::Affine { alpha, beta }, gain, variance);
        assert!((up - affine_up(alpha, beta, gain, variance, true)).abs() < 1e-12);
        assert!((down - affine_down(alpha, gain, 1.0)).abs() < 1e-12);
        // Where α = 1 both ways to write it are one.
        let both = [true, false].map(|exact| affine_up(1.0, beta, gain, variance, exact));
        assert_eq!(both[0], both[1]);
    }
}
