//! What the network still sees through random masks.

use burn::tensor::{Tensor, TensorData};
use rand::RngExt;
use reverie_model::rng::seeded;

use super::{AT_ONCE, Attribution, Baseline, Map, Question, Watch};
use crate::VizError;
use crate::bilinear::taps;

/// RISE: random masks cover parts of the picture, and a pixel is given the mean answer of the network
/// over the masks that show it, `1/(p N) Σ f(I ⊙ M_i) M_i`.
///
/// A mask is a grid of zeros and ones, one with probability p, stretched bilinearly to a little more
/// than the picture and cut at a random place. Covered is what has the network's mean colour; the
/// answer is the probability of the class.
///
/// # Source
/// Petsiuk, Das, Saenko 2018 (arXiv 1806.07421), eq. 6 and section 3.2: 4000 masks of 7 x 7, p = 0.5.
#[derive(Clone, Copy, Debug)]
pub struct Rise {
    /// Masks, N.
    pub masks: usize,
    /// Side of the grid.
    pub grid: usize,
    /// Share of the grid that is seen, p.
    pub seen: f32,
    /// Seed of the masks.
    pub seed: u64,
}

impl Default for Rise {
    fn default() -> Self {
        Self {
            masks: 1000,
            grid: 7,
            seen: 0.5,
            seed: 0,
        }
    }
}

/// The grid of a mask, row by row, and where the picture is cut from it: pixels down and across, less
/// than a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    /// Zeros and ones.
    pub cells: Vec<f32>,
    /// Down and across.
    pub shift: [usize; 2],
}

impl Rise {
    /// Sides of a cell, down and across, in pixels.
    fn cell(&self, height: usize, width: usize) -> [usize; 2] {
        [height, width].map(|side| side.div_ceil(self.grid))
    }

    /// The mask of a draw, `[H, W]`.
    pub fn mask(&self, draw: &Draw, height: usize, width: usize) -> Vec<f32> {
        let cell = self.cell(height, width);
        let along = |axis: usize, side: usize| -> Vec<[(usize, f64); 2]> {
            let whole = (self.grid + 1) * cell[axis];
            let place = |pixel: usize| {
                let pixel = (pixel + draw.shift[axis]) as f64;
                taps(
                    (pixel + 0.5) * self.grid as f64 / whole as f64 - 0.5,
                    self.grid,
                )
            };
            (0..side).map(place).collect()
        };
        let (rows, columns) = (along(0, height), along(1, width));
        let mut mask = Vec::with_capacity(height * width);
        for row in &rows {
            for column in &columns {
                let corners = row.iter().flat_map(|(y, down)| {
                    let corner =
                        move |(x, across): &(usize, f64)| (y * self.grid + x, down * across);
                    column.iter().map(corner)
                });
                let value: f64 = corners
                    .map(|(place, weight)| f64::from(draw.cells[place]) * weight)
                    .sum();
                mask.push(value as f32);
            }
        }
        mask
    }

    /// The same with masks from `draw`, which is told their numbers.
    ///
    /// # Errors
    /// Images that are too small.
    pub fn with_draws(
        &self,
        question: &Question<'_>,
        image: Tensor<4>,
        watch: &mut Watch<'_>,
        mut draw: impl FnMut(usize) -> Draw,
    ) -> Result<Option<Map>, VizError> {
        let [_, _, height, width] = image.dims();
        let base = Baseline::Mean.beside(question, &image);
        let apart = image - base.clone();
        let mut sum = vec![0.0_f64; height * width];
        for first in (0..self.masks).step_by(AT_ONCE) {
            let count = AT_ONCE.min(self.masks - first);
            let masks: Vec<Vec<f32>> = (first..first + count)
                .map(|number| self.mask(&draw(number), height, width))
                .collect();
            let data = TensorData::new(masks.concat(), [count, 1, height, width]);
            let shown = base.clone() + apart.clone() * Tensor::from_data(data, &apart.device());
            for (mask, answer) in masks.iter().zip(question.answers(shown)?) {
                let pairs = sum.iter_mut().zip(mask);
                pairs.for_each(|(sum, mask)| *sum += f64::from(answer) * f64::from(*mask));
            }
            if watch(first + count, self.masks).is_break() {
                return Ok(None);
            }
        }
        let scale = 1.0 / (f64::from(self.seen) * self.masks.max(1) as f64);
        Ok(Some(Map {
            channels: 1,
            height,
            width,
            values: sum.into_iter().map(|sum| (sum * scale) as f32).collect(),
        }))
    }
}

impl Attribution for Rise {
    fn name(&self) -> &'static str {
        "rise"
    }

    fn attribute(
        &self,
        question: &Question<'_>,
        image: Tensor<4>,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Map>, VizError> {
        let [_, _, height, width] = image.dims();
        let cell = self.cell(height, width);
        let mut rng = seeded(self.seed);
        self.with_draws(question, image, watch, |_| Draw {
            cells: (0..self.grid * self.grid)
                .map(|_| f32::from(u8::from(rng.random::<f32>() < self.seen)))
                .collect(),
            shift: cell.map(|side| rng.random_range(0..side)),
        })
    }

    fn passes(&self, _: [usize; 2]) -> usize {
        self.masks.div_ceil(AT_ONCE)
    }

    fn is_signed(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_of_one_kind_of_cell_are_flat_and_others_lie_between() {
        let rise = Rise {
            grid: 3,
            ..Rise::default()
        };
        let draw = |cells: Vec<f32>| Draw {
            cells,
            shift: [2, 1],
        };
        let mask = rise.mask(&draw(vec![1.0; 9]), 9, 12);
        assert_eq!(mask.len(), 9 * 12);
        assert!(mask.iter().all(|value| (value - 1.0).abs() < 1e-6));
        let cells = vec![1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0];
        let mask = rise.mask(&draw(cells), 9, 12);
        // Along a row it falls from one to zero, and never rises.
        assert!(mask[..12].windows(2).all(|pair| pair[1] <= pair[0]));
        assert_eq!((mask[0], mask[11]), (1.0, 0.0));
    }
}
