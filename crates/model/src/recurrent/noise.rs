//! Random disturbances while training: none of them when a network is used.

use burn::tensor::{DType, Device, Tensor, TensorData};
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::rng::Rng;

/// What disturbs a network while it learns. All zero is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Regularisation {
    /// Share of a layer's outputs that are set to zero on their way up, drawn anew at every step;
    /// what is left is scaled up.
    ///
    /// # Source
    /// Zaremba, Sutskever, Vinyals 2014 (arXiv 1409.2329): never on the way through time.
    pub dropout: f64,
    /// Share of the features and of the fed-back state that are set to zero, the same ones at every
    /// step of a sequence. Symbols are not dropped.
    ///
    /// # Source
    /// Gal and Ghahramani 2016 (arXiv 1512.05287).
    pub variational_dropout: f64,
    /// Share of the units of h and c that keep the value of the last step. In use the mean of both
    /// cases takes its place.
    ///
    /// # Source
    /// Krueger et al. 2017 (arXiv 1606.01305).
    pub zoneout: f64,
    /// Standard deviation of what is added to every weight of W_x and W_h for one sequence.
    ///
    /// # Source
    /// Graves 2013 (arXiv 1308.0850), section 4.2.
    pub weight_noise: f64,
}

/// Whether a network learns or is used.
pub enum Mode<'a> {
    /// Nothing is random.
    Use,
    /// Disturbed as its [`Regularisation`] says, with draws from this generator.
    Train(&'a mut Rng),
}

impl Mode<'_> {
    /// A mask that zeroes a share of the units and scales the others up, or none where nothing is to
    /// be dropped.
    pub(super) fn dropout_mask<const D: usize>(
        &mut self,
        share: f64,
        shape: [usize; D],
        place: (&Device, DType),
    ) -> Option<Tensor<D>> {
        let Self::Train(rng) = self else { return None };
        let scale = (1.0 / (1.0 - share)) as f32;
        (share > 0.0).then(|| bernoulli(rng, 1.0 - share, scale, shape, place))
    }

    /// One where a unit keeps its old value, zero where it takes the new one; in use the share
    /// itself.
    pub(super) fn zoneout_mask(
        &mut self,
        share: f64,
        shape: [usize; 2],
        place: (&Device, DType),
    ) -> Option<Tensor<2>> {
        if share == 0.0 {
            return None;
        }
        Some(match self {
            Self::Use => Tensor::full(shape, share, place),
            Self::Train(rng) => bernoulli(rng, share, 1.0, shape, place),
        })
    }

    /// The weights with noise on them.
    pub(crate) fn disturbed(&mut self, weights: Tensor<2>, deviation: f64) -> Tensor<2> {
        match self {
            Self::Train(rng) if deviation > 0.0 => {
                let shape = weights.dims();
                // Drawn at every update, for every weight: the ziggurat takes a third of the time
                // that the method of Box and Muller takes.
                let draw = |_| {
                    let draw: f32 = StandardNormal.sample(*rng);
                    draw * deviation as f32
                };
                let draws: Vec<f32> = (0..shape[0] * shape[1]).map(draw).collect();
                let noise = Tensor::from_data(
                    TensorData::new(draws, shape),
                    (&weights.device(), weights.dtype()),
                );
                weights + noise
            }
            _ => weights,
        }
    }
}

/// `value` with this probability, else zero.
fn bernoulli<const D: usize>(
    rng: &mut Rng,
    probability: f64,
    value: f32,
    shape: [usize; D],
    place: (&Device, DType),
) -> Tensor<D> {
    let draw = |_| {
        if rng.random::<f64>() < probability {
            value
        } else {
            0.0
        }
    };
    let values: Vec<f32> = (0..shape.iter().product()).map(draw).collect();
    Tensor::from_data(TensorData::new(values, shape), place)
}
