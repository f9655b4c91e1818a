//! The sliced Wasserstein distance: distributions of features compared along many directions.

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;
use reverie_model::rng::{normal, seeded};

use crate::tensor::{beside, plain, values_of};

/// Directions `[1, P, C]` of length 1, spread evenly over the sphere.
pub fn directions(count: usize, channels: usize, seed: u64, device: &Device) -> Tensor<3> {
    let mut numbers = normal(&mut seeded(seed), count * channels);
    for direction in numbers.chunks_exact_mut(channels) {
        let length = direction.iter().map(|x| x * x).sum::<f32>().sqrt();
        direction.iter_mut().for_each(|x| *x /= length);
    }
    Tensor::from_data(TensorData::new(numbers, [1, count, channels]), device)
}

/// Features `[1, C, h, w]` along directions `[1, P, C]`, as a list of positions `[1, P, h w]`.
pub fn projections(features: Tensor<4>, directions: &Tensor<3>) -> Tensor<3> {
    let [batch, channels, height, width] = features.dims();
    let flat = features.reshape([batch, channels, height * width]);
    let directions = beside(directions.clone(), &flat);
    directions.cast(flat.dtype()).matmul(flat)
}

/// The distribution of a picture's features along each direction: sorted numbers, of one picture or
/// of several with weights that sum to 1.
#[derive(Clone, Debug)]
pub struct Quantiles(Vec<(f64, Vec<Vec<f32>>)>);

impl Quantiles {
    /// From the projections `[1, P, M]` of several pictures.
    pub fn new(parts: Vec<(f64, Tensor<3>)>) -> Self {
        let sorted = |projected: Tensor<3>| {
            let [_, count, positions] = projected.dims();
            let numbers = values_of(projected);
            let mut rows: Vec<Vec<f32>> = Vec::with_capacity(count);
            rows.extend(numbers.chunks_exact(positions.max(1)).map(<[f32]>::to_vec));
            rows.par_iter_mut()
                .for_each(|row| row.sort_unstable_by(f32::total_cmp));
            rows
        };
        let parts = parts.into_iter();
        Self(parts.map(|(weight, part)| (weight, sorted(part))).collect())
    }

    /// Mean of the squared numbers along all directions.
    pub fn energy(&self) -> f64 {
        let (mut sum, mut count) = (0.0, 0);
        for row in 0..self.0[0].1.len() {
            let most = self.0.iter().map(|(_, rows)| rows[row].len()).max();
            let most = most.unwrap_or(0);
            for rank in 0..most {
                sum += self.at(row, (rank as f64 + 0.5) / most as f64).powi(2);
            }
            count += most;
        }
        sum / count.max(1) as f64
    }

    /// The number along a direction below which this share of all lies; between two positions of the
    /// picture in a straight line. Several pictures are averaged: their barycentre in one dimension.
    fn at(&self, row: usize, share: f64) -> f64 {
        let of = |rows: &[Vec<f32>]| {
            let sorted = &rows[row];
            let last = sorted.len() - 1;
            let place = (share * sorted.len() as f64 - 0.5).clamp(0.0, last as f64);
            let below = place.floor() as usize;
            let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
            f64::from(low) + (f64::from(high) - f64::from(low)) * (place - below as f64)
        };
        self.0.iter().map(|(weight, rows)| weight * of(rows)).sum()
    }

    /// Where each of the projections `[P, M]`, given row by row, has to go: the number of the same
    /// rank. With `weights` `[M]`, positions count as much as these say.
    fn matched(&self, projected: &[f32], weights: Option<&[f32]>, positions: usize) -> Vec<f32> {
        let mut matched = vec![0.0; projected.len()];
        let rows = projected
            .par_chunks_exact(positions)
            .zip(matched.par_chunks_exact_mut(positions));
        let total: f64 = weights
            .map(|weights| weights.iter().map(|w| f64::from(*w)).sum())
            .unwrap_or(positions as f64);
        rows.enumerate().for_each(|(row, (numbers, matched))| {
            let mut before = 0.0;
            for index in ranked(numbers) {
                let own = weights.map_or(1.0, |weights| f64::from(weights[index]));
                let share = (before + own / 2.0) / total;
                matched[index] = self.at(row, share) as f32;
                before += own;
            }
        });
        matched
    }

