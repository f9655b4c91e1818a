//! The network while it learns.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use reverie_kernels::convolution::{Padding, Pooling, convolve, normalise, pool, to_channels_last};
use reverie_kernels::linear::linear;

use super::ClassifierConfig;
use crate::ModelError;
use crate::rng::{Rng, normal};
use crate::train::host;
use crate::vision::VggConfig;
use crate::vision::vgg::{Head, Vgg, conv};
use crate::weights::Preprocessing;

/// ε of batch normalisation, as in PyTorch.
const EPSILON: f64 = 1e-5;

/// A convolution, and the normalisation behind it if there is one.
#[derive(Module, Debug)]
struct Block {
    /// `[C_out, C_in, 3, 3]`.
    weight: Param<Tensor<4>>,
    /// Gain of the normalisation, `[C_out]`.
    gain: Option<Param<Tensor<1>>>,
    /// Shift of the normalisation, or bias of the convolution where there is none, `[C_out]`.
    shift: Param<Tensor<1>>,
}

/// A VGG with normalisation by batches, the mean over all positions, and a linear layer.
#[derive(Module, Debug)]
pub(super) struct Learner {
    blocks: Vec<Block>,
    /// `[C, K]`.
    head: Param<Tensor<2>>,
    /// `[K]`.
    head_bias: Param<Tensor<1>>,
    #[module(skip)]
    shape: VggConfig,
}

/// Mean and variance of every channel behind a convolution, as they run along.
#[derive(Clone, Debug)]
pub(super) struct Running {
    /// `[C]`.
    pub mean: Tensor<1>,
    /// `[C]`, unbiased.
    pub variance: Tensor<1>,
}

impl Running {
    /// Those of a network that has seen nothing: 0 and 1.
    pub fn start(shape: &VggConfig, device: &Device) -> Vec<Self> {
        let widths = shape.convolutions().into_iter();
        widths
            .map(|(.., channels)| Self {
                mean: Tensor::zeros([channels], device),
                variance: Tensor::ones([channels], device),
            })
            .collect()
    }

    /// Moves a share of the way to what a batch had.
    pub fn toward(&mut self, batch: &Self, share: f64) {
        let mix =
            |old: &Tensor<1>, new: &Tensor<1>| old.clone() * (1.0 - share) + new.clone() * share;
        self.mean = mix(&self.mean, &batch.mean);
        self.variance = mix(&self.variance, &batch.variance);
    }
}

impl Learner {
    /// Weights normal with variance 2 / (9 C_in), gains 1, shifts 0, and a linear layer with variance
    /// 1 / C.
    ///
    /// # Source
    /// He et al. 2015 (arXiv 1502.01852), eq. 10.
    pub fn init(
        config: &ClassifierConfig,
        classes: usize,
        rng: &mut Rng,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let shape = config.shape()?;
        let mut draw = |count: usize, variance: f32| -> Vec<f32> {
            let draws = normal(rng, count).into_iter();
            draws.map(|value| value * variance.sqrt()).collect()
        };
        let filled = |value: f32, channels: usize| {
            Param::from_tensor(Tensor::full([channels], value, device))
        };
        let mut width = 3;
        let mut blocks = Vec::new();
        for (_, _, c_in, c_out) in shape.convolutions() {
            let values = draw(c_out * c_in * 9, 2.0 / (9 * c_in) as f32);
            let values = TensorData::new(values, [c_out, c_in, 3, 3]);
            blocks.push(Block {
                weight: Param::from_tensor(Tensor::from_data(values, device)),
                gain: config.batch_norm.then(|| filled(1.0, c_out)),
                shift: filled(0.0, c_out),
            });
            width = c_out;
        }
        let head = TensorData::new(draw(width * classes, 1.0 / width as f32), [width, classes]);
        Ok(Self {
            blocks,
            head: Param::from_tensor(Tensor::from_data(head, device)),
            head_bias: filled(0.0, classes),
            shape,
        })
    }

    /// Scores of prepared pictures `[B, 3, H, W]`, `[B, K]`, and what normalisation found in the
    /// batch.
    pub fn scores(&self, pictures: Tensor<4>) -> (Tensor<2>, Vec<Running>) {
        let mut found = Vec::new();
        let mut blocks = self.blocks.iter();
        let mut x = to_channels_last(pictures);
        let stages = self.shape.stages.len();
        for (number, stage) in (1..).zip(&self.shape.stages) {
            for _ in stage {
                let block = blocks.next().expect("a block for every convolution");
                x = block.forward(x, &mut found);
            }
            if number < stages || self.shape.final_pool {
                x = pool(x, Pooling::Max);
            }
        }
        (
            linear(means(x), self.head.val(), self.head_bias.val()),
            found,
        )
    }

