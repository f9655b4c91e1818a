//! Models of sequences: what a recurrent network is trained on, and what it then says.
//!
//! | to | use |
//! |---|---|
//! | choose everything | [`TextConfig`] |
//! | have a model of text | [`CharModel`] |
//! | train one | [`TextTrainer`], [`Outcome`] |
//! | measure one | [`evaluate`], [`Measured`] |
//! | hear it speak | [`sample`], [`SampleConfig`] |
//! | watch it read | [`trace`], [`Trace`] |
//! | keep it | [`TextModel`], [`TextNotes`] |
//! | have a model of music | [`music`] |
//! | hear digits, or go on with sound | [`speech`] |

mod char_model;
mod error;
mod evaluate;
pub mod music;
mod sample;
pub mod speech;
mod text_config;
mod text_model;
mod trace;
mod trainer;

pub use char_model::CharModel;
pub use error::SequenceError;
pub use evaluate::{Measured, evaluate};
pub use sample::{SampleConfig, sample};
pub use text_config::{OptimizerName, ScheduleName, TextConfig};
pub use text_model::{TextModel, TextNotes, TextSource};
pub use trace::{GateTrace, LayerTrace, Trace, trace};
pub use trainer::{Evaluation, Outcome, StepReport, TextTrainer};
