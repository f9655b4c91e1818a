//! Operations that Burn lacks or is slow at, as Burn backend extensions.
//!
//! The crate knows tensors and no model. On Burn's CPU backends, flex and ndarray, its operations
//! run on code of this crate, with gradients written by hand; on graphics cards, and where they are
//! switched off, callers compose them from Burn's own operations.
//!
//! | room | what is in it |
//! |---|---|
//! | [`cpu`] | the work itself, on slices of numbers |
//! | [`convolution`] | convolutions, pooling, normalisation, Gram matrices, channels-last |
//! | [`rectify`] | rectifiers that go back by a chosen rule |
//! | [`recurrent`] | a recurrent layer along a whole sequence |
//! | [`length`] | the length of gradients |
//! | [`linear`] | a linear layer with its bias |
//! | [`loss`] | losses that are computed together with their gradients |
//! | [`optim`] | steps of optimisers in one pass |
//!
//! # Switches
//! [`set_enabled`] turns the crate off, so that everything runs on Burn's own operations, and
//! [`set_level`] holds it to a simpler instruction set. Both are for comparisons and tests, and hold
//! for the whole process.

pub mod convolution;
pub mod cpu;
mod host;
pub mod length;
pub mod linear;
pub mod loss;
pub mod optim;
pub mod rectify;
pub mod recurrent;
mod switch;

pub use host::{is_host, serves};
pub use switch::{is_enabled, level, set_enabled, set_level};
