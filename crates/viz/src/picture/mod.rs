//! Pictures on the host: read them, look after their colours, change their size, write them.
//!
//! A network sees tensors; people have photographs with colour profiles, cameras that were held
//! sideways, and disks that fill up. This module is the door between the two. It knows nothing of
//! tensors: a [`Picture`] is a plain vector of numbers, and [`Picture::to_planar`] gives the order
//! that a tensor `[C, H, W]` wants.
//!
//! | file | idea |
//! |---|---|
//! | here | [`Picture`]: three channels, sRGB-encoded, in `[0, 1]` |
//! | `load` | [`load`]: a file of any format that we read becomes an upright sRGB picture |
//! | `limits` | [`Limits`]: what a file may ask of us |
//! | `convert` | decoded samples become a picture and its alpha |
//! | `icc` | embedded colour profiles |
//! | `format` | [`Format`]: what we read and write, and how it is recognised |
//! | `encode` | [`encode`]: a picture becomes the bytes of a file |
//! | `save` | [`save`], [`check_output`], [`write_atomic`]: bytes become a file, wholly or not at all |
//! | [`animation`] | pictures that follow each other become a GIF or an animated PNG |
//! | [`frames`] | numbered pictures in a folder, in the order of their numbers |
//! | `recipe` | [`read_recipe`]: how a picture was made, out of its PNG or GIF |
//! | `flow` | [`Flow`], [`load_flow`], [`save_flow`]: where the things of one frame are in another |
//! | `npy` | [`npy()`]: raw numbers for NumPy |
//! | `warp` | [`warp()`]: everything in a picture zoomed, turned and shifted |
//! | `resize` | [`resize()`], [`resize_plane`], [`fit_size`], [`crop`], [`middle_square`] |
//! | `wrapped` | [`resize_wrapped`]: the size of what can be laid side by side |
//! | `colour` | [`keep_chroma`], [`match_linear`], [`match_histogram`] |
//! | `sheet` | [`contact_sheet`], [`before_after`] |
//! | [`draw`] | seven pictures of our own, so that there is something to start from |
//! | `error` | [`PictureError`] |

pub mod animation;
mod colour;
mod convert;
pub mod draw;
mod encode;
mod error;
mod flow;
pub(crate) mod font;
mod format;
pub mod frames;
mod icc;
mod limits;
mod load;
mod matrix3;
mod npy;
mod recipe;
mod resize;
mod save;
mod sheet;
mod warp;
mod wrapped;

pub use colour::{keep_chroma, match_histogram, match_linear};
pub use encode::{BitDepth, DEFAULT_JPEG_QUALITY, SaveOptions, encode};
pub use error::PictureError;
pub use flow::{Flow, MAX_FLOW_SIDE, load_flow, save_flow};
pub use format::Format;
pub use limits::{DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS, Limits};
pub use load::{Loaded, SourceInfo, load, load_bytes};
pub use npy::npy;
pub use recipe::{MAX_RECIPE_BYTES, PARAMETERS_KEYWORD, RECIPE_KEYWORD, read_recipe};
pub use resize::{Filter, crop, fit_size, middle_square, resize, resize_plane};
pub use save::{check_output, check_writable, save, write_atomic, write_atomic_with};
pub use sheet::{SheetOptions, before_after, contact_sheet};
pub use warp::{Warp, warp};
pub use wrapped::resize_wrapped;

/// Channels of every picture: red, green, blue.
pub const CHANNELS: usize = 3;

/// What red, green and blue add to the luma (ITU-R BT.601, the Y of YIQ).
pub const LUMA_WEIGHTS: [f32; CHANNELS] = [0.299, 0.587, 0.114];

/// A colour picture in memory: what files become and what renders produce.
///
/// # Shapes
/// The pixels are rows from top to bottom, pixels from left to right, `r, g, b` for each: `[H, W,
/// C]` with C = 3.
///
/// # Scale
/// sRGB-encoded (not linear light), in `[0, 1]`. The constructors from numbers do not check the
/// range, [`Picture::from_planar`] and all functions of this module keep it.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<f32>,
}

