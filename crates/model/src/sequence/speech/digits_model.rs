//! A deep recurrent network that says which digit was spoken.

use std::sync::Arc;

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::{DigitsConfig, Pooling};
use crate::data::speech::N_DIGITS;
use crate::recurrent::{ConfigError, Draw, Mode, Sequence, Stack, StackState};
use crate::rng::Rng;

/// A deep recurrent network over log-mel frames, whose outputs become one answer at the end.
///
/// Layers read in one direction or in both; where recordings lie side by side, each is read within
/// its own length, so that what it is heard as does not depend on its neighbours.
///
/// # Source
/// Graves, Mohamed, Hinton 2013 (arXiv 1303.5778) for deep bidirectional networks on speech.
#[derive(Module, Debug)]
pub struct DigitsModel {
    /// The recurrent part.
    pub stack: Stack,
    /// W_S, `[W, 10]` with W = K, or 2·K in both directions.
    pub output: Param<Tensor<2>>,
    /// b_S, `[10]`.
    pub output_bias: Param<Tensor<1>>,
    #[module(skip)]
    pooling: Pooling,
}

impl DigitsModel {
    /// A network with numbers drawn as the settings say, for frames of so many bands.
    ///
    /// # Errors
    /// [`ConfigError`] for settings that make no network.
    pub fn init(
        config: &DigitsConfig,
        bands: usize,
        rng: &mut Rng,
        device: &Device,
    ) -> Result<Self, ConfigError> {
        config.check()?;
        let parts = config.stack(bands);
        let stack = Stack::init(&parts, rng, device)?;
        let width = config.hidden * if config.bidirectional { 2 } else { 1 };
        let mut draw = Draw {
            config: &parts.init,
            rng,
            device,
            units: config.hidden,
        };
        let output = draw.input(width, 1, N_DIGITS);
        let bias = draw.bias(N_DIGITS);
        Ok(Self {
            stack,
            output,
            output_bias: draw.vector(bias),
            pooling: config.pooling,
        })
    }

    /// Hears recordings and says a number for every digit, the larger the likelier: logits.
    ///
    /// # Shapes
    /// `frames` is `[T, B, D]` and `lengths` the frames of each recording, the longest first. The
    /// answer is `[B, 10]`.
    ///
    /// # Panics
    /// If lengths rise, or one is zero or above T.
    pub fn logits(
        &self,
        frames: Tensor<3>,
        lengths: &Arc<[usize]>,
        mode: &mut Mode<'_>,
    ) -> Tensor<2> {
        let device = frames.device();
        let nothing = self.stack.initial(lengths.len(), &device);
        let sequence = Sequence::by_time(frames, Some(lengths.clone()));
        let (outputs, state) = self.stack.forward(sequence, nothing, mode);
        let heard = match self.pooling {
            Pooling::Last => last(state),
            Pooling::Mean => {
                // Behind the end of a recording there are zeros.
                let sum: Tensor<2> = outputs.into_by_time().sum_dim(0).squeeze_dim(0);
                let shares = lengths.iter().map(|length| 1.0 / *length as f32).collect();
                let shares = TensorData::new::<f32, _>(shares, [lengths.len(), 1]);
                sum * Tensor::from_data(shares, &device)
            }
        };
        heard.matmul(self.output.val()) + self.output_bias.val().unsqueeze()
    }
}

/// The states that the top layer ends in, both directions side by side.
fn last(mut state: StackState) -> Tensor<2> {
    let top = state.layers.pop().expect("a stack has layers");
    let ends = [
        Some(top.forward.hidden),
        top.backward.map(|state| state.hidden),
    ];
    Tensor::cat(ends.into_iter().flatten().collect(), 1)
}

#[cfg(test)]
mod tests {
    use super::super::digit_set::{DigitBatch, tests::toy};
    use super::*;
    use crate::recurrent::CellKind;
    use crate::rng::seeded;

    #[test]
    fn neighbours_make_no_difference() {
        let device = Device::flex();
        let set = toy(9, 4);
        let order = set.in_order(9).concat();
        let together: Vec<_> = order
            .iter()
            .map(|place| set.frames[*place].clone())
            .collect();
        for cell in [CellKind::Rnn, CellKind::Gru, CellKind::Lstm] {
            for pooling in [Pooling::Mean, Pooling::Last] {
                for bidirectional in [false, true] {
                    let config = DigitsConfig {
                        cell,
                        pooling,
                        bidirectional,
                        hidden: 5,
                        ..DigitsConfig::default()
                    };
                    let model = DigitsModel::init(&config, 12, &mut seeded(1), &device).unwrap();
                    let hear = |frames: &[_]| {
                        let batch = DigitBatch::of(frames, &device);
                        let logits = model.logits(batch.frames, &batch.lengths, &mut Mode::Use);
                        logits.try_into_vec_as::<f32>().unwrap()
                    };
                    let all = hear(&together);
                    for (row, frames) in together.iter().enumerate() {
                        let alone = hear(std::slice::from_ref(frames));
                        for (a, b) in alone.iter().zip(&all[row * 10..]) {
                            assert!((a - b).abs() < 1e-5, "{cell:?} {pooling:?}: {a} {b}");
                        }
                    }
                }
            }
        }
    }
}
