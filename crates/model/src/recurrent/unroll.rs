//! A cell's walk through time.

use burn::tensor::Tensor;

use super::{Cell, Mode, Regularisation, Sequence, State, Stepped};

/// Which way a sequence is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The first step first.
    Forward,
    /// The last step first. Outputs stay in the order of the inputs.
    Backward,
}

/// Runs a cell over time; answers with its output at every step and the state it ends in.
///
/// This is the one door through which sequences go, so an operation that does all steps at once
/// can take its place without anyone noticing.
///
/// `on_step` is told of every step, with its number in the order of the inputs.
///
/// # Shapes
/// T steps of `[B, D]` or symbols in, T steps of `[B, K]` out.
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
    on_step: &mut dyn FnMut(usize, &Stepped),
) -> (Sequence, State) {
    let steps = inputs.steps();
    let ready = cell.ready(inputs.batch(), regularisation, mode);
    let mut inputs: Vec<_> = inputs.into_inputs().into_iter().enumerate().collect();
    if direction == Direction::Backward {
        inputs.reverse();
    }
    let mut outputs: Vec<Tensor<2>> = Vec::with_capacity(steps);
    for (number, input) in inputs {
        let old = (regularisation.zoneout > 0.0).then(|| state.clone());
        let mut stepped = ready.step(input, state);
        if let Some(old) = old {
            stepped.state = zone_out(old, stepped.state, regularisation.zoneout, mode);
            stepped.output = stepped.state.hidden.clone();
        }
        on_step(number, &stepped);
        outputs.push(stepped.output);
        state = stepped.state;
    }
    if direction == Direction::Backward {
        outputs.reverse();
    }
    (Sequence::Steps(outputs), state)
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
