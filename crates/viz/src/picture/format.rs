//! The file formats that are read and written, and how each is recognised.

use std::fmt;
use std::path::Path;

use image::ImageFormat;

/// The formats that can be read, for messages.
pub(crate) const READABLE: &str = "PNG, JPEG, WebP, TIFF, BMP and GIF";

/// The extensions that can be written, for messages.
pub(crate) const WRITABLE_EXTENSIONS: &str = "png, jpg, jpeg, webp, tif, tiff";

/// A file format of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Exact, 8 or 16 bits, with alpha and text: the one that carries recipes.
    Png,
    /// Small and lossy, 8 bits, no alpha.
    Jpeg,
    /// Written without loss, 8 bits, with alpha.
    WebP,
    /// Exact, 8 or 16 bits, with alpha.
    Tiff,
    /// Read only.
    Bmp,
    /// Read only, the first frame.
    Gif,
}

impl Format {
    /// The format of a file's content, judged by its first bytes.
    pub fn of_content(bytes: &[u8]) -> Option<Self> {
        match image::guess_format(bytes).ok()? {
            ImageFormat::Png => Some(Self::Png),
            ImageFormat::Jpeg => Some(Self::Jpeg),
            ImageFormat::WebP => Some(Self::WebP),
            ImageFormat::Tiff => Some(Self::Tiff),
            ImageFormat::Bmp => Some(Self::Bmp),
            ImageFormat::Gif => Some(Self::Gif),
            _ => None,
        }
    }

    /// The format that an output's extension asks for, of those that can be written.
    pub fn of_output(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "png" => Some(Self::Png),
            "jpg" | "jpeg" => Some(Self::Jpeg),
            "webp" => Some(Self::WebP),
            "tif" | "tiff" => Some(Self::Tiff),
            _ => None,
        }
    }

    /// The format that a file's extension promises, of those that can be read. The content decides
    /// in the end; this is for choosing files without opening them.
    pub fn of_input(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "bmp" => Some(Self::Bmp),
            "gif" => Some(Self::Gif),
            _ => Self::of_output(path),
        }
    }

    /// The longest side that a file of the format can have, where a photograph can meet it.
    pub(crate) fn max_side(self) -> Option<u32> {
        match self {
            Self::Jpeg | Self::Gif => Some(65_535),
            Self::WebP => Some(16_383),
            _ => None,
        }
    }

    /// The format by the decoders' name.
    pub(crate) fn to_image(self) -> ImageFormat {
        match self {
            Self::Png => ImageFormat::Png,
            Self::Jpeg => ImageFormat::Jpeg,
            Self::WebP => ImageFormat::WebP,
            Self::Tiff => ImageFormat::Tiff,
            Self::Bmp => ImageFormat::Bmp,
            Self::Gif => ImageFormat::Gif,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
            Self::Tiff => "TIFF",
            Self::Bmp => "BMP",
            Self::Gif => "GIF",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_extension_of_the_message_can_be_written() {
        for extension in WRITABLE_EXTENSIONS.split(", ") {
            assert!(Format::of_output(Path::new(&format!("out.{extension}"))).is_some());
        }
    }

    #[test]
    fn capital_letters_in_an_extension_do_not_matter() {
        assert_eq!(
            Format::of_output(Path::new("IMG_0001.JPG")),
            Some(Format::Jpeg)
        );
    }

    #[test]
    fn no_extension_and_an_unknown_one_are_no_format() {
        assert_eq!(Format::of_output(Path::new("out")), None);
        assert_eq!(Format::of_output(Path::new("out.gif")), None);
        assert_eq!(Format::of_input(Path::new("in.GIF")), Some(Format::Gif));
        assert_eq!(Format::of_input(Path::new("in.txt")), None);
    }
}
