//! Side-by-side measurements.
//!
//! | module | what is in it |
//! |---|---|
//! | [`work`] | pieces of work that are measured, as the program does them |
//! | [`side`] | who does them: Burn as it is, ours, PyTorch; a process each |
//! | [`outcome`] | medians and ratios, as JSON and as a table |
//!
//! The PyTorch side is `torch_work.py`. Micro-benchmarks of single operations are in `benches/`.

pub mod outcome;
pub mod side;
pub mod work;
