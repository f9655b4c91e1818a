//! Pictures become the bytes of a file.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::tiff::TiffEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::recipe::{PARAMETERS_KEYWORD, RECIPE_KEYWORD, check_length};
use super::{CHANNELS, Format, Picture, PictureError, check_size, to_byte, to_unit};

/// How much of a picture a JPEG keeps unless the caller says otherwise, from 1 to 100.
pub const DEFAULT_JPEG_QUALITY: u8 = 95;

/// Bits of a channel in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum BitDepth {
    /// 256 steps: every program shows it.
    #[default]
    Eight,
    /// 65536 steps, for further work on the picture. PNG and TIFF only.
    Sixteen,
}

impl BitDepth {
    /// The depth of 8 or 16 bits; there is no other.
    pub fn from_bits(bits: u16) -> Option<Self> {
        match bits {
            8 => Some(Self::Eight),
            16 => Some(Self::Sixteen),
            _ => None,
        }
    }

    /// 8 or 16.
    pub fn bits(self) -> u16 {
        match self {
            Self::Eight => 8,
            Self::Sixteen => 16,
        }
    }
}

/// How a picture is written.
#[derive(Clone, Debug, PartialEq)]
pub struct SaveOptions {
    /// Whether a file of that name may be replaced.
    pub overwrite: bool,
    /// Bits of a channel in PNG and TIFF; JPEG and WebP always have 8.
    pub bits: BitDepth,
    /// Quality of a JPEG, from 1 to 100.
    pub jpeg_quality: u8,
    /// How the picture was made, as JSON; only a PNG carries it.
    pub recipe: Option<String>,
    /// How the picture was made, in words for people; only a PNG carries it.
    pub parameters: Option<String>,
}

impl Default for SaveOptions {
    fn default() -> Self {
        Self {
            overwrite: false,
            bits: BitDepth::Eight,
            jpeg_quality: DEFAULT_JPEG_QUALITY,
            recipe: None,
            parameters: None,
        }
    }
}

/// The bytes of a picture file, for a pipe or a page; [`save`](super::save()) makes a file of them.
///
/// Values are rounded to the nearest step. A PNG says that it is sRGB and carries the recipe as
/// iTXt; the other formats carry neither and are taken for sRGB by everyone. JPEG keeps the colours
/// at full resolution (4:4:4), has no alpha, and shows transparent places on white. WebP is written
/// without loss.
///
/// # Shapes
/// - `alpha`: `[H, W]`
///
/// # Errors
/// [`PictureError::NotWritableFormat`], [`PictureError::TooLargeForFormat`],
/// [`PictureError::RecipeTooLong`] or [`PictureError::Encode`].
///
/// # Panics
/// If `alpha` has another number of values than the picture has pixels.
pub fn encode(
    picture: &Picture,
    alpha: Option<&[f32]>,
    format: Format,
    options: &SaveOptions,
) -> Result<Vec<u8>, PictureError> {
    let (width, height) = (picture.width(), picture.height());
    if let Some(alpha) = alpha {
        check_size(width, height, 1, alpha.len());
    }
    if let Some(limit) = format.max_side().filter(|&limit| width.max(height) > limit) {
        return Err(PictureError::TooLargeForFormat {
            format,
            width,
            height,
            limit,
        });
    }
    let mut bytes = Cursor::new(Vec::new());
    let written = match format {
        Format::Png => return encode_png(picture, alpha, options),
        Format::Jpeg => {
            let flat = samples(&on_white(picture, alpha), None, BitDepth::Eight);
            let quality = options.jpeg_quality.clamp(1, 100);
            JpegEncoder::new_with_quality(&mut bytes, quality).write_image(
                &flat,
                width,
                height,
                ExtendedColorType::Rgb8,
            )
        }
        Format::WebP => WebPEncoder::new_lossless(&mut bytes).write_image(
            &samples(picture, alpha, BitDepth::Eight),
            width,
            height,
            if alpha.is_some() {
                ExtendedColorType::Rgba8
            } else {
                ExtendedColorType::Rgb8
            },
        ),
        Format::Tiff => TiffEncoder::new(&mut bytes).write_image(
            &samples(picture, alpha, options.bits),
            width,
            height,
            match (options.bits, alpha.is_some()) {
                (BitDepth::Eight, false) => ExtendedColorType::Rgb8,
                (BitDepth::Eight, true) => ExtendedColorType::Rgba8,
                (BitDepth::Sixteen, false) => ExtendedColorType::Rgb16,
                (BitDepth::Sixteen, true) => ExtendedColorType::Rgba16,
            },
        ),
        Format::Bmp | Format::Gif => return Err(PictureError::NotWritableFormat { format }),
    };
    match written {
        Ok(()) => Ok(bytes.into_inner()),
        Err(source) => Err(PictureError::Encode {
            format,
            source: source.into(),
        }),
    }
}

