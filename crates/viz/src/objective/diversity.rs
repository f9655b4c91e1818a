//! Images of one batch that differ from each other.

use burn::tensor::Tensor;
use reverie_model::vision::{Activations, Layer};

use super::Objective;
use crate::style::gram;
use crate::tensor::constant_like;

/// Added to squared lengths so that a blank image has a gradient.
const LENGTH_FLOOR: f64 = 1e-10;

/// Minus the mean likeness of the images of a batch: which different things please one feature?
///
/// Likeness of two images is the cosine of their Gram matrices `[C, C]`, taken as long vectors; the
/// mean is over all pairs of two different images. 0 for a single image, and down to −1 for images
/// of one manner.
///
/// # Source
/// Olah, Mordvintsev, Schubert 2017 (Feature Visualization), "Diversity", eq. of the diversity
/// term; lucid's `objectives.diversity` sums over ordered pairs and divides by the number of images.
#[derive(Clone, Debug)]
pub struct Diversity {
    /// The layer whose Gram matrices are compared.
    pub layer: Layer,
}

impl Objective for Diversity {
    fn score(&self, seen: &Activations) -> Tensor<1> {
        let matrices = gram(seen.of(&self.layer));
        let [batch, channels, _] = matrices.dims();
        let flat = matrices.reshape([batch, channels * channels]);
        if batch < 2 {
            return flat.sum() * 0.0;
        }
        let lengths = (flat.clone().square().sum_dim(1) + LENGTH_FLOOR).sqrt();
        let units = flat / lengths;
        let likeness = units.clone().matmul(units.transpose());
        let others = (0..batch * batch)
            .map(|i| f64::from(u8::from(i / batch != i % batch)))
            .collect();
        let others = constant_like(others, [batch, batch], &likeness);
        (likeness * others).sum() / -((batch * (batch - 1)) as f64)
    }

    fn layers(&self) -> Vec<Layer> {
        vec![self.layer.clone()]
    }

    fn part(&self) -> &'static str {
        "diversity"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::mirror::Mirror;

    fn score(values: Vec<f32>, batch: usize) -> f32 {
        let mirror = Mirror::new(2);
        let layer = mirror.info().layer.clone();
        let seen = mirror.seen(values, [batch, 2, 1, 2]);
        Diversity { layer }.score(&seen).into_scalar::<f32>()
    }

    #[test]
    fn copies_score_minus_one_and_strangers_zero() {
        let (one, other) = ([1.0, 2.0, 0.0, 0.0], [0.0, 0.0, 3.0, 1.0]);
        assert_eq!(score(one.to_vec(), 1), 0.0);
        assert!((score([one, one].concat(), 2) + 1.0).abs() < 1e-5);
        assert!(score([one, other].concat(), 2).abs() < 1e-5);
        // Of three pairs one is alike.
        assert!((score([one, other, one].concat(), 3) + 1.0 / 3.0).abs() < 1e-5);
    }
}
