//! What can go wrong while a picture is made.

use reverie_model::ModelError;
use reverie_model::vision::Layer;

use crate::picture::PictureError;

/// Why a picture cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VizError {
    /// A channel beyond the last.
    #[error("{layer} has channels 0 to {last}, so there is no channel {asked}")]
    NoSuchChannel {
        /// The layer.
        layer: Layer,
        /// The channel asked for.
        asked: usize,
        /// The last channel there is.
        last: usize,
    },
    /// The optimisation left the numbers it can work with.
    #[error(
        "the loss became {loss} at step {step}; a smaller --rate than {rate} may help, or --optimizer adam"
    )]
    Diverged {
        /// Step at which it was seen, counted from 1.
        step: usize,
        /// The loss at that step.
        loss: f64,
        /// Step size in use.
        rate: f64,
    },
    /// A setting outside the values it can have.
    #[error("{name} is {value}, but it must be {must}")]
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it must be.
        must: &'static str,
    },
    /// A checkpoint that cannot be used.
    #[error("the checkpoint {file} cannot be used ({reason}); leave --resume out to begin anew")]
    Checkpoint {
        /// File name.
        file: String,
        /// Why.
        reason: String,
    },
    /// The network refused.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A picture file could not be read or written.
    #[error(transparent)]
    Picture(#[from] PictureError),
}
