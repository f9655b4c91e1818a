//! Deep and recurrent networks beside the mean-field recursion.

use serde::Serialize;

use super::activation::Function;
use super::config::VarianceConfig;
use super::network::{Measured, measure};
use super::scheme::Scheme;
use super::theory::mean_field;
use crate::numbers::mean;

/// Layers over which rotations must keep the variance.
const FAR: usize = 100;
/// Units of those layers, and draws: finding a rotation takes long.
const FAR_WIDTH: usize = 96;
const FAR_DRAWS: usize = 5;
/// Draws where the scheme is a rotation.
const FEW_DRAWS: usize = 6;

/// A measured list beside the recursion's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// The mean over the draws.
    pub measured: Vec<f64>,
    /// The recursion from the first one on.
    pub theory: Vec<f64>,
    /// Largest distance between both, relative.
    pub apart: f64,
    /// Mean ratio of a layer to what the recursion makes of the layer below it, over draws and layers:
    /// distance from one.
    pub step_mean: f64,
    /// The same of the layer where it is largest.
    pub step_apart: f64,
}

/// A deep network.
#[derive(Clone, Debug, Serialize)]
pub struct Depth {
    /// f.
    pub function: Function,
    /// How its weights are drawn.
    pub scheme: Scheme,
    /// Var(y^0) to Var(y^L).
    pub up: Compared,
    /// Var(∂cost/∂y^0) to Var(∂cost/∂y^L), measured.
    pub down: Vec<f64>,
}

/// A recurrent network.
#[derive(Clone, Debug, Serialize)]
pub struct Over {
    /// f.
    pub function: Function,
    /// n σ² of the weights between steps.
    pub gain: f64,
    /// Variance of what comes in at every step.
    pub input: f64,
    /// Var(y_0) to Var(y_T).
    pub up: Compared,
}

/// Largest distance from one.
pub fn apart(ratios: impl Iterator<Item = f64>) -> f64 {
    ratios.map(|ratio| (ratio - 1.0).abs()).fold(0.0, f64::max)
}

/// The mean over the draws of y^l over what a formula makes of y^{l-1}, layer by layer.
pub fn step_ratios(found: &Measured, formula: impl Fn(f64) -> f64) -> Vec<f64> {
    let layers = found.up.first().map_or(0, |draw| draw.len() - 1);
    let of = |layer: usize| {
        let ratio = |draw: &Vec<f64>| draw[layer + 1] / formula(draw[layer]);
        mean(&found.up.iter().map(ratio).collect::<Vec<_>>())
    };
    (0..layers).map(of).collect()
}

/// Sets a measured list beside the recursion.
fn compare(found: &Measured, step: impl Fn(f64) -> f64) -> Compared {
    let measured = found.mean_up();
    let mut theory = vec![measured.first().copied().unwrap_or(1.0)];
    while theory.len() < measured.len() {
        theory.push(step(theory[theory.len() - 1]));
    }
    let both = measured.iter().zip(&theory);
    let ratios = step_ratios(found, step);
    Compared {
        apart: apart(both.map(|(measured, theory)| measured / theory)),
        step_mean: (mean(&ratios) - 1.0).abs(),
        step_apart: apart(ratios.into_iter()),
        measured,
        theory,
    }
}

/// A deep network by one scheme.
pub fn depth(config: &VarianceConfig, function: Function, scheme: Scheme) -> Depth {
    let widths = vec![config.width; config.depth + 1];
    let draws = match scheme {
        Scheme::Orthogonal => config.draws.min(FEW_DRAWS),
        _ => config.draws,
    };
    let size = (draws, config.batch);
    let found = measure(function, scheme, &widths, (false, 0.0), size, config.seed);
    let gain = config.width as f64 * scheme.weight_variance(config.width, config.width);
    Depth {
        function,
        scheme,
        up: compare(&found, |variance| mean_field(function, gain, variance).0),
        down: found.mean_down(),
    }
}

/// `[draws][101]`: mean squares over 100 linear layers.
pub fn far(config: &VarianceConfig, scheme: Scheme) -> Vec<Vec<f64>> {
    let widths = [FAR_WIDTH; FAR + 1];
    measure(
        Function::Linear,
        scheme,
        &widths,
        (false, 0.0),
        (FAR_DRAWS, 1),
        config.seed,
    )
    .up
}

/// A recurrent network, whose steps share their weights and hear an input of this variance.
pub fn over(config: &VarianceConfig, function: Function, gain: f64, input: f64) -> Over {
    let widths = vec![config.width; config.steps + 1];
    let size = (config.draws, config.batch);
    let found = measure(
        function,
        Scheme::Gain(gain),
        &widths,
        (true, input),
        size,
        config.seed,
    );
    Over {
        function,
        gain,
        input,
        up: compare(&found, |variance| {
            mean_field(function, gain, variance).0 + input
        }),
    }
}
