//! Formulas, recursion, schemes and scales in one run.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::activation::Function;
use super::network::{Measured, measure};
use super::scale::{Drift, best_scale, drift};
use super::scheme::Scheme;
use super::theory::{affine_up, gaussian_mean, mean_field};
use crate::{LabError, Progress, check};

/// Layers over which rotations must keep the variance.
const FAR: usize = 100;
/// Units of those layers, and draws: finding a rotation takes long.
const FAR_WIDTH: usize = 96;
const FAR_DRAWS: usize = 5;
/// Draws where the scheme is a rotation.
const FEW_DRAWS: usize = 6;
/// Lines f(x) = α x + β that are measured.
const LINES: [(f64, f64); 4] = [(1.0, 0.0), (0.8, 0.0), (1.0, 0.5), (0.8, 0.5)];
/// Times as many draws where β is not zero.
const SHARED: usize = 4;
/// n σ² of the layers between them.
const LINE_GAIN: f64 = 1.1;
/// n σ² and the variance of inputs of recurrent networks.
const TIMES: [(Function, f64, f64); 4] = [
    (Function::Linear, 0.9, 0.1),
    (Function::Linear, 1.1, 0.1),
    (Function::Tanh, 1.5, 0.2),
    (Function::Relu, 1.6, 0.1),
];
/// n σ² between which scales are looked at, and how many.
const GAINS: (f64, f64, usize) = (0.25, 256.0, 60);

/// What is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VarianceConfig {
    /// Units of a layer.
    pub width: usize,
    /// Layers.
    pub depth: usize,
    /// Steps in time.
    pub steps: usize,
    /// Networks that are averaged.
    pub draws: usize,
    /// Inputs that each is shown.
    pub batch: usize,
    /// Seed of all of it.
    pub seed: u64,
}

impl Default for VarianceConfig {
    fn default() -> Self {
        Self {
            width: 256,
            depth: 30,
            steps: 20,
            draws: 50,
            batch: 32,
            seed: 0,
        }
    }
}

impl VarianceConfig {
    /// A small version.
    pub fn quick() -> Self {
        Self {
            width: 128,
            depth: 10,
            steps: 8,
            ..Self::default()
        }
    }

    /// Refuses settings that mean nothing.
    ///
    /// # Errors
    /// [`LabError::Setting`].
    pub fn check(&self) -> Result<(), LabError> {
        check(
            "width",
            self.width,
            (4..=4096).contains(&self.width),
            "between 4 and 4096",
        )?;
        check(
            "depth",
            self.depth,
            (1..=1000).contains(&self.depth),
            "between 1 and 1000",
        )?;
        check(
            "steps",
            self.steps,
            (1..=1000).contains(&self.steps),
            "between 1 and 1000",
        )?;
        check(
            "draws",
            self.draws,
            (1..=10_000).contains(&self.draws),
            "between 1 and 10000",
        )?;
        check(
            "batch",
            self.batch,
            (1..=10_000).contains(&self.batch),
            "between 1 and 10000",
        )
    }
}

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

/// All that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Variance {
    /// What was done.
    pub config: VarianceConfig,
    /// The Taylor argument.
    pub taylor: Vec<TaylorTerm>,
    /// The lecture's formulas.
    pub lines: Vec<Affine>,
    /// Both conditions at once.
    pub widths: Vec<Widths>,
    /// Functions and schemes.
    pub depths: Vec<Depth>,
    /// `[draws][101]`: variances over 100 linear layers of rotations, and of normal draws.
    pub far: Vec<Vec<f64>>,
    /// The same of normal draws.
    pub far_normal: Vec<Vec<f64>>,
    /// Over time.
    pub times: Vec<Over>,
    /// Scales.
    pub scales: Vec<Series>,
}

