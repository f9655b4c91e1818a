//! The neural Turing machine: a small network that learns to use a memory.
//!
//! A controller, here an LSTM, reads one vector a step and moves two heads along a memory of rows. A
//! head finds its place by content (which row is like this key) and by position (a step on from where
//! it was), and reads or writes everywhere at once, as strongly as it looks there; so all of it has
//! gradients, and the way to use the memory is learnt. The machine is shown random vectors and asked to
//! say them again; what it learns, unlike an LSTM, goes on working for sequences longer than it saw.
//!
//! | to | use |
//! |---|---|
//! | choose | [`NtmConfig`], [`Task`], [`Extent`] |
//! | teach one | [`NtmTrainer`], [`teach`] |
//! | test it | [`NtmTrainer::test`], [`lengths`], [`Length`] |
//! | see its memory and heads | [`Picture`] |
//! | set it against an LSTM | [`BaselineTrainer`], [`BaselineConfig`] |
//!
//! # Why it is written by hand
//! A step is some sixty operations on very small tensors: a memory of 128 x 20 numbers, a controller of
//! 100 units. Burn takes 5 to 10 µs for each operation and again on the way back, about 30 ms a
//! sequence; the loops here take about 1.3 ms of one core, and a whole training of 30,000 sequences
//! ends in under a minute. Gradients are checked against central differences in f64.
//!
//! # Source
//! Graves, Wayne, Danihelka 2014 (arXiv 1410.5401). Ours differs: Adam for RMSProp; a memory that
//! starts at a small constant (Collier and Beel 2018, arXiv 1807.08518); and forget gates of the
//! controller that start half open: at a bias of one, some seeds learn to remember in the controller
//! and never find the memory.

mod addressing;
mod backward;
mod baseline;
mod config;
mod kept;
mod layout;
mod machine;
mod picture;
mod real;
mod study;
mod task;
mod trainer;

pub use baseline::{BaselineConfig, BaselineReport, BaselineTrainer};
pub use config::NtmConfig;
pub use picture::Picture;
pub use study::{LEARNT, Length, NtmReport, lengths, reached, report, teach};
pub use task::{BITS, Episode, Extent, Task};
pub use trainer::{Look, NtmTrainer};
