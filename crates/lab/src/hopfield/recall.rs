//! From a cue to where the network comes to rest.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use rand::RngExt;
use rand::seq::SliceRandom;
use reverie_model::rng::Rng;
use serde::{Deserialize, Serialize};

use super::network::{Weights, energy};
use super::pattern::Pattern;
use crate::LabError;

/// What a recall begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cue {
    /// The pattern with some units turned over.
    #[default]
    Noise,
    /// The upper half of the pattern; the lower half is unknown.
    Half,
}

impl Cue {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Noise => "noise",
            Self::Half => "half",
        }
    }
}

impl fmt::Display for Cue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Cue {
    type Err = LabError;

    fn from_str(name: &str) -> Result<Self, LabError> {
        match name {
            "noise" => Ok(Self::Noise),
            "half" => Ok(Self::Half),
            _ => Err(LabError::setting("cue", name, "noise or half")),
        }
    }
}

/// A cue for a pattern: each unit turned over with a chance of `noise`, or only its upper half.
pub fn cued(pattern: &Pattern, cue: Cue, noise: f64, rng: &mut Rng) -> Vec<i8> {
    match cue {
        Cue::Noise => {
            let turned = |unit: &i8| {
                if rng.random::<f64>() < noise {
                    -unit
                } else {
                    *unit
                }
            };
            pattern.units.iter().map(turned).collect()
        }
        Cue::Half => {
            let known = pattern.height.div_ceil(2) * pattern.width;
            let known = if pattern.height == 1 {
                pattern.width.div_ceil(2)
            } else {
                known
            };
            let units = pattern.units.iter().enumerate();
            units
                .map(|(at, unit)| if at < known { *unit } else { 0 })
                .collect()
        }
    }
}

/// The network at one time of a recall.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moment {
    /// Units that were looked at up to then.
    pub looks: usize,
    /// Its energy.
    pub energy: f64,
    /// Its units.
    #[serde(skip)]
    pub units: Vec<i8>,
}

/// A recall one unit at a time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recall {
    /// The cue, moments on the way, and where it came to rest.
    pub moments: Vec<Moment>,
    /// Walks over all units, the last without a change.
    pub sweeps: usize,
    /// Units that changed.
    pub changes: usize,
    /// Changes that made the energy rise, and moments that have more of it than the one before, both
    /// computed anew from all weights: there should be none.
    pub rises: usize,
    /// Whether it came to rest.
    pub is_at_rest: bool,
}

impl Recall {
    /// Where it ended.
    pub fn units(&self) -> &[i8] {
        self.moments.last().map_or(&[], |moment| &moment.units)
    }
}

/// Energies that differ by less are equal, relative to their size.
const ROUNDING: f64 = 1e-9;

/// Units look at the others one after another, in a new random order in every sweep, and take the
/// sign of what they see; a unit that sees nothing stays as it is. `moments` are kept of every sweep.
pub fn one_at_a_time(
    weights: &Weights,
    start: &[i8],
    max_sweeps: usize,
    moments: usize,
    rng: &mut Rng,
) -> Recall {
    let n = weights.n_units();
    let mut units = start.to_vec();
    let mut fields = weights.fields(&units);
    let mut order: Vec<usize> = (0..n).collect();
    let every = n.div_ceil(moments.max(1));
    let mut recall = Recall {
        moments: vec![Moment {
            looks: 0,
            energy: energy(&fields, &units),
            units: units.clone(),
        }],
        sweeps: 0,
        changes: 0,
        rises: 0,
        is_at_rest: false,
    };
    let mut looks = 0;
    while recall.sweeps < max_sweeps && !recall.is_at_rest {
        order.shuffle(rng);
        let before = recall.changes;
        for &unit in &order {
            looks += 1;
            let new = sign(fields[unit], units[unit]);
            if new != units[unit] {
                let change = f64::from(new - units[unit]);
                // ΔE = -Δs h, because the diagonal is zero; with h from all weights anew, so that no
                // sum of changes is trusted.
                let rise = -change * weights.field(unit, &units);
                recall.rises += usize::from(rise > ROUNDING);
                units[unit] = new;
                recall.changes += 1;
                // The weights are symmetric: its row is its column.
                for (field, weight) in fields.iter_mut().zip(weights.row(unit)) {
                    *field += change * f64::from(*weight);
                }
            }
            if looks % every == 0 {
                // Anew from all weights where it is shown.
                let exact = if moments > 0 {
                    weights.energy(&units)
                } else {
                    0.0
                };
                recall.keep(looks, exact, &units, moments > 0);
            }
        }
        recall.sweeps += 1;
        recall.is_at_rest = recall.changes == before;
        if moments == 0 || looks % every != 0 {
            recall.keep(looks, weights.energy(&units), &units, true);
        }
    }
    recall
}