/// Measures all of it.
///
/// # Errors
/// Settings that mean nothing.
pub fn variance(
    config: &VarianceConfig,
    mut observe: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Variance, LabError> {
    config.check()?;
    let mut found = Variance {
        config: config.clone(),
        taylor: [Function::Sigmoid, Function::Tanh]
            .into_iter()
            .filter_map(taylor)
            .collect(),
        lines: Vec::new(),
        widths: Vec::new(),
        depths: Vec::new(),
        far: Vec::new(),
        far_normal: Vec::new(),
        times: Vec::new(),
        scales: Vec::new(),
    };
    let mut steps: Vec<Work<'_>> = Vec::new();
    for line in LINES {
        steps.push((
            "the lecture's formula",
            Box::new(move |f: &mut Variance| f.lines.push(affine(config, line))),
        ));
    }
    for scheme in [Scheme::Forward, Scheme::Backward, Scheme::Xavier] {
        steps.push((
            "changing widths",
            Box::new(move |f: &mut Variance| f.widths.push(widths(config, scheme))),
        ));
    }
    for function in Function::USED {
        for scheme in Scheme::NAMED {
            steps.push((
                function.name(),
                Box::new(move |f: &mut Variance| f.depths.push(depth(config, function, scheme))),
            ));
        }
    }
    steps.push((
        "rotations",
        Box::new(|f: &mut Variance| {
            f.far = far(config, Scheme::Orthogonal);
            f.far_normal = far(config, Scheme::Forward);
        }),
    ));
    for (function, gain, input) in TIMES {
        steps.push((
            "over time",
            Box::new(move |f: &mut Variance| f.times.push(over(config, function, gain, input))),
        ));
    }
    for function in Function::USED {
        steps.push((
            "scales",
            Box::new(move |f: &mut Variance| f.scales.push(scales(function, config.depth))),
        ));
    }
    let total = steps.len() as u64;
    for (done, (remark, work)) in (1..).zip(steps) {
        work(&mut found);
        let remark = remark.to_owned();
        let progress = Progress {
            done,
            total,
            remark,
        };
        if observe(progress).is_break() {
            break;
        }
    }
    Ok(found)
}

/// A part of the run with its name.
type Work<'a> = (&'static str, Box<dyn FnOnce(&mut Variance) + 'a>);

fn taylor(function: Function) -> Option<TaylorTerm> {
    const AT: f64 = 0.1;
    let (series, fifth) = function.series()?;
    Some(TaylorTerm {
        function,
        line: function.line(),
        fifth,
        measured: (function.value(AT) - series(AT)) / AT.powi(5),
    })
}

/// Largest distance from one.
fn apart(ratios: impl Iterator<Item = f64>) -> f64 {
    ratios.map(|ratio| (ratio - 1.0).abs()).fold(0.0, f64::max)
}

/// The mean over the draws of y^l over what a formula makes of y^{l-1}, layer by layer.
fn step_ratios(found: &Measured, formula: impl Fn(f64) -> f64) -> Vec<f64> {
    let layers = found.up.first().map_or(0, |draw| draw.len() - 1);
    let of = |layer: usize| {
        let ratios = found
            .up
            .iter()
            .map(|draw| draw[layer + 1] / formula(draw[layer]));
        ratios.sum::<f64>() / found.up.len() as f64
    };
    (0..layers).map(of).collect()
}

fn affine(config: &VarianceConfig, (alpha, beta): (f64, f64)) -> Affine {
    let widths = vec![config.width; config.depth.min(10) + 1];
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
        down: apart(down.map(|ratio| ratio / (alpha * alpha * LINE_GAIN))),
    }
}

fn widths(config: &VarianceConfig, scheme: Scheme) -> Widths {
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
        step_mean: (ratios.iter().sum::<f64>() / ratios.len() as f64 - 1.0).abs(),
        step_apart: apart(ratios.into_iter()),
        measured,
        theory,
    }
}

fn depth(config: &VarianceConfig, function: Function, scheme: Scheme) -> Depth {
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

fn far(config: &VarianceConfig, scheme: Scheme) -> Vec<Vec<f64>> {
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

fn over(config: &VarianceConfig, function: Function, gain: f64, input: f64) -> Over {
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

fn scales(function: Function, layers: usize) -> Series {
    let (low, high, places) = GAINS;
    let step = (high / low).ln() / (places - 1) as f64;
    let gains = (0..places).map(|place| low * (step * place as f64).exp());
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
    fn a_small_run_holds_its_bars() {
        let config = VarianceConfig {
            width: 96,
            depth: 4,
            steps: 4,
            draws: 40,
            batch: 16,
            seed: 1,
        };
        let mut last = None;
        let found = variance(&config, |progress| {
            last = Some((progress.done, progress.total));
            ControlFlow::Continue(())
        });
        let found = found.unwrap();
        assert!(last.is_some_and(|(done, total)| done == total));
        for term in &found.taylor {
            assert!((term.measured / term.fifth - 1.0).abs() < 0.01, "{term:?}");
        }
        for line in &found.lines {
            assert!(line.exact < 0.03 && line.down < 0.03, "{line:?}");
            // Both ways to write the formula agree where α is 1 or β is 0.
            let agree = line.alpha == 1.0 || line.beta == 0.0;
            assert_eq!(line.lecture < 0.03, agree, "{line:?}");
        }
        for depth in &found.depths {
            assert!(depth.up.step_apart < 0.05, "{depth:?}");
        }
        let worst = found
            .far
            .iter()
            .map(|draw| apart(draw.iter().map(|one| one / draw[0])));
        assert!(worst.fold(0.0, f64::max) < 0.01);
        assert!(found.widths[0].up.iter().all(|(theory, _)| *theory == 1.0));
    }

    #[test]
    fn who_breaks_off_keeps_what_was_done() {
        let config = VarianceConfig {
            width: 8,
            draws: 2,
            batch: 2,
            ..VarianceConfig::quick()
        };
        let found = variance(&config, |progress| match progress.done {
            2 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        });
        let found = found.unwrap();
        assert_eq!((found.lines.len(), found.depths.len()), (2, 0));
    }

    #[test]
    fn settings_that_mean_nothing_are_refused() {
        let none = VarianceConfig {
            draws: 0,
            ..VarianceConfig::default()
        };
        assert!(none.check().unwrap_err().to_string().contains("draws is 0"));
    }
}
