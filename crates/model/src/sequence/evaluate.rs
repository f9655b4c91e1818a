//! How well a model knows a text.

use burn::tensor::Device;

use super::CharModel;
use crate::data::text::EvalBatches;
use crate::recurrent::Mode;

/// What a model's guesses cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Mean negative log-likelihood of a character, in nats.
    pub nats: f64,
    /// Characters that were guessed.
    pub characters: usize,
}

impl Measured {
    /// Bits per character.
    pub fn bits(&self) -> f64 {
        self.nats / std::f64::consts::LN_2
    }
}

/// Mean loss over a whole text, each row's state carried from its beginning to its end.
///
/// `go_on` is asked between chunks; where it says no, the answer is none.
pub fn evaluate(
    model: &CharModel,
    batches: &EvalBatches,
    device: &Device,
    mut go_on: impl FnMut() -> bool,
) -> Option<Measured> {
    let mut state = model.initial(batches.batch(), device);
    let mut sum = 0.0;
    for chunk in batches.chunks() {
        if !go_on() {
            return None;
        }
        let (losses, next) = model.losses(&chunk, state, &mut Mode::Use, device);
        state = next;
        sum += f64::from(losses.sum().into_scalar::<f32>());
    }
    let characters = batches.transitions();
    Some(Measured {
        nats: sum / characters as f64,
        characters,
    })
}
