//! One update of a character model, forward and back through fifty steps.

use bench::work::ready;
use burn::tensor::Device;
use divan::Bencher;

fn main() {
    divan::main();
}

/// Cells and units that are measured.
const WORKS: [&str; 4] = [
    "text-lstm-128",
    "text-gru-128",
    "text-rnn-128",
    "text-lstm-512",
];

#[divan::bench(args = WORKS, sample_count = 10)]
fn update(bencher: Bencher<'_, '_>, name: &str) {
    let work = ready(name, &Device::flex()).expect("there is such work");
    bencher.bench_local(work);
}
