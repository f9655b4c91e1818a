//! Files become pictures: upright, sRGB, three channels, with the precision that the file has.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use image::error::LimitErrorKind;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader};

use super::convert::{is_grey, to_picture};
use super::limits::{Limits, has_jpeg_end, png_header_size};
use super::{Format, Picture, PictureError};

/// A picture that came from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The picture; where the file is transparent, it lies on white.
    pub picture: Picture,
    /// How opaque each pixel is, `[H, W]` in `[0, 1]`; `None` if all of them are 1.
    pub alpha: Option<Vec<f32>>,
    /// What the file was like.
    pub source: SourceInfo,
}

/// What a file was like before it became a picture.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SourceInfo {
    /// Judged by the content; the name may say something else.
    pub format: Format,
    /// Columns as stored, before the picture was turned upright.
    pub width: u32,
    /// Rows as stored, before the picture was turned upright.
    pub height: u32,
    /// Bits of a channel as decoded: 8, 16 or 32.
    pub bits: u16,
    /// Whether there is one channel of grey instead of three of colour.
    pub grey: bool,
    /// Whether the file has an alpha channel, opaque or not.
    pub had_alpha: bool,
    /// Whether a colour profile is embedded.
    pub had_icc: bool,
    /// Why the colour profile was ignored, if it was.
    pub icc_note: Option<String>,
    /// How the camera was held, as EXIF numbers it: 1 is upright, 6 and 8 lie on a side.
    pub orientation: u8,
}

