//! How well every cell of a network follows every labelling of a text, all at once.
//!
//! Both measures are one product of two vectors, once the series and the labels are prepared: a
//! correlation multiplies standardised values, an area under the curve multiplies ranks with zeros
//! and ones. So a thousand cells against two hundred labellings is a product of two matrices, done
//! here in tiles that stay in the cache.

use rayon::prelude::*;
use reverie_model::sequence::Trace;
use serde::Serialize;

use super::Signal;
use super::labels::Labels;
use super::measure::{centred_ranks, standardised};
use super::signal::columns;

/// Units whose series are prepared together.
const UNITS_AT_ONCE: usize = 16;

/// Characters of a tile: a few kilobytes of each series.
const TILE: usize = 512;

/// Partial sums of a product, so that the processor can work on all of them at once.
const LANES: usize = 16;

/// How "well" is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Pearson's correlation with a graded property; 0 is chance.
    Correlation,
    /// Area under the ROC curve for a yes or no; one half is chance.
    Area,
}

impl Measure {
    /// The usual short name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Correlation => "correlation",
            Self::Area => "AUC",
        }
    }

    /// The figure of a strength in `[-1, 1]`, where -1 is perfect the wrong way round.
    pub fn figure(self, strength: f64) -> f64 {
        match self {
            Self::Correlation => strength,
            Self::Area => 0.5 + strength / 2.0,
        }
    }

    /// What a cell that knows nothing gets.
    pub fn chance(self) -> f64 {
        self.figure(0.0)
    }
}

/// A labelling, prepared: the product with a prepared series is the strength.
#[derive(Clone, Debug)]
pub(crate) struct Weights {
    pub(crate) measure: Measure,
    pub(crate) values: Vec<f32>,
}

impl From<&Labels> for Weights {
    fn from(labels: &Labels) -> Self {
        match labels {
            Labels::Graded(values) => Self {
                measure: Measure::Correlation,
                values: standardised(values),
            },
            Labels::YesNo(labels) => {
                let yes = labels.iter().filter(|label| **label).count();
                // Ranks are divided by T, see `prepared`, and 2 AUC - 1 is twice the sum.
                let scale = 2.0 * labels.len() as f64 / (yes as f64 * (labels.len() - yes) as f64);
                let value = |label: &bool| if *label { scale as f32 } else { 0.0 };
                Self {
                    measure: Measure::Area,
                    values: labels.iter().map(value).collect(),
                }
            }
        }
    }
}

/// The strength of every site for every labelling, in `[-1, 1]`: the correlation, or twice the area
/// minus one.
///
/// # Shapes
/// Returns one vector for each labelling, with one number for each site in the order of
/// [`Site::all`](super::Site::all).
pub(crate) fn strengths(trace: &Trace, labellings: &[Weights]) -> Vec<Vec<f32>> {
    let mut groups = Vec::new();
    for layer in &trace.layers {
        for &signal in Signal::of(layer) {
            let firsts = (0..layer.units).step_by(UNITS_AT_ONCE);
            groups.extend(firsts.map(|first| (layer, signal, first)));
        }
    }
    let of_groups: Vec<Vec<Vec<f32>>> = groups
        .into_par_iter()
        .map(|(layer, signal, first)| {
            let units = first..layer.units.min(first + UNITS_AT_ONCE);
            of_series(&columns(layer, signal, units), labellings)
        })
        .collect();
    let of_labelling = |i: usize| {
        of_groups
            .iter()
            .flat_map(|found| &found[i])
            .copied()
            .collect()
    };
    (0..labellings.len()).map(of_labelling).collect()
}

/// The strength of each series for every labelling.
fn of_series(series: &[Vec<f32>], labellings: &[Weights]) -> Vec<Vec<f32>> {
    let mut found = vec![Vec::new(); labellings.len()];
    for measure in [Measure::Correlation, Measure::Area] {
        let wanted: Vec<usize> = (0..labellings.len())
            .filter(|i| labellings[*i].measure == measure)
            .collect();
        if !wanted.is_empty() {
            let series: Vec<Vec<f32>> = series.iter().map(|s| prepared(s, measure)).collect();
            multiply(&series, labellings, &wanted, &mut found);
        }
    }
    found
}

