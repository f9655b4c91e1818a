//! A recurrent network that guesses the next character.

use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};
use reverie_kernels::linear::linear;
use reverie_kernels::loss::cross_entropy;

use super::{SequenceError, TextConfig};
use crate::data::text::Chunk;
use crate::recurrent::{AnyCell, ConfigError, Draw, Mode, Sequence, Stack, StackState, Stepped};
use crate::rng::Rng;

/// A recurrent network that reads symbols and guesses the one that comes next.
///
/// Read-out: ŷ_t = softmax(h_t W_S + b_S), the loss is cross-entropy in nats.
///
/// In both directions it is two networks. One reads what stands before a character and the other
/// what stands after it, each its own whole stack, and the read-out sees both: were the layers
/// joined one by one, the second would read through the first the very character it has to guess.
/// The one that reads backwards starts anew at the end of every piece of text. The loss of such a
/// model is that of filling a gap, and cannot be compared with that of guessing onwards.
///
/// # Source
/// Karpathy 2015, char-rnn; a Jordan network says what it feeds back, and needs no other read-out.
#[derive(Module, Debug)]
pub struct CharModel {
    /// Reads from the beginning.
    pub stack: Stack,
    /// Reads from the end.
    pub backward: Option<Stack>,
    /// W_S `[K, V]`, with both directions `[2·K, V]`; none for a Jordan network.
    pub output: Option<Param<Tensor<2>>>,
    /// b_S `[V]`.
    pub output_bias: Option<Param<Tensor<1>>>,
    n_symbols: usize,
}

impl CharModel {
    /// A model of `n_symbols` symbols with numbers drawn as the settings say.
    ///
    /// # Errors
    /// [`ConfigError`] for settings that make no model.
    pub fn init(
        config: &TextConfig,
        n_symbols: usize,
        rng: &mut Rng,
        device: &Device,
    ) -> Result<Self, ConfigError> {
        config.check()?;
        let parts = config.stack(n_symbols);
        let stack = Stack::init(&parts, rng, device)?;
        let is_jordan = stack
            .layers
            .iter()
            .any(|layer| matches!(layer.forward, AnyCell::Jordan(_)));
        let backward = config
            .bidirectional
            .then(|| Stack::init(&parts, rng, device))
            .transpose()?;
        let width = config.hidden * if config.bidirectional { 2 } else { 1 };
        let mut draw = Draw {
            config: &parts.init,
            rng,
            device,
            units: config.hidden,
        };
        let read_out = (!is_jordan).then(|| {
            let weights = draw.input(width, 1, n_symbols);
            let bias = draw.bias(n_symbols);
            (weights, draw.vector(bias))
        });
        let (output, output_bias) = read_out.unzip();
        Ok(Self {
            stack,
            backward,
            output,
            output_bias,
            n_symbols,
        })
    }

    /// V, the number of symbols.
    pub fn n_symbols(&self) -> usize {
        self.n_symbols
    }

    /// Whether it can write, not only fill gaps.
    ///
    /// # Errors
    /// [`SequenceError::CannotGenerate`] for a model that reads in both directions.
    pub fn check_generates(&self) -> Result<(), SequenceError> {
        match self.backward {
            Some(_) => Err(SequenceError::CannotGenerate),
            None => Ok(()),
        }
    }

    /// Nothing read yet: zeros.
    pub fn initial(&self, batch: usize, device: &Device) -> StackState {
        self.stack.initial(batch, device)
    }

    /// Reads symbols forwards and guesses, after each, the next: logits `[T·B, V]`, all rows of the
    /// first step before all of the second.
    ///
    /// # Panics
    /// For a model that reads in both directions, which needs to know what comes.
    pub fn guess(
        &self,
        symbols: Sequence,
        state: StackState,
        mode: &mut Mode<'_>,
        on_step: &mut dyn FnMut(usize, usize, &Stepped),
    ) -> (Tensor<2>, StackState) {
        assert!(self.backward.is_none(), "it reads in both directions");
        let (outputs, state) = self.stack.forward_observed(symbols, state, mode, on_step);
        (self.read_out(outputs.into_rows()), state)
    }

    /// Negative log-likelihood of every target of a chunk, `[T·B]` in nats, steps first; what is
    /// padding counts zero.
    ///
    /// Targets are what is read, moved by one: `targets[b][t]` follows `inputs[b][t]`. A network that
    /// reads backwards reads the padding at the end of a row, too: one symbol at most, in the last
    /// chunk of a text.
    pub fn losses(
        &self,
        chunk: &Chunk,
        state: StackState,
        mode: &mut Mode<'_>,
        device: &Device,
    ) -> (Tensor<1>, StackState) {
        let inputs = Sequence::of_symbols(&chunk.inputs, chunk.batch, device);
        let (outputs, state) = self.stack.forward(inputs, state, mode);
        let rows = match &self.backward {
            None => outputs.into_rows(),
            Some(backward) => {
                let after = read_after(backward, chunk, mode, device);
                let pairs = outputs.into_steps().into_iter().zip(after);
                let both = pairs.map(|(before, after)| Tensor::cat(vec![before, after], 1));
                Tensor::cat(both.collect(), 0)
            }
        };
        let by_time = |values: &dyn Fn(usize, usize) -> i32| -> Tensor<1, Int> {
            let times = (0..chunk.steps).flat_map(|t| (0..chunk.batch).map(move |b| (b, t)));
            let values: Vec<i32> = times.map(|(b, t)| values(b, t)).collect();
            let len = values.len();
            Tensor::from_data(TensorData::new(values, [len]), device)
        };
        let targets = by_time(&|b, t| chunk.targets[b * chunk.steps + t] as i32);
        let losses = cross_entropy(self.read_out(rows), targets);
        if chunk.is_full() {
            return (losses, state);
        }
        let counts = by_time(&|b, t| i32::from(t < chunk.valid[b])).float();
        (losses * counts.cast(burn::tensor::DType::F32), state)
    }

    fn read_out(&self, rows: Tensor<2>) -> Tensor<2> {
        if let Some((weights, bias)) = self.output.as_ref().zip(self.output_bias.as_ref()) {
            return linear(rows, weights.val(), bias.val());
        }
        match &self.stack.layers[0].forward {
            AnyCell::Jordan(cell) => cell.read_out(rows),
            _ => unreachable!("only a Jordan network has no read-out of its own"),
        }
    }
}

/// What the backward stack knows before each target, from all that comes after it in the chunk.
fn read_after(
    stack: &Stack,
    chunk: &Chunk,
    mode: &mut Mode<'_>,
    device: &Device,
) -> Vec<Tensor<2>> {
    let nothing = stack.initial(chunk.batch, device);
    let blank = nothing
        .layers
        .last()
        .map(|layer| layer.forward.hidden.clone())
        .expect("a stack has layers");
    let mut after = Vec::with_capacity(chunk.steps);
    if chunk.steps > 1 {
        let later: Vec<u32> = (0..chunk.batch)
            .flat_map(|row| chunk.target_row(row)[1..].iter().copied())
            .collect();
        let later = Sequence::of_symbols(&later, chunk.batch, device).reversed();
        let (outputs, _) = stack.forward(later, nothing, mode);
        after = outputs.reversed().into_steps();
    }
    // After the last target there is nothing.
    after.push(blank);
    after
}
