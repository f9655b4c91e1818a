//! What can be heard on the page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::report::music::Listen;

/// A sound with its picture.
pub struct Audible {
    /// The sound, a whole WAV file.
    pub wav: Vec<u8>,
    /// An address that holds the picture.
    pub picture: String,
    /// What kind of picture it is.
    pub shows: &'static str,
    /// What is heard.
    pub caption: String,
}

impl From<Listen> for Audible {
    fn from(piece: Listen) -> Self {
        let picture = STANDARD.encode(&piece.picture_svg);
        Self {
            wav: piece.wav,
            picture: format!("data:image/svg+xml;base64,{picture}"),
            shows: "Piano roll",
            caption: piece.caption,
        }
    }
}