/// Reads a picture file as a photographer expects to see it.
///
/// - The format is judged by the content, not by the name: PNG, JPEG, WebP, TIFF, BMP, or the first
///   frame of a GIF.
/// - The orientation that the camera noted is applied.
/// - Colours are brought to sRGB by the embedded profile. A file without one is taken for sRGB; a
///   profile that cannot be used is ignored, and [`SourceInfo::icc_note`] says so. CMYK files are
///   converted by the decoder's plain formula, without their profile.
/// - 16-bit files keep their precision, grey becomes three equal channels.
/// - Where the file is transparent, its colours are laid on white, since a network needs some colour
///   there; `alpha` comes separately, so that [`save`](super::save()) can put it back.
///
/// # Errors
/// What is wrong with the file, see [`PictureError`]. The header is checked against `limits` before
/// anything of the size it promises is allocated.
pub fn load(path: &Path, limits: &Limits) -> Result<Loaded, PictureError> {
    let failed = |source| PictureError::from_read(path, source);
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    // Not by the length that the system reports: pipes have none.
    file.take(limits.max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    load_bytes(&bytes, path, limits)
}

/// Does what [`load`] does with the content of a file; `name` is only used in messages.
///
/// # Errors
/// As [`load`], except for those of opening a file.
pub fn load_bytes(bytes: &[u8], name: &Path, limits: &Limits) -> Result<Loaded, PictureError> {
    if bytes.len() as u64 > limits.max_bytes {
        return Err(PictureError::TooManyBytes {
            path: name.to_owned(),
            limit: limits.max_bytes,
        });
    }
    let Some(format) = Format::of_content(bytes) else {
        return Err(PictureError::NotAPicture {
            path: name.to_owned(),
        });
    };
    let failed = |error| decode_error(error, name, format, limits);

    if format == Format::Png {
        // The decoder would go on to the first pixels, and a header alone may be too large already.
        let (width, height) = png_header_size(bytes).map_err(failed)?;
        limits.check(width, height, name)?;
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format.to_image());
    let mut decoder_limits = image::Limits::no_limits();
    decoder_limits.max_alloc = Some(limits.max_bytes);
    reader.limits(decoder_limits);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    limits.check(width, height, name)?;
    if decoder.total_bytes() > limits.max_bytes {
        return Err(PictureError::TooManyBytes {
            path: name.to_owned(),
            limit: limits.max_bytes,
        });
    }
    if format == Format::Jpeg && !has_jpeg_end(bytes) {
        // The decoder would fill the missing rows with grey and say nothing.
        return Err(PictureError::Truncated {
            path: name.to_owned(),
            format,
        });
    }

    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let colour = decoder.color_type();
    let mut decoded = DynamicImage::from_decoder(decoder).map_err(failed)?;
    decoded.apply_orientation(orientation);

    let (picture, alpha, icc_note) = to_picture(decoded, profile.as_deref());
    let source = SourceInfo {
        format,
        width,
        height,
        bits: colour.bits_per_pixel() / u16::from(colour.channel_count()),
        grey: is_grey(colour),
        had_alpha: colour.has_alpha(),
        had_icc: profile.is_some(),
        icc_note,
        orientation: orientation.to_exif(),
    };
    Ok(Loaded {
        picture,
        alpha,
        source,
    })
}

fn decode_error(source: ImageError, name: &Path, format: Format, limits: &Limits) -> PictureError {
    let path = name.to_owned();
    match source {
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            PictureError::Truncated { path, format }
        }
        ImageError::Limits(ref limit) if limit.kind() == LimitErrorKind::InsufficientMemory => {
            PictureError::TooManyBytes {
                path,
                limit: limits.max_bytes,
            }
        }
        source => PictureError::Decode {
            path,
            format,
            source,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use image::{DynamicImage, ImageBuffer, ImageFormat};
    use moxcms::ColorProfile;

    use super::*;
    use crate::picture::{SaveOptions, encode};

    const NAME: &str = "photo.png";

    fn read(bytes: &[u8]) -> Result<Loaded, PictureError> {
        load_bytes(bytes, Path::new(NAME), &Limits::default())
    }

    /// Red at the top left of 16x8, else blue; blocks of 8 so that JPEG keeps them clean.
    fn corner() -> Picture {
        Picture::from_fn(16, 8, |x, _| {
            if x < 8 {
                [1.0, 0.0, 0.0]
            } else {
                [0.0, 0.0, 1.0]
            }
        })
    }

    fn bytes_of(format: Format) -> Vec<u8> {
        encode(&corner(), None, format, &SaveOptions::default()).unwrap()
    }

    fn bytes_of_image(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// A JPEG whose APP1 segment says how the camera was held.
    fn jpeg_held(orientation: u8) -> Vec<u8> {
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01".to_vec();
        exif.extend_from_slice(&[
            0x01,
            0x12,
            0,
            3,
            0,
            0,
            0,
            1,
            0,
            orientation,
            0,
            0,
            0,
            0,
            0,
            0,
        ]);
        let mut bytes = bytes_of(Format::Jpeg);
        let mut segment = vec![0xff, 0xe1];
        segment.extend_from_slice(&(exif.len() as u16 + 2).to_be_bytes());
        segment.extend_from_slice(&exif);
        bytes.splice(2..2, segment);
        bytes
    }

    fn is_near(found: [f32; 3], expected: [f32; 3]) -> bool {
        found
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() < 0.02)
    }

    #[test]
    fn every_format_is_recognised_by_its_content() {
        let rgb =
            DynamicImage::ImageRgb8(ImageBuffer::from_raw(16, 8, corner().to_rgb8()).unwrap());
        let files = [
            (Format::Png, bytes_of(Format::Png)),
            (Format::Jpeg, bytes_of(Format::Jpeg)),
            (Format::WebP, bytes_of(Format::WebP)),
            (Format::Tiff, bytes_of(Format::Tiff)),
            (Format::Bmp, bytes_of_image(&rgb, ImageFormat::Bmp)),
            (Format::Gif, bytes_of_image(&rgb, ImageFormat::Gif)),
        ];
        for (format, bytes) in files {
            let loaded = read(&bytes).unwrap();
            assert_eq!(loaded.source.format, format);
            assert_eq!((loaded.source.width, loaded.source.height), (16, 8));
            assert!(
                is_near(loaded.picture.get(2, 2), [1.0, 0.0, 0.0]),
                "{format}"
            );
            assert!(
                is_near(loaded.picture.get(12, 2), [0.0, 0.0, 1.0]),
                "{format}"
            );
            assert_eq!(loaded.alpha, None, "{format}");
        }
    }

    #[test]
    fn a_photograph_held_sideways_is_turned_upright() {
        let loaded = read(&jpeg_held(6)).unwrap();
        assert_eq!(loaded.source.orientation, 6);
        assert_eq!((loaded.source.width, loaded.source.height), (16, 8));
        assert_eq!((loaded.picture.width(), loaded.picture.height()), (8, 16));
        assert!(is_near(loaded.picture.get(3, 3), [1.0, 0.0, 0.0]));
        assert!(is_near(loaded.picture.get(3, 12), [0.0, 0.0, 1.0]));
        let flipped = read(&jpeg_held(2)).unwrap().picture;
        assert!(is_near(flipped.get(3, 3), [0.0, 0.0, 1.0]));
    }

    #[test]
    fn a_profile_is_applied_and_a_broken_one_is_noted() {
        let png_with = |profile: Vec<u8>| {
            let mut bytes = Cursor::new(Vec::new());
            let mut encoder = image::codecs::png::PngEncoder::new(&mut bytes);
            image::ImageEncoder::set_icc_profile(&mut encoder, profile).unwrap();
            let rgb = image::ExtendedColorType::Rgb8;
            image::ImageEncoder::write_image(encoder, &[200, 100, 50], 1, 1, rgb).unwrap();
            read(&bytes.into_inner()).unwrap()
        };
        let p3 = png_with(ColorProfile::new_display_p3().encode().unwrap());
        assert!(p3.source.had_icc && p3.source.icc_note.is_none());
        assert!(is_near(
            p3.picture.get(0, 0),
            [214.9 / 255.0, 92.6 / 255.0, 31.0 / 255.0]
        ));
        let broken = png_with(b"nonsense".to_vec());
        assert!(broken.source.had_icc);
        assert!(broken.source.icc_note.unwrap().contains("broken"));
        assert_eq!(broken.picture.to_rgb8(), [200, 100, 50]);
    }

    #[test]
    fn a_file_that_ends_early_is_cut_off_in_every_format() {
        for format in [Format::Png, Format::Jpeg, Format::WebP, Format::Tiff] {
            let bytes = bytes_of(format);
            let error = read(&bytes[..bytes.len() * 3 / 4]).unwrap_err();
            let told = matches!(
                error,
                PictureError::Truncated { .. } | PictureError::Decode { .. }
            );
            assert!(told, "{format}: {error:?}");
        }
        let jpeg = bytes_of(Format::Jpeg);
        let error = read(&jpeg[..jpeg.len() - 10]).unwrap_err();
        assert!(matches!(error, PictureError::Truncated { .. }), "{error:?}");
    }

    #[test]
    fn a_text_named_as_a_picture_is_no_picture() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.png");
        fs::File::create(&path)
            .unwrap()
            .write_all(b"shopping: milk")
            .unwrap();
        let error = load(&path, &Limits::default()).unwrap_err();
        assert!(matches!(error, PictureError::NotAPicture { .. }), "{error}");
        let text = error.to_string();
        assert!(
            text.contains("notes.png") && text.contains("PNG, JPEG"),
            "{text}"
        );
    }

    #[test]
    fn a_missing_file_and_a_folder_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let error = load(&folder.path().join("none.png"), &Limits::default()).unwrap_err();
        assert!(matches!(error, PictureError::Missing { .. }), "{error}");
        let error = load(folder.path(), &Limits::default()).unwrap_err();
        assert!(matches!(error, PictureError::Read { .. }), "{error}");
    }
}