fn prepared(series: &[f32], measure: Measure) -> Vec<f32> {
    match measure {
        Measure::Correlation => standardised(series),
        Measure::Area => {
            let mut ranks = centred_ranks(series);
            let scale = (ranks.len() as f32).recip();
            ranks.iter_mut().for_each(|rank| *rank *= scale);
            ranks
        }
    }
}

/// Puts into `found` of each wanted labelling its product with each series.
fn multiply(series: &[Vec<f32>], labellings: &[Weights], wanted: &[usize], found: &mut [Vec<f32>]) {
    let steps = series.first().map_or(0, Vec::len);
    let mut sums = vec![0.0_f64; wanted.len() * series.len()];
    for start in (0..steps).step_by(TILE) {
        let tile = start..steps.min(start + TILE);
        for (row, label) in sums.chunks_exact_mut(series.len()).zip(wanted) {
            let weights = &labellings[*label].values[tile.clone()];
            for (sum, series) in row.iter_mut().zip(series) {
                *sum += f64::from(product(&series[tile.clone()], weights));
            }
        }
    }
    for (row, label) in sums.chunks_exact(series.len()).zip(wanted) {
        found[*label] = row.iter().map(|sum| sum.clamp(-1.0, 1.0) as f32).collect();
    }
}

fn product(a: &[f32], b: &[f32]) -> f32 {
    let ((a, rest_a), (b, rest_b)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sums = [0.0_f32; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = rest_a.iter().zip(rest_b).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use rand::RngExt;
    use reverie_model::rng::seeded;
    use reverie_model::sequence::LayerTrace;

    use super::super::Site;
    use super::super::measure::{auc, pearson};
    use super::*;

    #[test]
    fn the_product_of_matrices_says_what_the_plain_measures_say() {
        let (steps, mut rng) = (1_300, seeded(3));
        let mut layer = |units: usize, with_memory: bool| {
            let mut draw = || -> Vec<f32> {
                // Rounded, so that there are ties.
                (0..steps * units)
                    .map(|_| rng.random_range(-40_i8..40))
                    .map(|v| f32::from(v) / 40.0)
                    .collect()
            };
            LayerTrace {
                units,
                hidden: draw(),
                memory: with_memory.then(draw),
                gates: Vec::new(),
            }
        };
        let trace = Trace {
            text: vec!['a'; steps],
            layers: vec![layer(19, true), layer(1, false)],
        };
        let graded = Labels::Graded((0..steps).map(|t| (t % 61) as f32).collect());
        let yes_no = Labels::YesNo((0..steps).map(|t| t % 7 == 0 || t > 900).collect());
        let found = strengths(&trace, &[Weights::from(&yes_no), Weights::from(&graded)]);
        let sites = Site::all(&trace);
        assert_eq!((found[0].len(), found[1].len()), (sites.len(), sites.len()));
        for (i, site) in sites.into_iter().enumerate() {
            let series = site.series(&trace);
            let area = auc(&series, yes_no.yes().unwrap()).unwrap();
            let Labels::Graded(column) = &graded else {
                unreachable!()
            };
            let correlation = pearson(&series, column).unwrap();
            assert!((Measure::Area.figure(f64::from(found[0][i])) - area).abs() < 1e-5);
            assert!((f64::from(found[1][i]) - correlation).abs() < 1e-5);
        }
    }

    #[test]
    fn a_cell_that_never_moves_gets_nothing() {
        let layer = LayerTrace {
            units: 1,
            hidden: vec![0.25; 100],
            memory: None,
            gates: Vec::new(),
        };
        let trace = Trace {
            text: vec!['a'; 100],
            layers: vec![layer],
        };
        let yes_no = Labels::YesNo((0..100).map(|t| t < 30).collect());
        let graded = Labels::Graded((0..100).map(|t| t as f32).collect());
        let found = strengths(&trace, &[Weights::from(&yes_no), Weights::from(&graded)]);
        assert_eq!(found, [[0.0], [0.0]]);
    }
}
