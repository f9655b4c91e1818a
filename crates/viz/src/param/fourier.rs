//! An image as its spectrum.

use std::f64::consts::TAU;

use burn::tensor::Tensor;
use reverie_model::rng::{Rng, normal};

use super::ImageParam;
use super::colour::{colours_of, image_of};
use crate::tensor::constant_like;

/// The numbers are the real and imaginary parts of a spectrum, in independent colours.
///
/// A step that is equal in all numbers changes large shapes as much as small ones, so pictures do
/// not drown in fine grain. Zero everywhere is a mid-grey image.
///
/// # Shapes
/// Numbers are `[B * 3 * H * (W/2 + 1) * 2]`, in the order `[B, 3, H, W/2 + 1, 2]`: vertical
/// frequencies `0, 1, …, −1` as a DFT has them, horizontal ones from 0, real before imaginary part.
///
/// # Scale
/// The frequency `f = (f_y, f_x)`, in cycles per pixel, is multiplied by
/// `1 / max(|f|, 1/max(W, H))` and, as in lucid, by `√(W·H)/4`; then comes the inverse real DFT with
/// its divisor `W·H`, the colour matrix and a sigmoid. Numbers of deviation 0.01 make, at any usual
/// size, independent colours of deviation 0.02, so step sizes published for lucid mean the same here.
///
/// # Source
/// Olah, Mordvintsev, Schubert 2017 (Feature Visualization), "Preconditioning and Parameterization";
/// the scale is that of lucid's `fft_image`. Ours has every width, odd ones too, and its own colour
/// matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fourier {
    /// Of the image: `[B, 3, H, W]`.
    pub dims: [usize; 4],
}

/// lucid's divisor of every image made from a spectrum.
const DIVISOR: f64 = 4.0;

impl Fourier {
    /// One image of this size in pixels.
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            dims: [1, 3, height, width],
        }
    }

    /// `count` images of the same size.
    pub fn with_batch(self, count: usize) -> Self {
        let [_, colours, height, width] = self.dims;
        Self {
            dims: [count, colours, height, width],
        }
    }

    /// Numbers to start from, `[N]`: normal noise of this deviation around the numbers of mid grey.
    pub fn start(&self, rng: &mut Rng, deviation: f32) -> Vec<f32> {
        let [batch, colours, height, _] = self.dims;
        let count = batch * colours * height * self.waves() * 2;
        let draws = normal(rng, count).into_iter();
        draws.map(|draw| draw * deviation).collect()
    }

    /// Horizontal frequencies that a spectrum of real numbers needs.
    fn waves(&self) -> usize {
        self.dims[3] / 2 + 1
    }

    /// Factor of each frequency with the divisor of the DFT in it, `[1, H, W/2 + 1, 1]`.
    fn scale(&self, like: &Tensor<1>) -> Tensor<4> {
        let [_, _, height, width] = self.dims;
        let waves = self.waves();
        let lowest = 1.0 / width.max(height) as f64;
        let factors = (0..height * waves).map(|i| {
            let (row, column) = (i / waves, i % waves);
            let down = row.min(height - row) as f64 / height as f64;
            let across = column as f64 / width as f64;
            let size = ((width * height) as f64).sqrt();
            1.0 / (down.hypot(across).max(lowest) * size * DIVISOR)
        });
        constant_like(factors.collect(), [1, height, waves, 1], like)
    }

    /// The inverse DFT down the columns, for real parts above imaginary parts: `[2 H, 2 H]`. Its
    /// transpose is the DFT.
    fn down(&self, like: &Tensor<1>) -> Tensor<2> {
        let height = self.dims[2];
        let turns = Turns::new(height);
        let side = 2 * height;
        let values = (0..side * side).map(|i| {
            let (to, from) = (i / side, i % side);
            let product = (to % height) * (from % height);
            match (to < height, from < height) {
                (true, true) | (false, false) => turns.cos(product),
                (true, false) => -turns.sin(product),
                (false, true) => turns.sin(product),
            }
        });
        constant_like(values.collect(), [side, side], like)
    }

    /// The real part of the inverse DFT along the rows, for real parts left of imaginary parts:
    /// `[2 (W/2 + 1), W]`. Frequencies that stand for their negative twin too count twice where
    /// `is_inverse`; otherwise the transpose is the DFT.
    fn across(&self, is_inverse: bool, like: &Tensor<1>) -> Tensor<2> {
        let (width, waves) = (self.dims[3], self.waves());
        let turns = Turns::new(width);
        let values = (0..2 * waves * width).map(|i| {
            let (wave, x) = ((i / width) % waves, i % width);
            let has_twin = wave != 0 && 2 * wave != width;
            let count = if is_inverse && has_twin { 2.0 } else { 1.0 };
            let turn = if i / width < waves {
                turns.cos(wave * x)
            } else {
                -turns.sin(wave * x)
            };
            count * turn
        });
        constant_like(values.collect(), [2 * waves, width], like)
    }
}

