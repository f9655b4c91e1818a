//! How many random patterns a network holds.

use std::ops::ControlFlow;

use rayon::prelude::*;
use reverie_model::rng::{Rng, seeded};
use serde::Serialize;

use super::network::Weights;
use super::pattern::Pattern;
use super::recall::one_at_a_time;
use super::rule::Rule;
use crate::numbers::mean;
use crate::{LabError, Progress};

/// Walks over all units before a recall is given up.
const MAX_SWEEPS: usize = 100;

/// Draws of independent patterns before that is given up.
const MAX_DRAWS: usize = 1000;

/// Recalls at one number of patterns a unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LoadPoint {
    /// α = P / N.
    pub load: f64,
    /// P.
    pub n_patterns: usize,
    /// Mean overlap of where the recall ended with the pattern it began from, of every seed.
    pub overlaps: Vec<f64>,
}

impl LoadPoint {
    /// The mean of the seeds.
    pub fn mean(&self) -> f64 {
        mean(&self.overlaps)
    }
}

/// Recalls at growing numbers of patterns.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Capacity {
    /// The rule that stored them.
    pub rule: Rule,
    /// N.
    pub n_units: usize,
    /// In the order of the loads.
    pub points: Vec<LoadPoint>,
}

impl Capacity {
    /// The load at which the overlap falls below a value, between two measured ones; none where it
    /// never does.
    pub fn falls_below(&self, overlap: f64) -> Option<f64> {
        self.points.windows(2).find_map(|pair| {
            let (high, low) = (pair[0].mean(), pair[1].mean());
            let is_here = high >= overlap && low < overlap;
            let share = (high - overlap) / (high - low);
            is_here.then(|| pair[0].load + share * (pair[1].load - pair[0].load))
        })
    }
}

/// Stores random patterns and begins a recall from `tries` of them, as they were stored: a pattern
/// that is kept stays where it is.
///
/// `observe` hears of every load and seed and may break off; then the loads that all seeds have done
/// are handed back.
///
/// # Errors
/// As [`Rule::weights`].
pub fn capacity(
    rule: Rule,
    n_units: usize,
    loads: &[f64],
    seeds: &[u64],
    tries: usize,
    mut observe: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Capacity, LabError> {
    let mut capacity = Capacity {
        rule,
        n_units,
        points: Vec::new(),
    };
    let total = (loads.len() * seeds.len()) as u64;
    let mut done = 0;
    for &load in loads {
        let n_patterns = ((load * n_units as f64).round() as usize).max(1);
        let mut overlaps = Vec::new();
        for &seed in seeds {
            overlaps.push(one_seed(rule, n_units, n_patterns, seed, tries)?);
            done += 1;
            let remark = format!("{rule}: {n_patterns} patterns in {n_units} units");
            let progress = Progress {
                done,
                total,
                remark,
            };
            if observe(progress).is_break() && done < total {
                return Ok(capacity);
            }
        }
        capacity.points.push(LoadPoint {
            load,
            n_patterns,
            overlaps,
        });
    }
    Ok(capacity)
}

fn one_seed(
    rule: Rule,
    n_units: usize,
    n_patterns: usize,
    seed: u64,
    tries: usize,
) -> Result<f64, LabError> {
    let rng = &mut seeded(seed);
    let (patterns, weights) = stored(rule, n_units, n_patterns, rng)?;
    // Every recall has a generator of its own, so that threads do not matter.
    let tried: Vec<f64> = patterns
        .par_iter()
        .take(tries)
        .enumerate()
        .map(|(number, pattern)| {
            let rng = &mut seeded(seed ^ ((number as u64 + 1) << 32));
            let recall = one_at_a_time(&weights, &pattern.units, MAX_SWEEPS, 0, rng);
            pattern.overlap(recall.units())
        })
        .collect();
    Ok(mean(&tried))
}

/// Random patterns and a network that stores them. Few random patterns of few units may depend on each
/// other; a rule that asks for independent ones gets others then.
fn stored(
    rule: Rule,
    n_units: usize,
    n_patterns: usize,
    rng: &mut Rng,
) -> Result<(Vec<Pattern>, Weights), LabError> {
    let mut left = MAX_DRAWS;
    loop {
        let draw = |number: usize| Pattern::random(number.to_string(), n_units, rng);
        let patterns: Vec<Pattern> = (0..n_patterns).map(draw).collect();
        left -= 1;
        match rule.weights(&patterns) {
            Err(LabError::DependentPatterns { .. }) if left > 0 => {}
            found => return found.map(|weights| (patterns, weights)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bar of the experiment at full size: theory says 0.138.
    #[test]
    fn hebb_holds_130_patterns_in_1000_units_and_loses_180() {
        let go_on = |_| ControlFlow::Continue(());
        let found = capacity(Rule::Hebb, 1000, &[0.13, 0.18], &[0, 1, 2], 10, go_on).unwrap();
        let [below, above] = found.points.as_slice() else {
            panic!("two loads");
        };
        assert!(below.mean() > 0.95, "{:?}", below.overlaps);
        assert!(above.mean() < 0.7, "{:?}", above.overlaps);
    }

    #[test]
    fn the_other_rules_hold_what_hebb_loses() {
        let go_on = |_| ControlFlow::Continue(());
        let at = |rule| capacity(rule, 300, &[0.2], &[0], 20, go_on).unwrap().points[0].mean();
        assert!(at(Rule::Hebb) < 0.8);
        assert!(at(Rule::Storkey) > 0.97);
        assert!(at(Rule::PseudoInverse) > 0.999);
    }

    #[test]
    fn as_many_patterns_as_units_are_drawn_until_they_are_independent() {
        let go_on = |_| ControlFlow::Continue(());
        let seeds: Vec<u64> = (0..20).collect();
        let found = capacity(Rule::PseudoInverse, 10, &[1.0], &seeds, 10, go_on).unwrap();
        assert!(found.points[0].mean() > 0.99, "{:?}", found.points[0]);
    }

    #[test]
    fn where_it_falls_lies_between_two_loads() {
        let point = |load, overlap| LoadPoint {
            load,
            n_patterns: 1,
            overlaps: vec![overlap],
        };
        let capacity = Capacity {
            rule: Rule::Hebb,
            n_units: 10,
            points: vec![point(0.1, 1.0), point(0.2, 0.5)],
        };
        assert_eq!(capacity.falls_below(0.75), Some(0.15000000000000002));
        assert_eq!(capacity.falls_below(0.2), None);
    }
}
