//! What can go wrong with a model of sequences.

use crate::data::speech::SpeechError;
use crate::data::text::{TextError, UnknownSymbol};
use crate::recurrent::ConfigError;
use crate::train::{CheckpointError, Trouble};

/// Why a model cannot be trained, loaded or asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SequenceError {
    /// A setting out of range, or two that do not go together.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The text is no good for this.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The recordings are no good for this.
    #[error(transparent)]
    Speech(#[from] SpeechError),
    /// A symbol that the model has never seen.
    #[error(transparent)]
    Symbol(#[from] UnknownSymbol),
    /// The file of the model is no good.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Training went wrong again and again.
    #[error(
        "{trouble}, although the rate was lowered {retries} times, to {rate:.3e}; begin anew with a smaller rate"
    )]
    Diverged {
        /// What happened last.
        trouble: Trouble,
        /// How often the rate was lowered.
        retries: u64,
        /// The rate at the end.
        rate: f64,
    },
    /// Training went wrong, and is not begun again by itself.
    #[error("{trouble}, at a rate of {rate:.3e}; begin anew with a smaller rate")]
    Unsound {
        /// What happened.
        trouble: Trouble,
        /// The rate of that step.
        rate: f64,
    },
    /// A model that reads in both directions cannot write.
    #[error(
        "this model reads in both directions: it knows a character from what stands before it and after it, so it cannot write what has no end yet; train one without bidirectional to generate"
    )]
    CannotGenerate,
}
