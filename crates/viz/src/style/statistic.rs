//! What "style" is measured by.

use burn::tensor::Tensor;

use super::moments::{mean_and_deviation, moments_distance};
use super::sliced::{Quantiles, projections};
use super::wasserstein::Normal;
use super::{GramNorm, gram, gram_distance};
use crate::objective::Join;
use crate::tensor::beside;

/// A way to measure the manner of a picture at one layer, independent of where things are.
#[derive(Clone, Debug)]
pub enum Measure {
    /// [`gram`], `[1, C, C]`.
    Gram,
    /// First and second raw moment of each channel, `[1, C, 1]` each.
    Moments,
    /// Mean `[1, C, 1]` and second raw moment `[1, C, C]` of the feature vectors.
    Wasserstein,
    /// Features along directions `[1, P, C]`, a list of positions `[1, P, M]`.
    Sliced(Tensor<3>),
}

impl Measure {
    /// How parts of a picture are put together.
    pub fn join(&self) -> Join {
        match self {
            Self::Sliced(_) => Join::List,
            Self::Gram | Self::Moments | Self::Wasserstein => Join::Sum,
        }
    }

    /// Measures some of the positions of a picture, `[1, C, h, w]`, which are this `share` of all.
    pub fn part(&self, features: Tensor<4>, share: f64) -> Vec<Tensor<3>> {
        let mean = |maps: Tensor<4>| -> Tensor<3> {
            let [batch, channels, height, width] = maps.dims();
            maps.reshape([batch, channels, height * width]).mean_dim(2)
        };
        let sums = match self {
            Self::Gram => vec![gram(features)],
            Self::Moments => vec![mean(features.clone()), mean(features.square())],
            Self::Wasserstein => vec![mean(features.clone()), gram(features)],
            Self::Sliced(directions) => return vec![projections(features, directions)],
        };
        match share == 1.0 {
            true => sums,
            false => sums.into_iter().map(|sum| sum * share).collect(),
        }
    }

    /// The same with positions that count as much as `weights`, `[1, 1, h, w]`, say; those of the
    /// whole picture sum to 1.
    ///
    /// # Source
    /// Gatys, Ecker, Bethge, Hertzmann, Shechtman 2017 (arXiv 1611.07865), eq. 2 and 3: guided Gram
    /// matrices; their guidance T is the root of our weights.
    pub fn weighted(&self, features: Tensor<4>, weights: Tensor<4>) -> Vec<Tensor<3>> {
        let [.., height, width] = features.dims();
        let positions = (height * width) as f64;
        let weights = beside(weights, &features).cast(features.dtype());
        let mean = |maps: Tensor<4>| -> Tensor<3> {
            let [batch, channels, height, width] = maps.dims();
            let weighted = maps * weights.clone();
            weighted
                .reshape([batch, channels, height * width])
                .sum_dim(2)
        };
        let guided = || gram(features.clone() * weights.clone().sqrt()) * positions;
        match self {
            Self::Gram => vec![guided()],
            Self::Moments => vec![mean(features.clone()), mean(features.clone().square())],
            Self::Wasserstein => vec![mean(features.clone()), guided()],
            Self::Sliced(directions) => {
                let projected = projections(features, directions);
                let weights = weights.reshape([1, 1, height * width]);
                vec![Tensor::cat(vec![projected, weights], 1)]
            }
        }
    }
}

/// The manner of one picture at a layer, or of several with weights that sum to 1.
#[derive(Clone, Debug)]
pub struct Statistic {
    measure: Measure,
    /// What was measured of each.
    pictures: Vec<(f64, Vec<Tensor<3>>)>,
}

impl Statistic {
    /// What was measured of a whole picture.
    pub fn new(measure: Measure, sums: Vec<Tensor<3>>) -> Self {
        Self {
            measure,
            pictures: vec![(1.0, sums)],
        }
    }

    /// Measures feature maps `[1, C, H, W]`.
    pub fn measure(features: Tensor<4>, measure: Measure) -> Self {
        let sums = measure.part(features, 1.0);
        Self::new(measure, sums)
    }

