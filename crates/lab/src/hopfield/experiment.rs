//! Recalls, swings and capacities in one run.

use std::ops::ControlFlow;

use reverie_model::rng::{Rng, seeded};
use serde::Serialize;

use super::capacity::{Capacity, capacity};
use super::config::HopfieldConfig;
use super::network::Weights;
use super::pattern::{Pattern, check as check_patterns};
use super::recall::{Recall, Together, all_at_once, cued, one_at_a_time};
use super::rule::Rule;
use super::swing::{Swing, swing};
use crate::{LabError, Progress};

/// Walks over all units before a recall is given up.
pub(super) const MAX_SWEEPS: usize = 50;
/// Moments that are kept of a sweep, for the animation.
pub(super) const MOMENTS: usize = 16;
/// A picture that was recalled.
#[derive(Clone, Debug, Serialize)]
pub struct Recalled {
    /// The picture.
    pub name: String,
    /// How alike the cue was to it.
    pub cue_overlap: f64,
    /// How alike the end was.
    pub overlap: f64,
    /// One unit at a time.
    pub recall: Recall,
    /// All units at once, from the same cue.
    pub together: Together,
}

/// All that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Hopfield {
    /// What was done.
    pub config: HopfieldConfig,
    /// N of the pictures.
    pub n_units: usize,
    /// Every picture.
    pub recalled: Vec<Recalled>,
    /// All units at once, from random starts; none where every one came to rest.
    pub swing: Option<Swing>,
    /// Of every rule.
    pub capacities: Vec<Capacity>,
}

impl Hopfield {
    /// Changes that made the energy rise in any recall one unit at a time.
    pub fn rises(&self) -> usize {
        let swing = self.swing.iter().map(|swing| swing.settled.rises);
        self.recalled
            .iter()
            .map(|one| one.recall.rises)
            .chain(swing)
            .sum()
    }
}

/// Stores the pictures, recalls each, looks for swings, measures capacities.
///
/// # Errors
/// Settings that mean nothing, pictures that one network cannot store.
pub fn hopfield(
    config: &HopfieldConfig,
    patterns: &[Pattern],
    mut observe: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Hopfield, LabError> {
    config.check()?;
    check_patterns(patterns)?;
    let weights = config.rule.weights(patterns)?;
    let per_rule = (config.loads.len() * config.seeds) as u64;
    let total = patterns.len() as u64 + Rule::ALL.len() as u64 * per_rule;
    let mut found = Hopfield {
        config: config.clone(),
        n_units: weights.n_units(),
        recalled: Vec::new(),
        swing: None,
        capacities: Vec::new(),
    };
    for (done, pattern) in (1..).zip(patterns) {
        // Every picture has noise of its own.
        let rng = &mut seeded(config.seed ^ (done << 32));
        found.recalled.push(recall(&weights, pattern, config, rng));
        let progress = Progress {
            done,
            total,
            remark: format!("recalling {}", pattern.name),
        };
        if observe(progress).is_break() {
            return Ok(found);
        }
    }
    found.swing = swing(config.seed)?;
    let seeds: Vec<u64> = (0..config.seeds as u64)
        .map(|number| config.seed.wrapping_add(number))
        .collect();
    for (number, rule) in (0..).zip(Rule::ALL) {
        let before = patterns.len() as u64 + number * per_rule;
        let mut is_broken = false;
        let watch = |progress: Progress| {
            let flow = observe(Progress {
                done: before + progress.done,
                total,
                ..progress
            });
            is_broken = flow.is_break();
            flow
        };
        let one = capacity(
            rule,
            config.units,
            &config.loads,
            &seeds,
            config.tries,
            watch,
        )?;
        found.capacities.push(one);
        if is_broken {
            break;
        }
    }
    Ok(found)
}

fn recall(
    weights: &Weights,
    pattern: &Pattern,
    config: &HopfieldConfig,
    rng: &mut Rng,
) -> Recalled {
    let start = cued(pattern, config.cue, config.noise, rng);
    let recall = one_at_a_time(weights, &start, MAX_SWEEPS, MOMENTS, rng);
    Recalled {
        name: pattern.name.clone(),
        cue_overlap: pattern.overlap(&start),
        overlap: pattern.overlap(recall.units()),
        together: all_at_once(weights, &start, 2 * MAX_SWEEPS),
        recall,
    }
}

#[cfg(test)]
mod tests {
    use super::super::pattern::drawings;
    use super::*;

    #[test]
    fn a_run_recalls_never_rises_and_swings_all_at_once() {
        let config = HopfieldConfig {
            units: 60,
            loads: vec![0.05, 0.3],
            seeds: 1,
            ..HopfieldConfig::quick()
        };
        let mut last = 0;
        let found = hopfield(&config, &drawings(), |progress| {
            last = progress.done;
            assert!(progress.done <= progress.total);
            ControlFlow::Continue(())
        });
        let found = found.unwrap();
        assert_eq!(last, 6 + 3 * 2);
        assert_eq!(found.rises(), 0);
        assert!(found.recalled.iter().all(|one| one.overlap > 0.9));
        let swing = found.swing.unwrap();
        assert!(swing.n_swinging > 0 && swing.settled.is_at_rest);
        assert_eq!(found.capacities.len(), 3);
    }

    #[test]
    fn who_breaks_off_keeps_what_was_done() {
        let config = HopfieldConfig::quick();
        let found = hopfield(&config, &drawings(), |progress| match progress.done {
            3 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        });
        assert_eq!(found.unwrap().recalled.len(), 3);
    }
}
