//! Single operations of the kernels, without tensors and without a graph.

use divan::Bencher;
use reverie_kernels::cpu::convolution::{
    Arrived, Filters, Padding, Passed, Pictures, Rectified, max_pool, to_channels_last,
};
use reverie_kernels::cpu::product::{Into, Matrix, Sizes, multiply_all};
use reverie_kernels::cpu::recurrent::{
    Activation, Cell, Convention, First, Inputs, Plan, Shape, Upstream, Weights, backward, forward,
};
use reverie_kernels::cpu::simd::Level;

fn main() {
    divan::main();
}

fn numbers(count: usize) -> Vec<f32> {
    let draw = |i: u32| (i.wrapping_mul(2_654_435_761) >> 8) as f32 / 8_388_608.0 - 1.0;
    (0..count as u32).map(draw).collect()
}

/// Rows, columns, length of the sums: the products of a recurrent step, a weight gradient, a
/// Winograd point.
const PRODUCTS: [(usize, usize, usize); 4] = [
    (50, 512, 128),
    (128, 512, 2500),
    (64, 512, 512),
    (2500, 87, 128),
];

#[divan::bench(args = PRODUCTS)]
fn product(bencher: Bencher<'_, '_>, (m, n, k): (usize, usize, usize)) {
    let (a, b, mut c) = (numbers(m * k), numbers(k * n), vec![0.0; m * n]);
    let (left, right) = (Matrix::rows(&a, k), Matrix::rows(&b, n));
    let sizes = Sizes { m, n, k };
    let level = Level::detect();
    bencher.bench_local(|| multiply_all(level, sizes, left, right, &mut c, Into::Replace));
}

/// Channels in, channels out, side of the picture: layers of VGG-19 at 256 pixels.
const LAYERS: [(usize, usize, usize); 5] = [
    (3, 64, 256),
    (64, 64, 256),
    (128, 128, 128),
    (256, 256, 64),
    (512, 512, 32),
];

struct Layer {
    filters: Filters,
    pictures: Pictures,
    x: Vec<f32>,
    bias: Vec<f32>,
}

fn layer((c_in, c_out, side): (usize, usize, usize)) -> Layer {
    let pictures = Pictures {
        batch: 1,
        height: side,
        width: side,
    };
    let weights = numbers(9 * c_in * c_out);
    Layer {
        filters: Filters::suited_to(Level::detect(), &weights, c_in, c_out, pictures),
        pictures,
        x: numbers(pictures.pixels() * c_in),
        bias: numbers(c_out),
    }
}

#[divan::bench(args = LAYERS)]
fn convolution(bencher: Bencher<'_, '_>, sizes: (usize, usize, usize)) {
    let layer = layer(sizes);
    let Layer {
        filters,
        pictures,
        x,
        bias,
    } = &layer;
    bencher.bench_local(|| filters.forward(*pictures, Padding::Zeros, x, Some(bias), true));
}

#[divan::bench(args = LAYERS)]
fn convolution_back(bencher: Bencher<'_, '_>, sizes: (usize, usize, usize)) {
    let layer = layer(sizes);
    let y = layer
        .filters
        .forward(layer.pictures, Padding::Zeros, &layer.x, None, true);
    let passed = Passed::of(Level::detect(), &y);
    let arrived = Arrived {
        dy: &y,
        rectified: Some(Rectified::Passed(&passed)),
        x: None,
        wants_input: true,
    };
    bencher.bench_local(|| {
        let filters = &layer.filters;
        filters.backward(layer.pictures, Padding::Zeros, arrived)
    });
}

#[divan::bench]
fn pooling(bencher: Bencher<'_, '_>) {
    let layer = layer((64, 64, 256));
    bencher.bench_local(|| max_pool(Level::detect(), layer.pictures, 64, &layer.x));
}

#[divan::bench]
fn layout(bencher: Bencher<'_, '_>) {
    let layer = layer((64, 64, 256));
    bencher.bench_local(|| to_channels_last(Level::detect(), layer.pictures, 64, &layer.x));
}

/// Cells with the sizes of char-rnn, and those of the comparison on music.
const WALKS: [(&str, usize, usize, usize); 6] = [
    ("lstm", 50, 50, 128),
    ("gru", 50, 50, 128),
    ("tanh", 50, 50, 128),
    ("lstm", 100, 16, 36),
    ("gru", 100, 16, 46),
    ("tanh", 100, 16, 100),
];

/// There and back: name, steps, sequences, units.
#[divan::bench(args = WALKS)]
fn walk(bencher: Bencher<'_, '_>, (name, steps, batch, d_hidden): (&str, usize, usize, usize)) {
    let cell = match name {
        "lstm" => Cell::Lstm,
        "gru" => Cell::Gru(Convention::Torch),
        _ => Cell::Elman(Activation::Tanh),
    };
    let d_input = 88;
    let width = cell.gates() * d_hidden;
    let small = |count: usize| {
        numbers(count)
            .into_iter()
            .map(|x| 0.1 * x)
            .collect::<Vec<_>>()
    };
    let (input, hidden, bias) = (
        small(d_input * width),
        small(d_hidden * width),
        small(width),
    );
    let weights = Weights {
        input: &input,
        hidden: &hidden,
        bias: &bias,
        peepholes: None,
        candidate_bias: None,
        norm: None,
    };
    let zeros = vec![0.0; batch * d_hidden];
    let first = First {
        hidden: &zeros,
        memory: (name == "lstm").then_some(&zeros),
    };
    let plan = Plan {
        shape: Shape {
            steps,
            batch,
            d_input,
            d_hidden,
        },
        cell,
        lengths: None,
    };
    let x = numbers(steps * batch * d_input);
    let inputs = Inputs::Dense(&x);
    let level = Level::detect();
    bencher.bench_local(|| {
        let mut walked = forward(level, &plan, inputs, &weights, first, true);
        let kept = walked.last.kept.take().expect("it was asked for");
        let outputs = &walked.outputs;
        let upstream = Upstream {
            outputs: Some(outputs),
            ..Upstream::default()
        };
        backward(
            level, &plan, inputs, &weights, first, outputs, kept, upstream, true,
        )
    });
}
