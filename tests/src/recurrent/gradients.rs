//! Back-propagation through time against central differences, in 64 bits.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use reverie_model::recurrent::{
    CellConfig, CellKind, Mode, Regularisation, Sequence, Stack, StackConfig, StackState,
};
use reverie_model::rng::seeded;
use reverie_model::train::ParamGradients;

use super::{all_cells, from64, named_gradients, replaced, small, values64};
use crate::common::relative_error;

const STEP: f64 = 1e-5;
const TOLERANCE: f64 = 1e-6;
const BATCH: usize = 2;
const STEPS: usize = 4;
const D_INPUT: usize = 3;
const D_HIDDEN: usize = 5;

/// Numbers that are different everywhere and the same every time.
fn wave(count: usize, shift: f64) -> Vec<f64> {
    (0..count).map(|i| (1.7 * i as f64 + shift).sin()).collect()
}

/// All that a loss may depend on besides the parameters.
#[derive(Clone)]
struct Leaves {
    inputs: Vec<f64>,
    states: Vec<Vec<f64>>,
}

/// A loss that sees every output and every final state, each with a weight of its own.
fn loss(stack: &Stack, x: Tensor<3>, state: StackState, seed: u64, device: &Device) -> Tensor<1> {
    let mut rng = seeded(seed);
    let mut mode = Mode::Train(&mut rng);
    let (outputs, end) = stack.forward(Sequence::Whole(x), state, &mut mode);
    let outputs = outputs.into_whole();
    let dims = outputs.dims();
    let weights = from64(wave(dims.iter().product(), 0.3), dims, device);
    let mut loss = (outputs * weights).sum();
    let mut shift = 1.0;
    end.map(|tensor| {
        let dims = tensor.dims();
        shift += 1.0;
        let weights = from64(wave(dims.iter().product(), shift), dims, device);
        loss = loss.clone() + (tensor.clone() * weights).sum();
        tensor
    });
    loss
}

/// The stack's initial states with these values, as leaves where gradients are on.
fn states(stack: &Stack, leaves: &Leaves, track: bool, device: &Device) -> StackState {
    let mut number = 0;
    stack.initial(BATCH, device).map(|blank| {
        let tensor = from64(leaves.states[number].clone(), blank.dims(), device);
        number += 1;
        if track {
            tensor.autodiff().require_grad()
        } else {
            tensor
        }
    })
}

fn check(name: &str, config: &StackConfig) {
    let device = Device::flex();
    let stack = Stack::init(config, &mut seeded(7), &device).unwrap();
    // Gains and biases that are not the ones a network starts with.
    let mut shift = 0.0;
    let stack = replaced(stack, |_, values| {
        shift += 0.37;
        let moves = wave(values.len(), shift);
        values.iter().zip(moves).map(|(v, m)| v + 0.2 * m).collect()
    });
    let mut sizes = Vec::new();
    stack.initial(BATCH, &device).map(|tensor| {
        sizes.push(tensor.dims().iter().product::<usize>());
        tensor
    });
    let leaves = Leaves {
        inputs: wave(BATCH * STEPS * D_INPUT, 0.1),
        states: sizes
            .iter()
            .enumerate()
            .map(|(i, n)| wave(*n, 5.0 + i as f64).iter().map(|v| 0.5 * v).collect())
            .collect(),
    };
    let shape = [BATCH, STEPS, D_INPUT];

    let trained = stack.clone().train();
    let x = from64(leaves.inputs.clone(), shape, &device)
        .autodiff()
        .require_grad();
    let start = states(&trained, &leaves, true, &device);
    let gradients = loss(&trained, x.clone(), start.clone(), 3, &device).backward();

    let value = |stack: &Stack, leaves: &Leaves| {
        let x = from64(leaves.inputs.clone(), shape, &device);
        let start = states(stack, leaves, false, &device);
        values64(loss(stack, x, start, 3, &device))[0]
    };
    let difference = |plus: f64, minus: f64| (plus - minus) / (2.0 * STEP);
    for (parameter, found) in named_gradients(&trained, &gradients) {
        let at = |index: usize, step: f64| {
            let moved = replaced(stack.clone(), |name, mut values| {
                if name == parameter {
                    values[index] += step;
                }
                values
            });
            value(&moved, &leaves)
        };
        let wanted: Vec<f64> = (0..found.len())
            .map(|i| difference(at(i, STEP), at(i, -STEP)))
            .collect();
        let error = relative_error(&found, &wanted);
        assert!(error < TOLERANCE, "{name}: {parameter}: {error:.1e}");
    }
    let at = |index: usize, step: f64| {
        let mut moved = leaves.clone();
        moved.inputs[index] += step;
        value(&stack, &moved)
    };
    let wanted: Vec<f64> = (0..leaves.inputs.len())
        .map(|i| difference(at(i, STEP), at(i, -STEP)))
        .collect();
    let error = relative_error(&values64(x.grad(&gradients).unwrap()), &wanted);
    assert!(error < TOLERANCE, "{name}: inputs: {error:.1e}");
    let mut number = 0;
    start.map(|leaf| {
        let at = |index: usize, step: f64| {
            let mut moved = leaves.clone();
            moved.states[number][index] += step;
            value(&stack, &moved)
        };
        let wanted: Vec<f64> = (0..sizes[number])
            .map(|i| difference(at(i, STEP), at(i, -STEP)))
            .collect();
        let error = relative_error(&values64(leaf.grad(&gradients).unwrap()), &wanted);
        assert!(error < TOLERANCE, "{name}: state {number}: {error:.1e}");
        number += 1;
        leaf
    });
}

