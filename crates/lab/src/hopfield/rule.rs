//! From patterns to weights.

use std::fmt;
use std::str::FromStr;

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::network::Weights;
use super::pattern::{Pattern, check, overlap};
use crate::LabError;

/// How patterns become weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// w_ij = (1/N) Σ_μ ξ_i ξ_j: what is active together is tied together. Holds 0.138 patterns a
    /// unit (Amit, Gutfreund, Sompolinsky 1985).
    #[default]
    Hebb,
    /// w_ij += (ξ_i ξ_j - ξ_i h_ji - h_ij ξ_j) / N, where h_ij = Σ_{k≠i,j} w_ik ξ_k: a pattern at a
    /// time, and each only as far as the network does not know it yet (Storkey 1997). Its absolute
    /// capacity is N / √(2 ln N), against Hebb's N / (2 ln N).
    Storkey,
    /// w = (1/N) Σ_μν ξ^μ (C⁻¹)_μν ξ^ν with C the overlaps of the patterns: a projection onto them,
    /// so that all independent ones are at rest (Personnaz, Guyon, Dreyfus 1985).
    PseudoInverse,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hebb, Self::Storkey, Self::PseudoInverse];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hebb => "hebb",
            Self::Storkey => "storkey",
            Self::PseudoInverse => "pseudo-inverse",
        }
    }

    /// Stores the patterns.
    ///
    /// # Errors
    /// [`LabError::NoPatterns`], [`LabError::PatternSize`], [`LabError::TooManyPatterns`]; of the
    /// pseudo-inverse rule also [`LabError::DependentPatterns`].
    pub fn weights(self, patterns: &[Pattern]) -> Result<Weights, LabError> {
        check(patterns)?;
        let n_units = patterns[0].units.len();
        let floats = |pattern: &Pattern| -> Vec<f32> {
            pattern.units.iter().map(|unit| f32::from(*unit)).collect()
        };
        let patterns_as_floats: Vec<Vec<f32>> = patterns.iter().map(floats).collect();
        let values = match self {
            Self::Hebb => hebb(n_units, &patterns_as_floats),
            Self::Storkey => storkey(n_units, &patterns_as_floats),
            Self::PseudoInverse => {
                let overlaps = DMatrix::from_fn(patterns.len(), patterns.len(), |a, b| {
                    overlap(&patterns[a].units, &patterns[b].units)
                });
                pseudo_inverse(n_units, &patterns_as_floats, overlaps)
                    .ok_or_else(|| most_alike(patterns))?
            }
        };
        Ok(Weights::new(n_units, values))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Rule {
    type Err = LabError;

    fn from_str(name: &str) -> Result<Self, LabError> {
        let found = Self::ALL.into_iter().find(|rule| rule.name() == name);
        found.ok_or_else(|| LabError::setting("rule", name, "hebb, storkey or pseudo-inverse"))
    }
}

fn hebb(n: usize, patterns: &[Vec<f32>]) -> Vec<f32> {
    let mut values = vec![0.0; n * n];
    // Whole numbers up to here, so that nothing is lost on the way and the weights are symmetric.
    for pattern in patterns {
        for (row, unit) in values.chunks_exact_mut(n).zip(pattern) {
            for (value, other) in row.iter_mut().zip(pattern) {
                *value += unit * other;
            }
        }
    }
    let scale = 1.0 / n as f32;
    values.iter_mut().for_each(|value| *value *= scale);
    values
}

fn storkey(n: usize, patterns: &[Vec<f32>]) -> Vec<f32> {
    let mut values = vec![0.0_f32; n * n];
    let scale = 1.0 / n as f32;
    for pattern in patterns {
        let seen: Vec<f32> = values
            .chunks_exact(n)
            .map(|row| row.iter().zip(pattern).map(|(w, unit)| w * unit).sum())
            .collect();
        for i in 0..n {
            // Above the diagonal only; below it stands the same.
            for j in i + 1..n {
                let weight = values[i * n + j];
                // What i and j see without each other; the diagonal is zero.
                let h_ij = seen[i] - weight * pattern[j];
                let h_ji = seen[j] - weight * pattern[i];
                let change = pattern[i] * pattern[j] - pattern[i] * h_ji - h_ij * pattern[j];
                let weight = weight + change * scale;
                values[i * n + j] = weight;
                values[j * n + i] = weight;
            }
        }
    }
    values
}

/// None where the overlaps have no inverse.
fn pseudo_inverse(n: usize, patterns: &[Vec<f32>], overlaps: DMatrix<f64>) -> Option<Vec<f32>> {
    /// Pivots below this are rounding: the pattern is a mixture of others.
    const LEAST_PIVOT: f64 = 1e-5;
    /// Weights below this are rounding too: nothing else is left of as many patterns as units.
    const LEAST_WEIGHT: f64 = 1e-9;
    let inverse = overlaps.cholesky()?;
    let least = inverse
        .l_dirty()
        .diagonal()
        .iter()
        .copied()
        .fold(f64::MAX, f64::min);
    if least < LEAST_PIVOT {
        return None;
    }
    let stored = DMatrix::from_fn(patterns.len(), n, |row, unit| {
        f64::from(patterns[row][unit])
    });
    let solved = inverse.solve(&stored);
    let weights = stored.transpose() * solved / n as f64;
    let mut values = vec![0.0; n * n];
    for i in 0..n {
        for j in i + 1..n {
            // Symmetric up to rounding; made exactly so.
            let weight = 0.5 * (weights[(i, j)] + weights[(j, i)]);
            let weight = if weight.abs() < LEAST_WEIGHT {
                0.0
            } else {
                weight as f32
            };
            values[i * n + j] = weight;
            values[j * n + i] = weight;
        }
    }
    Some(values)
}

fn most_alike(patterns: &[Pattern]) -> LabError {
    let mut found = (0, 0, 0.0_f64);
    for first in 0..patterns.len() {
        for other in first + 1..patterns.len() {
            let overlap = overlap(&patterns[first].units, &patterns[other].units);
            if overlap.abs() > found.2.abs() {
                found = (first, other, overlap);
            }
        }
    }
    LabError::DependentPatterns {
        first: patterns[found.0].name.clone(),
        other: patterns[found.1].name.clone(),
        overlap: found.2,
    }
}

#[cfg(test)]
mod tests {
    use reverie_model::rng::seeded;

    use super::*;

    fn random(count: usize, units: usize) -> Vec<Pattern> {
        let mut rng = seeded(3);
        (0..count)
            .map(|n| Pattern::random(n.to_string(), units, &mut rng))
            .collect()
    }

    #[test]
    fn one_pattern_is_its_own_product_by_every_rule() {
        let one = random(1, 20);
        for rule in Rule::ALL {
            let weights = rule.weights(&one).unwrap();
            for i in 0..20 {
                for j in 0..20 {
                    let product = f32::from(one[0].units[i] * one[0].units[j]) / 20.0;
                    let expected = if i == j { 0.0 } else { product };
                    assert!(
                        (weights.row(i)[j] - expected).abs() < 1e-6,
                        "{rule} {i} {j}"
                    );
                }
            }
        }
    }

    #[test]
    fn storkey_follows_its_formula_for_the_second_pattern() {
        let two = random(2, 7);
        let first = Rule::Storkey.weights(&two[..1]).unwrap();
        let both = Rule::Storkey.weights(&two).unwrap();
        let xi: Vec<f32> = two[1].units.iter().map(|unit| f32::from(*unit)).collect();
        let h = |i: usize, j: usize| -> f32 {
            let others = (0..7).filter(|k| *k != i && *k != j);
            others.map(|k| first.row(i)[k] * xi[k]).sum()
        };
        for i in 0..7 {
            for j in (0..7).filter(|j| *j != i) {
                let change = (xi[i] * xi[j] - xi[i] * h(j, i) - h(i, j) * xi[j]) / 7.0;
                assert!((both.row(i)[j] - first.row(i)[j] - change).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn the_pseudo_inverse_keeps_all_patterns_at_rest_where_hebb_does_not() {
        let many = random(40, 100);
        let at_rest = |rule: Rule| {
            let weights = rule.weights(&many).unwrap();
            let rests = |pattern: &&Pattern| {
                let fields = weights.fields(&pattern.units);
                fields
                    .iter()
                    .zip(&pattern.units)
                    .all(|(h, unit)| h * f64::from(*unit) > 0.0)
            };
            many.iter().filter(rests).count()
        };
        assert_eq!(at_rest(Rule::PseudoInverse), 40);
        assert!(at_rest(Rule::Hebb) < 5);
    }

    #[test]
    fn the_pseudo_inverse_refuses_the_same_pattern_twice() {
        let mut two = random(2, 50);
        two[1].units = two[0].units.clone();
        let error = Rule::PseudoInverse.weights(&two).unwrap_err().to_string();
        assert!(error.contains("0 and 1 overlap by 1.000"), "{error}");
    }
}
