//! DeepDream: pictures of what a layer already sees, only more of it.
//!
//! The same loop serves two verbs. Dreaming starts from a photograph and raises a whole layer;
//! imagining starts from noise and raises one channel. Both go from coarse to fine in octaves.

mod config;
mod octaves;

pub use config::DreamConfig;
pub use octaves::{DreamEvent, dream, noise_picture, octave_sizes};
