//! Which cells follow a property best, and how much of that is luck.
//!
//! With a thousand cells one of them follows anything by chance. So the best is chosen on one
//! passage and measured on another, beside what the best of all cells reaches there when the labels
//! mean nothing.

use rand::RngExt;
use rand::seq::SliceRandom;
use reverie_model::rng::Rng;
use reverie_model::sequence::Trace;

use super::NeuronsError;
use super::findings::{Chance, Finding, Findings, Outcome, Passage, Ranking, Scored};
use super::labels::Labels;
use super::measure::{auc, pearson};
use super::property::Property;
use super::saturation::saturation;
use super::score::{Measure, Weights, strengths};
use super::signal::{Site, check, check_same_network};

/// Cells that a ranking lists.
pub const BEST: usize = 5;

/// Draws of each kind of shuffled labels.
pub const DRAWS: usize = 20;

/// Characters below which a passage is too short to measure anything.
pub const MIN_CHARACTERS: usize = 200;

/// Labels are moved by at least this part of the text, either way.
const LEAST_SHIFT: f64 = 0.05;

impl Findings {
    /// Ranks all cells on `chosen_on` and measures the best on `reported_on`.
    ///
    /// The two passages are read by the same network and should not overlap. `rng` draws the labels
    /// that mean nothing; see [`Ranking`] for the two ways.
    ///
    /// # Errors
    /// If a passage is too short, a state is not finite, or there are two networks.
    ///
    /// # Panics
    /// If the numbers of a trace do not fit its text.
    pub fn of(chosen_on: &Trace, reported_on: &Trace, rng: &mut Rng) -> Result<Self, NeuronsError> {
        check(chosen_on, MIN_CHARACTERS)?;
        check(reported_on, MIN_CHARACTERS)?;
        check_same_network(chosen_on, reported_on)?;
        let labelled = Property::ALL.map(|property| {
            let labels = [chosen_on, reported_on].map(|trace| property.labels(&trace.text));
            (property, labels)
        });
        let outcomes = measured(chosen_on, reported_on, &labelled, rng);
        Ok(Self {
            chosen_characters: chosen_on.text.len(),
            reported_characters: reported_on.text.len(),
            sites: Site::all(chosen_on).len(),
            draws: DRAWS,
            properties: labelled
                .iter()
                .zip(outcomes)
                .map(|((property, _), outcome)| Finding {
                    property: *property,
                    outcome,
                })
                .collect(),
            gates: saturation(reported_on),
        })
    }
}

/// A property with its labels in the chosen and in the reported passage.
type Labelled = (Property, [Labels; 2]);

fn absence([chosen, reported]: &[Labels; 2]) -> Option<Outcome> {
    let absent = |passage, labels: &Labels| {
        let reason = labels.absence()?;
        Some(Outcome::Absent { passage, reason })
    };
    absent(Passage::Chosen, chosen).or_else(|| absent(Passage::Reported, reported))
}

fn measured(
    chosen_on: &Trace,
    reported_on: &Trace,
    labelled: &[Labelled],
    rng: &mut Rng,
) -> Vec<Outcome> {
    let present: Vec<&[Labels; 2]> = labelled
        .iter()
        .map(|(_, labels)| labels)
        .filter(|labels| absence(labels).is_none())
        .collect();
    let of_passage = |i: usize| {
        present
            .iter()
            .map(|labels| Weights::from(&labels[i]))
            .collect()
    };
    let (chosen, reported): (Vec<Weights>, Vec<Weights>) = (of_passage(0), of_passage(1));
    let chosen_strengths = strengths(chosen_on, &chosen);
    let mut reported_strengths = strengths(reported_on, &with_shuffled(&reported, rng)).into_iter();
    let truth: Vec<Vec<f32>> = reported_strengths.by_ref().take(present.len()).collect();
    let luck: Vec<f64> = reported_strengths.map(|found| strongest(&found)).collect();

    let sites = Site::all(chosen_on);
    let mut rankings = present
        .iter()
        .zip(chosen_strengths.into_iter().zip(truth))
        .enumerate()
        .map(|(i, (labels, (chosen_strengths, reported_strengths)))| {
            let measure = reported[i].measure;
            let chance = |kind: usize| {
                let of_kind = luck.iter().skip(kind * present.len() + i);
                chance(measure, of_kind.step_by(SHUFFLES * present.len()))
            };
            Ranking {
                measure,
                best: best_of(&sites, &chosen_strengths)
                    .map(|(site, rises)| score([chosen_on, reported_on], labels, site, rises))
                    .collect(),
                permuted: chance(0),
                shifted: chance(1),
                chosen_strengths,
                reported_strengths,
            }
        });
    labelled
        .iter()
        .map(|(_, labels)| {
            absence(labels).unwrap_or_else(|| {
                Outcome::Measured(
                    rankings
                        .next()
                        .expect("each property present has a ranking"),
                )
            })
        })
        .collect()
}

