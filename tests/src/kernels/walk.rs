//! The fused walk of recurrent layers against single steps in double precision.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use proptest::prelude::*;
use reverie_model::recurrent::{Mode, Sequence, Stack, StackState};
use reverie_model::rng::seeded;

use crate::common::relative_error;
use crate::recurrent::{all_cells, is_jordan, named_gradients, replaced, small, values64};

/// Numbers of both signs in no order.
fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let draw = |i: u32| {
        let x = (i ^ seed.wrapping_mul(0x9e37_79b9)).wrapping_mul(2_654_435_761);
        (x.wrapping_mul(x | 1) >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..count as u32).map(draw).collect()
}

/// What a walk is made of.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    steps: usize,
    batch: usize,
    d_input: usize,
    d_hidden: usize,
    has_symbols: bool,
}

/// How a walk is made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// The fused operation, in single precision.
    Fused,
    /// Single steps in single precision: somebody watches them.
    Watched,
    /// Single steps in double precision.
    Exact,
}

/// How many times the error of Burn's own single steps counts as the same: both are roundings
/// in another order, and what few of them become along an unstable walk is chance.
const SAME_AS_BURN: f64 = 30.0;

/// Outputs, final states and all gradients by name.
fn walk(stack: &Stack, sizes: Sizes, how: How, device: &Device) -> Vec<(String, Vec<f64>)> {
    let Sizes {
        steps,
        batch,
        d_input,
        has_symbols,
        ..
    } = sizes;
    let dtype = match how {
        How::Exact => burn::tensor::DType::F64,
        How::Fused | How::Watched => burn::tensor::DType::F32,
    };
    let tensor = |shape: &[usize], seed: u32| {
        let data = TensorData::new(numbers(shape.iter().product(), seed), shape.to_vec());
        (data, (device, dtype))
    };
    let (data, place) = tensor(&[steps, batch, d_input], 1);
    let x = Tensor::<3>::from_data(data, place)
        .autodiff()
        .require_grad();
    let mut leaves = Vec::new();
    let state: StackState = stack.initial(batch, device).map(|blank| {
        let (data, place) = tensor(&blank.dims(), 2 + leaves.len() as u32);
        let leaf = Tensor::<2>::from_data(data, place)
            .autodiff()
            .require_grad();
        leaves.push(leaf.clone());
        leaf
    });
    let inputs = match has_symbols {
        false => Sequence::ByTime(x.clone()),
        true => {
            let rows: Vec<u32> = (0..steps * batch)
                .map(|i| (i * 7 % d_input) as u32)
                .collect();
            Sequence::of_symbols(&rows, batch, &device.clone().autodiff())
        }
    };
    let mut mode = Mode::Use;
    let (outputs, end) = match how {
        How::Watched => stack.forward_observed(inputs, state, &mut mode, &mut |_, _, _| ()),
        How::Fused | How::Exact => stack.forward(inputs, state, &mut mode),
    };
    let outputs = outputs.into_by_time();
    let (data, place) = tensor(&outputs.dims(), 7);
    let mut loss = (outputs.clone() * Tensor::from_data(data, place)).sum();
    let mut found = vec![("outputs".to_owned(), values64(outputs.inner()))];
    end.map(|tensor_| {
        let (data, place) = tensor(&tensor_.dims(), 8 + found.len() as u32);
        loss = loss.clone() + (tensor_.clone() * Tensor::from_data(data, place)).sum();
        found.push((
            "a final state".to_owned(),
            values64(tensor_.clone().inner()),
        ));
        tensor_
    });
    let gradients = loss.backward();
    for leaf in &leaves {
        let gradient = leaf.grad(&gradients).unwrap();
        found.push(("an initial state".to_owned(), values64(gradient)));
    }
    if !has_symbols {
        found.push(("inputs".to_owned(), values64(x.grad(&gradients).unwrap())));
    }
    found.extend(named_gradients(stack, &gradients));
    found
}