fn encode_png(
    picture: &Picture,
    alpha: Option<&[f32]>,
    options: &SaveOptions,
) -> Result<Vec<u8>, PictureError> {
    let texts = [
        (RECIPE_KEYWORD, &options.recipe),
        (PARAMETERS_KEYWORD, &options.parameters),
    ];
    for text in texts.iter().filter_map(|(_, text)| text.as_ref()) {
        check_length(text)?;
    }
    let mut data = samples(picture, alpha, options.bits);
    if options.bits == BitDepth::Sixteen && cfg!(target_endian = "little") {
        // A PNG is big-endian, all other encoders take the order of the machine.
        data.as_chunks_mut::<2>()
            .0
            .iter_mut()
            .for_each(|pair| pair.reverse());
    }
    let write = || -> Result<Vec<u8>, png::EncodingError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, picture.width(), picture.height());
        encoder.set_color(if alpha.is_some() {
            png::ColorType::Rgba
        } else {
            png::ColorType::Rgb
        });
        encoder.set_depth(match options.bits {
            BitDepth::Eight => png::BitDepth::Eight,
            BitDepth::Sixteen => png::BitDepth::Sixteen,
        });
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
        for (keyword, text) in texts {
            if let Some(text) = text {
                encoder.add_itxt_chunk(keyword.to_owned(), text.clone())?;
            }
        }
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&data)?;
        writer.finish()?;
        Ok(bytes)
    };
    write().map_err(|source| PictureError::Encode {
        format: Format::Png,
        source: source.into(),
    })
}

/// The samples of a file, alpha last, in the byte order of the machine.
fn samples(picture: &Picture, alpha: Option<&[f32]>, bits: BitDepth) -> Vec<u8> {
    let channels = CHANNELS + usize::from(alpha.is_some());
    let values = picture
        .colours()
        .iter()
        .enumerate()
        .flat_map(|(i, &[r, g, b])| {
            let opaque = alpha.map_or(1.0, |alpha| alpha[i]);
            [r, g, b, opaque].into_iter().take(channels)
        });
    match bits {
        BitDepth::Eight => values.map(to_byte).collect(),
        BitDepth::Sixteen => values
            .flat_map(|value| ((to_unit(value) * 65535.0).round() as u16).to_ne_bytes())
            .collect(),
    }
}

fn on_white(picture: &Picture, alpha: Option<&[f32]>) -> Picture {
    let mut flat = picture.clone();
    if let Some(alpha) = alpha {
        for (colour, &opaque) in flat.colours_mut().iter_mut().zip(alpha) {
            *colour = colour.map(|value| value * opaque + 1.0 - opaque);
        }
    }
    flat
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::picture::{Limits, load_bytes};

    fn ramp() -> Picture {
        Picture::from_fn(20, 12, |x, y| [x as f32 / 20.0, y as f32 / 12.0, 0.5])
    }

    fn read(bytes: &[u8]) -> Picture {
        load_bytes(bytes, Path::new("ramp"), &Limits::default())
            .unwrap()
            .picture
    }

    #[test]
    fn all_formats_but_jpeg_are_exact() {
        let expected = ramp().to_rgb8();
        for format in [Format::Png, Format::WebP, Format::Tiff] {
            let bytes = encode(&ramp(), None, format, &SaveOptions::default()).unwrap();
            assert_eq!(read(&bytes).to_rgb8(), expected, "{format}");
        }
        let bytes = encode(&ramp(), None, Format::Jpeg, &SaveOptions::default()).unwrap();
        let near = read(&bytes)
            .to_rgb8()
            .iter()
            .zip(&expected)
            .all(|(a, b)| a.abs_diff(*b) < 12);
        assert!(near);
    }

    #[test]
    fn a_png_says_that_it_is_srgb() {
        let bytes = encode(&ramp(), None, Format::Png, &SaveOptions::default()).unwrap();
        assert!(bytes.windows(4).any(|name| name == b"sRGB"));
    }

    #[test]
    fn a_jpeg_keeps_colour_at_full_resolution() {
        let bytes = encode(&ramp(), None, Format::Jpeg, &SaveOptions::default()).unwrap();
        let frame = bytes
            .windows(2)
            .position(|pair| pair == [0xff, 0xc0])
            .unwrap();
        let sampling: Vec<u8> = (0..3).map(|i| bytes[frame + 11 + 3 * i]).collect();
        assert_eq!(sampling, [0x11; 3]);
    }

    #[test]
    fn a_jpeg_shows_transparent_places_on_white() {
        let black = Picture::filled(8, 8, [0.0; 3]);
        let clear = [0.0; 64];
        let bytes = encode(&black, Some(&clear), Format::Jpeg, &SaveOptions::default()).unwrap();
        assert_eq!(read(&bytes).to_rgb8()[..3], [255; 3]);
    }

    #[test]
    fn a_picture_too_wide_for_the_format_is_refused_with_the_limit() {
        let wide = Picture::filled(16_384, 1, [0.5; 3]);
        let error = encode(&wide, None, Format::WebP, &SaveOptions::default()).unwrap_err();
        assert!(
            error.to_string().contains("at most 16383 pixels"),
            "{error}"
        );
        let error = encode(&wide, None, Format::Gif, &SaveOptions::default()).unwrap_err();
        assert!(matches!(
            error,
            PictureError::NotWritableFormat {
                format: Format::Gif
            }
        ));
    }
}
