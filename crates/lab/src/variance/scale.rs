//! Whether any constant scale of the weights keeps signals and gradients.

use serde::Serialize;

use super::activation::Function;
use super::theory::mean_field;

/// How far a network of so many layers strays from where it began, by the recursion.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Drift {
    /// n σ².
    pub gain: f64,
    /// Largest factor, up or down, between the variance of a layer's signals and that of the first.
    pub up: f64,
    /// The same of the gradients on their way down.
    pub down: f64,
}

impl Drift {
    /// The worse of both.
    pub fn worst(&self) -> f64 {
        self.up.max(self.down)
    }
}

/// Follows the recursion from variance 1.
pub fn drift(function: Function, gain: f64, layers: usize) -> Drift {
    let (mut variance, mut gradient) = (1.0_f64, 0.0_f64);
    let (mut up, mut down) = (0.0_f64, 0.0_f64);
    for _ in 0..layers {
        let (next, chi) = mean_field(function, gain, variance);
        variance = next;
        gradient += chi.ln();
        up = up.max(variance.ln().abs());
        down = down.max(gradient.abs());
    }
    Drift {
        gain,
        up: up.exp(),
        down: down.exp(),
    }
}

/// The scale with the least drift, found on a grid and made finer twice.
pub fn best_scale(function: Function, layers: usize) -> Drift {
    const PLACES: usize = 24;
    let (mut low, mut high) = (0.25_f64.ln(), 256_f64.ln());
    let mut best = drift(function, 1.0, layers);
    for _ in 0..4 {
        let step = (high - low) / PLACES as f64;
        for place in 0..=PLACES {
            let found = drift(function, (low + step * place as f64).exp(), layers);
            if found.worst() < best.worst() {
                best = found;
            }
        }
        (low, high) = (best.gain.ln() - step, best.gain.ln() + step);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_rectifiers_have_a_scale_that_keeps_both_and_the_sigmoid_has_none() {
        let linear = best_scale(Function::Linear, 30);
        assert!(
            (linear.gain - 1.0).abs() < 0.01 && linear.worst() < 1.2,
            "{linear:?}"
        );
        let relu = best_scale(Function::Relu, 30);
        assert!(
            (relu.gain - 2.0).abs() < 0.02 && relu.worst() < 1.2,
            "{relu:?}"
        );
        let sigmoid = best_scale(Function::Sigmoid, 30);
        assert!(sigmoid.worst() > 10.0, "{sigmoid:?}");
    }

    #[test]
    fn a_scale_that_keeps_the_sigmoids_signals_loses_its_gradients() {
        let gain =
            1.0 / super::super::theory::gaussian_mean(|z| Function::Sigmoid.value(z).powi(2));
        let found = drift(Function::Sigmoid, gain, 30);
        assert!(found.up < 1.001 && found.down > 1e10, "{found:?}");
    }
}
