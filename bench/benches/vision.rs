//! Looks at a picture: forward to a layer and back to the pixels, which is what every step of every
//! render costs.

use bench::work::ready;
use burn::tensor::Device;
use divan::Bencher;

fn main() {
    divan::main();
}

/// VGG-19 to `conv5_1` and back, and a step of a Gatys transfer.
const WORKS: [&str; 3] = ["vgg19-256", "vgg19-512", "gatys-256"];

#[divan::bench(args = WORKS, sample_count = 7, sample_size = 1)]
fn look(bencher: Bencher<'_, '_>, name: &str) {
    let work = ready(name, &Device::flex()).expect("there is such work");
    bencher.bench_local(work);
}
