//! GIF: 256 colours a frame, and time in hundredths of a second.

use std::borrow::Cow;
use std::io::Write;

use super::super::{PARAMETERS_KEYWORD, Picture, RECIPE_KEYWORD};
use super::AnimationOptions;
use super::comment::write_comment;
use super::encoder::{EncodeFailure, Encoder};
use super::palette::{Palette, few_colours};
use super::rate::hundredths;

/// A GIF on its way into a file.
pub(super) struct Gif<W: Write> {
    encoder: gif::Encoder<W>,
    size: [u16; 2],
    frames_per_second: f64,
    /// Frames that are in.
    n_frames: usize,
    /// The colours of the last frame that had more than the format has.
    palette: Option<Palette>,
}

impl<W: Write> Gif<W> {
    /// Writes all that precedes the frames.
    pub(super) fn start(
        file: W,
        first: &Picture,
        options: &AnimationOptions,
    ) -> Result<Self, EncodeFailure> {
        let side = |side: u32| u16::try_from(side).map_err(|e| EncodeFailure::Refused(e.into()));
        let size = [side(first.width())?, side(first.height())?];
        let mut encoder = gif::Encoder::new(file, size[0], size[1], &[])?;
        encoder.set_repeat(gif::Repeat::Infinite)?;
        for (keyword, text) in [
            (RECIPE_KEYWORD, &options.recipe),
            (PARAMETERS_KEYWORD, &options.parameters),
        ] {
            if let Some(text) = text {
                write_comment(&mut encoder, keyword, text)?;
            }
        }
        Ok(Self {
            encoder,
            size,
            frames_per_second: options.frames_per_second,
            n_frames: 0,
            palette: None,
        })
    }
}

impl<W: Write> Encoder for Gif<W> {
    fn add(&mut self, frame: &Picture) -> Result<(), EncodeFailure> {
        let (colours, indices) = few_colours(frame).unwrap_or_else(|| {
            // Keeping the colours while they are good enough keeps still places from flickering.
            let kept = self.palette.take().filter(|kept| kept.fits(frame));
            let palette = self
                .palette
                .insert(kept.unwrap_or_else(|| Palette::of(frame)));
            (palette.colours(), palette.mix(frame))
        });
        self.encoder.write_frame(&gif::Frame {
            width: self.size[0],
            height: self.size[1],
            delay: hundredths(self.n_frames, self.frames_per_second),
            palette: Some(colours),
            buffer: Cow::Owned(indices),
            ..gif::Frame::default()
        })?;
        self.n_frames += 1;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), EncodeFailure> {
        self.encoder.into_inner()?;
        Ok(())
    }
}
