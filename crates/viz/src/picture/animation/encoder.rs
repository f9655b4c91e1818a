//! What the formats of animations have in common.

use std::error::Error;
use std::io;
use std::path::Path;

use super::super::{Format, Picture, PictureError};

/// An animation on its way into a file.
pub(super) trait Encoder {
    /// Appends a frame of the size of the first.
    fn add(&mut self, frame: &Picture) -> Result<(), EncodeFailure>;

    /// Ends the file.
    fn finish(self: Box<Self>) -> Result<(), EncodeFailure>;
}

/// Why an encoder stops; it does not know the name of its file.
#[derive(Debug)]
pub(super) enum EncodeFailure {
    /// The file does not take the bytes.
    Write(io::Error),
    /// The encoder does not take the picture.
    Refused(Box<dyn Error + Send + Sync>),
}

impl EncodeFailure {
    /// The sentence for a file of this name and format.
    pub(super) fn explain(self, path: &Path, format: Format) -> PictureError {
        match self {
            Self::Write(source) => PictureError::from_stream(path, source),
            Self::Refused(source) => PictureError::Encode { format, source },
        }
    }
}

impl From<io::Error> for EncodeFailure {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

impl From<png::EncodingError> for EncodeFailure {
    fn from(error: png::EncodingError) -> Self {
        match error {
            png::EncodingError::IoError(error) => Self::Write(error),
            other => Self::Refused(other.into()),
        }
    }
}

impl From<gif::EncodingError> for EncodeFailure {
    fn from(error: gif::EncodingError) -> Self {
        match error {
            gif::EncodingError::Io(error) => Self::Write(error),
            other => Self::Refused(other.into()),
        }
    }
}
