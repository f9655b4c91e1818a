//! An image as a sum of images of different size.

use burn::tensor::Tensor;
use reverie_model::rng::{Rng, normal};

use super::ImageParam;
use super::colour::{colours_of, image_of};
use crate::bilinear::{Weights, resampled};

/// Levels of a pyramid unless another number is asked for, as in lucid.
const LEVELS: usize = 4;

/// The numbers are a Laplacian pyramid in independent colours: images of the full size, half of it,
/// a quarter, …, enlarged and added up.
///
/// Large shapes are within reach of few numbers, so they form as fast as fine grain. Zero everywhere
/// is a mid-grey image.
///
/// # Shapes
/// Level `k` is `[B, 3, H_k, W_k]` with sides of `H / 2^k`, `W / 2^k` pixels, rounded up; the
/// numbers are all levels one after another, the largest first.
///
/// # Scale
/// Levels are enlarged bilinearly, with PyTorch's `align_corners=False`, and added without weights;
/// then comes the colour matrix and a sigmoid.
///
/// # Source
/// Burt and Adelson 1983 (The Laplacian Pyramid as a Compact Image Code), with bilinear enlargement
/// as in lucid's `laplacian_pyramid_image`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pyramid {
    /// Of the image: `[B, 3, H, W]`.
    pub dims: [usize; 4],
    /// Number of levels, at least 1, where only the full size is left.
    pub levels: usize,
}

impl Pyramid {
    /// One image of this size in pixels, in four levels.
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            dims: [1, 3, height, width],
            levels: LEVELS,
        }
    }

    /// `count` images of the same size.
    pub fn with_batch(self, count: usize) -> Self {
        let [_, colours, height, width] = self.dims;
        Self {
            dims: [count, colours, height, width],
            ..self
        }
    }

    /// The same image in so many levels, at least 1.
    pub fn with_levels(self, levels: usize) -> Self {
        Self {
            levels: levels.max(1),
            ..self
        }
    }

    /// Numbers to start from, `[N]`: normal noise of this deviation around the numbers of mid grey.
    pub fn start(&self, rng: &mut Rng, deviation: f32) -> Vec<f32> {
        let count = (0..self.levels).map(|level| self.level_dims(level).iter().product::<usize>());
        let draws = normal(rng, count.sum()).into_iter();
        draws.map(|draw| draw * deviation).collect()
    }

    fn level_dims(&self, level: usize) -> [usize; 4] {
        let [batch, colours, height, width] = self.dims;
        // Far more levels than a side has bits all have one pixel.
        let shrink = 1usize.checked_shl(level as u32).unwrap_or(usize::MAX);
        [
            batch,
            colours,
            height.div_ceil(shrink),
            width.div_ceil(shrink),
        ]
    }

    /// A level at the full size.
    fn grown(&self, level: Tensor<4>) -> Tensor<4> {
        let [_, _, height, width] = self.dims;
        let [_, _, from_height, from_width] = level.dims();
        let rows = Weights::stretch(from_height, height);
        resampled(level, rows, Weights::stretch(from_width, width))
    }
}

impl ImageParam for Pyramid {
    fn decode(&self, values: Tensor<1>) -> Tensor<4> {
        let finest: usize = self.dims.iter().product();
        let mut sum = values.clone().narrow(0, 0, finest).reshape(self.dims);
        let mut start = finest;
        for level in 1..self.levels {
            let dims = self.level_dims(level);
            let count = dims.iter().product();
            let part = values.clone().narrow(0, start, count).reshape(dims);
            sum = sum + self.grown(part);
            start += count;
        }
        image_of(sum)
    }

    /// The smallest level first: each is a smaller copy of what the ones before leave over. Black
    /// and white pixels come back as 1/1024 from the end of the range.
    fn encode(&self, image: Tensor<4>) -> Tensor<1> {
        let [_, _, height, width] = self.dims;
        let mut rest = colours_of(image);
        let mut levels = Vec::new();
        for level in (1..self.levels).rev() {
            let [_, _, to_height, to_width] = self.level_dims(level);
            let rows = Weights::shrink(height, to_height);
            let part = resampled(rest.clone(), rows, Weights::shrink(width, to_width));
            rest = rest - self.grown(part.clone());
            levels.push(part.flatten(0, 3));
        }
        levels.push(rest.flatten(0, 3));
        levels.reverse();
        Tensor::cat(levels, 0)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};
    use reverie_model::rng::seeded;

    use super::*;
    use crate::tensor::values_of;

    #[test]
    fn no_numbers_are_grey_and_sides_are_rounded_up() {
        let param = Pyramid::new(7, 5).with_levels(3).with_batch(2);
        let start = param.start(&mut seeded(1), 0.0);
        assert_eq!(start.len(), 2 * 3 * (7 * 5 + 4 * 3 + 2 * 2));
        let count = start.len();
        let start = Tensor::from_data(TensorData::new(start, [count]), &Device::flex());
        let image = param.decode(start);
        assert_eq!(image.dims(), [2, 3, 5, 7]);
        assert!(values_of(image).iter().all(|v| *v == 0.5));
    }

    #[test]
    fn smooth_pictures_are_held_by_the_small_levels() {
        let param = Pyramid::new(32, 32);
        let wave = (0..3 * 32 * 32).map(|i| 0.5 + 0.3 * ((i % 32) as f32 * 0.2).sin());
        let data = TensorData::new(wave.collect::<Vec<f32>>(), [1, 3, 32, 32]);
        let values = values_of(param.encode(Tensor::from_data(data, &Device::flex())));
        let power =
            |values: &[f32]| values.iter().map(|v| v * v).sum::<f32>() / values.len() as f32;
        let (finest, coarsest) = (power(&values[..3072]), power(&values[values.len() - 48..]));
        assert!(finest < 0.02 * coarsest, "{finest}, {coarsest}");
    }
}