impl Recall {
    fn keep(&mut self, looks: usize, energy: f64, units: &[i8], is_wanted: bool) {
        if !is_wanted {
            return;
        }
        if let Some(last) = self.moments.last() {
            let rounding = ROUNDING * last.energy.abs().max(1.0);
            self.rises += usize::from(energy > last.energy + rounding);
        }
        self.moments.push(Moment {
            looks,
            energy,
            units: units.to_vec(),
        });
    }
}

/// A recall with all units at once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Together {
    /// The cue and every step.
    pub moments: Vec<Moment>,
    /// 1 where it came to rest, 2 where it goes to and fro; none where it had not yet decided.
    pub cycle: Option<usize>,
    /// Steps that made the energy rise.
    pub rises: usize,
}

/// All units look at once and change at once. That ends at rest or goes to and fro between two states
/// (Goles, Fogelman, Pellegrin 1985; Bruck 1990), and the energy may rise.
pub fn all_at_once(weights: &Weights, start: &[i8], max_steps: usize) -> Together {
    let n = weights.n_units();
    let mut units = start.to_vec();
    let mut seen: HashMap<Vec<i8>, usize> = HashMap::new();
    let mut together = Together {
        moments: Vec::new(),
        cycle: None,
        rises: 0,
    };
    for step in 0..=max_steps {
        let fields = weights.fields(&units);
        let energy = energy(&fields, &units);
        if let Some(last) = together.moments.last() {
            let rounding = ROUNDING * last.energy.abs().max(1.0);
            together.rises += usize::from(energy > last.energy + rounding);
        }
        together.moments.push(Moment {
            looks: step * n,
            energy,
            units: units.clone(),
        });
        if let Some(before) = seen.insert(units.clone(), step) {
            together.cycle = Some(step - before);
            break;
        }
        for (unit, field) in units.iter_mut().zip(&fields) {
            *unit = sign(*field, *unit);
        }
    }
    together
}

/// The sign of what is seen; nothing seen changes nothing.
fn sign(field: f64, unit: i8) -> i8 {
    match field {
        field if field > 0.0 => 1,
        field if field < 0.0 => -1,
        _ => unit,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reverie_model::rng::{normal, seeded};

    use super::super::pattern::drawings;
    use super::super::rule::Rule;
    use super::*;

    /// Random symmetric weights.
    fn random(n: usize, seed: u64) -> (Weights, Vec<i8>) {
        let mut rng = seeded(seed);
        let draws = normal(&mut rng, n * n);
        let both = |at: usize| draws[at] + draws[at % n * n + at / n];
        let weights = Weights::new(n, (0..n * n).map(both).collect());
        (weights, Pattern::random("", n, &mut rng).units)
    }

    proptest! {
        #[test]
        fn one_at_a_time_the_energy_never_rises_and_comes_to_rest(n in 1_usize..40, seed in 0_u64..1000) {
            let (weights, start) = random(n, seed);
            let recall = one_at_a_time(&weights, &start, 1000, n, &mut seeded(seed));
            prop_assert_eq!(recall.rises, 0);
            prop_assert!(recall.is_at_rest);
            let energies: Vec<f64> = recall.moments.iter().map(|moment| moment.energy).collect();
            prop_assert!(energies.windows(2).all(|pair| pair[1] <= pair[0] + 1e-4), "{:?}", energies);
        }

        #[test]
        fn all_at_once_it_rests_or_goes_to_and_fro(n in 1_usize..24, seed in 0_u64..1000) {
            let (weights, start) = random(n, seed);
            let cycle = all_at_once(&weights, &start, 1000).cycle;
            prop_assert!(matches!(cycle, Some(1 | 2)), "{:?}", cycle);
        }
    }

    #[test]
    fn two_units_that_differ_swap_for_ever_all_at_once_and_settle_one_at_a_time() {
        let weights = Weights::new(2, vec![0.0, 1.0, 1.0, 0.0]);
        let together = all_at_once(&weights, &[1, -1], 10);
        assert_eq!(together.cycle, Some(2));
        assert_eq!(together.moments[1].units, [-1, 1]);
        let recall = one_at_a_time(&weights, &[1, -1], 10, 2, &mut seeded(0));
        assert_eq!(recall.units()[0], recall.units()[1]);
    }

    #[test]
    fn drawings_are_recalled_from_noise_and_from_a_half_by_every_rule() {
        let drawings = drawings();
        for rule in Rule::ALL {
            let weights = rule.weights(&drawings).unwrap();
            for cue in [Cue::Noise, Cue::Half] {
                for pattern in &drawings {
                    let rng = &mut seeded(1);
                    let start = cued(pattern, cue, 0.2, rng);
                    let recall = one_at_a_time(&weights, &start, 50, 4, rng);
                    let overlap = pattern.overlap(recall.units());
                    assert!(recall.is_at_rest && recall.rises == 0);
                    assert!(overlap > 0.95, "{rule} {cue} {}: {overlap}", pattern.name);
                }
            }
        }
    }
}
