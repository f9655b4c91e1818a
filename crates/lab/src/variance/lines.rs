//! The lecture's formulas, for straight lines, beside what is measured.

use serde::Serialize;

use super::activation::Function;
use super::config::VarianceConfig;
use super::network::measure;
use super::recursion::{apart, step_ratios};
use super::scheme::Scheme;
use super::theory::{affine_down, affine_up};

/// Times as many draws where β is not zero.
const SHARED: usize = 4;
/// n σ² of the layers between them.
const LINE_GAIN: f64 = 1.1;
/// Layers that are measured, at most.
const LAYERS: usize = 10;

/// What is left of f after x³, over x⁵.
#[derive(Clone, Debug, Serialize)]
pub struct TaylorTerm {
    /// f.
    pub function: Function,
    /// α and β of its line at zero.
    pub line: (f64, f64),
    /// The number before x⁵.
    pub fifth: f64,
    /// The same, measured at x = 0.1.
    pub measured: f64,
}

/// Layers with f(x) = α x + β.
#[derive(Clone, Debug, Serialize)]
pub struct Affine {
    /// The slope.
    pub alpha: f64,
    /// The value at zero.
    pub beta: f64,
    /// Largest distance of a layer's variance from the lecture's formula of the layer below, relative.
    pub lecture: f64,
    /// From the formula with β² in place of α² β².
    pub exact: f64,
    /// Largest distance of a layer's gradient from α² n_l σ² times that above.
    pub down: f64,
}

/// Layers that are narrow and wide in turn.
#[derive(Clone, Debug, Serialize)]
pub struct Widths {
    /// How they are drawn.
    pub scheme: Scheme,
    /// From narrow to wide, then from wide to narrow: n_{l-1} σ², by the formula and measured.
    pub up: [(f64, f64); 2],
    /// The same of n_l σ².
    pub down: [(f64, f64); 2],
}

/// The Taylor argument for one function; none where it has no such series.
pub fn taylor(function: Function) -> Option<TaylorTerm> {
    const AT: f64 = 0.1;
    let (series, fifth) = function.series()?;
    Some(TaylorTerm {
        function,
        line: function.line(),
        fifth,
        measured: (function.value(AT) - series(AT)) / AT.powi(5),
    })
}

/// Layers with f(x) = α x + β.
pub fn affine(config: &VarianceConfig, (alpha, beta): (f64, f64)) -> Affine {
    let widths = vec![config.width; config.depth.min(LAYERS) + 1];
    let function = Function::Affine { alpha, beta };
    // All inputs share what β adds, so a network with it counts as one draw and not as many.
    let draws = if beta == 0.0 {
        config.draws
    } else {
        SHARED * config.draws
    };
    let size = (draws, config.batch);
    let found = measure(
        function,
        Scheme::Gain(LINE_GAIN),
        &widths,
        (false, 0.0),
        size,
        config.seed,
    );
    let up = |exact: bool| {
        let formula = |variance| affine_up(alpha, beta, LINE_GAIN, variance, exact);
        apart(step_ratios(&found, formula).into_iter())
    };
    let down = found.ratios_down().into_iter();
    Affine {
        alpha,
        beta,
        lecture: up(false),
        exact: up(true),
        down: apart(down.map(|ratio| ratio / affine_down(alpha, LINE_GAIN, 1.0))),
    }
}

/// A narrow, a wide and a narrow layer by one scheme.
pub fn widths(config: &VarianceConfig, scheme: Scheme) -> Widths {
    let (narrow, wide) = (config.width / 2, config.width);
    let list = [narrow, wide, narrow];
    let size = (config.draws, config.batch);
    let found = measure(
        Function::Linear,
        scheme,
        &list,
        (false, 0.0),
        size,
        config.seed,
    );
    let pairs = [(narrow, wide), (wide, narrow)];
    let (up, down) = (found.ratios_up(), found.ratios_down());
    Widths {
        scheme,
        up: [0, 1].map(|k| {
            let (n_in, n_out) = pairs[k];
            (n_in as f64 * scheme.weight_variance(n_in, n_out), up[k])
        }),
        down: [0, 1].map(|k| {
            let (n_in, n_out) = pairs[k];
            (n_out as f64 * scheme.weight_variance(n_in, n_out), down[k])
        }),
    }
}
