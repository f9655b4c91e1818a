//! Small networks that never come to rest when all units change at once.

use reverie_model::rng::seeded;
use serde::Serialize;

use super::experiment::{MAX_SWEEPS, MOMENTS};
use super::pattern::Pattern;
use super::recall::{Recall, Together, all_at_once, one_at_a_time};
use super::rule::Rule;
use crate::LabError;

/// Random starts that are tried for a network that goes to and fro.
const SWING_STARTS: u64 = 400;
/// Units of the networks that are tried for that; small ones swing more often.
const SWING_UNITS: usize = 64;
/// And the random patterns stored in them.
const SWING_PATTERNS: usize = 12;

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

/// Random starts in small networks of random patterns.
pub fn swing(seed: u64) -> Result<Option<Swing>, LabError> {
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
