//! Sums of objectives.

use std::ops::{Add, Mul, Neg, Sub};

use burn::tensor::Tensor;
use reverie_model::vision::{Activations, Layer};

use super::Objective;

/// A weighted sum of objectives: `Goal::from(channel) - Goal::from(smoothness) * 0.5`.
#[derive(Default)]
pub struct Goal(Vec<(f64, Box<dyn Objective>)>);

/// A goal's value on one image.
pub struct Scored {
    /// The whole sum, `[1]`.
    pub total: Tensor<1>,
    /// The sum over objectives of each part, `[1]` each, without gradients.
    pub parts: Vec<(&'static str, Tensor<1>)>,
}

impl Goal {
    /// Every layer that one of the objectives reads, each once.
    pub fn layers(&self) -> Vec<Layer> {
        let mut layers: Vec<Layer> = self.0.iter().flat_map(|(_, term)| term.layers()).collect();
        layers.sort();
        layers.dedup();
        layers
    }

    /// The objectives with their weights.
    pub(crate) fn terms(&self) -> impl Iterator<Item = (f64, &dyn Objective)> {
        self.0.iter().map(|(weight, term)| (*weight, term.as_ref()))
    }

    /// Whether a picture may be looked at in tiles: every objective that reads a layer is
    /// [additive](super::Additive).
    pub fn is_additive(&self) -> bool {
        self.terms()
            .all(|(_, term)| term.layers().is_empty() || term.additive().is_some())
    }

    /// The weighted sum and its parts.
    ///
    /// # Panics
    /// If there is no objective at all.
    pub fn score(&self, seen: &Activations) -> Scored {
        Scored::sum(self.0.iter().map(|(weight, term)| {
            let score = term.score(seen) * *weight;
            (term.part(), score)
        }))
    }
}

impl Scored {
    /// The sum of weighted scores, each with the name of its part.
    ///
    /// # Panics
    /// If there are none.
    pub(crate) fn sum(scores: impl Iterator<Item = (&'static str, Tensor<1>)>) -> Self {
        let mut parts: Vec<(&'static str, Tensor<1>)> = Vec::new();
        let mut total: Option<Tensor<1>> = None;
        for (name, score) in scores {
            let value = score.clone().inner();
            match parts.iter_mut().find(|(part, _)| *part == name) {
                Some((_, sum)) => *sum = sum.clone() + value,
                None => parts.push((name, value)),
            }
            total = Some(match total {
                Some(sum) => sum + score,
                None => score,
            });
        }
        Self {
            total: total.expect("a goal has at least one objective"),
            parts,
        }
    }
}

impl<O: Objective + 'static> From<O> for Goal {
    fn from(objective: O) -> Self {
        Self(vec![(1.0, Box::new(objective))])
    }
}

impl Add for Goal {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl Neg for Goal {
    type Output = Self;

    fn neg(self) -> Self {
        self * -1.0
    }
}

impl Sub for Goal {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul<f64> for Goal {
    type Output = Self;

    fn mul(mut self, factor: f64) -> Self {
        self.0.iter_mut().for_each(|(weight, _)| *weight *= factor);
        self
    }
}
