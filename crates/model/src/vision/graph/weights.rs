//! The numbers of a network: out of a file, or at random.

use burn::tensor::{Device, Tensor, TensorData};
use rand_pcg::Pcg64Mcg;

use reverie_kernels::convolution::FrozenConvolution;

use super::{BatchNorm, Blueprint, Conv, Dense, Op};
use crate::rng::{he, seeded};
use crate::weights::{Loader, WeightsError};

/// The numbers of one node.
#[derive(Clone, Debug)]
pub(super) enum Weights {
    /// It has none.
    None,
    Conv(FrozenConvolution),
    Dense(Matrix),
}

impl Weights {
    /// How many numbers there are.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Conv(filters) => {
                filters.weights().shape().num_elements() + filters.bias().dims()[0]
            }
            Self::Dense(matrix) => {
                matrix.weight.shape().num_elements() + matrix.bias.shape().num_elements()
            }
        }
    }
}

/// Numbers of a fully connected layer.
#[derive(Clone, Debug)]
pub(super) struct Matrix {
    /// `[D, K]`.
    pub(super) weight: Tensor<2>,
    /// `[1, K]`.
    pub(super) bias: Tensor<2>,
}

/// Where numbers come from: the name of a tensor and its shape, to its values.
trait Source {
    fn conv(&mut self, conv: &Conv, shape: [usize; 4]) -> Result<Numbers, WeightsError>;
    fn dense(&mut self, dense: &Dense, shape: [usize; 2]) -> Result<Numbers, WeightsError>;
}

/// Values of a weight and a bias, row by row.
struct Numbers {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

/// Takes the numbers of every node out of a file.
pub(super) fn load(
    net: &Blueprint,
    loader: &mut Loader<'_>,
    device: &Device,
) -> Result<Vec<Weights>, WeightsError> {
    fill(net, loader, device)
}

/// Normal numbers of variance `2 / fan-in`, so that activations keep their scale from layer to
/// layer; biases are zero (He et al. 2015, arXiv 1502.01852, eq. 10).
pub(super) fn random(net: &Blueprint, seed: u64, device: &Device) -> Vec<Weights> {
    fill(net, &mut Random(seeded(seed)), device).expect("random numbers cannot be missing")
}

fn fill(
    net: &Blueprint,
    source: &mut impl Source,
    device: &Device,
) -> Result<Vec<Weights>, WeightsError> {
    let places = 0..net.nodes().len();
    places
        .map(|place| one(net, place, source, device))
        .collect()
}

/// Other random numbers for the node at `place`.
pub(super) fn random_at(net: &Blueprint, place: usize, seed: u64, device: &Device) -> Weights {
    one(net, place, &mut Random(seeded(seed)), device).expect("random numbers cannot be missing")
}

fn one(
    net: &Blueprint,
    place: usize,
    source: &mut impl Source,
    device: &Device,
) -> Result<Weights, WeightsError> {
    let node = &net.nodes()[place];
    let channels = match node.inputs.first() {
        Some(input) => net.extents()[*input].channels,
        None => 0,
    };
    Ok(match &node.op {
        Op::Conv(conv) => {
            let [height, width] = conv.kernel;
            let shape = [conv.channels, channels, height, width];
            Weights::Conv(filters(conv, shape, source.conv(conv, shape)?, device))
        }
        Op::Dense(dense) => {
            let shape = [dense.outputs, channels * dense.side * dense.side];
            Weights::Dense(matrix(shape, source.dense(dense, shape)?, device))
        }
        _ => Weights::None,
    })
}

fn filters(conv: &Conv, shape: [usize; 4], numbers: Numbers, device: &Device) -> FrozenConvolution {
    let weight = Tensor::from_data(TensorData::new(numbers.weight, shape), device);
    let bias = Tensor::from_data(TensorData::new(numbers.bias, [conv.channels]), device);
    FrozenConvolution::new(weight, bias, [conv.stride; 2], conv.padding)
}

fn matrix(shape: [usize; 2], numbers: Numbers, device: &Device) -> Matrix {
    let weight = Tensor::<2>::from_data(TensorData::new(numbers.weight, shape), device);
    Matrix {
        weight: weight.transpose(),
        bias: Tensor::from_data(TensorData::new(numbers.bias, [1, shape[0]]), device),
    }
}

impl Source for Loader<'_> {
    fn conv(&mut self, conv: &Conv, shape: [usize; 4]) -> Result<Numbers, WeightsError> {
        let weight = self.take(&format!("{}.weight", conv.key), &shape)?;
        let Some(norm) = &conv.norm else {
            let bias = self.take(&format!("{}.bias", conv.key), &[conv.channels])?;
            return Ok(Numbers { weight, bias });
        };
        let mut field = |name: &str| self.take(&format!("{}.{name}", norm.key), &[conv.channels]);
        let statistics = Statistics {
            gain: field("weight")?,
            bias: field("bias")?,
            mean: field("running_mean")?,
            variance: field("running_var")?,
        };
        Ok(statistics.folded_into(weight, norm))
    }

