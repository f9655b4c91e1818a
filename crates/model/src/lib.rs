//! Networks and the files their weights come in.
//!
//! This crate knows convolutional networks by the names the literature gives their layers, reads
//! their weights from PyTorch and safetensors files, and runs them on any Burn device. It makes no
//! pictures and prints nothing.
//!
//! | room | what is in it |
//! |---|---|
//! | [`vision`] | networks, layer names, activations |
//! | [`weights`] | registry of known files, strict reading, checks |
//!
//! Random numbers come from a seeded host generator ([`rng`]), so that every backend sees the same.

pub mod rng;
pub mod vision;
pub mod weights;

mod error;

pub use error::ModelError;
