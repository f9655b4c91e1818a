//! What can be wrong with traces.

/// Why nothing can be said about the neurons of a network.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NeuronsError {
    /// A passage with too little in it to measure anything.
    #[error("the passage has {found} characters, but it must have at least {need}")]
    TooShort {
        /// Characters of the passage.
        found: usize,
        /// Characters it needs.
        need: usize,
    },
    /// A trace of a network without layers.
    #[error("the trace has no layers")]
    NoLayers,
    /// The two passages were not read by the same network.
    #[error(
        "layer {layer} differs between the two passages: they must be read by the same network"
    )]
    OtherNetwork {
        /// The first layer that differs, counted from 1.
        layer: usize,
    },
    /// A state that is infinite or not a number.
    #[error(
        "layer {layer}, cell {unit} is {value} after character {at}; the training may have diverged"
    )]
    NotFinite {
        /// The layer, counted from 1.
        layer: usize,
        /// The cell, counted from 1.
        unit: usize,
        /// The character, counted from 1.
        at: usize,
        /// What the state is.
        value: f32,
    },
}
