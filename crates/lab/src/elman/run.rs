//! Both networks on both streams, from every seed.

use std::ops::ControlFlow;

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor, TensorData};
use reverie_kernels::loss::cross_entropy;
use reverie_model::recurrent::Sequence;
use reverie_model::rng::{Rng, seeded};
use serde::Serialize;

use super::config::{ElmanConfig, Feedback};
use super::stream::Stream;
use crate::learner::Learner;
use crate::numbers::mean;
use crate::reader::Reader;
use crate::{LabError, Progress, rates};

/// One guess along a stream.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Guess {
    /// The symbol that came.
    pub symbol: char,
    /// What it cost, in nats.
    pub nats: f64,
    /// Whether it could be known.
    pub is_known: bool,
}

/// How one network learnt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ElmanRun {
    /// The stream.
    pub stream: Stream,
    /// What goes round.
    pub feedback: Feedback,
    /// Its seed.
    pub seed: u64,
    /// Updates and mean cost of a symbol, in nats, at every look.
    pub looks: Vec<(u64, f64)>,
    /// Mean cost of a symbol at the end, in nats.
    pub nats: f64,
    /// The least there is on the same streams, which begin with a whole word and so have a few less
    /// symbols that cannot be known than long ones.
    pub least_nats: f64,
    /// Mean cost of those that could be known.
    pub known_nats: f64,
    /// Mean cost of those that could not.
    pub unknown_nats: f64,
    /// Guesses along one stream.
    pub guesses: Vec<Guess>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ElmanResult {
    /// One for each stream, network and seed, in this order.
    pub runs: Vec<ElmanRun>,
    /// Whether somebody said stop.
    pub is_stopped: bool,
}

/// Added to a seed where streams are drawn that are not learnt from.
const FRESH: u64 = 0x656c_6d61_6e00_7465;
/// Fresh streams in a look.
const TESTS: usize = 64;
/// Share of the rate that is left at the end.
const RATE_AT_END: f64 = 0.1;
/// Symbols that are shown.
const SHOWN: usize = 24;