/// Cosine and sine of whole parts of a turn, without loss for large products.
struct Turns(Vec<(f64, f64)>);

impl Turns {
    fn new(parts: usize) -> Self {
        let angle = |part: usize| TAU * part as f64 / parts as f64;
        Self((0..parts).map(|part| angle(part).sin_cos()).collect())
    }

    fn cos(&self, part: usize) -> f64 {
        self.0[part % self.0.len()].1
    }

    fn sin(&self, part: usize) -> f64 {
        self.0[part % self.0.len()].0
    }
}

impl ImageParam for Fourier {
    fn decode(&self, values: Tensor<1>) -> Tensor<4> {
        let [batch, colours, height, _] = self.dims;
        let (planes, waves) = (batch * colours, self.waves());
        let (scale, down) = (self.scale(&values), self.down(&values));
        let across = self.across(true, &values);
        let spectrum = values.reshape([planes, height, waves, 2]) * scale;
        let parts = spectrum
            .permute([3, 1, 0, 2])
            .reshape([2 * height, planes * waves]);
        let rows = down
            .matmul(parts)
            .reshape([2, height, planes, waves])
            .permute([2, 1, 0, 3])
            .reshape([planes * height, 2 * waves]);
        image_of(rows.matmul(across).reshape(self.dims))
    }

    /// Black and white pixels come back as 1/1024 from the end of the range.
    fn encode(&self, image: Tensor<4>) -> Tensor<1> {
        let [batch, colours, height, width] = self.dims;
        let (planes, waves) = (batch * colours, self.waves());
        let rows = colours_of(image).reshape([planes * height, width]);
        let like = &rows.clone().flatten(0, 1);
        let parts = rows
            .matmul(self.across(false, like).transpose())
            .reshape([planes, height, 2, waves])
            .permute([2, 1, 0, 3])
            .reshape([2 * height, planes * waves]);
        let spectrum = self
            .down(like)
            .transpose()
            .matmul(parts)
            .reshape([2, height, planes, waves])
            .permute([2, 1, 3, 0]);
        let factors = self.scale(like) * (height * width) as f64;
        (spectrum / factors).flatten(0, 3)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};
    use reverie_model::rng::seeded;

    use super::*;
    use crate::tensor::values_of;

    #[test]
    fn no_numbers_are_grey_and_one_is_a_wave() {
        let param = Fourier::new(4, 3);
        let decode = |values: Vec<f32>| {
            let count = values.len();
            let data = TensorData::new(values, [count]);
            values_of(param.decode(Tensor::from_data(data, &Device::flex())))
        };
        let mut numbers = vec![0.0; 3 * 3 * 3 * 2];
        assert!(decode(numbers.clone()).iter().all(|v| *v == 0.5));
        // One period across in the first colour, which is luminance: cos(0), cos(90°), …
        numbers[2] = 1.0;
        let image = decode(numbers);
        let height = |x: usize| (image[x] / (1.0 - image[x])).ln();
        let expected = 2.0 * 4.0 / (4.0 * 12f32.sqrt()) / 3f32.sqrt();
        for (x, want) in [expected, 0.0, -expected, 0.0].into_iter().enumerate() {
            let found = height(x);
            assert!((found - want).abs() < 1e-5, "{x}: {found}, not {want}");
        }
    }

    #[test]
    fn the_deviation_of_noise_does_not_depend_on_the_size() {
        for (width, height) in [(64, 64), (160, 90)] {
            let param = Fourier::new(width, height);
            let start = param.start(&mut seeded(1), 0.01);
            let count = start.len();
            let start = Tensor::from_data(TensorData::new(start, [count]), &Device::flex());
            let colours = values_of(colours_of(param.decode(start)));
            let squares = colours.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
            let deviation = (squares / colours.len() as f64).sqrt();
            assert!((0.01..0.03).contains(&deviation), "{deviation}");
        }
    }
}
