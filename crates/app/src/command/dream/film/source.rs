//! What each frame is dreamt on: the frame before, moved, or a frame of a video.

use std::path::{Path, PathBuf};

use anyhow::Context;
use reverie_viz::picture::frames::frames_in;
use reverie_viz::picture::{Filter, Limits, Picture, Warp, fit_size, load, resize, warp};

use crate::cli::FilmArgs;
use crate::command::shared;
use crate::exit::UsageError;
use crate::output::Output;
use crate::recipe::Source;

/// Frames of a film unless the user says otherwise.
const FRAMES: u32 = 100;
/// Factors that a zoom may have from frame to frame.
const ZOOMS: std::ops::RangeInclusive<f64> = 0.5..=2.0;

/// Where frames come from.
pub enum Frames {
    /// From the frame before.
    Moved {
        /// What the first is dreamt on.
        first: Picture,
        /// The movement.
        warp: Warp,
        /// How many there are to be.
        count: u32,
    },
    /// From a folder.
    Video {
        /// The frames.
        paths: Vec<PathBuf>,
        /// Size that each is brought to.
        size: (u32, u32),
        /// Size that each has.
        full: (u32, u32),
        /// Share of the last dream in the next frame.
        blend: f64,
    },
}

impl Frames {
    /// Opens what the film begins with.
    ///
    /// # Errors
    /// Files that cannot be read, a movement that cannot be made.
    pub fn open(path: &Path, film: &FilmArgs, side: u32, output: &Output) -> anyhow::Result<Self> {
        if path.is_dir() {
            return Self::video(path, film, side, output);
        }
        if film.blend.is_some() {
            let sentence =
                "--blend is for the frames of a video: let the picture be a folder of them";
            return Err(UsageError(sentence.to_owned()).into());
        }
        let zoom = film.zoom.unwrap_or(1.0);
        if !ZOOMS.contains(&zoom) {
            let sentence = format!("--zoom is {zoom}, but it must be between 0.5 and 2");
            return Err(UsageError(sentence).into());
        }
        let turn = film.turn.unwrap_or(0.0);
        if !turn.is_finite() {
            return Err(UsageError(format!("--turn is {turn}, but it must be a number")).into());
        }
        let (right, down) = film.shift.unwrap_or((0.0, 0.0));
        let source = shared::load_picture(path, output)?.picture;
        let (width, height) = fit_size(source.width(), source.height(), side);
        Ok(Self::Moved {
            first: resize(&source, width, height, Filter::Lanczos3),
            warp: Warp {
                zoom,
                turn,
                shift: [right, down],
            },
            count: film.frames.unwrap_or(FRAMES),
        })
    }

    fn video(folder: &Path, film: &FilmArgs, side: u32, output: &Output) -> anyhow::Result<Self> {
        if film.zoom.is_some() || film.turn.is_some() || film.shift.is_some() {
            let sentence = "--zoom, --turn and --shift move a picture; the frames of a video move by themselves";
            return Err(UsageError(sentence.to_owned()).into());
        }
        let mut paths = frames_in(folder)?;
        if let Some(count) = film.frames {
            paths.truncate(count as usize);
        }
        let first = shared::load_picture(&paths[0], output)?.picture;
        let full = (first.width(), first.height());
        Ok(Self::Video {
            paths,
            size: fit_size(full.0, full.1, side),
            full,
            blend: film.blend.unwrap_or(0.0),
        })
    }

    /// How many frames there are.
    pub fn count(&self) -> u32 {
        match self {
            Self::Moved { count, .. } => *count,
            Self::Video { paths, .. } => paths.len() as u32,
        }
    }

    /// Size of every frame.
    pub fn size(&self) -> (u32, u32) {
        match self {
            Self::Moved { first, .. } => (first.width(), first.height()),
            Self::Video { size, .. } => *size,
        }
    }

    /// Size of the pictures that go in.
    pub fn full(&self) -> (u32, u32) {
        match self {
            Self::Moved { first, .. } => (first.width(), first.height()),
            Self::Video { full, .. } => *full,
        }
    }

    /// Added to the seed for a frame: every frame of a moving picture is seen in its own views, those
    /// of a video in the same, so that they flicker less.
    pub fn salt(&self, number: u32) -> u64 {
        match self {
            Self::Moved { .. } => u64::from(number - 1),
            Self::Video { .. } => 0,
        }
    }

    /// What frame `number` (from 1) is dreamt on.
    ///
    /// # Errors
    /// A frame that cannot be read, or has another size than the first.
    pub fn base(&self, number: u32, before: Option<&Picture>) -> anyhow::Result<Picture> {
        match self {
            Self::Moved {
                first, warp: by, ..
            } => Ok(match before {
                Some(before) => warp(before, by),
                None => first.clone(),
            }),
            Self::Video {
                paths,
                size,
                full,
                blend,
            } => {
                let path = &paths[number as usize - 1];
                let frame = load(path, &Limits::default())?.picture;
                anyhow::ensure!(
                    (frame.width(), frame.height()) == *full,
                    "{} has {}x{} pixels, but the first frame has {}x{}: all frames must have one size",
                    path.display(),
                    frame.width(),
                    frame.height(),
                    full.0,
                    full.1
                );
                let frame = resize(&frame, size.0, size.1, Filter::Lanczos3);
                Ok(match before {
                    Some(before) => blended(&frame, before, *blend as f32),
                    None => frame,
                })
            }
        }
    }

    /// The files that go in, for the recipe; of a video the first frame.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn sources(&self, path: &Path) -> anyhow::Result<Vec<Source>> {
        let file = match self {
            Self::Moved { .. } => path,
            Self::Video { paths, .. } => paths.first().context("a video has frames")?,
        };
        Ok(vec![Source::of(file, None)?])
    }
}

fn blended(frame: &Picture, before: &Picture, share: f32) -> Picture {
    if share == 0.0 {
        return frame.clone();
    }
    let pixels = frame.pixels().iter().zip(before.pixels());
    let pixels = pixels.map(|(new, old)| new + (old - new) * share);
    Picture::new(frame.width(), frame.height(), pixels.collect())
}
