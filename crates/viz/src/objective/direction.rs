//! A direction in the space of a layer's channels.

use burn::tensor::Tensor;
use reverie_model::vision::{Activations, Layer, LayerInfo};

use super::{Objective, check_length};
use crate::VizError;
use crate::tensor::constant_like;

/// Length that a dead position is given, so that it has a gradient.
const LENGTH_FLOOR: f64 = 1e-4;
/// Smallest cosine that counts, so that a position which looks the other way still has a gradient.
const SMALLEST_COSINE: f64 = 0.1;

/// How far the activations go along a vector: what do several channels look for together?
///
/// The mean over positions of `f·v`, where `f` `[C]` is the activation at one position. With a
/// cosine power `p` each position is weighted by how purely it points that way:
/// `f·v · max(0.1, cos(f, v))^p`, which keeps strong activations of *other* kinds away.
///
/// # Source
/// Olah, Mordvintsev, Schubert 2017 (Feature Visualization), "direction"; the cosine power is that
/// of lucid (`objectives.direction`, `cossim_pow`). Where lucid adds 1e-4 to both lengths, here
/// `|f| = sqrt(f·f + 1e-8)`, which is differentiable at 0, and `|v|` is exact.
#[derive(Clone, Debug)]
pub struct Direction {
    layer: Layer,
    vector: Vec<f32>,
    cosine_power: f64,
}

impl Direction {
    /// The direction `vector` `[C]` of a layer's channels; its length multiplies the score.
    ///
    /// # Errors
    /// [`VizError::WrongLength`] if the layer has another number of channels, [`VizError::Setting`]
    /// for a vector that points nowhere.
    pub fn new(info: &LayerInfo, vector: Vec<f32>) -> Result<Self, VizError> {
        check_length(info, vector.len())?;
        let length = length_of(&vector);
        if !(length.is_finite() && length > 0.0) {
            return Err(VizError::Setting {
                name: "the length of the direction",
                value: length.to_string(),
                must: "a finite number above 0",
            });
        }
        Ok(Self {
            layer: info.layer.clone(),
            vector,
            cosine_power: 0.0,
        })
    }

    /// The same direction with this cosine power; 0 switches it off.
    ///
    /// # Errors
    /// [`VizError::Setting`] for a number below 0.
    pub fn with_cosine_power(self, power: f64) -> Result<Self, VizError> {
        if !(power.is_finite() && power >= 0.0) {
            return Err(VizError::Setting {
                name: "the cosine power",
                value: power.to_string(),
                must: "a number of at least 0",
            });
        }
        Ok(Self {
            cosine_power: power,
            ..self
        })
    }
}

fn length_of(vector: &[f32]) -> f64 {
    let squares = vector.iter().map(|value| f64::from(*value).powi(2));
    squares.sum::<f64>().sqrt()
}

impl Objective for Direction {
    fn score(&self, seen: &Activations) -> Tensor<1> {
        let features = seen.of(&self.layer);
        let vector = self.vector.iter().map(|value| f64::from(*value)).collect();
        let vector = constant_like(vector, [1, self.vector.len(), 1, 1], &features);
        let dot = (features.clone() * vector).sum_dim(1);
        if self.cosine_power == 0.0 {
            return dot.mean();
        }
        let lengths = (features.square().sum_dim(1) + LENGTH_FLOOR.powi(2)).sqrt();
        let cosine = dot.clone() / (lengths * length_of(&self.vector));
        let purity = cosine
            .clamp_min(SMALLEST_COSINE)
            .powf_scalar(self.cosine_power);
        (dot * purity).mean()
    }

    fn layers(&self) -> Vec<Layer> {
        vec![self.layer.clone()]
    }

    fn part(&self) -> &'static str {
        "activity"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::ChannelMean;
    use crate::objective::mirror::Mirror;

    #[test]
    fn the_direction_of_one_channel_is_that_channel() {
        let mirror = Mirror::new(3);
        let values: Vec<f32> = (0..24).map(|i| (i as f32 * 1.7).sin()).collect();
        let seen = mirror.seen(values, [2, 3, 2, 2]);
        let direction = Direction::new(mirror.info(), vec![0.0, 1.0, 0.0]).unwrap();
        let channel = ChannelMean::new(mirror.info(), 1).unwrap();
        let found = direction.score(&seen).into_scalar::<f32>();
        let expected = channel.score(&seen).into_scalar::<f32>();
        assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
    }

    #[test]
    fn a_cosine_power_weighs_positions_by_their_purity() {
        let mirror = Mirror::new(2);
        // Two positions: (3, 4), whose cosine with (1, 0) is 0.6, and (-1, 0), which counts 0.1.
        let seen = mirror.seen(vec![3.0, -1.0, 4.0, 0.0], [1, 2, 1, 2]);
        let direction = Direction::new(mirror.info(), vec![1.0, 0.0]).unwrap();
        let direction = direction.with_cosine_power(2.0).unwrap();
        let found = direction.score(&seen).into_scalar::<f32>();
        let expected = (3.0 * 0.36 - 0.01) / 2.0;
        assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
    }

    #[test]
    fn a_vector_of_another_length_is_refused() {
        let mirror = Mirror::new(2);
        let error = Direction::new(mirror.info(), vec![1.0; 3]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "mirror has 2 channels, but 3 numbers a position were given"
        );
        let error = Direction::new(mirror.info(), vec![0.0; 2]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the length of the direction is 0, but it must be a finite number above 0"
        );
    }
}
