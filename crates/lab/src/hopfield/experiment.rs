//! Recalls, swings and capacities in one run.

use std::ops::ControlFlow;

use reverie_model::rng::{Rng, seeded};
use serde::{Deserialize, Serialize};

use super::capacity::{Capacity, capacity};
use super::network::Weights;
use super::pattern::{Pattern, check as check_patterns};
use super::recall::{Cue, Recall, Together, all_at_once, cued, one_at_a_time};
use super::rule::Rule;
use crate::{LabError, Progress, check};

/// Walks over all units before a recall is given up.
const MAX_SWEEPS: usize = 50;
/// Moments that are kept of a sweep, for the animation.
const MOMENTS: usize = 16;
/// Random starts that are tried for a network that goes to and fro.
const SWING_STARTS: u64 = 400;
/// Units of the networks that are tried for that; small ones swing more often.
const SWING_UNITS: usize = 64;
/// And the random patterns stored in them.
const SWING_PATTERNS: usize = 12;

/// What is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HopfieldConfig {
    /// How the pictures are stored.
    pub rule: Rule,
    /// What recalls begin with.
    pub cue: Cue,
    /// Chance of every unit to be turned over, with [`Cue::Noise`].
    pub noise: f64,
    /// N of the networks whose capacity is measured.
    pub units: usize,
    /// α = P / N: patterns a unit there.
    pub loads: Vec<f64>,
    /// Networks that are averaged there.
    pub seeds: usize,
    /// Recalls of each.
    pub tries: usize,
    /// Seed of all of it.
    pub seed: u64,
}

impl Default for HopfieldConfig {
    fn default() -> Self {
        Self {
            rule: Rule::Hebb,
            cue: Cue::Noise,
            noise: 0.2,
            units: 1000,
            loads: vec![
                0.05, 0.08, 0.10, 0.12, 0.13, 0.138, 0.145, 0.155, 0.165, 0.18, 0.2, 0.25, 0.3,
                0.4, 0.5,
            ],
            seeds: 3,
            tries: 20,
            seed: 0,
        }
    }
}

impl HopfieldConfig {
    /// A small version.
    pub fn quick() -> Self {
        Self {
            units: 300,
            loads: vec![0.05, 0.1, 0.13, 0.18, 0.25, 0.4],
            seeds: 2,
            tries: 10,
            ..Self::default()
        }
    }

    /// Refuses settings that mean nothing.
    ///
    /// # Errors
    /// [`LabError::Setting`].
    pub fn check(&self) -> Result<(), LabError> {
        let share = (0.0..=0.5).contains(&self.noise);
        check("noise", self.noise, share, "between 0 and 0.5")?;
        let few = (10..=5000).contains(&self.units);
        check("units", self.units, few, "between 10 and 5000")?;
        check(
            "seeds",
            self.seeds,
            (1..=100).contains(&self.seeds),
            "between 1 and 100",
        )?;
        check("tries", self.tries, self.tries > 0, "at least 1")?;
        for &load in &self.loads {
            let must = "above 0 and at most 1: there are no more patterns than units";
            check("loads", load, load > 0.0 && load <= 1.0, must)?;
        }
        let is_rising = self.loads.windows(2).all(|pair| pair[0] < pair[1]);
        check(
            "loads",
            format!("{:?}", self.loads),
            is_rising,
            "in rising order",
        )
    }
}

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

/// A small network that goes to and fro when all units change at once.
#[derive(Clone, Debug, Serialize)]
pub struct Swing {
    /// Random starts that were tried, of so many networks.
    pub starts: usize,
    /// Of those, how many end in a cycle of two.
    pub n_swinging: usize,
    /// The one of those in which most units go to and fro.
    pub widest: Together,
    /// The same start one unit at a time.
    pub settled: Recall,
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
    let total = patterns.len() as u64 + 3 * per_rule;
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
        .map(|number| config.seed + number)
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

/// Random starts in small networks of random patterns.
fn swing(seed: u64) -> Result<Option<Swing>, LabError> {
    let rng = &mut seeded(seed);
    let draw = |number: usize| Pattern::random(number.to_string(), SWING_UNITS, rng);
    let patterns: Vec<Pattern> = (0..SWING_PATTERNS).map(draw).collect();
    let weights = Rule::Hebb.weights(&patterns)?;
    let mut swings = Vec::new();
    for _ in 0..SWING_STARTS {
        let start = Pattern::random("start", SWING_UNITS, rng).units;
        let together = all_at_once(&weights, &start, 2 * MAX_SWEEPS);
        if together.cycle == Some(2) {
            swings.push((start, together));
        }
    }
    let n_swinging = swings.len();
    let n_moving = |(_, together): &(Vec<i8>, Together)| match together.moments.as_slice() {
        [.., one, other] => one
            .units
            .iter()
            .zip(&other.units)
            .filter(|(a, b)| a != b)
            .count(),
        _ => 0,
    };
    let widest = swings.into_iter().max_by_key(n_moving);
    Ok(widest.map(|(start, together)| Swing {
        starts: SWING_STARTS as usize,
        n_swinging,
        widest: together,
        settled: one_at_a_time(&weights, &start, MAX_SWEEPS, MOMENTS, rng),
    }))
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

    #[test]
    fn settings_that_mean_nothing_are_refused() {
        let refused = |config: HopfieldConfig, word: &str| {
            let error = config.check().unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        };
        let config = HopfieldConfig::default;
        refused(
            HopfieldConfig {
                noise: 0.7,
                ..config()
            },
            "noise is 0.7",
        );
        refused(
            HopfieldConfig {
                units: 3,
                ..config()
            },
            "units is 3",
        );
        refused(
            HopfieldConfig {
                seeds: 0,
                ..config()
            },
            "seeds is 0",
        );
        refused(
            HopfieldConfig {
                loads: vec![1.2],
                ..config()
            },
            "no more patterns than units",
        );
        refused(
            HopfieldConfig {
                loads: vec![0.2, 0.1],
                ..config()
            },
            "rising",
        );
    }
}
