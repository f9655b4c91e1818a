//! Networks, what they are trained on, and the files their weights come in.
//!
//! This crate knows convolutional networks by the names the literature gives their layers, and
//! recurrent networks by their equations. It reads weights from PyTorch and safetensors files,
//! trains on text, and runs on any Burn device. It makes no pictures, touches no network and prints
//! nothing.
//!
//! | room | what is in it |
//! |---|---|
//! | [`vision`] | convolutional networks, layer names, activations |
//! | [`recurrent`] | recurrent cells, and what runs them over time |
//! | [`sequence`] | models of text on them: training, evaluation, samples, traces |
//! | [`train`] | pieces of a training loop: clipping, optimisers, schedules, checkpoints |
//! | [`data`] | texts read, cut and laid in batches; the known data sets |
//! | [`weights`] | registry of known files, strict reading, checks |
//!
//! Random numbers come from a seeded host generator ([`rng`]), so that every backend sees the same.

pub mod data;
pub mod recurrent;
pub mod rng;
pub mod sequence;
pub mod train;
pub mod vision;
pub mod weights;

mod error;

pub use error::ModelError;
