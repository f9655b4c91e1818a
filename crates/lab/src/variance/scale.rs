//! Whether any constant scale of the weights keeps signals and gradients.

use serde::Serialize;

use super::activation::Function;
use super::theory::{gaussian_mean, mean_field};

/// n σ² between which scales are looked at.
const GAINS: (f64, f64) = (0.25, 256.0);
/// How many of them are shown.
const SHOWN: usize = 60;
/// Grids on which the best is looked for, each about the best place of the one before, and places of a grid.
const GRIDS: usize = 4;
const GRID_PLACES: usize = 24;

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

/// The scale with the least drift, found on a grid that is made finer three times.
pub fn best_scale(function: Function, layers: usize) -> Drift {
    let (mut low, mut high) = (GAINS.0.ln(), GAINS.1.ln());
    let mut best = drift(function, 1.0, layers);
    for _ in 0..GRIDS {
        let step = (high - low) / GRID_PLACES as f64;
        for place in 0..=GRID_PLACES {
            let found = drift(function, (low + step * place as f64).exp(), layers);
            if found.worst() < best.worst() {
                best = found;
            }
        }
        (low, high) = (best.gain.ln() - step, best.gain.ln() + step);
    }
    best
}

/// Drift over scales.
#[derive(Clone, Debug, Serialize)]
pub struct Series {
    /// f.
    pub function: Function,
    /// At every scale.
    pub drifts: Vec<Drift>,
    /// The best of all scales.
    pub best: Drift,
    /// At the scale that keeps signals of variance 1 exactly.
    pub kept_signals: Drift,
}

/// The drift of a network of so many layers at every scale.
pub fn scales(function: Function, layers: usize) -> Series {
    let (low, high) = GAINS;
    let step = (high / low).ln() / (SHOWN - 1) as f64;
    let gains = (0..SHOWN).map(|place| low * (step * place as f64).exp());
    let keeping = 1.0 / gaussian_mean(|z| function.value(z).powi(2));
    Series {
        function,
        drifts: gains.map(|gain| drift(function, gain, layers)).collect(),
        best: best_scale(function, layers),
        kept_signals: drift(function, keeping, layers),
    }
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
        let gain = 1.0 / gaussian_mean(|z| Function::Sigmoid.value(z).powi(2));
        let found = drift(Function::Sigmoid, gain, 30);
        assert!(found.up < 1.001 && found.down > 1e10, "{found:?}");
    }
}
