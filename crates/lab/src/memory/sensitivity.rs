//! What the first input still does, and what the gates do meanwhile.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use reverie_model::recurrent::{GateName, Mode, Sequence};
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
    /// `[T]`: Frobenius norm of ∂h_t/∂x_1.
    pub fn hidden(&self) -> Vec<f64> {
        self.units.iter().map(|units| norm(units)).collect()
    }

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

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

/// Follows one sequence of symbols.
///
/// All derivatives come from one backward pass: the sequence is read once for every step and unit, side
/// by side, and of each copy only that unit at that step is looked at.
pub fn sensitivity(model: &Reader, symbols: &[u32], device: &Device) -> Sensitivity {
    let steps = symbols.len();
    let [k, classes] = model.output.dims();
    let gates = gates(model, symbols, device);
    let (units, has_memory) = copies(model, symbols, steps * k, device, |t, state| {
        one_each(state.0, t, k)
    });
    let memory = has_memory.then(|| {
        copies(model, symbols, steps * k, device, |t, state| {
            let memory = state.1.expect("an LSTM has a memory");
            one_each(memory, t, k)
        })
        .0
    });
    let output = model.clone().train().output.val();
    let (outputs, _) = copies(model, symbols, steps * classes, device, |t, state| {
        one_each(state.0.matmul(output.clone()), t, classes)
    });
    let by_step = |rows: Vec<f64>, width: usize| -> Vec<Vec<f64>> {
        rows.chunks(width).map(<[f64]>::to_vec).collect()
    };
    Sensitivity {
        units: by_step(units, k),
        memory: memory.map(|rows| by_step(rows, k)),
        outputs: by_step(outputs, classes)
            .iter()
            .map(|row| norm(row))
            .collect(),
        gates,
    }
}

/// The sum of the numbers that step `t` looks at: of copy `t·width + j` number j.
fn one_each(values: Tensor<2>, t: usize, width: usize) -> Tensor<1> {
    let rows = t * width..(t + 1) * width;
    let square = values.slice([rows, 0..width]);
    let eye = Tensor::eye(width, &square.device());
    (square * eye).sum()
}

/// Reads `count` copies; answers with the length of ∂/∂x_1 of what each looks at, and whether there is
/// a memory.
fn copies(
    model: &Reader,
    symbols: &[u32],
    count: usize,
    device: &Device,
    look: impl Fn(usize, (Tensor<2>, Option<Tensor<2>>)) -> Tensor<1>,
) -> (Vec<f64>, bool) {
    let n_symbols = d_input(model);
    let autodiff = device.clone().autodiff();
    let model = model.clone().train();
    let hot = |symbol: u32| {
        let mut row = vec![0.0_f32; n_symbols];
        row[symbol as usize] = 1.0;
        let row = Tensor::<2>::from_data(TensorData::new(row, [1, n_symbols]), &autodiff);
        row.repeat_dim(0, count)
    };
    let first = hot(symbols[0]).require_grad();
    let rest = symbols[1..].iter().map(|symbol| hot(*symbol));
    let inputs = Sequence::Steps(std::iter::once(first.clone()).chain(rest).collect());
    let start = model.stack.initial(count, &autodiff);
    let mut looked: Option<Tensor<1>> = None;
    let mut has_memory = false;
    model
        .stack
        .forward_observed(inputs, start, &mut Mode::Use, &mut |_, t, stepped| {
            let state = stepped.state.clone();
            has_memory = state.memory.is_some();
            let found = look(t, (state.hidden, state.memory));
            looked = Some(match looked.take() {
                Some(before) => before + found,
                None => found,
            });
        });
    let gradients = looked.expect("a sequence has steps").backward();
    let gradient = first.grad(&gradients).expect("the first input counts");
    let values: Vec<f32> = gradient.into_data().iter::<f32>().collect();
    let length = |row: &[f32]| {
        norm(
            &row.iter()
                .map(|value| f64::from(*value))
                .collect::<Vec<_>>(),
        )
    };
    (values.chunks(n_symbols).map(length).collect(), has_memory)
}

/// Width of what the network reads.
fn d_input(model: &Reader) -> usize {
    use reverie_model::recurrent::AnyCell;
    let gates = match &model.stack.layers[0].forward {
        AnyCell::Elman(cell) => &cell.gates,
        AnyCell::Jordan(cell) => &cell.gates,
        AnyCell::Lstm(cell) => &cell.gates,
        AnyCell::Gru(cell) => &cell.gates,
    };
    gates.input.dims()[0]
}

/// Every gate along the sequence, `[T][K]`.
fn gates(model: &Reader, symbols: &[u32], device: &Device) -> Vec<(&'static str, Vec<Vec<f64>>)> {
    let inputs = Sequence::of_symbols(symbols, 1, device);
    let start = model.stack.initial(1, device);
    let mut found: Vec<(&'static str, Vec<Vec<f64>>)> = Vec::new();
    model
        .stack
        .forward_observed(inputs, start, &mut Mode::Use, &mut |_, _, stepped| {
            for (name, values) in &stepped.gates {
                let values = values
                    .clone()
                    .into_data()
                    .iter::<f32>()
                    .map(f64::from)
                    .collect();
                match found.iter_mut().find(|(known, _)| *known == name.name()) {
                    Some((_, steps)) => steps.push(values),
                    None => found.push((name.name(), vec![values])),
                }
            }
        });
    found
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
