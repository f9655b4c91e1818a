//! The same task for an LSTM without a memory beside it.
//!
//! | to | use |
//! |---|---|
//! | choose | [`BaselineConfig`] |
//! | teach one, keep it, go on | [`BaselineTrainer`] |
//! | see how it went | [`BaselineReport`] |

mod batch;
mod config;
mod kept;
mod trainer;

pub use config::BaselineConfig;
pub use trainer::{BaselineReport, BaselineTrainer};
