//! What the first input still does, and what the gates do meanwhile.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use nalgebra::DMatrix;
use reverie_model::recurrent::{
    AnyCell, GateName, LayerState, Mode, Sequence, StackState, State, Stepped,
};
use serde::Serialize;

use super::model::Reader;

/// One sequence, step by step.
#[derive(Clone, Debug, Serialize)]
pub struct Sensitivity {
    /// `[T][K]`: length of `∂h_t[k]/∂x_1`, how much unit k at step t depends on the first input.
    pub units: Vec<Vec<f64>>,
    /// The same of the memory c of an LSTM.
    pub memory: Option<Vec<Vec<f64>>>,
    /// `[T]`: Frobenius norm of ∂y_t/∂x_1, where y_t is what would be answered at step t.
    pub outputs: Vec<f64>,
    /// Every gate with its values, `[T][K]`.
    pub gates: Vec<(&'static str, Vec<Vec<f64>>)>,
}

impl Sensitivity {
    /// `[T]`: mean of a gate over the units weighed by how much of the first input each still holds;
    /// none where there is no such gate.
    ///
    /// Units that hold nothing may do as they like, so a plain mean would say little.
    pub fn gate_where_held(&self, gate: GateName) -> Option<Vec<f64>> {
        let (_, values) = self.gates.iter().find(|(name, _)| *name == gate.name())?;
        let held = self.memory.as_ref().unwrap_or(&self.units);
        let mean = |(values, held): (&Vec<f64>, &Vec<f64>)| {
            let sum = held.iter().sum::<f64>().max(f64::MIN_POSITIVE);
            values
                .iter()
                .zip(held)
                .map(|(value, weight)| value * weight)
                .sum::<f64>()
                / sum
        };
        Some(values.iter().zip(held).map(mean).collect())
    }
}

/// Follows one sequence of symbols through a network of one layer.
///
/// Derivatives are carried forwards: ∂h_t/∂x_1 is the Jacobian of a step times that of the step before
/// it, so that the time grows with T and not with its square. The Jacobian of a step comes from one
/// backward pass: the step is done once for every unit, side by side, and of copy k only unit k is
/// looked at.
///
/// # Panics
/// For no symbols, or more than one layer.
pub fn sensitivity(model: &Reader, symbols: &[u32], device: &Device) -> Sensitivity {
    assert!(!symbols.is_empty(), "a sequence of no symbols");
    assert_eq!(model.stack.layers.len(), 1, "one layer");
    let output = matrix(model.output.val());
    let mut found = Sensitivity {
        units: Vec::with_capacity(symbols.len()),
        memory: None,
        outputs: Vec::with_capacity(symbols.len()),
        gates: Vec::new(),
    };
    let mut state = only(model.stack.initial(1, device));
    let mut before: Option<Derivatives> = None;
    for symbol in symbols {
        let now = Derivatives::after(model, (*symbol, &state), before.as_ref(), device);
        found.units.push(row_lengths(&now.hidden));
        if let Some(memory) = &now.memory {
            let all = found.memory.get_or_insert_default();
            all.push(row_lengths(memory));
        }
        found
            .outputs
            .push((output.transpose() * &now.hidden).norm());
        before = Some(now);
        state = step(model, *symbol, state, device, &mut found.gates);
    }
    found
}

/// ∂h_t/∂x_1 and ∂c_t/∂x_1, `[K, V]`.
struct Derivatives {
    hidden: DMatrix<f64>,
    memory: Option<DMatrix<f64>>,
}

impl Derivatives {
    /// Those after the step that reads a symbol from a state, by those before it; by its own input
    /// where it is the first.
    fn after(
        model: &Reader,
        (symbol, state): (u32, &State),
        before: Option<&Self>,
        device: &Device,
    ) -> Self {
        let carried = |look: fn(State) -> Option<Tensor<2>>| -> Option<DMatrix<f64>> {
            let [input, hidden, memory] = jacobians(model, (symbol, state), look, device)?;
            let Some(before) = before else {
                return input;
            };
            let through = |jacobian: Option<DMatrix<f64>>, before: Option<&DMatrix<f64>>| {
                jacobian
                    .zip(before)
                    .map(|(jacobian, before)| jacobian * before)
            };
            let by_hidden = through(hidden, Some(&before.hidden));
            match (by_hidden, through(memory, before.memory.as_ref())) {
                (Some(one), Some(other)) => Some(one + other),
                (one, other) => one.or(other),
            }
        };
        Self {
            hidden: carried(|state| Some(state.hidden))
                .expect("a step depends on the one before it"),
            memory: carried(|state| state.memory),
        }
    }
}

/// Derivatives of what `look` takes of the state after a step, `[K]`, by the step's input, by h and by
/// c before it: `[K, V]` and twice `[K, K]`, each where there are any. None where there is nothing to
/// look at.
fn jacobians(
    model: &Reader,
    (symbol, state): (u32, &State),
    look: impl Fn(State) -> Option<Tensor<2>>,
    device: &Device,
) -> Option<[Option<DMatrix<f64>>; 3]> {
    let model = model.clone().train();
    let device = device.clone().autodiff();
    let k = model.output.dims()[0];
    let copies = |row: &Tensor<2>| {
        let row = Tensor::<2>::from_data(row.to_data(), &device);
        row.repeat_dim(0, k).require_grad()
    };
    let input = copies(&one_hot(&model, symbol, &device));
    let hidden = copies(&state.hidden);
    let memory = state.memory.as_ref().map(copies);
    let start = State {
        hidden: hidden.clone(),
        memory: memory.clone(),
    };
    let layers = vec![LayerState {
        forward: start,
        backward: None,
    }];
    let inputs = Sequence::Steps(vec![input.clone()]);
    // Observed, so that it is done by the cell's own step.
    let (_, end) = model.stack.forward_observed(
        inputs,
        StackState { layers },
        &mut Mode::Use,
        &mut |_, _, _| (),
    );
    let looked = look(only(end))?;
    let eye = Tensor::eye(k, &looked.device());
    let gradients = (looked * eye).sum().backward();
    let by = |leaf: &Tensor<2>| leaf.grad(&gradients).map(matrix);
    Some([by(&input), by(&hidden), memory.as_ref().and_then(by)])
}

/// One step without derivatives; its gates are added to those of the steps before it.
fn step(
    model: &Reader,
    symbol: u32,
    state: State,
    device: &Device,
    gates: &mut Vec<(&'static str, Vec<Vec<f64>>)>,
) -> State {
    let layers = vec![LayerState {
        forward: state,
        backward: None,
    }];
    let mut keep = |_: usize, _: usize, stepped: &Stepped| {
        for (name, values) in &stepped.gates {
            let values = values.to_data().iter::<f32>().map(f64::from).collect();
            match gates.iter_mut().find(|(known, _)| *known == name.name()) {
                Some((_, steps)) => steps.push(values),
                None => gates.push((name.name(), vec![values])),
            }
        }
    };
    let inputs = Sequence::Steps(vec![one_hot(model, symbol, device)]);
    let start = StackState { layers };
    let (_, end) = model
        .stack
        .forward_observed(inputs, start, &mut Mode::Use, &mut keep);
    only(end)
}

/// The state of the only layer.
fn only(state: StackState) -> State {
    let layer = state.layers.into_iter().next();
    layer.expect("a stack has layers").forward
}

/// A symbol as the network reads it, `[1, V]`.
fn one_hot(model: &Reader, symbol: u32, device: &Device) -> Tensor<2> {
    let width = d_input(model);
    let mut row = vec![0.0_f32; width];
    row[symbol as usize] = 1.0;
    Tensor::from_data(TensorData::new(row, [1, width]), device)
}

/// The same numbers in double precision.
fn matrix(values: Tensor<2>) -> DMatrix<f64> {
    let [rows, columns] = values.dims();
    let values = values.into_data();
    DMatrix::from_row_iterator(rows, columns, values.iter::<f32>().map(f64::from))
}

fn row_lengths(matrix: &DMatrix<f64>) -> Vec<f64> {
    matrix.row_iter().map(|row| row.norm()).collect()
}

/// V, the width of what the network reads.
fn d_input(model: &Reader) -> usize {
    let gates = match &model.stack.layers[0].forward {
        AnyCell::Elman(cell) => &cell.gates,
        AnyCell::Jordan(cell) => &cell.gates,
        AnyCell::Lstm(cell) => &cell.gates,
        AnyCell::Gru(cell) => &cell.gates,
    };
    gates.input.dims()[0]
}

#[cfg(test)]
mod tests {
    use reverie_model::recurrent::CellKind;
    use reverie_model::rng::seeded;

    use super::super::model::cell_config;
    use super::super::task::RecallTask;
    use super::*;

    fn reader(kind: CellKind) -> Reader {
        let stack = cell_config(kind, 8, 5, 1.0);
        Reader::init(
            &stack,
            &RecallTask::default(),
            &mut seeded(1),
            &Device::flex(),
        )
        .unwrap()
    }

    /// h_t of a sequence whose first input is moved a little.
    fn moved(model: &Reader, symbols: &[u32], at: usize, by: f32) -> Vec<Vec<f64>> {
        let device = Device::flex();
        let row = |symbol: u32| {
            let mut row = vec![0.0_f32; 8];
            row[symbol as usize] = 1.0;
            row
        };
        let mut rows: Vec<Vec<f32>> = symbols.iter().map(|symbol| row(*symbol)).collect();
        rows[0][at] += by;
        let steps = rows
            .into_iter()
            .map(|row| Tensor::from_data(TensorData::new(row, [1, 8]), &device));
        let inputs = Sequence::Steps(steps.collect());
        let start = model.stack.initial(1, &device);
        let (outputs, _) = model.stack.forward(inputs, start, &mut Mode::Use);
        let steps = outputs.into_steps().into_iter();
        steps
            .map(|step| step.into_data().iter::<f32>().map(f64::from).collect())
            .collect()
    }

    #[test]
    fn derivatives_are_those_of_small_moves() {
        let symbols = [2, 5, 4, 7];
        for kind in [CellKind::Rnn, CellKind::Lstm, CellKind::Gru] {
            let model = reader(kind);
            let found = sensitivity(&model, &symbols, &Device::flex());
            let step = 1e-2;
            let mut squares = vec![vec![0.0; 5]; 4];
            for at in 0..8 {
                let (up, down) = (
                    moved(&model, &symbols, at, step),
                    moved(&model, &symbols, at, -step),
                );
                let sides = up.iter().flatten().zip(down.iter().flatten());
                for (square, (up, down)) in squares.iter_mut().flatten().zip(sides) {
                    *square += ((up - down) / f64::from(2.0 * step)).powi(2);
                }
            }
            let units = found.units.iter().flatten();
            for (unit, square) in units.zip(squares.iter().flatten()) {
                let expected = square.sqrt();
                assert!(
                    (unit - expected).abs() < 1e-3,
                    "{kind:?}: {unit} {expected}"
                );
            }
            assert_eq!(found.memory.is_some(), kind == CellKind::Lstm);
            assert_eq!(found.outputs.len(), 4);
        }
    }

    #[test]
    fn gates_are_listed_by_name_and_lie_between_zero_and_one() {
        let found = sensitivity(&reader(CellKind::Lstm), &[1, 4, 5], &Device::flex());
        let names: Vec<&str> = found.gates.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), 3);
        assert!(names.contains(&"forget"));
        let all = found.gates.iter().flat_map(|(_, steps)| steps).flatten();
        assert!(
            all.clone().count() == 3 * 3 * 5 && all.into_iter().all(|v| (0.0..=1.0).contains(v))
        );
        let held = found.gate_where_held(GateName::Forget).unwrap();
        assert!(held.len() == 3 && held.iter().all(|v| (0.0..=1.0).contains(v)));
    }
}
