//! A recurrent network that goes on with sound.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use reverie_kernels::linear::linear;

use super::{Mixture, WavesConfig};
use crate::data::speech::Waves;
use crate::recurrent::{ConfigError, Draw, Mode, Sequence, Stack, StackState};
use crate::rng::Rng;

/// A recurrent network that reads 20 samples a step and says how the 10 after them are spread.
///
/// # Source
/// Chung, Gulcehre, Cho, Bengio 2014 (arXiv 1412.3555), section 4.1.
#[derive(Module, Debug)]
pub struct WavesModel {
    /// The recurrent part.
    pub stack: Stack,
    /// W_S, `[K, M·(1 + 2·D)]`.
    pub output: Param<Tensor<2>>,
    /// b_S, `[M·(1 + 2·D)]`.
    pub output_bias: Param<Tensor<1>>,
    #[module(skip)]
    mixture: Mixture,
}

/// Deviations of the first and the last component at the start, in units of the samples: sound is
/// loud and quiet by turns, so components begin with different ones, evenly spaced in their
/// logarithms.
const FIRST_DEVIATIONS: (f64, f64) = (0.1, 2.0);

impl WavesModel {
    /// A network with numbers drawn as the settings say.
    ///
    /// # Errors
    /// [`ConfigError`] for settings that make no network.
    pub fn init(config: &WavesConfig, rng: &mut Rng, device: &Device) -> Result<Self, ConfigError> {
        config.check()?;
        let (parts, mixture) = (config.stack(), config.mixture());
        let stack = Stack::init(&parts, rng, device)?;
        let mut draw = Draw {
            config: &parts.init,
            rng,
            device,
            units: config.hidden,
        };
        let output = draw.input(config.hidden, 1, mixture.n_outputs());
        let mut bias = draw.bias(mixture.n_outputs());
        let Mixture { components, width } = mixture;
        let (least, most) = (FIRST_DEVIATIONS.0.ln(), FIRST_DEVIATIONS.1.ln());
        for (number, exponent) in bias[components * (1 + width)..].iter_mut().enumerate() {
            let place = (number / width) as f64 / (components - 1).max(1) as f64;
            *exponent = (least + place * (most - least)) as f32;
        }
        Ok(Self {
            stack,
            output,
            output_bias: draw.vector(bias),
            mixture,
        })
    }

    /// Numbers of the recurrent part.
    pub fn n_recurrent(&self) -> usize {
        self.stack.num_params()
    }

    /// Nothing heard yet: zeros.
    pub fn initial(&self, batch: usize, device: &Device) -> StackState {
        self.stack.initial(batch, device)
    }

    /// Negative log-likelihood of what comes after every step, `[T·B]` in nats, steps first.
    ///
    /// # Shapes
    /// `inputs` is `[T, B, 20]`, `targets` `[T, B, 10]`.
    pub fn losses(
        &self,
        inputs: Tensor<3>,
        targets: Tensor<3>,
        state: StackState,
        mode: &mut Mode<'_>,
    ) -> (Tensor<1>, StackState) {
        let [steps, batch, width] = targets.dims();
        let (outputs, state) = self.stack.forward(Sequence::ByTime(inputs), state, mode);
        let raw = linear(
            outputs.into_rows(),
            self.output.val(),
            self.output_bias.val(),
        );
        let targets = targets.reshape([steps * batch, width]);
        (self.mixture.nll(raw, targets), state)
    }
}

/// Steps `from..from + steps` of some sequences as tensors: inputs `[T, B, 20]` and targets
/// `[T, B, 10]`.
pub(super) fn window(
    waves: &Waves,
    places: &[usize],
    from: usize,
    steps: usize,
    device: &Device,
) -> (Tensor<3>, Tensor<3>) {
    let tensor = |values: Vec<f32>| {
        let width = values.len() / (steps * places.len());
        let data = TensorData::new(values, [steps, places.len(), width]);
        Tensor::from_data(data, device)
    };
    let inputs = tensor(waves.inputs(places, from, steps));
    (inputs, tensor(waves.targets(places, from, steps)))
}

/// Mean negative log-likelihood of a step in nats, every sequence heard from its beginning to its
/// end.
///
/// `go_on` is asked between pieces; where it says no, the answer is none.
pub fn evaluate_waves(
    model: &WavesModel,
    waves: &Waves,
    config: &WavesConfig,
    device: &Device,
    mut go_on: impl FnMut() -> bool,
) -> Option<f64> {
    let steps = waves.steps();
    let mut sum = 0.0;
    let places: Vec<usize> = (0..waves.len()).collect();
    for places in places.chunks(config.batch) {
        let mut state = model.initial(places.len(), device);
        let mut from = 0;
        while from < steps {
            if !go_on() {
                return None;
            }
            let some = config.window.min(steps - from);
            let (inputs, targets) = window(waves, places, from, some, device);
            let (losses, next) = model.losses(inputs, targets, state, &mut Mode::Use);
            state = next;
            sum += f64::from(losses.sum().into_scalar::<f32>());
            from += some;
        }
    }
    Some(sum / (waves.len() * steps) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::speech::WaveTask;
    use crate::recurrent::CellKind;
    use crate::rng::seeded;

    #[test]
    fn the_recurrent_parts_are_as_large_as_they_should_be() {
        let device = Device::flex();
        for (cell, wanted) in [
            (CellKind::Rnn, 168_400),
            (CellKind::Gru, 168_888),
            (CellKind::Lstm, 169_065),
        ] {
            let config = WavesConfig::matched(cell, WaveTask::A);
            let model = WavesModel::init(&config, &mut seeded(1), &device).unwrap();
            assert_eq!(model.n_recurrent(), wanted, "{cell:?}");
            let read_out = (config.hidden + 1) * 20 * 21;
            assert_eq!(model.num_params(), wanted + read_out);
        }
    }

    #[test]
    fn windows_make_no_difference_to_a_measurement() {
        let device = Device::flex();
        let samples = 500;
        let values = crate::rng::normal(&mut seeded(2), 3 * samples);
        let waves = Waves { samples, values };
        let mut config = WavesConfig::matched(CellKind::Lstm, WaveTask::A);
        config.hidden = 8;
        let model = WavesModel::init(&config, &mut seeded(1), &device).unwrap();
        let measure = |batch: usize, window: usize| {
            let config = WavesConfig {
                batch,
                window,
                ..config.clone()
            };
            evaluate_waves(&model, &waves, &config, &device, || true).unwrap()
        };
        let whole = measure(3, 48);
        assert!(whole > 10.0 && whole < 25.0, "{whole}");
        for (batch, window) in [(1, 48), (2, 7), (3, 1)] {
            let found = measure(batch, window);
            assert!((found - whole).abs() < 1e-4, "{found} {whole}");
        }
        assert_eq!(
            evaluate_waves(&model, &waves, &config, &device, || false),
            None
        );
    }
}