/// Teaches both networks every stream from every seed; the observer may end it after any update.
///
/// # Errors
/// Settings out of range; a loss that is no number.
pub fn run(
    config: &ElmanConfig,
    device: &Device,
    mut observe: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<ElmanResult, LabError> {
    config.check()?;
    let mut result = ElmanResult::default();
    let each = config.streams.iter().flat_map(|&stream| {
        let cells = Feedback::ALL.into_iter();
        cells.flat_map(move |feedback| (0..config.seeds).map(move |n| (stream, feedback, n)))
    });
    let each: Vec<_> = each.collect();
    let total = each.len() as u64 * config.updates;
    for (number, (stream, feedback, seed)) in each.into_iter().enumerate() {
        let seed = config.seed.wrapping_add(seed as u64);
        let mut rng = seeded(seed);
        let stack = config.stack(stream, feedback);
        let net = Reader::init(&stack, stream.n_symbols(), &mut rng, device)?;
        let mut learner = Learner::new(net, config.clip);
        let tests = Batch::draw(stream, TESTS, config.steps, &mut seeded(seed ^ FRESH));
        let mut looks = vec![(0, tests.mean(&learner.net(), |_| true))];
        for update in 1..=config.updates {
            let batch = Batch::draw(stream, config.batch, config.steps, &mut rng);
            let done = update as f64 / config.updates as f64;
            let rate = config.rate * rates::evenly(done, 0.0, RATE_AT_END);
            let nats = learner.update(rate, |net| batch.losses(net).mean())?;
            if update.is_multiple_of(config.look_every) || update == config.updates {
                looks.push((update, tests.mean(&learner.net(), |_| true)));
            }
            let (what, whose) = (stream.name(), feedback.name());
            let progress = Progress {
                done: number as u64 * config.updates + update,
                total,
                remark: format!("{what}, {whose}, seed {seed}, {nats:.3} nats"),
            };
            if observe(progress).is_break() {
                result.is_stopped = true;
                break;
            }
        }
        let net = learner.net();
        result.runs.push(ElmanRun {
            stream,
            feedback,
            seed,
            looks,
            nats: tests.mean(&net, |_| true),
            least_nats: tests.share_unknown() * stream.surprise(),
            known_nats: tests.mean(&net, |is_known| is_known),
            unknown_nats: tests.mean(&net, |is_known| !is_known),
            guesses: guesses(&net, stream, config.seed),
        });
        if result.is_stopped {
            break;
        }
    }
    Ok(result)
}

/// What it guesses along a stream that is the same for every network.
fn guesses(net: &Reader, stream: Stream, seed: u64) -> Vec<Guess> {
    let batch = Batch::draw(stream, 1, SHOWN, &mut seeded(seed ^ FRESH));
    let costs = batch.costs(net);
    let each = batch.targets.iter().zip(&batch.is_known).zip(costs);
    each.map(|((&target, &is_known), nats)| Guess {
        symbol: stream.symbols()[target as usize],
        nats,
        is_known,
    })
    .collect()
}

/// Streams side by side, each from its beginning.
struct Batch {
    /// `[B, T]`.
    inputs: Vec<u32>,
    /// `[T, B]`: what follows each.
    targets: Vec<i32>,
    /// `[T, B]`.
    is_known: Vec<bool>,
    batch: usize,
}

impl Batch {
    fn draw(stream: Stream, batch: usize, steps: usize, rng: &mut Rng) -> Self {
        let rows: Vec<_> = (0..batch).map(|_| stream.draw(steps + 1, rng)).collect();
        let inputs = rows.iter().flat_map(|row| row[..steps].iter().map(|s| s.0));
        let by_time = || (1..=steps).flat_map(|t| rows.iter().map(move |row| row[t]));
        Self {
            inputs: inputs.collect(),
            targets: by_time().map(|(symbol, _)| symbol as i32).collect(),
            is_known: by_time().map(|(_, is_known)| is_known).collect(),
            batch,
        }
    }

    fn said(&self, net: &Reader) -> (Tensor<2>, Tensor<1, Int>) {
        let device = net.device();
        let logits = net.every(Sequence::of_symbols(&self.inputs, self.batch, &device));
        let count = self.targets.len();
        let targets = Tensor::from_data(TensorData::new(self.targets.clone(), [count]), &device);
        (logits, targets)
    }

    /// `[T·B]`, in nats.
    fn losses(&self, net: &Reader) -> Tensor<1> {
        let (logits, targets) = self.said(net);
        cross_entropy(logits, targets)
    }

    fn costs(&self, net: &Reader) -> Vec<f64> {
        let (logits, _) = self.said(net);
        let width = logits.dims()[1];
        let logs: Vec<f64> = log_softmax(logits, 1).into_data().iter::<f64>().collect();
        let rows = logs.chunks(width).zip(&self.targets);
        rows.map(|(row, &target)| -row[target as usize]).collect()
    }

    fn share_unknown(&self) -> f64 {
        let unknown = self.is_known.iter().filter(|is_known| !**is_known);
        unknown.count() as f64 / self.is_known.len() as f64
    }

    fn mean(&self, net: &Reader, counts: impl Fn(bool) -> bool) -> f64 {
        let pairs = self.costs(net).into_iter().zip(&self.is_known);
        let kept = pairs.filter(|(_, is_known)| counts(**is_known));
        let kept: Vec<f64> = kept.map(|(nats, _)| nats).collect();
        mean(&kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_known_costs_less() {
        let config = ElmanConfig {
            streams: vec![Stream::Letters],
            seeds: 1,
            updates: 150,
            ..ElmanConfig::default()
        };
        let go_on = |_: Progress| ControlFlow::Continue(());
        let result = run(&config, &Device::flex(), go_on).unwrap();
        assert_eq!(result.runs.len(), 2);
        for run in &result.runs {
            assert!(run.known_nats < 0.5 * run.unknown_nats, "{run:?}");
            assert!(run.looks.first().unwrap().1 > run.nats);
            assert_eq!(run.guesses.len(), SHOWN);
        }
    }

    #[test]
    fn a_stream_of_no_symbols_is_refused() {
        let config = ElmanConfig {
            steps: 0,
            ..ElmanConfig::default()
        };
        let error = run(&config, &Device::flex(), |_| ControlFlow::Continue(())).unwrap_err();
        assert!(error.to_string().starts_with("T is 0"), "{error}");
    }
}
