//! The colours of a frame of a GIF, and which of them stands where.

use std::collections::BTreeMap;

use super::super::{CHANNELS, Picture, to_byte};
use super::choose::{MOST_COLOURS, choose_colours};

/// Only one of so many pixels judges whether a palette still fits; a prime, so that no column is
/// favoured.
const JUDGING: usize = 37;

/// How much worse than on its own picture a palette may do before another is made.
const DRIFT: f64 = 1.3;

/// The colours of a picture that has no more than a GIF can have, as `r, g, b` one after another, and
/// for every pixel which of them it is.
pub(super) fn few_colours(picture: &Picture) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut numbers = BTreeMap::new();
    let mut indices = Vec::with_capacity(picture.colours().len());
    for colour in picture.colours() {
        let next = numbers.len();
        let number = *numbers.entry(colour.map(to_byte)).or_insert(next);
        indices.push(u8::try_from(number).ok()?);
    }
    let mut colours = vec![0; numbers.len() * CHANNELS];
    for (colour, number) in numbers {
        colours[number * CHANNELS..][..CHANNELS].copy_from_slice(&colour);
    }
    Some((colours, indices))
}

/// Colours that were chosen for a picture of many.
pub(super) struct Palette {
    /// Channel by channel, for the search; the last is repeated if there are fewer.
    channels: [[i32; MOST_COLOURS]; CHANNELS],
    /// Mean squared distance of its own picture's pixels from their nearest colours, in bytes.
    error: f64,
}

impl Palette {
    /// The colours for a picture.
    pub(super) fn of(picture: &Picture) -> Self {
        let colours = choose_colours(picture);
        let last = colours.len() - 1;
        let channels =
            std::array::from_fn(|c| std::array::from_fn(|i| i32::from(colours[i.min(last)][c])));
        let mut palette = Self {
            channels,
            error: 0.0,
        };
        palette.error = palette.error_on(picture);
        palette
    }

    /// Whether the colours show this picture nearly as well as the one they were chosen for.
    pub(super) fn fits(&self, picture: &Picture) -> bool {
        self.error_on(picture) <= DRIFT * self.error
    }

    /// `r, g, b` of the colours, one after another.
    pub(super) fn colours(&self) -> Vec<u8> {
        (0..=u8::MAX).flat_map(|index| self.colour(index)).collect()
    }

    /// For every pixel the colour that stands for it. What is lost at a pixel goes to its neighbours
    /// that are still to come, so that dots of several colours mix to those that are missing.
    ///
    /// # Source
    /// Floyd, Steinberg 1976, An adaptive algorithm for spatial greyscale; rows in turns from the left
    /// and from the right.
    pub(super) fn mix(&self, picture: &Picture) -> Vec<u8> {
        let width = picture.width() as usize;
        let mut indices = vec![0; picture.colours().len()];
        // With a place more at both ends, for what falls over the border.
        let mut here = vec![[0.0_f32; CHANNELS]; width + 2];
        let mut below = here.clone();
        let rows = picture.colours().chunks_exact(width);
        for (row, (colours, indices)) in rows.zip(indices.chunks_exact_mut(width)).enumerate() {
            for step in 0..width {
                let is_odd = row % 2 == 1;
                let column = if is_odd { width - 1 - step } else { step };
                let (at, ahead, behind) = if is_odd {
                    (column + 1, column, column + 2)
                } else {
                    (column + 1, column + 2, column)
                };
                let wanted: [f32; CHANNELS] = std::array::from_fn(|c| {
                    (colours[column][c] * 255.0 + here[at][c]).clamp(0.0, 255.0)
                });
                let index = self.nearest(wanted.map(|value| value.round() as u8));
                indices[column] = index;
                let found = self.colour(index);
                for c in 0..CHANNELS {
                    let lost = wanted[c] - f32::from(found[c]);
                    here[ahead][c] += lost * (7.0 / 16.0);
                    below[behind][c] += lost * (3.0 / 16.0);
                    below[at][c] += lost * (5.0 / 16.0);
                    below[ahead][c] += lost * (1.0 / 16.0);
                }
            }
            std::mem::swap(&mut here, &mut below);
            below.fill([0.0; CHANNELS]);
        }
        indices
    }

    fn error_on(&self, picture: &Picture) -> f64 {
        let (mut sum, mut count) = (0.0, 0);
        for colour in picture.colours().iter().step_by(JUDGING) {
            let wanted = colour.map(to_byte);
            let found = self.colour(self.nearest(wanted));
            for (a, b) in wanted.into_iter().zip(found) {
                sum += f64::from(a.abs_diff(b)).powi(2);
            }
            count += 1;
        }
        sum / f64::from(count)
    }

    fn nearest(&self, colour: [u8; CHANNELS]) -> u8 {
        let [r, g, b] = colour.map(i32::from);
        let [reds, greens, blues] = &self.channels;
        let mut best = i32::MAX;
        for i in 0..MOST_COLOURS {
            let (r, g, b) = (reds[i] - r, greens[i] - g, blues[i] - b);
            // The distance and whose it is in one number, so that the processor compares many at once.
            best = best.min(((r * r + g * g + b * b) << u8::BITS) | i as i32);
        }
        best as u8
    }

    fn colour(&self, index: u8) -> [u8; CHANNELS] {
        self.channels
            .map(|channel| channel[usize::from(index)] as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gradient(shift: f32) -> Picture {
        Picture::from_fn(96, 64, |x, y| {
            let (x, y) = (x as f32 / 95.0, y as f32 / 63.0);
            [x, y, 0.5 + 0.4 * (6.0 * (x * y + shift)).sin()]
        })
    }

    #[test]
    fn a_picture_of_few_colours_keeps_them_exactly() {
        let picture = Picture::from_fn(16, 16, |x, y| [x as f32 / 15.0, y as f32 / 15.0, 0.2]);
        let (colours, indices) = few_colours(&picture).unwrap();
        assert_eq!(colours.len(), 256 * 3);
        let found: Vec<u8> = indices
            .iter()
            .flat_map(|&index| colours[3 * usize::from(index)..][..3].to_vec())
            .collect();
        assert_eq!(found, picture.to_rgb8());
        assert!(few_colours(&gradient(0.0)).is_none());
    }

    #[test]
    fn mixed_dots_have_the_colours_of_the_picture_on_average() {
        let picture = gradient(0.0);
        let palette = Palette::of(&picture);
        let indices = palette.mix(&picture);
        for (top, left) in [(0, 0), (24, 40), (56, 88)] {
            let mut sums = [0.0_f32; CHANNELS];
            for y in top..top + 8 {
                for x in left..left + 8 {
                    let found = palette.colour(indices[y * 96 + x]);
                    let wanted = picture.get(x as u32, y as u32);
                    for c in 0..CHANNELS {
                        sums[c] += f32::from(found[c]) / 255.0 - wanted[c];
                    }
                }
            }
            assert!(sums.iter().all(|sum| sum.abs() / 64.0 < 0.02), "{sums:?}");
        }
    }

    #[test]
    fn a_palette_fits_a_little_movement_and_no_other_picture() {
        let palette = Palette::of(&gradient(0.0));
        assert!(palette.fits(&gradient(0.0)) && palette.fits(&gradient(0.01)));
        let other = Picture::from_fn(96, 64, |x, y| [0.1, 0.2, (x * y % 97) as f32 / 97.0]);
        assert!(!palette.fits(&other));
    }
}
