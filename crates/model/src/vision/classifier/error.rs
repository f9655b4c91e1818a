//! What can go wrong with a classifier.

use std::path::PathBuf;

use crate::ModelError;
use crate::train::{CheckpointError, Trouble};

/// Why a classifier cannot be trained or loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClassifierError {
    /// A setting out of range.
    #[error("{setting} is {value}, but must {must}")]
    Setting {
        /// Its name.
        setting: &'static str,
        /// What it is.
        value: String,
        /// What it should be.
        must: String,
    },
    /// The network or its file is no good.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The checkpoint is no good.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The card of a network cannot be read.
    #[error("{}: its card cannot be read: {source}", path.display())]
    BadCard {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// Training went wrong, and is not begun again by itself.
    #[error("{trouble}, at a rate of {rate:.3e}; begin anew with a smaller rate")]
    Unsound {
        /// What happened.
        trouble: Trouble,
        /// The rate of that step.
        rate: f64,
    },
}
