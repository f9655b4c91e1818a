//! Pictures that follow each other become one file that moves, shown again and again.
//!
//! Frames come one at a time and go into the file at once, so a film of any length takes the memory
//! of a few pictures. The file appears when its last frame is in, or not at all.
//!
//! | file | idea |
//! |---|---|
//! | here | [`AnimationFormat`], [`write_animation`] |
//! | `rate` | [`check_frame_rate`]: frames a second, as the formats count time |
//! | `encoder` | what both formats have in common |
//! | `apng` | animated PNG: exact, large |
//! | `gif` | GIF: 256 colours a frame, shown everywhere |
//! | `comment` | texts in a GIF |
//! | `choose` | which 256 colours show a picture |
//! | `palette` | which of them stands where |

mod apng;
mod choose;
mod comment;
mod encoder;
mod gif;
mod palette;
mod rate;

use std::fmt;
use std::io::{BufWriter, Write};
use std::path::Path;

use self::apng::Apng;
pub(super) use self::comment::read_comment;
use self::encoder::{EncodeFailure, Encoder};
use self::gif::Gif;
pub use self::rate::{MAX_FRAME_RATE, MIN_FRAME_RATE, check_frame_rate};
use super::recipe::check_length;
use super::save::{check_writable, write_atomic_with};
use super::{Format, Picture, PictureError};

/// The extensions of animations, for messages.
pub const ANIMATION_EXTENSIONS: &str = "gif, png, apng";

/// Frames a second unless the caller says otherwise.
pub const DEFAULT_FRAME_RATE: f64 = 24.0;

/// A file format of animations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnimationFormat {
    /// 256 colours a frame, mixed by dots; time in whole hundredths of a second.
    Gif,
    /// A PNG that moves: every frame exact in 8 bits.
    Apng,
}

impl AnimationFormat {
    /// The format that an output's extension asks for.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "gif" => Some(Self::Gif),
            "png" | "apng" => Some(Self::Apng),
            _ => None,
        }
    }

    /// The format of still pictures that has its rules.
    fn to_still(self) -> Format {
        match self {
            Self::Gif => Format::Gif,
            Self::Apng => Format::Png,
        }
    }
}

impl fmt::Display for AnimationFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gif => "GIF",
            Self::Apng => "APNG",
        })
    }
}

/// How an animation is written.
#[derive(Clone, Debug, PartialEq)]
pub struct AnimationOptions {
    /// Frames a second, from [`MIN_FRAME_RATE`] to [`MAX_FRAME_RATE`].
    ///
    /// An APNG keeps it as the nearest fraction. A GIF counts in hundredths of a second: each frame
    /// is shown from one hundredth to another, both rounded, so that the frames of one second at 24
    /// take 4, 4, 5 ... hundredths, and the whole takes as long as it should. Above 50 a GIF shows 50:
    /// browsers take shorter times for a mistake, and slow down.
    pub frames_per_second: f64,
    /// Whether a file of that name may be replaced.
    pub overwrite: bool,
    /// How the frames were made, as JSON: as in a still PNG, or in a comment of a GIF.
    pub recipe: Option<String>,
    /// How the frames were made, in words for people, likewise.
    pub parameters: Option<String>,
}

impl Default for AnimationOptions {
    fn default() -> Self {
        Self {
            frames_per_second: DEFAULT_FRAME_RATE,
            overwrite: false,
            recipe: None,
            parameters: None,
        }
    }
}

/// Finds out before long work whether an animation can be written, and in which format.
///
/// # Errors
/// [`PictureError::UnsupportedAnimation`], [`PictureError::FolderMissing`],
/// [`PictureError::Exists`] or [`PictureError::NotWritable`].
pub fn check_animation(path: &Path, overwrite: bool) -> Result<AnimationFormat, PictureError> {
    let format = format_of(path)?;
    check_writable(path, overwrite)?;
    Ok(format)
}

/// Writes an animation that is shown for ever; the extension of `path` chooses the format.
///
/// How many frames there are must be known beforehand, since an APNG says so at its start. They are
/// asked for one by one and not kept. [`read_recipe`](super::read_recipe) finds the recipe again.
///
/// # Errors
/// [`PictureError::UnsupportedAnimation`], [`PictureError::FrameRate`], [`PictureError::NoFrames`],
/// [`PictureError::FrameSize`], [`PictureError::TooLargeForFormat`] for a GIF of more than 65535
/// pixels a side, [`PictureError::RecipeTooLong`], what [`write_atomic_with`] says, and the first
/// error among the frames. Nothing is left behind, and a file that was to be replaced stays.
pub fn write_animation<I>(
    frames: I,
    path: &Path,
    options: &AnimationOptions,
) -> Result<(), PictureError>
where
    I: IntoIterator<Item = Result<Picture, PictureError>>,
    I::IntoIter: ExactSizeIterator,
{
    let format = format_of(path)?;
    check_frame_rate(options.frames_per_second)?;
    for text in [&options.recipe, &options.parameters].into_iter().flatten() {
        check_length(text)?;
    }
    let still = format.to_still();
    let mut frames = frames.into_iter();
    let n_frames = frames.len();
    write_atomic_with(path, options.overwrite, |file, _| {
        let Some(first) = frames.next().transpose()? else {
            return Err(PictureError::NoFrames {
                path: path.to_owned(),
            });
        };
        check_side(&first, still)?;
        let failed = |failure: EncodeFailure| failure.explain(path, still);
        let mut file = BufWriter::new(file);
        let mut encoder: Box<dyn Encoder + '_> = match format {
            AnimationFormat::Gif => {
                Box::new(Gif::start(&mut file, &first, options).map_err(failed)?)
            }
            AnimationFormat::Apng => {
                Box::new(Apng::start(&mut file, &first, n_frames, options).map_err(failed)?)
            }
        };
        encoder.add(&first).map_err(failed)?;
        for (number, frame) in (2..).zip(frames) {
            let frame = frame?;
            check_frame_size(&first, &frame, number)?;
            encoder.add(&frame).map_err(failed)?;
        }
        encoder.finish().map_err(failed)?;
        file.flush().map_err(|error| failed(error.into()))
    })
}

/// Refuses a picture that is larger than the format can say.
fn check_side(first: &Picture, format: Format) -> Result<(), PictureError> {
    let (width, height) = (first.width(), first.height());
    match format.max_side() {
        Some(limit) if width.max(height) > limit => Err(PictureError::TooLargeForFormat {
            format,
            width,
            height,
            limit,
        }),
        _ => Ok(()),
    }
}

/// Refuses a frame of another size than the first; frames are counted from 1.
///
/// # Errors
/// [`PictureError::FrameSize`].
pub fn check_frame_size(
    first: &Picture,
    frame: &Picture,
    number: usize,
) -> Result<(), PictureError> {
    let [(width, height), (first_width, first_height)] =
        [frame, first].map(|picture| (picture.width(), picture.height()));
    if (width, height) == (first_width, first_height) {
        return Ok(());
    }
    Err(PictureError::FrameSize {
        number,
        width,
        height,
        first_width,
        first_height,
    })
}

fn format_of(path: &Path) -> Result<AnimationFormat, PictureError> {
    AnimationFormat::of(path).ok_or_else(|| PictureError::UnsupportedAnimation {
        path: path.to_owned(),
    })
}

#[cfg(test)]
mod tests;