impl Picture {
    /// A picture of the given numbers.
    ///
    /// # Panics
    /// If there are not `width * height * 3` of them, or a side is 0.
    pub fn new(width: u32, height: u32, pixels: Vec<f32>) -> Self {
        check_size(width, height, CHANNELS, pixels.len());
        Self {
            width,
            height,
            pixels,
        }
    }

    /// A picture whose colour at column `x` and row `y` is `colour(x, y)`.
    ///
    /// # Panics
    /// If a side is 0.
    pub fn from_fn(
        width: u32,
        height: u32,
        mut colour: impl FnMut(u32, u32) -> [f32; CHANNELS],
    ) -> Self {
        let mut pixels = Vec::with_capacity(count(width, height) * CHANNELS);
        for y in 0..height {
            for x in 0..width {
                pixels.extend_from_slice(&colour(x, y));
            }
        }
        Self::new(width, height, pixels)
    }

    /// A picture of one colour.
    ///
    /// # Panics
    /// If a side is 0.
    pub fn filled(width: u32, height: u32, colour: [f32; CHANNELS]) -> Self {
        Self::from_fn(width, height, |_, _| colour)
    }

    /// A picture of the values of a tensor, clamped to `[0, 1]`.
    ///
    /// A value that is not a number becomes 0: whoever renders checks for that first, since a black
    /// spot is a poor report of a diverged optimiser.
    ///
    /// # Shapes
    /// - `planes`: `[C, H, W]`
    ///
    /// # Panics
    /// If there are not `3 * height * width` values, or a side is 0.
    pub fn from_planar(width: u32, height: u32, planes: &[f32]) -> Self {
        check_size(width, height, CHANNELS, planes.len());
        let plane = count(width, height);
        let pixels = (0..plane)
            .flat_map(|i| [planes[i], planes[plane + i], planes[2 * plane + i]])
            .map(to_unit)
            .collect();
        Self {
            width,
            height,
            pixels,
        }
    }

    /// Columns.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The numbers, `[H, W, C]`.
    pub fn pixels(&self) -> &[f32] {
        &self.pixels
    }

    /// The numbers, `[H, W, C]`, to be changed in place; they should stay in `[0, 1]`.
    pub fn pixels_mut(&mut self) -> &mut [f32] {
        &mut self.pixels
    }

    /// The colour at column `x` and row `y`.
    ///
    /// # Panics
    /// If the pixel lies outside.
    pub fn get(&self, x: u32, y: u32) -> [f32; CHANNELS] {
        let i = self.index(x, y);
        [self.pixels[i], self.pixels[i + 1], self.pixels[i + 2]]
    }

    /// Sets the colour at column `x` and row `y`.
    ///
    /// # Panics
    /// If the pixel lies outside.
    pub fn set(&mut self, x: u32, y: u32, colour: [f32; CHANNELS]) {
        let i = self.index(x, y);
        self.pixels[i..i + CHANNELS].copy_from_slice(&colour);
    }

    /// The numbers in a tensor's order.
    ///
    /// # Shapes
    /// - returns: `[C, H, W]`
    pub fn to_planar(&self) -> Vec<f32> {
        (0..CHANNELS)
            .flat_map(|c| self.pixels.iter().skip(c).step_by(CHANNELS).copied())
            .collect()
    }

    /// The picture as bytes, rounded to the nearest.
    ///
    /// # Shapes
    /// - returns: `[H, W, C]`
    pub fn to_rgb8(&self) -> Vec<u8> {
        self.pixels.iter().map(|&value| to_byte(value)).collect()
    }

    /// The brightness of every pixel as the eye weighs it, see [`LUMA_WEIGHTS`].
    ///
    /// # Shapes
    /// - returns: `[H, W]`
    pub fn luma(&self) -> Vec<f32> {
        self.pixels.as_chunks().0.iter().map(luma_of).collect()
    }

