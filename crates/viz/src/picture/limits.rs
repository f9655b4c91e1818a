//! What a file may ask of us, found in its first bytes and its last.

use std::io::Cursor;
use std::path::Path;

use image::ImageError;

use super::PictureError;

/// Pixels that a picture may have unless the caller says otherwise.
pub const DEFAULT_MAX_PIXELS: u64 = 200_000_000;

/// Bytes that a file, and what it decodes to, may have unless the caller says otherwise.
pub const DEFAULT_MAX_BYTES: u64 = 2 << 30;

/// What a file may ask of us before it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Width times height, read from the header before anything is decoded.
    pub max_pixels: u64,
    /// Bytes of the file, and bytes that the decoder may allocate.
    pub max_bytes: u64,
    /// The shortest width or height that the caller can use.
    pub min_side: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_pixels: DEFAULT_MAX_PIXELS,
            max_bytes: DEFAULT_MAX_BYTES,
            min_side: 1,
        }
    }
}

impl Limits {
    /// Compares the size that a header promises with what is allowed.
    pub(crate) fn check(&self, width: u32, height: u32, name: &Path) -> Result<(), PictureError> {
        let (path, limit, min) = (name.to_owned(), self.max_pixels, self.min_side.max(1));
        if u64::from(width) * u64::from(height) > limit {
            Err(PictureError::TooManyPixels {
                path,
                width,
                height,
                limit,
            })
        } else if width.min(height) < min {
            Err(PictureError::TooSmall {
                path,
                width,
                height,
                min,
            })
        } else {
            Ok(())
        }
    }
}

/// Columns and rows of a PNG, from nothing but its header.
pub(crate) fn png_header_size(bytes: &[u8]) -> Result<(u32, u32), ImageError> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    let header = decoder.read_header_info().map_err(|error| match error {
        png::DecodingError::IoError(error) => ImageError::IoError(error),
        other => ImageError::Decoding(image::error::DecodingError::new(
            image::ImageFormat::Png.into(),
            other,
        )),
    })?;
    Ok((header.width, header.height))
}

/// Whether the end marker of a JPEG is there; before the first scan it may belong to a thumbnail.
pub(crate) fn has_jpeg_end(bytes: &[u8]) -> bool {
    const END: [u8; 2] = [0xff, 0xd9];
    const START_OF_SCAN: u8 = 0xda;
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
        match marker {
            0xff => at += 1,
            START_OF_SCAN => return bytes[at..].windows(2).rev().any(|pair| pair == END),
            _ => at += 2 + usize::from(u16::from_be_bytes([high, low])),
        }
    }
    // Not laid out as expected: the decoder judges.
    at < bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{Format, Picture, SaveOptions, encode, load_bytes};

    const NAME: &str = "photo.png";

    /// A chunk of a PNG with its checksum.
    fn png_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let mut checked = kind.to_vec();
        checked.extend_from_slice(data);
        let sum = checked.iter().fold(u32::MAX, |sum, &byte| {
            (0..8).fold(sum ^ u32::from(byte), |sum, _| {
                if sum & 1 == 1 {
                    (sum >> 1) ^ 0xedb8_8320
                } else {
                    sum >> 1
                }
            })
        });
        let mut chunk = (data.len() as u32).to_be_bytes().to_vec();
        chunk.extend_from_slice(&checked);
        chunk.extend_from_slice(&(!sum).to_be_bytes());
        chunk
    }

    fn png_header(width: u32, height: u32) -> Vec<u8> {
        let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
        header.extend_from_slice(&[8, 2, 0, 0, 0]);
        [b"\x89PNG\r\n\x1a\n".to_vec(), png_chunk(b"IHDR", &header)].concat()
    }

    #[test]
    fn a_header_that_promises_too_much_is_refused_before_decoding() {
        for rest in [
            Vec::new(),
            png_chunk(b"IDAT", &[0x78, 0x9c]),
            png_chunk(b"IEND", &[]),
        ] {
            let bytes = [png_header(60_000, 60_000), rest].concat();
            let error = load_bytes(&bytes, Path::new(NAME), &Limits::default()).unwrap_err();
            assert!(
                matches!(error, PictureError::TooManyPixels { width: 60_000, .. }),
                "{error}"
            );
            let text = error.to_string();
            assert!(
                text.contains("60000x60000") && text.contains("200000000"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_picture_below_the_shortest_side_is_refused() {
        let picture = Picture::filled(16, 8, [0.5; 3]);
        let bytes = encode(&picture, None, Format::Png, &SaveOptions::default()).unwrap();
        let limits = Limits {
            min_side: 9,
            ..Limits::default()
        };
        let error = load_bytes(&bytes, Path::new(NAME), &limits).unwrap_err();
        assert_eq!(
            error.to_string(),
            "photo.png has 16x8 pixels, but each side must have at least 9"
        );
    }

    #[test]
    fn the_end_of_a_thumbnail_is_not_the_end_of_a_jpeg() {
        let thumbnail = [0xff, 0xd8, 0xff, 0xe1, 0, 4, 0xff, 0xd9];
        let scan = [0xff, 0xda, 0, 2, 1, 2, 3];
        assert!(!has_jpeg_end(&[&thumbnail[..], &scan].concat()));
        assert!(has_jpeg_end(
            &[&thumbnail[..], &scan, &[0xff, 0xd9]].concat()
        ));
    }
}
