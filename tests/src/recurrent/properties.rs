//! What holds for every cell and every size.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use proptest::prelude::*;
use reverie_model::recurrent::{
    CellConfig, CellKind, InitConfig, Initializer, Mode, NORM_EPSILON, Regularisation, Sequence,
    Stack, StackConfig, normalise,
};
use reverie_model::rng::{normal, seeded};

use super::{all_cells, is_jordan, run, small, values64};
use crate::common::relative_error;

fn inputs(batch: usize, steps: usize, features: usize, seed: u64) -> Tensor<3> {
    let shape = [batch, steps, features];
    let values = normal(&mut seeded(seed), batch * steps * features);
    Tensor::from_data(
        burn::tensor::TensorData::new(values, shape),
        &Device::flex(),
    )
}

fn stack(config: &StackConfig) -> Stack {
    Stack::init(config, &mut seeded(3), &Device::flex()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_sequence_in_pieces_is_the_whole_sequence(
        which in 0usize..100,
        batch in prop_oneof![Just(1usize), Just(3)],
        steps in 2usize..9,
        cut in 1usize..8,
        hidden in 1usize..9,
    ) {
        let cells = all_cells();
        let (name, cell) = &cells[which % cells.len()];
        let is_deep = cell.kind != CellKind::Jordan;
        let stack = stack(&small(*cell, 3, hidden, if is_deep { 2 } else { 1 }));
        let device = Device::flex();
        let x = inputs(batch, steps, 3, 5);
        let (whole, end) = run(&stack, x.clone(), stack.initial(batch, &device));
        let width = hidden;
        prop_assert_eq!(whole.dims(), [batch, steps, width]);
        let cut = cut.min(steps - 1);
        let first = x.clone().slice([0..batch, 0..cut]);
        let (first, state) = run(&stack, first, stack.initial(batch, &device));
        let (second, state) = run(&stack, x.slice([0..batch, cut..steps]), state.detach());
        let joined = Tensor::cat(vec![first, second], 1);
        let error = relative_error(&values64(joined), &values64(whole));
        prop_assert!(error < 1e-6, "{}: {:.1e}", name, error);
        let mut ends = Vec::new();
        end.map(|tensor| { ends.push(values64(tensor.clone())); tensor });
        let mut number = 0;
        state.map(|tensor| {
            assert!(relative_error(&values64(tensor.clone()), &ends[number]) < 1e-6);
            number += 1;
            tensor
        });
    }

    #[test]
    fn rows_of_a_batch_know_nothing_of_each_other(which in 0usize..100, hidden in 1usize..9) {
        let cells = all_cells();
        let (name, cell) = &cells[which % cells.len()];
        let stack = stack(&small(*cell, 3, hidden, 1));
        let device = Device::flex();
        let x = inputs(3, 4, 3, 9);
        let (all, _) = run(&stack, x.clone(), stack.initial(3, &device));
        let (one, _) = run(&stack, x.narrow(0, 1, 1), stack.initial(1, &device));
        let error = relative_error(&values64(one), &values64(all.narrow(0, 1, 1)));
        prop_assert!(error < 1e-6, "{}: {:.1e}", name, error);
    }

    #[test]
    fn normalised_sums_have_mean_zero_and_variance_one(rows in 1usize..5, width in 2usize..40) {
        let x = inputs(rows, 1, width, 2).squeeze_dim::<2>(1) * 3.0 + 1.0;
        for (row, sums) in values64(normalise(x.clone())).chunks(width).zip(values64(x).chunks(width)) {
            let mean: f64 = row.iter().sum::<f64>() / width as f64;
            let variance = row.iter().map(|v| v * v).sum::<f64>() / width as f64;
            let before: f64 = sums.iter().sum::<f64>() / width as f64;
            let spread = sums.iter().map(|v| (v - before).powi(2)).sum::<f64>() / width as f64;
            prop_assert!(mean.abs() < 1e-5);
            prop_assert!((variance - spread / (spread + NORM_EPSILON)).abs() < 1e-4);
        }
    }
}

#[test]
fn symbols_are_the_one_hot_vectors_they_stand_for() {
    let device = Device::flex();
    let (batch, symbols) = (2, [2u32, 0, 1, 3, 3, 1, 0, 2]);
    for (name, cell) in all_cells() {
        let stack = stack(&small(cell, 4, 5, 1));
        let mut hot = vec![0.0f32; symbols.len() * 4];
        for (place, symbol) in symbols.iter().enumerate() {
            hot[place * 4 + *symbol as usize] = 1.0;
        }
        let hot = burn::tensor::TensorData::new(hot, [batch, 4, 4]);
        let (dense, _) = run(
            &stack,
            Tensor::from_data(hot, &device),
            stack.initial(batch, &device),
        );
        let sequence = Sequence::of_symbols(&symbols, batch, &device);
        let (picked, _) = stack.forward(sequence, stack.initial(batch, &device), &mut Mode::Use);
        let error = relative_error(&values64(picked.into_whole()), &values64(dense));
        assert!(error < 1e-6, "{name}: {error:.1e}");
    }
}

#[test]
fn both_directions_are_one_network_each() {
    let device = Device::flex();
    for kind in [CellKind::Rnn, CellKind::Lstm, CellKind::Gru] {
        let cell = CellConfig {
            kind,
            ..CellConfig::default()
        };
        let mut config = small(cell, 3, 4, 1);
        config.bidirectional = true;
        let stack = stack(&config);
        let x = inputs(2, 5, 3, 4);
        let (both, _) = run(&stack, x.clone(), stack.initial(2, &device));
        assert_eq!(both.dims(), [2, 5, 8]);
        // The backward half of the reversed sequence is a forward pass with the other cell.
        let mut swapped = stack.clone();
        let layer = &mut swapped.layers[0];
        let backward = layer.backward.take().unwrap();
        layer.backward = Some(std::mem::replace(&mut layer.forward, backward));
        let (mirrored, _) = run(&swapped, x.flip([1]), swapped.initial(2, &device));
        let mirrored = mirrored.flip([1]);
        let halves = both.chunk(2, 2);
        let other = mirrored.chunk(2, 2);
        let error = relative_error(&values64(halves[0].clone()), &values64(other[1].clone()));
        assert!(error < 1e-6, "{kind:?}: {error:.1e}");
        let error = relative_error(&values64(halves[1].clone()), &values64(other[0].clone()));
        assert!(error < 1e-6, "{kind:?}: {error:.1e}");
    }
}

/// What is disturbed while training is whole again in use.
#[test]
fn noise_is_for_training_only() {
    let device = Device::flex();
    let mut config = small(CellConfig::default(), 3, 6, 2);
    let calm = stack(&config);
    config.regularisation = Regularisation {
        dropout: 0.5,
        variational_dropout: 0.25,
        zoneout: 0.0,
        weight_noise: 0.1,
    };
    let noisy = stack(&config);
    let x = inputs(2, 5, 3, 4);
    let (a, _) = run(&calm, x.clone(), calm.initial(2, &device));
    let (b, _) = run(&noisy, x.clone(), noisy.initial(2, &device));
    assert_eq!(values64(a), values64(b.clone()), "in use there is no noise");
    let train = |seed: u64| {
        let mut rng = seeded(seed);
        let inputs = Sequence::Whole(x.clone());
        let mut mode = Mode::Train(&mut rng);
        let (outputs, _) = noisy.forward(inputs, noisy.initial(2, &device), &mut mode);
        values64(outputs.into_whole())
    };
    assert_eq!(train(1), train(1), "a seed means the same noise");
    assert_ne!(train(1), train(2));
    assert_ne!(train(1), values64(b));
}

#[test]
fn dropout_keeps_the_mean_and_zoneout_the_old_value() {
    let device = Device::flex();
    let mut config = small(
        CellConfig {
            kind: CellKind::Rnn,
            ..CellConfig::default()
        },
        3,
        400,
        1,
    );
    config.regularisation.dropout = 0.4;
    let stack_ = stack(&config);
    let x = inputs(2, 3, 3, 4);
    let mut rng = seeded(1);
    let mut mode = Mode::Train(&mut rng);
    let (outputs, _) = stack_.forward(
        Sequence::Whole(x.clone()),
        stack_.initial(2, &device),
        &mut mode,
    );
    let (whole, _) = run(&stack_, x.clone(), stack_.initial(2, &device));
    let (found, whole) = (values64(outputs.into_whole()), values64(whole));
    let dropped = found.iter().filter(|v| **v == 0.0).count() as f64 / found.len() as f64;
    assert!((dropped - 0.4).abs() < 0.05, "{dropped}");
    for (a, b) in found.iter().zip(&whole) {
        assert!(*a == 0.0 || (a - b / 0.6).abs() < 1e-5, "{a} from {b}");
    }

    config.regularisation = Regularisation {
        zoneout: 0.3,
        ..Regularisation::default()
    };
    let stack_ = stack(&config);
    let mut rng = seeded(1);
    let mut mode = Mode::Train(&mut rng);
    let (outputs, _) = stack_.forward(Sequence::Whole(x), stack_.initial(2, &device), &mut mode);
    let outputs = outputs.into_steps();
    let held = values64(outputs[0].clone())
        .iter()
        .filter(|v| **v == 0.0)
        .count() as f64
        / 800.0;
    assert!(
        (held - 0.3).abs() < 0.05,
        "{held} of the first outputs are still the initial zero"
    );
}

/// 10,000 chunks with carried state: the loss is read, the graph is not kept.
#[test]
fn carried_state_costs_no_memory() {
    let device = Device::flex();
    let stack = stack(&small(CellConfig::default(), 3, 8, 2)).train();
    let x = inputs(2, 5, 3, 4);
    let mut state = stack.initial(2, &device);
    let resident = || {
        let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
        let pages = status
            .split_whitespace()
            .nth(1)
            .and_then(|n| n.parse::<u64>().ok());
        pages.unwrap_or(0) * 4096
    };
    let mut after_warm_up = 0;
    for chunk in 0..10_000 {
        let (outputs, next) = run(&stack, x.clone(), state);
        if chunk % 10 == 0 {
            let _gradients = outputs.sum().backward();
        }
        state = next.detach();
        if chunk == 1_000 {
            after_warm_up = resident();
        }
    }
    let grown = resident().saturating_sub(after_warm_up);
    println!("memory after 1,000 chunks {after_warm_up}, after 10,000 {grown} bytes more");
    // Other tests run beside this one; 9,000 kept graphs would be more than a gigabyte.
    assert!(grown < 200_000_000, "{grown} bytes more");
}

#[test]
fn gated_cells_have_the_published_numbers_of_parameters() {
    use reverie_model::recurrent::GruConvention;
    let count = |cell: CellConfig, hidden: usize| stack(&small(cell, 88, hidden, 1)).num_params();
    let base = CellConfig::default();
    assert_eq!(
        count(
            CellConfig {
                kind: CellKind::Rnn,
                ..base
            },
            100
        ),
        18_900
    );
    let gru = GruConvention::Chung;
    assert_eq!(
        count(
            CellConfig {
                kind: CellKind::Gru,
                gru,
                ..base
            },
            46
        ),
        18_630
    );
    assert_eq!(
        count(
            CellConfig {
                peepholes: true,
                ..base
            },
            36
        ),
        18_108
    );
}

#[test]
fn networks_start_as_their_initialisation_says() {
    let device = Device::flex();
    for initializer in [
        Initializer::Uniform,
        Initializer::Xavier,
        Initializer::Orthogonal,
        Initializer::Pytorch,
    ] {
        let mut config = small(CellConfig::default(), 3, 6, 1);
        config.init = InitConfig {
            initializer,
            scale: 0.5,
            forget_bias: 1.5,
        };
        let stack = Stack::init(&config, &mut seeded(1), &device).unwrap();
        let again = Stack::init(&config, &mut seeded(1), &device).unwrap();
        let reverie_model::recurrent::AnyCell::Lstm(cell) = &stack.layers[0].forward else {
            panic!("an LSTM");
        };
        let reverie_model::recurrent::AnyCell::Lstm(other) = &again.layers[0].forward else {
            panic!("an LSTM");
        };
        let bias = values64(cell.gates.bias.val());
        assert!(
            bias[6..12].iter().all(|v| *v == 1.5),
            "forget gates: {bias:?}"
        );
        assert!(bias[..6].iter().all(|v| *v != 1.5));
        assert_eq!(
            values64(cell.gates.hidden.val()),
            values64(other.gates.hidden.val())
        );
        assert!(!is_jordan(&stack));
    }
}

#[test]
fn networks_that_make_no_sense_are_refused_with_a_remedy() {
    let base = CellConfig::default();
    let refuse = |config: StackConfig, facts: &[&str]| {
        let error = config.check().unwrap_err().to_string();
        assert!(facts.iter().all(|fact| error.contains(fact)), "{error}");
    };
    refuse(small(base, 3, 0, 1), &["hidden is 0", "between 1 and"]);
    refuse(small(base, 3, 4, 0), &["layers is 0"]);
    let rnn = CellKind::Rnn;
    refuse(
        small(
            CellConfig {
                kind: rnn,
                peepholes: true,
                ..base
            },
            3,
            4,
            1,
        ),
        &["peepholes", "lstm"],
    );
    let jordan = CellConfig {
        kind: CellKind::Jordan,
        d_output: 3,
        ..base
    };
    refuse(small(jordan, 3, 4, 2), &["Jordan", "one layer"]);
    let mut config = small(base, 3, 4, 1);
    config.regularisation.dropout = 1.0;
    refuse(config, &["dropout is 1", "below 1"]);
    config.regularisation.dropout = f64::NAN;
    refuse(config, &["dropout is NaN"]);
}