    /// The colours one after the other.
    pub(crate) fn colours(&self) -> &[[f32; CHANNELS]] {
        self.pixels.as_chunks().0
    }

    /// The colours one after the other, to be changed in place.
    pub(crate) fn colours_mut(&mut self) -> &mut [[f32; CHANNELS]] {
        self.pixels.as_chunks_mut().0
    }

    fn index(&self, x: u32, y: u32) -> usize {
        assert!(
            x < self.width && y < self.height,
            "pixel ({x}, {y}) lies outside a picture of {}x{}",
            self.width,
            self.height
        );
        (y as usize * self.width as usize + x as usize) * CHANNELS
    }
}

/// The luma of one colour.
pub(crate) fn luma_of(colour: &[f32; CHANNELS]) -> f32 {
    colour
        .iter()
        .zip(LUMA_WEIGHTS)
        .map(|(value, weight)| value * weight)
        .sum()
}

/// Clamped to `[0, 1]`; not a number becomes 0.
pub(crate) fn to_unit(value: f32) -> f32 {
    if value.is_nan() {
        0.0
    } else {
        value.clamp(0.0, 1.0)
    }
}

/// A value in `[0, 1]` as the nearest byte.
pub(crate) fn to_byte(value: f32) -> u8 {
    (to_unit(value) * 255.0).round() as u8
}

/// Pixels of a picture.
pub(crate) fn count(width: u32, height: u32) -> usize {
    width as usize * height as usize
}

/// Panics unless `found` values are `channels` planes of the size.
pub(crate) fn check_size(width: u32, height: u32, channels: usize, found: usize) {
    assert!(
        width > 0 && height > 0,
        "a picture of {width}x{height} has no pixels"
    );
    let expected = count(width, height) * channels;
    assert!(
        found == expected,
        "a picture of {width}x{height} with {channels} channels has {expected} values, not {found}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Picture {
        Picture::from_fn(3, 2, |x, y| [x as f32 / 4.0, y as f32 / 2.0, 0.25])
    }

    #[test]
    fn planar_and_back_is_the_same_picture() {
        let picture = small();
        let planes = picture.to_planar();
        assert_eq!(planes[..6], [0.0, 0.25, 0.5, 0.0, 0.25, 0.5]);
        assert_eq!(planes[6..12], [0.0, 0.0, 0.0, 0.5, 0.5, 0.5]);
        assert_eq!(Picture::from_planar(3, 2, &planes), picture);
    }

    #[test]
    fn values_outside_are_clamped_and_not_a_number_is_black() {
        let picture = Picture::from_planar(1, 1, &[-0.5, 1.5, f32::NAN]);
        assert_eq!(picture.pixels(), [0.0, 1.0, 0.0]);
    }

    #[test]
    fn bytes_are_rounded_to_the_nearest() {
        let picture = Picture::new(1, 1, vec![0.4999 / 255.0, 0.5001 / 255.0, 1.0]);
        assert_eq!(picture.to_rgb8(), [0, 1, 255]);
    }

    #[test]
    fn luma_of_white_is_one_and_green_is_brightest() {
        let picture = Picture::new(2, 1, vec![1.0, 1.0, 1.0, 0.0, 1.0, 0.0]);
        let luma = picture.luma();
        assert!((luma[0] - 1.0).abs() < 1e-6 && (luma[1] - 0.587).abs() < 1e-6);
    }

    #[test]
    fn set_changes_one_pixel() {
        let mut picture = small();
        picture.set(2, 1, [0.1, 0.2, 0.3]);
        assert_eq!(picture.get(2, 1), [0.1, 0.2, 0.3]);
        assert_eq!(picture.get(1, 1), small().get(1, 1));
    }

    #[test]
    #[should_panic(expected = "a picture of 2x2 with 3 channels has 12 values, not 5")]
    fn a_wrong_count_panics_with_the_numbers() {
        Picture::new(2, 2, vec![0.0; 5]);
    }
}
