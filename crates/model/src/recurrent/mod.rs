//! Networks with a memory: cells that write one step, and what runs them over time.
//!
//! A recurrent cell reads one input, looks at the state it left behind a moment ago, and writes a
//! new state. Everything else is repetition: [`unroll`] walks a cell along a sequence, a [`Stack`]
//! puts cells on top of each other, and back-propagation through time is what automatic
//! differentiation makes of the walk.
//!
//! | to | use |
//! |---|---|
//! | choose a cell | [`CellConfig`], [`CellKind`], [`GruConvention`], [`Activation`] |
//! | use one | [`AnyCell`], or [`ElmanCell`], [`JordanCell`], [`LstmCell`], [`GruCell`] |
//! | start one | [`InitConfig`], [`Initializer`] |
//! | run it over time | [`unroll`], [`Sequence`], [`State`] |
//! | build a network | [`StackConfig`], [`Stack`], [`Regularisation`], [`Mode`] |
//!
//! Shapes: **B** batch, **T** steps, **D** features of a step, **K** hidden units, **G** gates,
//! **V** symbols. A sequence is `[B, T, D]` at the door of this module.

mod activation;
mod any_cell;
mod cell;
mod config;
mod elman;
mod fused;
mod gates;
mod gru;
mod init;
mod jordan;
mod lstm;
mod noise;
mod norm;
mod sequence;
mod stack;
mod state;
mod unroll;

pub use activation::Activation;
pub use any_cell::AnyCell;
pub use cell::{Cell, GateName, Step, Stepped};
pub use config::{CellConfig, CellKind, ConfigError, GruConvention, StackConfig};
pub(crate) use config::{NO_BOUND, check_range, check_size};
pub use elman::ElmanCell;
pub use gates::{Gain, Gates};
pub use gru::GruCell;
pub(crate) use init::Draw;
pub use init::{InitConfig, Initializer};
pub use jordan::JordanCell;
pub use lstm::LstmCell;
pub use noise::{Mode, Regularisation};
pub use norm::{NORM_EPSILON, normalise};
pub use sequence::{Input, Sequence};
pub use stack::{Layer, LayerState, Stack, StackState};
pub use state::State;
pub use unroll::{Direction, OnStep, unroll};
