//! A cell's walk through time.

use burn::tensor::{Tensor, TensorData};
use reverie_kernels::serves;

use super::{Cell, Mode, Regularisation, Sequence, State, Stepped};

/// Which way a sequence is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The first step first.
    Forward,
    /// The last step first. Outputs stay in the order of the inputs.
    Backward,
}

/// Who is told of every step, with its number in the order of the inputs.
pub type OnStep<'a> = &'a mut dyn FnMut(usize, &Stepped);

/// Runs a cell over time; answers with its output at every step and the state it ends in.
///
/// This is the one door through which sequences go. Where the processor computes, nobody wants to
/// be told of single steps and the cell has a fused operation, that does all steps at once;
/// else the cell walks.
///
/// # Shapes
/// T steps of `[B, D]` or symbols in, T steps of `[B, K]` out. Where sequences have different
/// lengths, the outputs behind the end of one are zero, and its state is that of its own last step.
///
/// # Panics
/// If the sequence has no steps.
pub fn unroll<C: Cell>(
    cell: &C,
    inputs: Sequence,
    mut state: State,
    direction: Direction,
    regularisation: &Regularisation,
    mode: &mut Mode<'_>,
    mut on_step: Option<OnStep<'_>>,
) -> (Sequence, State) {
    let steps = inputs.steps();
    let lengths = inputs.lengths();
    if on_step.is_none() && is_fusible(&state, regularisation, mode) {
        let inputs = match direction {
            Direction::Forward => inputs.clone(),
            Direction::Backward => inputs.clone().reversed(),
        };
        if let Some((outputs, state)) = cell.run_fused(inputs, &state, regularisation, mode) {
            let outputs = Sequence::by_time(outputs, lengths);
            return match direction {
                Direction::Forward => (outputs, state),
                Direction::Backward => (outputs.reversed(), state),
            };
        }
    }
    let ready = cell.ready(inputs.batch(), regularisation, mode);
    // Backwards, a sequence that is shorter waits with its state as it is until its end comes.
    let goes_on = |number: usize, like: &Tensor<2>| -> Option<Tensor<2>> {
        let lengths = lengths
            .as_deref()
            .filter(|lengths| lengths.last().is_some_and(|&shortest| shortest <= number))?;
        let goes_on = lengths.iter().map(|&length| f32::from(length > number));
        let data = TensorData::new(goes_on.collect::<Vec<f32>>(), [lengths.len(), 1]);
        let place = (&like.device().without_autodiff(), like.dtype());
        Some(Tensor::from_data(data, place))
    };
    let mut inputs: Vec<_> = inputs.into_inputs().into_iter().enumerate().collect();
    if direction == Direction::Backward {
        inputs.reverse();
    }
    let mut outputs: Vec<Tensor<2>> = Vec::with_capacity(steps);
    for (number, input) in inputs {
        let goes_on = goes_on(number, &state.hidden);
        let old = (regularisation.zoneout > 0.0 || goes_on.is_some()).then(|| state.clone());
        let mut stepped = ready.step(input, state);
        if let Some(old) = old {
            if regularisation.zoneout > 0.0 {
                let share = regularisation.zoneout;
                stepped.state = zone_out(old.clone(), stepped.state, share, mode);
                stepped.output = stepped.state.hidden.clone();
            }
            if let Some(goes_on) = goes_on {
                stepped.output = stepped.output * goes_on.clone();
                stepped.state = held(old, stepped.state, &goes_on);
            }
        }
        if let Some(on_step) = &mut on_step {
            on_step(number, &stepped);
        }
        outputs.push(stepped.output);
        state = stepped.state;
    }
    if direction == Direction::Backward {
        outputs.reverse();
    }
    let outputs = match lengths {
        None => Sequence::Steps(outputs),
        lengths => Sequence::by_time(Tensor::stack(outputs, 0), lengths),
    };
    (outputs, state)
}

/// The new state where a sequence goes on, the old one where it has ended.
fn held(old: State, new: State, goes_on: &Tensor<2>) -> State {
    let hold = |old: Tensor<2>, new: Tensor<2>| old.clone() + goes_on.clone() * (new - old);
    State {
        hidden: hold(old.hidden, new.hidden),
        memory: old.memory.zip(new.memory).map(|(old, new)| hold(old, new)),
    }
}

/// Whether all steps may be done at once: where nothing is drawn on the way from step to step.
fn is_fusible(state: &State, regularisation: &Regularisation, mode: &Mode<'_>) -> bool {
    let is_masked = regularisation.variational_dropout > 0.0 && matches!(mode, Mode::Train(_));
    regularisation.zoneout == 0.0 && !is_masked && serves(&state.hidden)
}

/// Some units keep what they had.
fn zone_out(old: State, new: State, share: f64, mode: &mut Mode<'_>) -> State {
    let mut mix = |old: Tensor<2>, new: Tensor<2>| match mode.zoneout_mask(
        share,
        new.dims(),
        (&new.device(), new.dtype()),
    ) {
        Some(mask) => new.clone() + mask * (old - new),
        None => new,
    };
    State {
        hidden: mix(old.hidden, new.hidden),
        memory: old.memory.zip(new.memory).map(|(old, new)| mix(old, new)),
    }
}
