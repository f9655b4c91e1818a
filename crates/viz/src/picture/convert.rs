//! Decoded samples become a picture: colours by their profile, on white, and alpha beside them.

use image::{ColorType, DynamicImage};

use super::{CHANNELS, Picture, icc, to_unit};

/// Whether there is one channel of grey instead of three of colour.
pub(crate) fn is_grey(colour: ColorType) -> bool {
    matches!(
        colour,
        ColorType::L8 | ColorType::La8 | ColorType::L16 | ColorType::La16
    )
}

/// The colours on white, the alpha if it matters, and why the profile was ignored if it was.
pub(crate) fn to_picture(
    decoded: DynamicImage,
    profile: Option<&[u8]>,
) -> (Picture, Option<Vec<f32>>, Option<String>) {
    let (width, height, colour) = (decoded.width(), decoded.height(), decoded.color());
    let (mut pixels, alpha) = split_alpha(decoded);
    let note = profile
        .and_then(|profile| icc::convert_to_srgb(&mut pixels, is_grey(colour), profile).err());
    if let Some(alpha) = &alpha {
        for (colour, &opaque) in pixels.as_chunks_mut::<CHANNELS>().0.iter_mut().zip(alpha) {
            *colour = colour.map(|value| to_unit(value * opaque + 1.0 - opaque));
        }
    }
    (
        Picture::new(width, height, pixels),
        alpha,
        note.map(|error| error.to_string()),
    )
}

/// Colours in `[0, 1]`, and alpha unless all of it is 1.
fn split_alpha(decoded: DynamicImage) -> (Vec<f32>, Option<Vec<f32>>) {
    if !decoded.color().has_alpha() {
        return (
            decoded
                .into_rgb32f()
                .into_raw()
                .into_iter()
                .map(to_unit)
                .collect(),
            None,
        );
    }
    let samples = decoded.into_rgba32f().into_raw();
    let (colours, _) = samples.as_chunks::<4>();
    let pixels = colours
        .iter()
        .flat_map(|&[r, g, b, _]| [r, g, b])
        .map(to_unit)
        .collect();
    let alpha: Vec<f32> = colours
        .iter()
        .map(|&[_, _, _, alpha]| to_unit(alpha))
        .collect();
    let opaque = alpha.iter().all(|&value| value >= 1.0);
    (pixels, (!opaque).then_some(alpha))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::path::Path;

    use image::{ImageBuffer, ImageFormat};

    use super::*;
    use crate::picture::{BitDepth, Format, Limits, Loaded, SaveOptions, encode, load_bytes};

    fn read(bytes: &[u8]) -> Loaded {
        load_bytes(bytes, Path::new("photo.png"), &Limits::default()).unwrap()
    }

    fn png_of(image: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn is_near(found: [f32; 3], expected: [f32; 3]) -> bool {
        found
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() < 0.02)
    }

    #[test]
    fn sixteen_bits_keep_their_precision() {
        let picture = Picture::from_fn(64, 2, |x, y| {
            [12345.0, 12345.0 + x as f32, 50000.0 + y as f32].map(|value| value / 65535.0)
        });
        let options = SaveOptions {
            bits: BitDepth::Sixteen,
            ..SaveOptions::default()
        };
        for format in [Format::Png, Format::Tiff] {
            let loaded = read(&encode(&picture, None, format, &options).unwrap());
            assert_eq!(loaded.source.bits, 16);
            for (found, expected) in loaded.picture.pixels().iter().zip(picture.pixels()) {
                assert!(
                    (found - expected).abs() < 0.01 / 65535.0,
                    "{found} is not {expected}"
                );
            }
        }
    }

    #[test]
    fn grey_becomes_three_equal_channels() {
        let grey = DynamicImage::ImageLuma16(ImageBuffer::from_raw(2, 1, vec![0, 30000]).unwrap());
        let loaded = read(&png_of(&grey));
        assert!(loaded.source.grey && loaded.source.bits == 16);
        assert_eq!(loaded.picture.get(1, 0), [30000.0 / 65535.0; 3]);
    }

    #[test]
    fn transparent_places_lie_on_white_and_alpha_comes_back_on_saving() {
        let rgba = vec![255, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 51];
        let image = DynamicImage::ImageRgba8(ImageBuffer::from_raw(3, 1, rgba).unwrap());
        let loaded = read(&png_of(&image));
        assert_eq!(loaded.picture.get(0, 0), [1.0, 0.0, 0.0]);
        assert_eq!(loaded.picture.get(1, 0), [1.0; 3]);
        assert!(is_near(loaded.picture.get(2, 0), [0.8; 3]));
        let alpha = loaded.alpha.unwrap();
        assert_eq!(alpha, [1.0, 0.0, 0.2]);
        for format in [Format::Png, Format::WebP, Format::Tiff] {
            let options = SaveOptions::default();
            let bytes = encode(&loaded.picture, Some(&alpha), format, &options).unwrap();
            assert_eq!(read(&bytes).alpha.unwrap(), alpha, "{format}");
        }
    }

    #[test]
    fn opaque_alpha_is_no_alpha() {
        let image =
            DynamicImage::ImageRgba8(ImageBuffer::from_raw(1, 1, vec![9, 9, 9, 255]).unwrap());
        let loaded = read(&png_of(&image));
        assert!(loaded.source.had_alpha && loaded.alpha.is_none());
    }
}