/// Ways to shuffle: drawn into another order, and moved along the text.
const SHUFFLES: usize = 2;

/// The labellings, and behind them, for each draw, all of them permuted and then all of them moved.
fn with_shuffled(labellings: &[Weights], rng: &mut Rng) -> Vec<Weights> {
    let mut all = labellings.to_vec();
    let steps = labellings.first().map_or(0, |labels| labels.values.len());
    let mut order: Vec<usize> = (0..steps).collect();
    let least = (steps as f64 * LEAST_SHIFT) as usize;
    for _ in 0..DRAWS {
        order.shuffle(rng);
        all.extend(
            labellings
                .iter()
                .map(|Weights { measure, values }| Weights {
                    measure: *measure,
                    values: order.iter().map(|i| values[*i]).collect(),
                }),
        );
        let shift = rng.random_range(least..=steps - least);
        all.extend(labellings.iter().map(|Weights { measure, values }| {
            let mut values = values.clone();
            values.rotate_right(shift);
            Weights {
                measure: *measure,
                values,
            }
        }));
    }
    all
}

fn strongest(strengths: &[f32]) -> f64 {
    f64::from(
        strengths
            .iter()
            .fold(0.0_f32, |most, strength| most.max(strength.abs())),
    )
}

fn chance<'a>(measure: Measure, draws: impl Iterator<Item = &'a f64>) -> Chance {
    let draws: Vec<f64> = draws.map(|strength| measure.figure(*strength)).collect();
    Chance {
        mean: draws.iter().sum::<f64>() / draws.len() as f64,
        highest: draws.iter().copied().fold(measure.chance(), f64::max),
    }
}

/// The strongest sites and whether they rise, one for each cell.
fn best_of<'a>(sites: &'a [Site], strengths: &'a [f32]) -> impl Iterator<Item = (Site, bool)> + 'a {
    let mut order: Vec<usize> = (0..sites.len()).collect();
    order.sort_by(|a, b| strengths[*b].abs().total_cmp(&strengths[*a].abs()));
    let mut listed: Vec<(usize, usize)> = Vec::new();
    let first_of_its_cell = move |i: &usize| {
        let cell = (sites[*i].layer, sites[*i].unit);
        let is_new = !listed.contains(&cell);
        listed.push(cell);
        is_new
    };
    let best = order.into_iter().filter(first_of_its_cell).take(BEST);
    best.map(|i| (sites[i], strengths[i] >= 0.0))
}

/// The figures of one site, computed exactly.
fn score(traces: [&Trace; 2], labels: &[Labels; 2], site: Site, rises: bool) -> Scored {
    let figure = |i: usize| {
        let series = site.series(traces[i]);
        match &labels[i] {
            Labels::YesNo(labels) => {
                let area = auc(&series, labels).unwrap_or(Measure::Area.chance());
                if rises { area } else { 1.0 - area }
            }
            Labels::Graded(values) => {
                let r = pearson(&series, values).unwrap_or(Measure::Correlation.chance());
                if rises { r } else { -r }
            }
        }
    };
    Scored {
        site,
        rises,
        chosen: figure(0),
        reported: figure(1),
    }
}

#[cfg(test)]
mod tests {
    use reverie_model::rng::seeded;

    use super::super::synthetic::{self, Unit};
    use super::*;

    fn ranking(findings: &Findings, property: Property) -> &Ranking {
        let mut all = findings.rankings();
        all.find(|(p, _)| *p == property).unwrap().1
    }