    fn dense(&mut self, dense: &Dense, shape: [usize; 2]) -> Result<Numbers, WeightsError> {
        Ok(Numbers {
            weight: self.take(&format!("{}.weight", dense.key), &shape)?,
            bias: self.take(&format!("{}.bias", dense.key), &shape[..1])?,
        })
    }
}

/// Numbers of a batch normalisation, one of each a channel: γ, β, μ, σ².
struct Statistics {
    gain: Vec<f32>,
    bias: Vec<f32>,
    mean: Vec<f32>,
    variance: Vec<f32>,
}

impl Statistics {
    /// The filter and bias that do both at once: `γ/√(σ² + ε) w` and `β − γ/√(σ² + ε) μ`.
    fn folded_into(self, mut weight: Vec<f32>, norm: &BatchNorm) -> Numbers {
        let mut bias = self.bias;
        let size = weight.len() / bias.len().max(1);
        for (channel, filter) in weight.chunks_mut(size.max(1)).enumerate() {
            let scale = self.gain[channel] / (self.variance[channel] + norm.epsilon).sqrt();
            filter.iter_mut().for_each(|value| *value *= scale);
            bias[channel] -= scale * self.mean[channel];
        }
        Numbers { weight, bias }
    }
}

struct Random(Pcg64Mcg);

impl Random {
    fn numbers(&mut self, outputs: usize, inputs: usize) -> Numbers {
        Numbers {
            weight: he(&mut self.0, outputs * inputs, inputs),
            bias: vec![0.0; outputs],
        }
    }
}

impl Source for Random {
    fn conv(&mut self, _: &Conv, shape: [usize; 4]) -> Result<Numbers, WeightsError> {
        let [outputs, rest @ ..] = shape;
        Ok(self.numbers(outputs, rest.iter().product()))
    }

    fn dense(&mut self, _: &Dense, [outputs, inputs]: [usize; 2]) -> Result<Numbers, WeightsError> {
        Ok(self.numbers(outputs, inputs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_is_the_normalisation_behind_the_filter() {
        // Two filters of two numbers each, read at x = (1, 10).
        let (weight, x) = (vec![1.0, 2.0, -3.0, 0.5], [1.0, 10.0]);
        let (gain, bias) = ([2.0, -1.0], [0.5, 0.25]);
        let (mean, variance) = ([4.0, -2.0], [0.24, 3.99]);
        let norm = BatchNorm {
            key: "bn".to_owned(),
            epsilon: 0.01,
        };
        let statistics = Statistics {
            gain: gain.to_vec(),
            bias: bias.to_vec(),
            mean: mean.to_vec(),
            variance: variance.to_vec(),
        };
        let dot = |filter: &[f32]| filter.iter().zip(x).map(|(w, x)| w * x).sum::<f32>();
        let before: Vec<f32> = weight.chunks(2).map(dot).collect();
        let folded = statistics.folded_into(weight, &norm);
        for (channel, filter) in folded.weight.chunks(2).enumerate() {
            let root = (variance[channel] + norm.epsilon).sqrt();
            let want = gain[channel] * (before[channel] - mean[channel]) / root + bias[channel];
            let found = dot(filter) + folded.bias[channel];
            assert!((found - want).abs() < 1e-4, "{found} is not {want}");
        }
    }
}