#[test]
fn every_cell_with_every_option_has_the_right_gradients() {
    for (name, cell) in all_cells() {
        check(&name, &small(cell, D_INPUT, D_HIDDEN, 1));
    }
}

#[test]
fn stacks_in_both_directions_have_the_right_gradients() {
    for kind in [CellKind::Rnn, CellKind::Lstm, CellKind::Gru] {
        let cell = CellConfig {
            kind,
            ..CellConfig::default()
        };
        let mut config = small(cell, D_INPUT, 3, 2);
        config.bidirectional = true;
        check(&format!("bidirectional {kind:?}"), &config);
    }
}

#[test]
fn disturbed_networks_have_the_right_gradients() {
    let all = Regularisation {
        dropout: 0.4,
        variational_dropout: 0.3,
        zoneout: 0.3,
        weight_noise: 0.05,
    };
    for kind in [CellKind::Rnn, CellKind::Lstm, CellKind::Gru] {
        let cell = CellConfig {
            kind,
            ..CellConfig::default()
        };
        let mut config = small(cell, D_INPUT, 4, 2);
        config.regularisation = all;
        check(&format!("disturbed {kind:?}"), &config);
    }
}

/// Clipping belongs after the backward pass. One that limits the loss, or each tensor by itself,
/// gives another direction or another length, and is caught by this.
#[test]
fn the_global_norm_is_limited_after_the_backward_pass() {
    let device = Device::flex();
    let config = small(CellConfig::default(), D_INPUT, D_HIDDEN, 2);
    let stack = replaced(
        Stack::init(&config, &mut seeded(1), &device).unwrap(),
        |_, v| v,
    )
    .train();
    let x = from64(
        wave(BATCH * STEPS * D_INPUT, 0.1),
        [BATCH, STEPS, D_INPUT],
        &device,
    );
    let start = || {
        stack
            .initial(BATCH, &device)
            .map(|t| t.cast(burn::tensor::DType::F64))
    };
    let gradients = loss(&stack, x, start(), 1, &device).backward();
    let whole = ParamGradients::of(&stack, &gradients);
    let norm = values64(whole.global_norm().unwrap())[0];
    let limit = norm / 10.0;
    let mut clipped = whole.clone();
    clipped.clip_norm(limit);
    let after = values64(clipped.global_norm().unwrap())[0];
    assert!(
        (after - limit).abs() < 1e-5 * limit,
        "{after} is not {limit}"
    );
    for (a, b) in whole.0.iter().zip(&clipped.0) {
        let (a, b) = (
            values64(a.values.clone().unwrap()),
            values64(b.values.clone().unwrap()),
        );
        let scaled: Vec<f64> = a.iter().map(|v| v / 10.0).collect();
        assert!(
            relative_error(&b, &scaled) < 1e-9,
            "all tensors are scaled alike"
        );
    }
    // The wrong order: limited sums of squares of a loss that was scaled down beforehand do not
    // have this length.
    let mut early = whole.clone();
    early.clip_norm(norm * 2.0);
    let untouched = values64(early.global_norm().unwrap())[0];
    assert!(
        (untouched - norm).abs() < 1e-9 * norm,
        "a norm below the limit stays"
    );
    // Clipping first and going backward then limits nothing: these are other gradients.
    let mut too_soon = whole.clone();
    too_soon.clip_norm(limit);
    let x = from64(
        wave(BATCH * STEPS * D_INPUT, 0.1),
        [BATCH, STEPS, D_INPUT],
        &device,
    );
    let gradients = loss(&stack, x, start(), 1, &device).backward();
    let fresh = ParamGradients::of(&stack, &gradients);
    let unlimited = values64(fresh.global_norm().unwrap())[0];
    assert!(unlimited > 5.0 * limit, "{unlimited} against {limit}");
    // Each tensor limited by itself, as Burn's `GradientClipping::Norm` does, is longer.
    let apart: f64 = whole
        .0
        .iter()
        .map(|gradient| {
            let mut one = ParamGradients(vec![gradient.clone()]);
            one.clip_norm(limit);
            values64(one.global_norm().unwrap())[0].powi(2)
        })
        .sum::<f64>()
        .sqrt();
    assert!(apart > 1.5 * limit, "{apart} against {limit}");
}
