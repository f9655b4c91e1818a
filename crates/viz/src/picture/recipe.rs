//! How a picture was made, carried inside its PNG or GIF.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use super::animation::read_comment;
use super::{Format, PictureError};

/// Keyword of the iTXt chunk that holds the recipe as JSON.
pub const RECIPE_KEYWORD: &str = "reverie";

/// Keyword of the iTXt chunk that tells people how the picture was made, as other programs name it.
pub const PARAMETERS_KEYWORD: &str = "parameters";

/// The longest recipe that is written or read.
pub const MAX_RECIPE_BYTES: usize = 1 << 20;

/// What all that precedes the pixels of a PNG may take: texts of others, a colour profile.
const MAX_HEADER_BYTES: usize = 16 << 20;

/// Bytes that tell what a file is.
const SIGNATURE_BYTES: u64 = 64;

/// The recipe inside a PNG, still or moving, or a GIF, as the JSON text that was given to
/// [`SaveOptions`](super::SaveOptions) or [`AnimationOptions`](super::animation::AnimationOptions);
/// `None` if it carries none, or is a picture of another format.
///
/// # Errors
/// [`PictureError::Missing`] or [`PictureError::Read`] for the file, [`PictureError::NotAPicture`],
/// [`PictureError::RecipeTooLong`], [`PictureError::Truncated`] for a GIF that ends before its first
/// frame, and [`PictureError::Metadata`] for a broken PNG.
pub fn read_recipe(path: &Path) -> Result<Option<String>, PictureError> {
    let failed = |source| PictureError::from_read(path, source);
    let mut file = BufReader::new(File::open(path).map_err(failed)?);
    let mut start = Vec::new();
    file.by_ref()
        .take(SIGNATURE_BYTES)
        .read_to_end(&mut start)
        .map_err(failed)?;
    file.rewind().map_err(failed)?;
    match Format::of_content(&start) {
        None => {
            return Err(PictureError::NotAPicture {
                path: path.to_owned(),
            });
        }
        Some(Format::Png) => {}
        Some(Format::Gif) => {
            let cut_off = |source: io::Error| match source.kind() {
                io::ErrorKind::UnexpectedEof => PictureError::Truncated {
                    path: path.to_owned(),
                    format: Format::Gif,
                },
                _ => failed(source),
            };
            let recipe = read_comment(&mut file, RECIPE_KEYWORD).map_err(cut_off)?;
            recipe.as_deref().map_or(Ok(()), check_length)?;
            return Ok(recipe);
        }
        Some(_) => return Ok(None),
    }

    let broken = |source| PictureError::Metadata {
        path: path.to_owned(),
        source,
    };
    let limits = png::Limits {
        bytes: MAX_HEADER_BYTES,
    };
    let reader = png::Decoder::new_with_limits(file, limits)
        .read_info()
        .map_err(broken)?;
    let chunks = &reader.info().utf8_text;
    let Some(chunk) = chunks.iter().find(|chunk| chunk.keyword == RECIPE_KEYWORD) else {
        return Ok(None);
    };
    let mut chunk = chunk.clone();
    chunk
        .decompress_text_with_limit(MAX_RECIPE_BYTES)
        .map_err(broken)?;
    let text = chunk.get_text().map_err(broken)?;
    check_length(&text)?;
    Ok(Some(text))
}

/// Refuses a recipe that is longer than [`MAX_RECIPE_BYTES`].
pub(super) fn check_length(text: &str) -> Result<(), PictureError> {
    let (bytes, limit) = (text.len(), MAX_RECIPE_BYTES);
    if bytes > limit {
        return Err(PictureError::RecipeTooLong { bytes, limit });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{Picture, SaveOptions, save};

    const RECIPE: &str = r#"{"style":"été 夜 🌌","seed":7}"#;

    fn saved(name: &str, options: &SaveOptions) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        save(&Picture::filled(2, 2, [0.5; 3]), None, &path, options).unwrap();
        (folder, path)
    }

    fn with_recipe(recipe: &str) -> SaveOptions {
        SaveOptions {
            recipe: Some(recipe.to_owned()),
            parameters: Some("seed 7".to_owned()),
            ..SaveOptions::default()
        }
    }

    #[test]
    fn a_recipe_comes_back_letter_by_letter() {
        let (_folder, path) = saved("a.png", &with_recipe(RECIPE));
        assert_eq!(read_recipe(&path).unwrap().unwrap(), RECIPE);
        let longest = "x".repeat(MAX_RECIPE_BYTES);
        let (_folder, path) = saved("b.png", &with_recipe(&longest));
        assert_eq!(read_recipe(&path).unwrap().unwrap(), longest);
    }

    #[test]
    fn no_recipe_is_none() {
        let (_folder, path) = saved("a.png", &SaveOptions::default());
        assert_eq!(read_recipe(&path).unwrap(), None);
        let (_folder, path) = saved("a.jpg", &with_recipe(RECIPE));
        assert_eq!(read_recipe(&path).unwrap(), None);
    }

    #[test]
    fn a_recipe_that_is_too_long_is_refused_on_both_sides() {
        let long = "x".repeat(MAX_RECIPE_BYTES + 1);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let picture = Picture::filled(1, 1, [0.5; 3]);
        let error = save(&picture, None, &path, &with_recipe(&long)).unwrap_err();
        assert!(
            matches!(
                error,
                PictureError::RecipeTooLong {
                    bytes: 1_048_577,
                    ..
                }
            ),
            "{error}"
        );
        assert!(!path.exists());

        for compressed in [false, true] {
            let mut chunk = png::text_metadata::ITXtChunk::new(RECIPE_KEYWORD, long.clone());
            chunk.compressed = compressed;
            let mut encoder = png::Encoder::new(File::create(&path).unwrap(), 1, 1);
            encoder.set_color(png::ColorType::Grayscale);
            let mut writer = encoder.write_header().unwrap();
            writer.write_text_chunk(&chunk).unwrap();
            writer.write_image_data(&[0]).unwrap();
            writer.finish().unwrap();
            assert!(read_recipe(&path).is_err(), "compressed: {compressed}");
        }
    }

    #[test]
    fn a_missing_file_and_a_text_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        assert!(matches!(
            read_recipe(&path),
            Err(PictureError::Missing { .. })
        ));
        std::fs::write(&path, "hello").unwrap();
        assert!(matches!(
            read_recipe(&path),
            Err(PictureError::NotAPicture { .. })
        ));
    }
}
