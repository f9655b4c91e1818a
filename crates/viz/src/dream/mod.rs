//! DeepDream: pictures of what a layer already sees, only more of it.
//!
//! The same loop serves two verbs. [`dream`] starts from a photograph and raises a whole layer, from
//! coarse to fine in octaves; [`from_noise`] starts from noise and raises one channel, neuron or
//! class. A [`DreamConfig`] switches every aid on and off.

mod aids;
mod config;
mod from_noise;
mod octaves;
mod steady;

pub use config::{Canvas, DreamConfig, Mover};
pub use from_noise::from_noise;
pub use octaves::{DreamEvent, Subject, dream, octave_sizes};
pub use steady::Steady;
