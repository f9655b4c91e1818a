//! Gradients on their way back through time: how they explode and vanish, and what clipping does.
//!
//! ∂h_T/∂h_t is a product of T - t Jacobians. Of a linear network it is W^(T-t), whose logarithm grows
//! by that of the spectral radius with every step; squashing makes it smaller, gates let it through.
//!
//! | file | what |
//! |---|---|
//! | `linear` | powers of a matrix with a given spectral radius |
//! | `flow` | ∂h_T/∂h_t of real cells; gradients of their weights with and without clipping |
//! | `cliff` | Pascanu's network of one unit |
//! | `cells` | powers and flows of every cell at one radius |
//! | `config` | [`GradientsConfig`] |
//! | `experiment` | all of it |
//!
//! # Source
//! Bengio, Simard, Frasconi 1994; Pascanu, Mikolov, Bengio 2013 (arXiv 1211.5063).

mod cells;
mod cliff;
mod config;
mod experiment;
mod flow;
mod linear;

pub use cells::{CellFlow, LinearPowers};
pub use cliff::{Cliff, Descent, descend, loss_and_gradient, surface};
pub use config::GradientsConfig;
pub use experiment::{Gradients, TrainingNorms, gradients};
pub use flow::{Flow, WeightNorm, flow, network, weight_norm};
pub use linear::{log_powers, slope, spectral_radius, with_radius};
