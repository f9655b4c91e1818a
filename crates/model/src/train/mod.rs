//! Pieces of a training loop, each usable by itself.
//!
//! | to | use |
//! |---|---|
//! | take gradients apart and limit them | [`ParamGradients`] |
//! | move the numbers | [`OptimizerConfig`], [`Optimizer`] |
//! | choose the step size over time | [`Schedule`] |
//! | know when to stop | [`EarlyStop`] |
//! | notice that learning has gone wrong | [`Trouble`], [`check_step`] |
//! | see what was taken for what | [`Confusion`] |
//! | keep and find checkpoints | [`Checkpoint`], [`CheckpointDir`] |
//! | read and write a network's numbers | [`export`], [`import`] |

mod checkpoint;
mod checkpoint_dir;
mod confusion;
mod early_stop;
pub(crate) mod exact;
mod gradients;
mod optimizer;
mod params;
mod schedule;
mod sentinel;

pub use checkpoint::{Checkpoint, CheckpointError, FORMAT_VERSION};
pub use checkpoint_dir::{CheckpointDir, Kept};
pub use confusion::Confusion;
pub use early_stop::EarlyStop;
pub use gradients::{ParamGradient, ParamGradients};
pub use optimizer::{Optimizer, OptimizerConfig};
pub(crate) use params::host;
pub use params::{ImportError, export, import};
pub use schedule::Schedule;
pub use sentinel::{Trouble, check_step};
