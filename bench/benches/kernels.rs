//! Single operations of the kernels.
fn main() {
    divan::main();
}