    /// `Σ w_i S_i`: several styles as one target. Weights are used as they are.
    ///
    /// # Panics
    /// If the list is empty.
    pub fn blend(parts: Vec<(f64, Self)>) -> Self {
        let measure = parts.first().expect("at least one style").1.measure.clone();
        let pictures = parts.into_iter().flat_map(|(share, part)| {
            let pictures = part.pictures.into_iter();
            pictures.map(move |(weight, sums)| (share * weight, sums))
        });
        Self {
            measure,
            pictures: pictures.collect(),
        }
    }

    /// What it was measured by.
    pub fn kind(&self) -> &Measure {
        &self.measure
    }

    /// What another picture's measure is compared with.
    pub(super) fn target(self, norm: GramNorm) -> Target {
        let Self { measure, pictures } = self;
        if let Measure::Sliced(_) = measure {
            let parts = pictures.into_iter();
            let parts = parts.map(|(weight, mut sums)| (weight, sums.swap_remove(0)));
            return Target::sliced(Quantiles::new(parts.collect()), norm);
        }
        let scaled = pictures.into_iter().map(|(weight, sums)| match weight {
            // A single style keeps its bits.
            1.0 => sums,
            _ => sums.into_iter().map(|sum| sum * weight).collect(),
        });
        let blended = scaled
            .reduce(|a: Vec<Tensor<3>>, b| a.into_iter().zip(b).map(|(a, b)| a + b).collect());
        let mut sums = blended.unwrap_or_default().into_iter();
        let mut next = || sums.next().expect("a measure has as many sums as it needs");
        match measure {
            Measure::Gram => Target::Gram(next(), norm),
            Measure::Moments => Target::moments(mean_and_deviation(next(), next()), norm),
            _ => Target::wasserstein(Normal::new(next(), next()), norm),
        }
    }
}

/// What is to be reached.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Gram(Tensor<3>, GramNorm),
    /// Mean, deviation, and what the distance is divided by.
    Moments(Tensor<3>, Tensor<3>, Option<Tensor<1>>),
    Wasserstein(Normal, Option<Tensor<1>>),
    Sliced(Quantiles, Option<f64>),
}

impl Target {
    fn moments((mean, deviation): (Tensor<3>, Tensor<3>), norm: GramNorm) -> Self {
        let energy = mean.clone().square().mean() + deviation.clone().square().mean();
        Self::Moments(mean, deviation, relative(norm, energy))
    }

    fn wasserstein(normal: Normal, norm: GramNorm) -> Self {
        let energy = relative(norm, normal.energy());
        Self::Wasserstein(normal, energy)
    }

    fn sliced(quantiles: Quantiles, norm: GramNorm) -> Self {
        let energy = (norm == GramNorm::Energy).then(|| quantiles.energy().max(f64::MIN_POSITIVE));
        Self::Sliced(quantiles, energy)
    }

    /// The distance of what was measured of a whole picture.
    pub(super) fn distance(&self, sums: Vec<Tensor<3>>) -> Tensor<1> {
        let mut sums = sums.into_iter();
        let mut next = || sums.next().expect("a measure has as many sums as it needs");
        let relative = |distance: Tensor<1>, energy: &Option<Tensor<1>>| match energy {
            Some(energy) => {
                let energy = beside(energy.clone(), &distance);
                distance / energy
            }
            None => distance,
        };
        match self {
            Self::Gram(target, norm) => gram_distance(next(), target.clone(), *norm),
            Self::Moments(mean, deviation, energy) => {
                let mine = mean_and_deviation(next(), next());
                let distance = moments_distance(mine, (mean.clone(), deviation.clone()));
                relative(distance, energy)
            }
            Self::Wasserstein(normal, energy) => {
                let distance = normal.distance(next(), next());
                relative(distance, energy)
            }
            Self::Sliced(quantiles, energy) => {
                let distance = quantiles.distance(next());
                match energy {
                    Some(energy) => distance / *energy,
                    None => distance,
                }
            }
        }
    }
}

/// What a distance is divided by, if anything.
fn relative(norm: GramNorm, energy: Tensor<1>) -> Option<Tensor<1>> {
    (norm == GramNorm::Energy).then(|| energy.clamp_min(f32::MIN_POSITIVE))
}
