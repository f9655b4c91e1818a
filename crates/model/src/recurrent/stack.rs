//! Cells on top of each other, in one direction or both.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::{
    AnyCell, Cell, ConfigError, Direction, Mode, OnStep, Regularisation, Sequence, StackConfig,
    State, Stepped, unroll,
};
use crate::rng::Rng;

/// A deep recurrent network: each layer reads the outputs of the one below.
///
/// # Source
/// Schmidhuber 1992; Schuster and Paliwal 1997 for both directions; Graves, Mohamed, Hinton 2013
/// (arXiv 1303.5778) for deep bidirectional networks.
#[derive(Module, Debug)]
pub struct Stack {
    /// The lowest first.
    pub layers: Vec<Layer>,
    #[module(skip)]
    regularisation: Regularisation,
}

/// One layer.
#[derive(Module, Debug)]
pub struct Layer {
    /// Reads from the first step on.
    pub forward: AnyCell,
    /// Reads from the last step back.
    pub backward: Option<AnyCell>,
}

/// The state of every layer, the lowest first.
#[derive(Clone, Debug)]
pub struct StackState {
    /// One for each layer.
    pub layers: Vec<LayerState>,
}

/// The state of one layer.
#[derive(Clone, Debug)]
pub struct LayerState {
    /// Of the cell that reads forwards.
    pub forward: State,
    /// Of the cell that reads backwards.
    pub backward: Option<State>,
}

impl StackState {
    /// The same values without their history.
    pub fn detach(self) -> Self {
        self.map(Tensor::detach)
    }

    /// Does the same to every tensor, in a fixed order.
    pub fn map(self, mut change: impl FnMut(Tensor<2>) -> Tensor<2>) -> Self {
        let layers = self.layers.into_iter().map(|layer| LayerState {
            forward: layer.forward.map(&mut change),
            backward: layer.backward.map(|state| state.map(&mut change)),
        });
        Self {
            layers: layers.collect(),
        }
    }
}

/// Who is told of every step of every layer.
type Watch<'a> = &'a mut dyn FnMut(usize, usize, &Stepped);

impl Stack {
    /// A network with numbers drawn as the configuration says.
    ///
    /// # Errors
    /// What [`StackConfig::check`] refuses.
    pub fn init(config: &StackConfig, rng: &mut Rng, device: &Device) -> Result<Self, ConfigError> {
        config.check()?;
        let width = config.d_hidden * if config.bidirectional { 2 } else { 1 };
        let mut layers = Vec::with_capacity(config.n_layers);
        for number in 0..config.n_layers {
            let d_input = if number == 0 { config.d_input } else { width };
            let mut cell = || {
                let (kind, init) = (&config.cell, &config.init);
                AnyCell::init(kind, d_input, config.d_hidden, init, rng, device)
            };
            let forward = cell();
            let backward = config.bidirectional.then(cell);
            layers.push(Layer { forward, backward });
        }
        Ok(Self {
            layers,
            regularisation: config.regularisation,
        })
    }

    /// Zeros for every layer.
    pub fn initial(&self, batch: usize, device: &Device) -> StackState {
        let layers = self.layers.iter().map(|layer| LayerState {
            forward: layer.forward.initial(batch, device),
            backward: layer
                .backward
                .as_ref()
                .map(|cell| cell.initial(batch, device)),
        });
        StackState {
            layers: layers.collect(),
        }
    }

    /// Reads a sequence; answers with the outputs of the top layer and the states at the end.
    ///
    /// A layer that reads both ways has outputs `[forwards | backwards]`, and its backward state is
    /// the one after the first step.
    ///
    /// # Shapes
    /// T steps of `[B, D]` or symbols in, T steps of `[B, K]` (both ways: `[B, 2·K]`) out.
    ///
    /// # Panics
    /// If the sequence has no steps.
    pub fn forward(
        &self,
        inputs: Sequence,
        state: StackState,
        mode: &mut Mode<'_>,
    ) -> (Sequence, StackState) {
        self.run(inputs, state, mode, None)
    }

    /// Like [`Stack::forward`], and tells `on_step` of every step of every cell that reads
    /// forwards: number of the layer, number of the step, what it made.
    ///
    /// # Panics
    /// If the sequence has no steps.
    pub fn forward_observed(
        &self,
        inputs: Sequence,
        state: StackState,
        mode: &mut Mode<'_>,
        on_step: &mut dyn FnMut(usize, usize, &Stepped),
    ) -> (Sequence, StackState) {
        self.run(inputs, state, mode, Some(on_step))
    }

    fn run(
        &self,
        inputs: Sequence,
        state: StackState,
        mode: &mut Mode<'_>,
        mut on_step: Option<Watch<'_>>,
    ) -> (Sequence, StackState) {
        let mut sequence = inputs;
        let mut states = Vec::with_capacity(self.layers.len());
        for (number, (layer, state)) in self.layers.iter().zip(state.layers).enumerate() {
            if number > 0 {
                sequence = self.dropped(sequence, mode);
            }
            let mut observed = on_step.as_mut().map(|on_step| {
                move |step: usize, stepped: &Stepped| on_step(number, step, stepped)
            });
            let observed = observed.as_mut().map(|on_step| on_step as OnStep<'_>);
            let (outputs, state) =
                layer.forward(sequence, state, &self.regularisation, mode, observed);
            sequence = outputs;
            states.push(state);
        }
        // What is read out is dropped like what another layer would read.
        let sequence = self.dropped(sequence, mode);
        (sequence, StackState { layers: states })
    }

    fn dropped(&self, sequence: Sequence, mode: &mut Mode<'_>) -> Sequence {
        let share = self.regularisation.dropout;
        if share == 0.0 || matches!(mode, Mode::Use) {
            return sequence;
        }
        if let Sequence::ByTime(steps) | Sequence::Ragged { steps, .. } = &sequence {
            // One mask for all steps: the same draws as one after the other.
            let mask = mode.dropout_mask(share, steps.dims(), (&steps.device(), steps.dtype()));
            return match mask {
                Some(mask) => Sequence::by_time(steps.clone() * mask, sequence.lengths()),
                None => sequence,
            };
        }
        sequence.map(|step| {
            match mode.dropout_mask(share, step.dims(), (&step.device(), step.dtype())) {
                Some(mask) => step * mask,
                None => step,
            }
        })
    }
}

impl Layer {
    fn forward(
        &self,
        inputs: Sequence,
        state: LayerState,
        regularisation: &Regularisation,
        mode: &mut Mode<'_>,
        on_step: Option<OnStep<'_>>,
    ) -> (Sequence, LayerState) {
        let (backward, state_back) = (self.backward.as_ref(), state.backward);
        let Some((cell, state_back)) = backward.zip(state_back) else {
            let (outputs, forward) = unroll(
                &self.forward,
                inputs,
                state.forward,
                Direction::Forward,
                regularisation,
                mode,
                on_step,
            );
            let backward = None;
            return (outputs, LayerState { forward, backward });
        };
        let (there, forward) = unroll(
            &self.forward,
            inputs.clone(),
            state.forward,
            Direction::Forward,
            regularisation,
            mode,
            on_step,
        );
        let (back, backward) = unroll(
            cell,
            inputs,
            state_back,
            Direction::Backward,
            regularisation,
            mode,
            None,
        );
        let state = LayerState {
            forward,
            backward: Some(backward),
        };
        (there.beside(back), state)
    }
}
