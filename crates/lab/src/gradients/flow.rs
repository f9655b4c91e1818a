//! ∂h_T/∂h_t of the cells that networks are made of.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use nalgebra::DMatrix;
use reverie_model::recurrent::{
    Activation, AnyCell, Cell, CellConfig, CellKind, InitConfig, Initializer, Input, Mode,
    Regularisation, State,
};
use reverie_model::rng::{Rng, normal};
use reverie_model::train::ParamGradients;
use serde::Serialize;

use super::linear::with_radius;

/// ‖∂h_T/∂h_t‖ / √K in the Frobenius norm, for lags T - t from 0 on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flow {
    /// Of the state that is put out.
    pub hidden: Vec<f64>,
    /// ‖∂c_T/∂c_t‖ / √K of an LSTM.
    pub memory: Option<Vec<f64>>,
}

/// A cell whose weights between steps have a spectral radius, every gate's by itself; the rest as
/// Xavier draws it, without biases but that of an LSTM's forget gate.
pub fn network(
    kind: CellKind,
    activation: Activation,
    (d_input, d_hidden): (usize, usize),
    (radius, forget_bias): (f64, f64),
    rng: &mut Rng,
    device: &Device,
) -> AnyCell {
    let config = CellConfig {
        kind,
        activation,
        ..CellConfig::default()
    };
    let init = InitConfig {
        initializer: Initializer::Xavier,
        scale: 1.0,
        forget_bias,
    };
    let mut cell = AnyCell::init(&config, d_input, d_hidden, &init, rng, device);
    let gates = match &mut cell {
        AnyCell::Elman(cell) => &mut cell.gates,
        AnyCell::Jordan(cell) => &mut cell.gates,
        AnyCell::Lstm(cell) => &mut cell.gates,
        AnyCell::Gru(cell) => &mut cell.gates,
    };
    let [_, width] = gates.hidden.dims();
    let blocks: Vec<DMatrix<f64>> = (0..width / d_hidden)
        .map(|_| with_radius(d_hidden, radius, rng))
        .collect();
    let at = |row: usize, column: usize| blocks[column / d_hidden][(row, column % d_hidden)] as f32;
    let values: Vec<f32> = (0..d_hidden * width)
        .map(|i| at(i / width, i % width))
        .collect();
    let values = Tensor::from_data(TensorData::new(values, [d_hidden, width]), device);
    gates.hidden = Param::from_tensor(values);
    cell
}

/// Inputs of a sequence: `[T][D]` of normal draws.
fn inputs(steps: usize, d_input: usize, scale: f64, rng: &mut Rng) -> Vec<Vec<f32>> {
    let draw = |_| {
        normal(rng, d_input)
            .into_iter()
            .map(|draw| draw * scale as f32)
            .collect()
    };
    (0..steps).map(draw).collect()
}

/// One row of numbers, `copies` times.
fn rows(row: &[f32], copies: usize, device: &Device) -> Tensor<2> {
    let width = row.len();
    let one = Tensor::<2>::from_data(TensorData::new(row.to_vec(), [1, width]), device);
    one.repeat_dim(0, copies)
}

/// Follows the gradient back through `steps` normal inputs of this size.
///
/// The sequence is read once for every unit, side by side, and copy k looks at unit k of the end only, so
/// that one backward pass gives all rows of all Jacobians.
pub fn flow(
    cell: &AnyCell,
    d_input: usize,
    (steps, scale): (usize, f64),
    rng: &mut Rng,
    device: &Device,
) -> Flow {
    let sequence = inputs(steps, d_input, scale, rng);
    let hidden = jacobians(cell, &sequence, false, device);
    let has_memory = matches!(cell, AnyCell::Lstm(_));
    Flow {
        hidden,
        memory: has_memory.then(|| jacobians(cell, &sequence, true, device)),
    }
}

fn jacobians(cell: &AnyCell, sequence: &[Vec<f32>], of_memory: bool, device: &Device) -> Vec<f64> {
    let cell = cell.clone().train();
    let device = device.clone().autodiff();
    let k = cell.d_hidden();
    let regularisation = Regularisation::default();
    let ready = cell.ready(k, &regularisation, &mut Mode::Use);
    let mut state = cell.initial(k, &device);
    // Nothing is added to every state; the gradient of that nothing is the gradient of the state.
    let mut nothings: Vec<Tensor<2>> = Vec::with_capacity(sequence.len());
    for step in sequence {
        state = ready
            .step(Input::Dense(rows(step, k, &device)), state)
            .state;
        let nothing = Tensor::<2>::zeros([k, k], &device).require_grad();
        nothings.push(nothing.clone());
        state = match of_memory {
            true => State {
                memory: state.memory.map(|memory| memory + nothing),
                ..state
            },
            false => State {
                hidden: state.hidden + nothing,
                ..state
            },
        };
    }
    let end = match of_memory {
        true => state.memory.expect("an LSTM has a memory"),
        false => state.hidden,
    };
    let eye = Tensor::<2>::eye(k, &end.device());
    let gradients = (end * eye).sum().backward();
    let norm = |nothing: &Tensor<2>| {
        let Some(gradient) = nothing.grad(&gradients) else {
            return 0.0;
        };
        let squares: f64 = gradient
            .into_data()
            .iter::<f32>()
            .map(|v| f64::from(v).powi(2))
            .sum();
        (squares / k as f64).sqrt()
    };
    nothings.iter().rev().map(norm).collect()
}

