//! Sequences of different lengths side by side give what each gives alone.

use burn::module::Module;
use burn::tensor::{DType, Device, Tensor, TensorData};
use reverie_model::recurrent::{Mode, Sequence, Stack, StackConfig, StackState};
use reverie_model::rng::{normal, seeded};

use super::{all_cells, named_gradients, replaced, small, values64};
use crate::common::relative_error;

const LENGTHS: [usize; 5] = [9, 9, 6, 2, 1];
const D: usize = 3;
const K: usize = 5;

/// Inputs of every sequence, `[T, D]` each.
fn inputs() -> Vec<Vec<f32>> {
    let mut rng = seeded(5);
    LENGTHS
        .iter()
        .map(|len| normal(&mut rng, len * D))
        .collect()
}

/// Side by side: `[T, B, D]`, with numbers behind the ends that nobody should read.
fn beside(inputs: &[Vec<f32>], place: (&Device, DType)) -> Tensor<3> {
    let mut all = vec![77.0_f32; LENGTHS[0] * inputs.len() * D];
    for (row, input) in inputs.iter().enumerate() {
        for (step, numbers) in input.chunks(D).enumerate() {
            let at = (step * inputs.len() + row) * D;
            all[at..at + D].copy_from_slice(numbers);
        }
    }
    Tensor::from_data(TensorData::new(all, [LENGTHS[0], inputs.len(), D]), place)
}

/// A number from outputs and end states in which every one of them counts differently.
fn score(outputs: Tensor<3>, end: StackState, row: Option<usize>) -> Tensor<1> {
    let rows = match row {
        None => 0..LENGTHS.len(),
        Some(row) => row..row + 1,
    };
    let dtype = outputs.dtype();
    let device = outputs.device();
    let weigh = |shape: [usize; 3], first: usize| {
        let weight = |t: usize, b: usize, k: usize| {
            ((t * 7 + (first + b) * 5 + k * 3) % 11) as f32 / 11.0 - 0.4
        };
        let [time, batch, width] = shape;
        let mut weights = Vec::new();
        for t in 0..time {
            for b in 0..batch {
                weights.extend((0..width).map(|k| weight(t, b, k)));
            }
        }
        Tensor::<3>::from_data(TensorData::new(weights, shape), (&device, dtype))
    };
    let mut sum = (outputs.clone() * weigh(outputs.dims(), rows.start)).sum();
    end.map(|state| {
        let wide: Tensor<3> = state.clone().unsqueeze();
        sum = sum.clone() + (wide.clone() * weigh(wide.dims(), rows.start)).sum();
        state
    });
    sum
}

fn stacks() -> Vec<(String, StackConfig)> {
    let mut found = Vec::new();
    for (name, cell) in all_cells() {
        for bidirectional in [false, true] {
            let mut config = small(cell, D, K, 2);
            config.bidirectional = bidirectional;
            found.push((format!("{name} both {bidirectional}"), config));
        }
    }
    found
}

fn check(is_wide: bool, bar: f64) {
    let device = Device::flex();
    let dtype = if is_wide { DType::F64 } else { DType::F32 };
    for (name, config) in stacks() {
        let Ok(stack) = Stack::init(&config, &mut seeded(3), &device) else {
            // Not every cell reads in both directions.
            continue;
        };
        let stack = match is_wide {
            true => replaced(stack, |_, values| values),
            false => stack,
        }
        .train();
        let graph = device.clone().autodiff();
        let inputs = inputs();
        let zeros = |batch: usize| {
            let blank = stack.initial(batch, &graph);
            blank.map(|zero| zero.cast(dtype))
        };

        let sequence = Sequence::by_time(
            beside(&inputs, (&graph, dtype)),
            Some(LENGTHS.as_slice().into()),
        );
        let start = zeros(LENGTHS.len());
        let (outputs, end) = stack.forward(sequence, start, &mut Mode::Use);
        assert_eq!(
            outputs.lengths().as_deref(),
            Some(LENGTHS.as_slice()),
            "{name}"
        );
        let outputs = outputs.into_by_time();
        let together = score(outputs.clone(), end, None);
        let gradients = named_gradients(&stack, &together.backward());

        let mut alone = None;
        for (row, input) in inputs.iter().enumerate() {
            let steps = LENGTHS[row];
            let data = TensorData::new(input.clone(), [steps, 1, D]);
            let sequence = Sequence::ByTime(Tensor::from_data(data, (&graph, dtype)));
            let (one, end) = stack.forward(sequence, zeros(1), &mut Mode::Use);
            let one = one.into_by_time();
            let same: Tensor<3> = outputs.clone().narrow(1, row, 1);
            let error = relative_error(
                &values64(same.clone().narrow(0, 0, steps)),
                &values64(one.clone()),
            );
            assert!(
                error < bar,
                "{name}, row {row}: outputs differ by {error:.1e}"
            );
            if steps < LENGTHS[0] {
                let behind = values64(same.narrow(0, steps, LENGTHS[0] - steps));
                assert!(
                    behind.iter().all(|number| *number == 0.0),
                    "{name}, row {row}"
                );
            }
            let score = score(one, end, Some(row));
            alone = Some(alone.map_or(score.clone(), |sum: Tensor<1>| sum + score));
        }
        let alone = named_gradients(&stack, &alone.unwrap().backward());
        for ((what, together), (_, alone)) in gradients.iter().zip(&alone) {
            let error = relative_error(together, alone);
            assert!(error < 10.0 * bar, "{name}: {what} differs by {error:.1e}");
        }
    }
}

#[test]
fn fused_walks_of_different_lengths_are_those_of_each_alone() {
    check(false, 2e-6);
}

#[test]
fn single_steps_of_different_lengths_are_those_of_each_alone() {
    check(true, 1e-12);
}
