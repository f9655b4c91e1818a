//! A recurrent network that says which keys sound next.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use reverie_kernels::linear::linear;

use super::{MusicCell, MusicConfig};
use crate::data::music::KEYS;
use crate::recurrent::{ConfigError, Draw, Mode, Sequence, Stack, StackState};
use crate::rng::Rng;

/// A recurrent network that reads frames of a piano roll and says how likely each key is to sound in
/// the next: p(x_t | x_1 … x_{t−1}) = Π_k Bernoulli(σ((W_y h_t + b_y)_k)).
///
/// # Source
/// Chung, Gulcehre, Cho, Bengio 2014 (arXiv 1412.3555), section 4.2; they do not say how the
/// read-out is built, and a single layer is what gives their numbers of parameters.
#[derive(Module, Debug)]
pub struct MusicModel {
    /// Reads.
    pub stack: Stack,
    /// W_y, `[K, 88]`.
    pub output: Param<Tensor<2>>,
    /// b_y, `[88]`.
    pub output_bias: Param<Tensor<1>>,
    noise: f64,
}

impl MusicModel {
    /// A model with numbers drawn as the settings say.
    ///
    /// # Errors
    /// [`ConfigError`] for settings that make no model.
    pub fn init(
        config: &MusicConfig,
        cell: MusicCell,
        rng: &mut Rng,
        device: &Device,
    ) -> Result<Self, ConfigError> {
        config.check()?;
        let parts = config.stack(cell);
        let stack = Stack::init(&parts, rng, device)?;
        let mut draw = Draw {
            config: &parts.init,
            rng,
            device,
            units: parts.d_hidden,
        };
        let output = draw.input(parts.d_hidden, 1, KEYS);
        let bias = draw.bias(KEYS);
        Ok(Self {
            stack,
            output,
            output_bias: draw.vector(bias),
            noise: config.weight_noise,
        })
    }

    /// Numbers of the recurrent layers.
    pub fn n_recurrent(&self) -> usize {
        self.stack.num_params()
    }

    /// Nothing heard yet: zeros.
    pub fn initial(&self, batch: usize, device: &Device) -> StackState {
        self.stack.initial(batch, device)
    }

    /// Logits of every key after every step, `[T·B, 88]`, all pieces of the first step before all of
    /// the second, and the states at the end.
    pub fn logits(
        &self,
        frames: Sequence,
        state: StackState,
        mode: &mut Mode<'_>,
    ) -> (Tensor<2>, StackState) {
        let (outputs, state) = self.stack.forward(frames, state, mode);
        let weights = mode.disturbed(self.output.val(), self.noise);
        let logits = linear(outputs.into_rows(), weights, self.output_bias.val());
        (logits, state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;
    use crate::sequence::music::config::tests::config;

    /// Chung et al. 2014, table 1: about as many numbers for every cell.
    #[test]
    fn the_cells_have_the_published_numbers_of_parameters() {
        let device = Device::flex();
        for (cell, recurrent, all) in [
            (MusicCell::Tanh, 18_900, 27_788),
            (MusicCell::Gru, 18_630, 22_766),
            (MusicCell::Lstm, 18_108, 21_364),
        ] {
            let model = MusicModel::init(&config(), cell, &mut seeded(1), &device).unwrap();
            assert_eq!((model.n_recurrent(), model.num_params()), (recurrent, all));
        }
    }
}