fn check(name: &str, cell: usize, sizes: Sizes, bar: f64) -> Result<(), TestCaseError> {
    let device = Device::flex();
    let (_, cell) = &all_cells()[cell];
    let mut config = small(*cell, sizes.d_input, sizes.d_hidden, 1);
    // Sums of so many products stay where gates are neither open nor shut.
    config.init.scale = 0.7 / (sizes.d_hidden as f64).sqrt();
    let stack = Stack::init(&config, &mut seeded(7), &device)
        .unwrap()
        .train();
    if is_jordan(&stack) {
        return Ok(());
    }
    let wide = replaced(stack.clone(), |_, values| values).train();
    let fused = walk(&stack, sizes, How::Fused, &device);
    let exact = walk(&wide, sizes, How::Exact, &device);
    let errors = |found: &[(String, Vec<f64>)]| -> Vec<f64> {
        let pairs = found.iter().zip(&exact);
        pairs.map(|((_, f), (_, e))| relative_error(f, e)).collect()
    };
    let off = errors(&fused);
    if off.iter().all(|&error| error <= bar) {
        return Ok(());
    }
    // Where a deviation that is divided by happens to be small, single precision has no better
    // answer: then the walk may be off as far as Burn's own single steps are.
    let burn = errors(&walk(&stack, sizes, How::Watched, &device));
    let bar = bar.max(SAME_AS_BURN * burn.into_iter().fold(0.0, f64::max));
    for ((what, _), error) in fused.iter().zip(off) {
        prop_assert!(
            error <= bar,
            "{name} {sizes:?}: {what} differs by {error:.1e}, bar {bar:.1e}"
        );
    }
    Ok(())
}

/// Bar in parts of the largest number. Rounding in single precision adds up along the way: a walk of
/// 200 steps with sums of 500 products is allowed more than one of a few.
fn bar(sizes: Sizes) -> f64 {
    // With one unit a gradient is one number, and what it is the sum of may cancel out.
    if sizes.d_hidden == 1 {
        return 1e-5;
    }
    let length = (sizes.steps * sizes.batch * sizes.d_hidden) as f64;
    1e-6 * (1.0 + length.sqrt() / 60.0)
}

#[test]
fn a_short_walk_of_every_cell_is_that_of_single_steps() {
    let sizes = Sizes {
        steps: 5,
        batch: 3,
        d_input: 4,
        d_hidden: 9,
        has_symbols: false,
    };
    for (cell, (name, _)) in all_cells().iter().enumerate() {
        for has_symbols in [false, true] {
            let sizes = Sizes {
                has_symbols,
                ..sizes
            };
            check(name, cell, sizes, 1e-6).unwrap();
        }
    }
}

#[test]
fn long_wide_and_single_walks_are_those_of_single_steps() {
    for (steps, batch, d_hidden) in [
        (200, 1, 3),
        (1, 50, 513),
        (3, 2, 513),
        (200, 7, 16),
        (2, 50, 1),
    ] {
        let sizes = Sizes {
            steps,
            batch,
            d_input: 6,
            d_hidden,
            has_symbols: steps % 2 == 0,
        };
        for (cell, (name, config)) in all_cells().iter().enumerate() {
            // A relu network of so many steps grows without bound.
            let is_wild = name.contains("Relu") && steps > 50;
            if config.layer_norm || is_wild {
                continue;
            }
            check(name, cell, sizes, bar(sizes)).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn walks_of_any_size_are_those_of_single_steps(
        cell in 0..all_cells().len(),
        steps in 1usize..24,
        batch in 1usize..20,
        d_input in 1usize..20,
        d_hidden in 2usize..70,
        has_symbols: bool,
    ) {
        let (name, config) = &all_cells()[cell];
        // The deviation of a few units may be next to nothing, and what is divided by it anything.
        let d_hidden = if config.layer_norm { d_hidden + 8 } else { d_hidden };
        let sizes = Sizes { steps, batch, d_input, d_hidden, has_symbols };
        // Gradients of a relu jump where its sum is within rounding of zero.
        prop_assume!(!name.contains("Relu"));
        check(name, cell, sizes, bar(sizes))?;
    }
}