    /// Mean squared distance of projections `[1, P, M]` to the numbers of the same rank; with a last
    /// row of weights, `[1, P + 1, M]`, the weighted mean.
    ///
    /// The match is held fixed, which leaves the gradient exact: a change of rank moves two numbers past
    /// each other where they are equal.
    ///
    /// # Source
    /// Heitz, Vanhoey, Chambon, Belcour 2021 (arXiv 2006.07229), eq. 3 and algorithm 1; here the
    /// directions are drawn once, so that the loss is one function from step to step.
    pub fn distance(&self, listed: Tensor<3>) -> Tensor<1> {
        let [batch, rows, positions] = listed.dims();
        let count = self.0[0].1.len();
        let projected = listed.clone().narrow(1, 0, count);
        let weights = (rows > count).then(|| listed.narrow(1, count, 1).detach());
        let numbers = values_of(plain(projected.clone()));
        let weight_numbers = weights.clone().map(|weights| values_of(plain(weights)));
        let matched = self.matched(&numbers, weight_numbers.as_deref(), positions);
        let data = TensorData::new(matched, [batch, count, positions]);
        let matched = Tensor::from_data(data, (&projected.device(), projected.dtype()));
        let squares = (projected - matched).square();
        match weights {
            None => squares.mean(),
            Some(weights) => {
                let total = weights.clone().sum() * count as f64;
                (squares * weights).sum() / total
            }
        }
    }
}

/// Numbers of the elements of a list, from the smallest to the largest; equal ones in order.
fn ranked(numbers: &[f32]) -> impl Iterator<Item = usize> {
    // The bits of a float in an order that integers share, above the place it stands at.
    let key = |(index, number): (usize, &f32)| {
        let bits = number.to_bits();
        let ordered = match bits >> 31 {
            0 => bits | 0x8000_0000,
            _ => !bits,
        };
        u64::from(ordered) << 32 | index as u64
    };
    let mut keys: Vec<u64> = numbers.iter().enumerate().map(key).collect();
    keys.sort_unstable();
    keys.into_iter().map(|key| (key & 0xffff_ffff) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(numbers: &[f32], rows: usize) -> Tensor<3> {
        let data = TensorData::new(numbers.to_vec(), [1, rows, numbers.len() / rows]);
        Tensor::from_data(data, &Device::flex())
    }

    #[test]
    fn ranks_are_those_of_the_numbers() {
        let found: Vec<usize> = ranked(&[0.5, -1.0, 0.0, -2.0, 0.5, 3.0]).collect();
        assert_eq!(found, [3, 1, 2, 0, 4, 5]);
    }

    #[test]
    fn order_does_not_matter_and_a_shift_counts_by_its_square() {
        let quantiles = Quantiles::new(vec![(1.0, list(&[1.0, 4.0, 2.0, 3.0], 1))]);
        let distance = |numbers: &[f32]| quantiles.distance(list(numbers, 1)).into_scalar::<f32>();
        assert_eq!(distance(&[4.0, 3.0, 2.0, 1.0]), 0.0);
        assert!((distance(&[4.5, 1.5, 2.5, 3.5]) - 0.25).abs() < 1e-6);
        assert!((quantiles.energy() - 7.5).abs() < 1e-9);
    }

    #[test]
    fn pictures_of_other_size_compare_by_shares() {
        // The medians of the lower and the upper half.
        let quantiles = Quantiles::new(vec![(1.0, list(&[0.0, 1.0, 2.0, 3.0], 1))]);
        let found = quantiles.matched(&[9.0, -9.0], None, 2);
        assert_eq!(found, [2.5, 0.5]);
        // A position of weight zero takes no rank.
        let found = quantiles.matched(&[9.0, 5.0, -9.0], Some(&[1.0, 0.0, 1.0]), 3);
        assert_eq!([found[0], found[2]], [2.5, 0.5]);
    }

    #[test]
    fn two_pictures_meet_in_the_middle() {
        let (low, high) = (list(&[0.0, 2.0], 1), list(&[10.0, 14.0], 1));
        let quantiles = Quantiles::new(vec![(0.5, low), (0.5, high)]);
        assert_eq!(quantiles.matched(&[1.0, 0.0], None, 2), [8.0, 5.0]);
    }

    #[test]
    fn directions_have_length_one_and_come_from_the_seed() {
        let one = values_of(directions(7, 5, 3, &Device::flex()));
        for direction in one.chunks_exact(5) {
            let length: f32 = direction.iter().map(|x| x * x).sum();
            assert!((length - 1.0).abs() < 1e-5);
        }
        assert_eq!(one, values_of(directions(7, 5, 3, &Device::flex())));
        assert_ne!(one, values_of(directions(7, 5, 4, &Device::flex())));
    }
}