    /// The finished network: what normalisation does with these statistics is folded into weights and
    /// biases, w' = w γ / √(σ² + ε) and b' = β − μ γ / √(σ² + ε).
    pub fn folded(&self, running: &[Running], device: &Device) -> Vgg {
        let mut convs = Vec::new();
        let mut running = running.iter();
        for block in &self.blocks {
            let [_, c_in, ..] = block.weight.val().dims();
            let mut weight = host(block.weight.val().inner());
            let mut bias = host(block.shift.val().inner());
            if let (Some(gain), Some(running)) = (&block.gain, running.next()) {
                let gain = host(gain.val().inner());
                let (mean, variance) = (host(running.mean.clone()), host(running.variance.clone()));
                for (channel, filter) in weight.chunks_exact_mut(c_in * 9).enumerate() {
                    let scale =
                        f64::from(gain[channel]) / (f64::from(variance[channel]) + EPSILON).sqrt();
                    filter
                        .iter_mut()
                        .for_each(|w| *w = (f64::from(*w) * scale) as f32);
                    bias[channel] -= (f64::from(mean[channel]) * scale) as f32;
                }
            }
            convs.push(conv(weight, bias, c_in, device));
        }
        let head = Head::new(
            host(self.head.val().inner()),
            host(self.head_bias.val().inner()),
            device,
        );
        Vgg::assemble(
            &self.shape,
            Preprocessing::torchvision(),
            convs,
            Vec::new(),
            Some(head),
        )
    }
}

impl Block {
    fn forward(&self, x: Tensor<4>, found: &mut Vec<Running>) -> Tensor<4> {
        let Some(gain) = &self.gain else {
            let bias = Some(self.shift.val());
            return convolve(x, self.weight.val(), bias, Padding::Zeros, true);
        };
        let x = convolve(x, self.weight.val(), None, Padding::Zeros, false);
        let [batch, height, width, _] = x.dims();
        let count = (batch * height * width) as f64;
        let normalised = normalise(x, gain.val(), self.shift.val(), EPSILON, true);
        found.push(Running {
            mean: normalised.mean,
            variance: normalised.variance * (count / (count - 1.0).max(1.0)),
        });
        normalised.output
    }
}

/// The mean of every channel over all positions of `[B, H, W, C]`, `[B, C]`.
fn means(x: Tensor<4>) -> Tensor<2> {
    let [batch, height, width, channels] = x.dims();
    let flat = x.reshape([batch, height * width, channels]);
    flat.mean_dim(1).reshape([batch, channels])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;
    use crate::vision::Network as _;

    fn config(batch_norm: bool) -> ClassifierConfig {
        ClassifierConfig {
            stages: vec![vec![4, 6], vec![8]],
            batch_norm,
            side: 8,
            ..ClassifierConfig::default()
        }
    }

    fn pictures(device: &Device) -> Tensor<4> {
        let values = normal(&mut seeded(4), 5 * 3 * 64);
        Tensor::from_data(TensorData::new(values, [5, 3, 8, 8]), device)
    }

    /// With the statistics of the batch itself, the folded network gives the learner's scores.
    #[test]
    fn folding_changes_no_score() {
        let device = Device::flex();
        for batch_norm in [true, false] {
            let learner = Learner::init(&config(batch_norm), 3, &mut seeded(1), &device).unwrap();
            let (scores, found) = learner.scores(pictures(&device));
            // Folding divides by the unbiased variance; here the batch's own is wanted.
            let found: Vec<Running> = found
                .into_iter()
                .zip([320.0, 320.0, 80.0])
                .map(|(running, count): (Running, f64)| Running {
                    variance: running.variance * ((count - 1.0) / count),
                    ..running
                })
                .collect();
            let network = learner.folded(&found, &device);
            let layer = network.layer("scores").unwrap();
            let mut seen = None;
            network.run(pictures(&device), &[layer], &mut |_, x| seen = Some(x));
            let seen = host(seen.unwrap());
            let scores = host(scores);
            assert_eq!(seen.len(), 15);
            for (a, b) in seen.iter().zip(&scores) {
                assert!(
                    (a - b).abs() < 1e-4 * b.abs().max(1.0),
                    "{seen:?} {scores:?}"
                );
            }
        }
    }
}
