//! Where the numbers of a cell begin.

use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::rng::{Rng, normal};

/// How weights are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Initializer {
    /// All numbers, biases too, even between -scale and scale: char-rnn with scale 0.08.
    #[default]
    Uniform,
    /// Every gate even within ±scale·√(6 / (inputs + units)), biases zero.
    ///
    /// # Source
    /// Glorot and Bengio 2010, eq. 16; scale 1 is theirs.
    Xavier,
    /// W_h of every gate a random rotation times scale, W_x as in [`Initializer::Xavier`], biases
    /// zero: what goes round in the state neither grows nor fades.
    ///
    /// # Source
    /// Saxe, McClelland, Ganguli 2014 (arXiv 1312.6120).
    Orthogonal,
    /// All numbers even within ±scale/√K: PyTorch's recurrent modules with scale 1.
    Pytorch,
}

/// How a network starts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct InitConfig {
    /// How weights are drawn.
    pub initializer: Initializer,
    /// See [`Initializer`].
    pub scale: f64,
    /// Bias of an LSTM's forget gate: at 1 it begins by remembering.
    ///
    /// # Source
    /// Gers, Schmidhuber, Cummins 2000; Jozefowicz, Zaremba, Sutskever 2015 found 1 best.
    pub forget_bias: f64,
}

impl Default for InitConfig {
    fn default() -> Self {
        Self {
            initializer: Initializer::Uniform,
            scale: 0.08,
            forget_bias: 1.0,
        }
    }
}

/// Draws the numbers of one cell.
pub(crate) struct Draw<'a> {
    pub config: &'a InitConfig,
    pub rng: &'a mut Rng,
    pub device: &'a Device,
    /// K, which PyTorch's rule asks for.
    pub units: usize,
}

impl Draw<'_> {
    /// W_x: `gates` blocks of `[rows, columns]` side by side.
    pub fn input(&mut self, rows: usize, gates: usize, columns: usize) -> Param<Tensor<2>> {
        self.blocks(rows, gates, columns, false)
    }

    /// W_h, which may be a rotation where it is square.
    pub fn hidden(&mut self, rows: usize, gates: usize, columns: usize) -> Param<Tensor<2>> {
        self.blocks(rows, gates, columns, true)
    }

    /// A bias, or peepholes.
    pub fn bias(&mut self, len: usize) -> Vec<f32> {
        match self.config.initializer {
            Initializer::Uniform | Initializer::Pytorch => {
                let bound = self.bound(1, 1);
                self.even(len, bound)
            }
            Initializer::Xavier | Initializer::Orthogonal => vec![0.0; len],
        }
    }

    /// Numbers as a parameter.
    pub fn vector(&self, values: Vec<f32>) -> Param<Tensor<1>> {
        let len = values.len();
        let data = TensorData::new(values, [len]);
        Param::from_tensor(Tensor::from_data(data, self.device))
    }

    fn blocks(
        &mut self,
        rows: usize,
        gates: usize,
        columns: usize,
        is_hidden: bool,
    ) -> Param<Tensor<2>> {
        let width = gates * columns;
        let mut values = vec![0.0; rows * width];
        for gate in 0..gates {
            let block = if is_hidden && self.config.initializer == Initializer::Orthogonal {
                orthogonal(self.rng, rows, columns, self.config.scale)
            } else {
                let bound = self.bound(rows, columns);
                self.even(rows * columns, bound)
            };
            for (row, numbers) in block.chunks(columns).enumerate() {
                let start = row * width + gate * columns;
                values[start..start + columns].copy_from_slice(numbers);
            }
        }
        let data = TensorData::new(values, [rows, width]);
        Param::from_tensor(Tensor::from_data(data, self.device))
    }

    fn bound(&self, rows: usize, columns: usize) -> f64 {
        let scale = self.config.scale;
        match self.config.initializer {
            Initializer::Uniform => scale,
            Initializer::Pytorch => scale / (self.units as f64).sqrt(),
            Initializer::Xavier => scale * (6.0 / (rows + columns) as f64).sqrt(),
            // The scale is that of the rotation.
            Initializer::Orthogonal => (6.0 / (rows + columns) as f64).sqrt(),
        }
    }

    fn even(&mut self, count: usize, bound: f64) -> Vec<f32> {
        (0..count)
            .map(|_| ((2.0 * self.rng.random::<f64>() - 1.0) * bound) as f32)
            .collect()
    }
}

/// A random `[rows, columns]` matrix with orthogonal rows or columns, whichever are fewer, each of
/// length `scale`.
fn orthogonal(rng: &mut Rng, rows: usize, columns: usize, scale: f64) -> Vec<f32> {
    let (few, long) = (rows.min(columns), rows.max(columns));
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(few);
    while basis.len() < few {
        let mut vector: Vec<f64> = normal(rng, long).into_iter().map(f64::from).collect();
        // Gram and Schmidt, twice: once leaves rounding errors behind.
        for _ in 0..2 {
            for other in &basis {
                let along: f64 = vector.iter().zip(other).map(|(a, b)| a * b).sum();
                for (value, part) in vector.iter_mut().zip(other) {
                    *value -= along * part;
                }
            }
        }
        let length = vector.iter().map(|v| v * v).sum::<f64>().sqrt();
        // A draw that lies in the span of the others has no direction left.
        if length > 1e-6 {
            vector.iter_mut().for_each(|v| *v /= length);
            basis.push(vector);
        }
    }
    let at = |row: usize, column: usize| {
        if rows <= columns {
            basis[row][column]
        } else {
            basis[column][row]
        }
    };
    (0..rows * columns)
        .map(|i| (scale * at(i / columns, i % columns)) as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;

    #[test]
    fn a_rotation_has_orthonormal_rows() {
        for (rows, columns) in [(5, 5), (3, 7), (7, 3)] {
            let values = orthogonal(&mut seeded(1), rows, columns, 1.0);
            let at = |r: usize, c: usize| f64::from(values[r * columns + c]);
            for a in 0..rows.min(columns) {
                for b in 0..rows.min(columns) {
                    let product: f64 = if rows <= columns {
                        (0..columns).map(|c| at(a, c) * at(b, c)).sum()
                    } else {
                        (0..rows).map(|r| at(r, a) * at(r, b)).sum()
                    };
                    let wanted = if a == b { 1.0 } else { 0.0 };
                    assert!(
                        (product - wanted).abs() < 1e-6,
                        "{rows}x{columns}: {product}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_number_lies_within_its_bound() {
        let device = Device::flex();
        for (initializer, bound) in [
            (Initializer::Uniform, 0.08),
            (Initializer::Pytorch, 0.08 / 2.0),
            (Initializer::Xavier, 0.08 * (6.0f32 / 7.0).sqrt()),
        ] {
            let config = InitConfig {
                initializer,
                ..InitConfig::default()
            };
            let mut rng = seeded(3);
            let mut draw = Draw {
                config: &config,
                rng: &mut rng,
                device: &device,
                units: 4,
            };
            let weights = draw.input(3, 2, 4).val();
            assert_eq!(weights.dims(), [3, 8]);
            let largest: f32 = weights.abs().max().into_scalar();
            assert!(
                largest <= bound && largest > 0.5 * bound,
                "{initializer:?} {largest}"
            );
        }
    }
}