/// The gradient of all weights after a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct WeightNorm {
    /// Steps of the sequence.
    pub steps: usize,
    /// Global norm of the gradient.
    pub free: f64,
    /// The same after it was clipped.
    pub clipped: f64,
}

/// Global norms of the gradient of `Σ_k r_k h_T[k]`, r normal, after sequences of growing length.
pub fn weight_norm(
    cell: &AnyCell,
    d_input: usize,
    (lengths, scale): (&[usize], f64),
    limit: f64,
    rng: &mut Rng,
    device: &Device,
) -> Vec<WeightNorm> {
    let cell = cell.clone().train();
    let device = device.clone().autodiff();
    let longest = lengths.iter().copied().max().unwrap_or(0);
    let sequence = inputs(longest, d_input, scale, rng);
    let look = rows(&normal(rng, cell.d_hidden()), 1, &device);
    let one = |steps: &usize| {
        let regularisation = Regularisation::default();
        let ready = cell.ready(1, &regularisation, &mut Mode::Use);
        let mut state = cell.initial(1, &device);
        // The last ones, so that a longer sequence only begins earlier.
        for step in &sequence[longest - steps..] {
            state = ready
                .step(Input::Dense(rows(step, 1, &device)), state)
                .state;
        }
        let gradients = (state.hidden * look.clone()).sum().backward();
        let mut gradients = ParamGradients::of(&cell, &gradients);
        let length =
            |norm: Option<Tensor<1>>| norm.map_or(0.0, |norm| f64::from(norm.into_scalar::<f32>()));
        let free = length(gradients.clip_norm(limit));
        WeightNorm {
            steps: *steps,
            free,
            clipped: length(gradients.global_norm()),
        }
    };
    lengths.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use reverie_model::rng::seeded;

    use super::super::linear::log_powers;
    use super::*;

    fn hidden_weights(cell: &AnyCell) -> DMatrix<f64> {
        let AnyCell::Elman(cell) = cell else {
            panic!("an Elman cell");
        };
        let weights = cell.gates.hidden.val();
        let [rows, columns] = weights.dims();
        let values: Vec<f64> = weights.into_data().iter::<f32>().map(f64::from).collect();
        DMatrix::from_row_slice(rows, columns, &values)
    }

    #[test]
    fn the_flow_of_a_linear_cell_is_the_powers_of_its_weights() {
        let device = Device::flex();
        let rng = &mut seeded(1);
        let cell = network(
            CellKind::Rnn,
            Activation::Identity,
            (3, 8),
            (0.9, 1.0),
            rng,
            &device,
        );
        let found = flow(&cell, 3, (20, 1.0), rng, &device);
        let powers = log_powers(&hidden_weights(&cell), 19);
        for (found, power) in found.hidden.iter().zip(powers) {
            assert!(
                (found / power.exp() - 1.0).abs() < 1e-4,
                "{found} {}",
                power.exp()
            );
        }
        assert_eq!(found.memory, None);
    }

    #[test]
    fn an_lstm_with_open_forget_gates_keeps_its_memory_where_tanh_forgets() {
        let device = Device::flex();
        let rng = &mut seeded(2);
        let make =
            |kind, rng: &mut Rng| network(kind, Activation::Tanh, (3, 8), (0.8, 6.0), rng, &device);
        let (lstm, tanh) = (make(CellKind::Lstm, rng), make(CellKind::Rnn, rng));
        let lstm = flow(&lstm, 3, (40, 1.0), rng, &device).memory.unwrap();
        let tanh = flow(&tanh, 3, (40, 1.0), rng, &device).hidden;
        assert!((lstm[0] - 1.0).abs() < 1e-6 && (tanh[0] - 1.0).abs() < 1e-6);
        assert!(
            lstm[39] > 0.5 && tanh[39] < 1e-3,
            "{} {}",
            lstm[39],
            tanh[39]
        );
    }

    #[test]
    fn clipped_gradients_have_the_limit_as_their_norm() {
        let device = Device::flex();
        let rng = &mut seeded(3);
        let cell = network(
            CellKind::Rnn,
            Activation::Identity,
            (3, 8),
            (1.3, 1.0),
            rng,
            &device,
        );
        let found = weight_norm(&cell, 3, (&[2, 10, 30], 1.0), 1.0, rng, &device);
        for one in &found {
            let expected = one.free.min(1.0);
            assert!((one.clipped - expected).abs() < 1e-5, "{one:?}");
        }
        assert!(found[2].free > 100.0 * found[0].free);
    }
}
