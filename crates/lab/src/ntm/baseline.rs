//! The same task for an LSTM without a memory beside it.

use std::ops::ControlFlow;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use reverie_kernels::loss::bernoulli_nll;
use reverie_model::recurrent::{
    CellConfig, InitConfig, Initializer, Regularisation, Sequence, StackConfig,
};
use reverie_model::rng::{Rng, seeded};
use serde::{Deserialize, Serialize};

use super::study::{Length, lengths};
use super::task::{Episode, Extent, Task};
use super::trainer::Look;
use crate::reader::{Learner, Reader};
use crate::{LabError, check};

/// Settings of the LSTM; those of the task are the machine's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BaselineConfig {
    /// What is to be learnt.
    pub task: Task,
    /// Longest sequence that is learnt from.
    pub longest: usize,
    /// K, units of a layer. The paper has 256.
    pub hidden: usize,
    /// Layers. The paper has three.
    pub layers: usize,
    /// Sequences in an update.
    pub batch: usize,
    /// Sequences that are learnt from in all.
    pub sequences: u64,
    /// Step size of Adam.
    pub rate: f64,
    /// Largest norm of all gradients together.
    pub clip: f64,
    /// Fresh sequences in a look.
    pub tests: usize,
    /// Sequences between two looks.
    pub look_every: u64,
    /// Seed of all random numbers.
    pub seed: u64,
}

impl BaselineConfig {
    /// Refuses settings that make no network.
    ///
    /// # Errors
    /// [`LabError::Setting`] with the setting, its value and what is allowed.
    pub fn check(&self) -> Result<(), LabError> {
        let is_fine = (1..=4_096).contains(&self.hidden);
        check("lstm-hidden", self.hidden, is_fine, "between 1 and 4096")?;
        let is_fine = (1..=16).contains(&self.layers);
        check("lstm-layers", self.layers, is_fine, "between 1 and 16")?;
        let is_fine = (1..=1_024).contains(&self.batch);
        check("batch", self.batch, is_fine, "between 1 and 1024")?;
        let is_fine = self.rate > 0.0 && self.rate.is_finite();
        check("lstm-rate", self.rate, is_fine, "a finite number above 0")
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BaselineReport {
    /// Settings.
    pub config: BaselineConfig,
    /// All looks.
    pub looks: Vec<Look>,
    /// Mean number of wrong bits at the end.
    pub wrong_bits: f64,
    /// Beyond the lengths that were learnt from.
    pub lengths: Vec<Length>,
    /// Whether somebody said stop.
    pub is_stopped: bool,
}

/// Rows of the memory that the LSTM does not have: it is tested at the lengths of a machine of so many.
const ROWS: usize = 128;
/// Sequences of each length.
const LENGTH_TESTS: usize = 50;
/// Added to a seed where sequences are drawn that are not learnt from.
const FRESH: u64 = 0x6c73_746d_7465_7374;

/// Teaches an LSTM; the observer gets the sequences so far, the cost of a bit and looks, and may end it.
///
/// # Errors
/// Settings that make no network; a loss that is no number.
pub fn run(
    config: &BaselineConfig,
    device: &Device,
    mut observe: impl FnMut(u64, f64, Option<Look>) -> ControlFlow<()>,
) -> Result<BaselineReport, LabError> {
    config.check()?;
    let mut rng = seeded(config.seed);
    let net = Reader::init(&stack(config), config.task.d_output(), &mut rng, device)?;
    let mut learner = Learner::new(net, config.clip);
    let (task, longest) = (config.task, config.longest);
    let draw = |count: usize, extent: Option<Extent>, rng: &mut Rng| {
        let each = (0..count).map(|_| {
            let extent = extent.unwrap_or_else(|| task.extent(longest, rng));
            task.episode(extent, longest, rng)
        });
        Batch::new(each.collect())
    };
    let tests = draw(config.tests, None, &mut seeded(config.seed ^ FRESH));
    let mut looks: Vec<Look> = Vec::new();
    let (mut sequences, mut sum, mut count, mut is_stopped) = (0, 0.0, 0_u64, false);
    while sequences < config.sequences {
        let batch = draw(config.batch, None, &mut rng);
        let nats = learner.update(config.rate, |net| batch.loss(net))?;
        let before = sequences / config.look_every;
        sequences += config.batch as u64;
        (sum, count) = (sum + nats, count + 1);
        let is_due = sequences / config.look_every > before || sequences >= config.sequences;
        let look = is_due.then(|| {
            let (nats, wrong_bits) = tests.judge(&learner.net());
            let train_nats = sum / count as f64;
            (sum, count) = (0.0, 0);
            Look {
                sequences,
                train_nats,
                nats,
                wrong_bits,
            }
        });
        looks.extend(look);
        if observe(sequences, nats, look).is_break() {
            is_stopped = true;
            break;
        }
    }
    let net = learner.net();
    let rng = &mut seeded(config.seed ^ FRESH);
    let lengths = lengths(task, ROWS)
        .into_iter()
        .map(|extent| Length {
            extent,
            wrong_bits: draw(LENGTH_TESTS.min(config.tests), Some(extent), rng)
                .judge(&net)
                .1,
            bits: task.bits(extent),
        })
        .collect();
    Ok(BaselineReport {
        config: config.clone(),
        wrong_bits: tests.judge(&net).1,
        looks,
        lengths,
        is_stopped,
    })
}

fn stack(config: &BaselineConfig) -> StackConfig {
    StackConfig {
        cell: CellConfig::default(),
        d_input: config.task.d_input(),
        d_hidden: config.hidden,
        n_layers: config.layers,
        bidirectional: false,
        regularisation: Regularisation::default(),
        init: InitConfig {
            initializer: Initializer::Orthogonal,
            scale: 1.0,
            forget_bias: 1.0,
        },
    }
}

/// Episodes side by side, the longest first.
struct Batch {
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
    fn new(mut episodes: Vec<Episode>) -> Self {
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
    fn loss(&self, net: &Reader) -> Tensor<1> {
        let logits = self.logits(net);
        let device = logits.device();
        let shape = [self.shares.len(), self.d_output];
        let targets = Tensor::from_data(TensorData::new(self.targets.clone(), shape), &device);
        let shares = TensorData::new(self.shares.clone(), [self.shares.len()]);
        (bernoulli_nll(logits, targets) * Tensor::from_data(shares, &device)).sum()
    }

    /// Mean cost of a bit in nats, and mean number of wrong bits of a sequence.
    fn judge(&self, net: &Reader) -> (f64, f64) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_vector_is_copied_without_a_memory() {
        let config = BaselineConfig {
            task: Task::Copy,
            longest: 1,
            hidden: 32,
            layers: 1,
            batch: 16,
            sequences: 16 * 400,
            rate: 0.01,
            clip: 1.0,
            tests: 50,
            look_every: 1_600,
            seed: 0,
        };
        let go_on = |_: u64, _: f64, _: Option<Look>| ControlFlow::Continue(());
        let report = run(&config, &Device::flex(), go_on).unwrap();
        assert!(report.wrong_bits < 0.1, "{}", report.wrong_bits);
        assert_eq!((report.looks.len(), report.lengths.len()), (4, 4));
    }
}
