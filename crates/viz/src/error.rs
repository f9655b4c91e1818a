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
    /// A position beyond the edge of a feature map.
    #[error(
        "{layer} has {columns} columns and {rows} rows for this picture, counted from 0, so there is no position at column {x}, row {y}"
    )]
    NoSuchPosition {
        /// The layer.
        layer: Layer,
        /// Column asked for.
        x: usize,
        /// Row asked for.
        y: usize,
        /// Columns there are.
        columns: usize,
        /// Rows there are.
        rows: usize,
    },
    /// A vector or a guide made for a layer with another number of channels.
    #[error("{layer} has {channels} channels, but {found} numbers a position were given")]
    WrongLength {
        /// The layer.
        layer: Layer,
        /// Channels it has.
        channels: usize,
        /// Numbers given.
        found: usize,
    },
    /// A layer that makes nothing of a picture.
    #[error("{layer} is zero everywhere for this picture, so there is nothing to go back from")]
    Silent {
        /// The layer.
        layer: Layer,
    },
    /// A question about classes to a network that knows none.
    #[error("{network} has no classifier: it tells no classes apart")]
    NoClassifier {
        /// The network.
        network: String,
    },
    /// A layer that a score does not depend on, or not on it alone.
    #[error(
        "{score} cannot be computed from {layer} alone; choose a layer that everything on the way to {score} goes through"
    )]
    NotOnTheWay {
        /// The layer asked for.
        layer: Layer,
        /// Where the score is read.
        score: Layer,
    },
    /// A network whose weights cannot be replaced.
    #[error("{network} does not let its weights be replaced by random ones")]
    NoRandom {
        /// The network.
        network: String,
    },
    /// A network whose rectifiers know the gradient only.
    #[error(
        "{network} can go back by the gradient only: its rectifiers leave no choice of rule for a deconvolutional network or guided backpropagation"
    )]
    NoRule {
        /// The network.
        network: String,
    },
    /// A layer that cannot be looked at in tiles.
    #[error(
        "{layer} depends on the whole picture, so it cannot be looked at in tiles; choose an earlier layer or a smaller picture"
    )]
    NoTiles {
        /// The layer.
        layer: Layer,
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