    fn found(units: &[Unit], seed: u64) -> Findings {
        let mut rng = seeded(seed);
        let passages = [0, 1].map(|_| {
            let text = synthetic::prose(6_000, &mut rng);
            synthetic::trace(&text, units, &mut rng)
        });
        Findings::of(&passages[0], &passages[1], &mut rng).unwrap()
    }

    #[test]
    fn cells_that_follow_something_are_found_with_their_direction() {
        let mut units = vec![Unit::Walk; 30];
        units[7] = Unit::Follows {
            property: Property::Column,
            scale: 0.01,
            noise: 0.1,
        };
        units[20] = Unit::Follows {
            property: Property::Quotes,
            scale: -0.8,
            noise: 0.3,
        };
        units[21] = Unit::Follows {
            property: Property::Brackets,
            scale: 0.8,
            noise: 0.3,
        };
        let findings = found(&units, 1);
        for (property, unit, rises) in [
            (Property::Column, 7, true),
            (Property::Quotes, 20, false),
            (Property::Brackets, 21, true),
        ] {
            let ranking = ranking(&findings, property);
            let best = ranking.best[0];
            assert_eq!((best.site.unit, best.rises), (unit, rises), "{property}");
            assert!(
                best.reported > 0.85 && best.chosen > 0.85,
                "{property}: {best:?}"
            );
            assert!(ranking.is_beyond_chance(), "{property}: {ranking:?}");
        }
    }

    #[test]
    fn a_cell_is_listed_once_with_its_better_signal() {
        let mut units = vec![Unit::Walk; 4];
        units[2] = Unit::Follows {
            property: Property::Quotes,
            scale: 0.8,
            noise: 0.1,
        };
        let findings = found(&units, 2);
        let best = &ranking(&findings, Property::Quotes).best;
        assert_eq!(best.len(), 4);
        let mut cells: Vec<usize> = best.iter().map(|scored| scored.site.unit).collect();
        cells.sort_unstable();
        assert_eq!(cells, [0, 1, 2, 3]);
    }

    #[test]
    fn slow_cells_look_good_on_permuted_labels_only() {
        let findings = found(&[Unit::Walk; 60], 3);
        let ranking = ranking(&findings, Property::Quotes);
        // By luck one of the walks follows the quotes much better than noise would...
        assert!(
            ranking.best[0].chosen > ranking.permuted.highest + 0.03,
            "{ranking:?}"
        );
        // ...but no better than the quotes of another place in the text.
        assert!(
            ranking.shifted.mean > ranking.permuted.highest + 0.03,
            "{ranking:?}"
        );
        assert!(!ranking.is_beyond_chance(), "{ranking:?}");
    }

    #[test]
    fn the_listed_figures_are_those_of_the_whole_table() {
        let findings = found(&[Unit::Walk; 12], 4);
        let sites = 2 * 12;
        assert_eq!(findings.sites, sites);
        for (_, ranking) in findings.rankings() {
            assert_eq!(ranking.chosen_strengths.len(), sites);
            let most = ranking.measure.figure(strongest(&ranking.chosen_strengths));
            assert!((most - ranking.best[0].chosen).abs() < 1e-5);
        }
    }

    #[test]
    fn a_property_that_is_absent_has_a_reason_in_place_of_figures() {
        let findings = found(&[Unit::Walk; 3], 5);
        assert_eq!(findings.properties.len(), Property::ALL.len());
        let comment = findings.properties.last().unwrap();
        let Outcome::Absent { passage, reason } = comment.outcome else {
            panic!("{comment:?}")
        };
        assert_eq!(passage, Passage::Chosen);
        assert_eq!(reason.to_string(), "it does not occur");
    }

    #[test]
    fn a_seed_is_a_result_and_json_is_small() {
        let findings = found(&[Unit::Walk; 40], 6);
        assert_eq!(findings, found(&[Unit::Walk; 40], 6));
        let json = serde_json::to_string(&findings).unwrap();
        assert!(
            json.contains(r#""property":"quotes""#) && json.len() < 12_000,
            "{json}"
        );
    }
}
