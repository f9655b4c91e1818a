//! What happens to the score when a patch is covered.

use std::ops::Range;

use burn::tensor::Tensor;

use super::{AT_ONCE, Attribution, Baseline, Map, Question, Watch};
use crate::VizError;

/// Occlusion: a square window in the network's mean colour moves over the picture, and a pixel is
/// given the mean fall of the score over the windows that cover it.
///
/// The last window of a row or a column ends at the border, and may be smaller.
///
/// # Source
/// Zeiler and Fergus 2014 (arXiv 1311.2901), section 4.2, with the score before the softmax instead of
/// the probability.
#[derive(Clone, Copy, Debug)]
pub struct Occlusion {
    /// Side of the window, in pixels.
    pub window: usize,
    /// Pixels from one place of the window to the next, in both directions.
    pub stride: usize,
}

impl Occlusion {
    /// A window of an eighth of the picture's shorter side that moves by half its side.
    pub fn for_picture(width: usize, height: usize) -> Self {
        let window = (width.min(height) / 8).max(2);
        Self {
            window,
            stride: (window / 2).max(1),
        }
    }

    /// The window's places along a side of so many pixels.
    fn places(self, side: usize) -> Vec<Range<usize>> {
        let window = self.window.clamp(1, side);
        let stride = self.stride.max(1);
        let count = (side - window).div_ceil(stride) + 1;
        let place = |number: usize| number * stride..(number * stride + window).min(side);
        (0..count).map(place).collect()
    }
}

impl Attribution for Occlusion {
    fn name(&self) -> &'static str {
        "occlusion"
    }

    fn attribute(
        &self,
        question: &Question<'_>,
        image: Tensor<4>,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Map>, VizError> {
        let [_, _, height, width] = image.dims();
        let cover = Baseline::Mean.beside(question, &image);
        let whole = question.scores(image.clone())?[0];
        let (rows, columns) = (self.places(height), self.places(width));
        let windows: Vec<_> = rows
            .iter()
            .flat_map(|row| columns.iter().map(move |column| (row, column)))
            .collect();
        let mut falls = vec![0.0_f64; height * width];
        let mut covers = vec![0_u32; height * width];
        let mut done = 0;
        for some in windows.chunks(AT_ONCE) {
            let covered = some.iter().map(|(row, column)| {
                let area = [0..1, 0..3, (*row).clone(), (*column).clone()];
                let patch = cover.clone().slice(area.clone());
                image.clone().slice_assign(area, patch)
            });
            let scores = question.scores(Tensor::cat(covered.collect(), 0))?;
            for ((row, column), score) in some.iter().zip(scores) {
                let fall = f64::from(whole - score);
                for y in (*row).clone() {
                    for x in (*column).clone() {
                        falls[y * width + x] += fall;
                        covers[y * width + x] += 1;
                    }
                }
            }
            done += some.len();
            if watch(done, windows.len()).is_break() {
                return Ok(None);
            }
        }
        let each = falls.iter().zip(&covers);
        let values = each.map(|(fall, count)| (fall / f64::from((*count).max(1))) as f32);
        Ok(Some(Map {
            channels: 1,
            height,
            width,
            values: values.collect(),
        }))
    }

    fn passes(&self, size: [usize; 2]) -> usize {
        let windows: usize = size.map(|side| self.places(side).len()).iter().product();
        windows.div_ceil(AT_ONCE)
    }

    fn is_signed(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_cover_a_side_to_its_end() {
        let places = |window, stride, side| Occlusion { window, stride }.places(side);
        assert_eq!(places(4, 2, 8), [0..4, 2..6, 4..8]);
        assert_eq!(places(4, 3, 8), [0..4, 3..7, 6..8]);
        assert_eq!(places(9, 3, 8), std::slice::from_ref(&(0..8)));
    }
}
