//! Episodes as one batch of tensors.

use std::sync::Arc;

use burn::tensor::{Tensor, TensorData};
use reverie_kernels::loss::bernoulli_nll;
use reverie_model::recurrent::Sequence;

use super::super::task::Episode;
use crate::reader::Reader;

/// Episodes side by side, the longest first.
pub struct Batch {
    lengths: Arc<[usize]>,
    d_input: usize,
    d_output: usize,
    /// `[T, B, D]`.
    inputs: Vec<f32>,
    /// `[T·B, V]`.
    targets: Vec<f32>,
    /// `[T·B]`: share of each row in the mean, zero where nothing is asked.
    shares: Vec<f32>,
}

impl Batch {
    /// Puts episodes side by side.
    ///
    /// # Panics
    /// For no episodes.
    pub fn new(mut episodes: Vec<Episode>) -> Self {
        episodes.sort_by_key(|episode| std::cmp::Reverse(episode.inputs.len()));
        let (steps, batch) = (episodes[0].inputs.len(), episodes.len());
        let d_input = episodes[0].inputs[0].len();
        let asked = |episode: &Episode| episode.targets.iter().flatten().count();
        let d_output = episodes[0]
            .targets
            .iter()
            .flatten()
            .next()
            .map_or(0, Vec::len);
        let mut made = Self {
            lengths: episodes
                .iter()
                .map(|episode| episode.inputs.len())
                .collect(),
            d_input,
            d_output,
            inputs: vec![0.0; steps * batch * d_input],
            targets: vec![0.0; steps * batch * d_output],
            shares: vec![0.0; steps * batch],
        };
        for (case, episode) in episodes.iter().enumerate() {
            let share = 1.0 / (asked(episode) * d_output * batch) as f32;
            for (step, (input, target)) in episode.inputs.iter().zip(&episode.targets).enumerate() {
                let row = step * batch + case;
                made.inputs[row * d_input..][..d_input].copy_from_slice(input);
                if let Some(target) = target {
                    made.targets[row * d_output..][..d_output].copy_from_slice(target);
                    made.shares[row] = share;
                }
            }
        }
        made
    }

    fn logits(&self, net: &Reader) -> Tensor<2> {
        let batch = self.lengths.len();
        let steps = self.shares.len() / batch;
        let data = TensorData::new(self.inputs.clone(), [steps, batch, self.d_input]);
        let inputs = Tensor::from_data(data, &net.device());
        net.every(Sequence::by_time(inputs, Some(self.lengths.clone())))
    }

    /// Mean cost of a bit, every sequence counting the same, `[1]`.
    pub fn loss(&self, net: &Reader) -> Tensor<1> {
        let logits = self.logits(net);
        let device = logits.device();
        let shape = [self.shares.len(), self.d_output];
        let targets = Tensor::from_data(TensorData::new(self.targets.clone(), shape), &device);
        let shares = TensorData::new(self.shares.clone(), [self.shares.len()]);
        (bernoulli_nll(logits, targets) * Tensor::from_data(shares, &device)).sum()
    }

    /// Mean cost of a bit in nats, and mean number of wrong bits of a sequence.
    pub fn judge(&self, net: &Reader) -> (f64, f64) {
        let nats = f64::from(self.loss(net).into_scalar::<f32>());
        let logits: Vec<f32> = self.logits(net).into_data().iter::<f32>().collect();
        let width = self.d_output;
        let rows = logits
            .chunks(width)
            .zip(self.targets.chunks(width))
            .zip(&self.shares);
        let wrong: usize = rows
            .filter(|(_, share)| **share > 0.0)
            .flat_map(|((said, wanted), _)| said.iter().zip(wanted))
            .filter(|(said, wanted)| (**said > 0.0) != (**wanted > 0.5))
            .count();
        (nats, wrong as f64 / self.lengths.len() as f64)
    }
}
