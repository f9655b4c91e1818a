//! Animated PNG: every frame exact in 8 bits, one after the other.

use std::io::Write;

use super::super::{PARAMETERS_KEYWORD, Picture, RECIPE_KEYWORD};
use super::AnimationOptions;
use super::encoder::{EncodeFailure, Encoder};
use super::rate::fraction;

/// How often an animation is played, as the format counts: for ever.
const FOR_EVER: u32 = 0;

/// An animated PNG on its way into a file.
pub(super) struct Apng<W: Write> {
    writer: png::Writer<W>,
}

impl<W: Write> Apng<W> {
    /// Writes all that precedes the frames. Their number is at the start of the file.
    pub(super) fn start(
        file: W,
        first: &Picture,
        n_frames: usize,
        options: &AnimationOptions,
    ) -> Result<Self, EncodeFailure> {
        let n_frames = u32::try_from(n_frames).map_err(|e| EncodeFailure::Refused(e.into()))?;
        let (numerator, denominator) = fraction(options.frames_per_second);
        let mut encoder = png::Encoder::new(file, first.width(), first.height());
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
        encoder.set_animated(n_frames, FOR_EVER)?;
        encoder.set_frame_delay(numerator, denominator)?;
        // A file with fewer frames than it says would be broken.
        encoder.validate_sequence(true);
        for (keyword, text) in [
            (RECIPE_KEYWORD, &options.recipe),
            (PARAMETERS_KEYWORD, &options.parameters),
        ] {
            if let Some(text) = text {
                encoder.add_itxt_chunk(keyword.to_owned(), text.clone())?;
            }
        }
        let writer = encoder.write_header()?;
        Ok(Self { writer })
    }
}

impl<W: Write> Encoder for Apng<W> {
    fn add(&mut self, frame: &Picture) -> Result<(), EncodeFailure> {
        Ok(self.writer.write_image_data(&frame.to_rgb8())?)
    }

    fn finish(self: Box<Self>) -> Result<(), EncodeFailure> {
        Ok(self.writer.finish()?)
    }
}
