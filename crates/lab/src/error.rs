//! What can go wrong.

use reverie_model::recurrent::ConfigError;
use reverie_model::sequence::SequenceError;
use reverie_model::train::CheckpointError;

/// Errors of the experiments.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabError {
    /// A setting out of range.
    #[error("{name} is {value}; it must be {must}")]
    Setting {
        /// Its name.
        name: &'static str,
        /// What it was.
        value: String,
        /// What it must be.
        must: &'static str,
    },
    /// Learning went wrong.
    #[error("{what} is no number at update {step}; a smaller rate may help")]
    Diverged {
        /// What is no number.
        what: &'static str,
        /// The update.
        step: u64,
    },
    /// Settings that make no network.
    #[error(transparent)]
    Network(#[from] ConfigError),
    /// A model of text that cannot be trained.
    #[error(transparent)]
    Text(#[from] SequenceError),
    /// A checkpoint that cannot be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Nothing to store.
    #[error("there are no patterns; a network stores at least one")]
    NoPatterns,
    /// Patterns that do not fit the same units.
    #[error(
        "{first} has {first_width}x{first_height} pixels and {other} has {width}x{height}; patterns of one network have the same size"
    )]
    PatternSize {
        /// The first pattern.
        first: String,
        /// Its columns.
        first_width: usize,
        /// Its rows.
        first_height: usize,
        /// The one that differs.
        other: String,
        /// Its columns.
        width: usize,
        /// Its rows.
        height: usize,
    },
    /// More than could ever be kept apart.
    #[error("{patterns} patterns are more than {units} units can store; use fewer or larger ones")]
    TooManyPatterns {
        /// How many patterns.
        patterns: usize,
        /// How many units.
        units: usize,
    },
    /// The pseudo-inverse rule asks for independent patterns.
    #[error(
        "the patterns depend on each other ({first} and {other} overlap by {overlap:.3}), so the pseudo-inverse rule cannot store them; leave one out"
    )]
    DependentPatterns {
        /// One of the two that are most alike.
        first: String,
        /// The other.
        other: String,
        /// How much they overlap, from -1 to 1.
        overlap: f64,
    },
}
