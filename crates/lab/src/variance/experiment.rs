//! Formulas, recursion, schemes and scales in one run.

use std::ops::ControlFlow;

use serde::Serialize;

use super::activation::Function;
use super::config::VarianceConfig;
use super::lines::{Affine, TaylorTerm, Widths, affine, taylor, widths};
use super::recursion::{Depth, Over, depth, far, over};
use super::scale::{Series, scales};
use super::scheme::Scheme;
use crate::{LabError, Progress};

/// Lines f(x) = α x + β that are measured.
const LINES: [(f64, f64); 4] = [(1.0, 0.0), (0.8, 0.0), (1.0, 0.5), (0.8, 0.5)];
/// n σ² and the variance of inputs of recurrent networks.
const TIMES: [(Function, f64, f64); 4] = [
    (Function::Linear, 0.9, 0.1),
    (Function::Linear, 1.1, 0.1),
    (Function::Tanh, 1.5, 0.2),
    (Function::Relu, 1.6, 0.1),
];

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

#[cfg(test)]
mod tests {
    use super::super::recursion::apart;
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
}
