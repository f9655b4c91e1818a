//! How well a model knows some pieces.

use burn::tensor::Device;
use reverie_kernels::loss::bernoulli_nll;

use super::MusicModel;
use crate::data::music::{Frame, KEYS, Pieces, Roll};
use crate::recurrent::Mode;

/// Pieces that are measured side by side.
const BATCH: usize = 32;
/// Steps that are measured at once; the state is carried on.
const STEPS: usize = 256;

/// What a model's guesses are worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MusicMeasured {
    /// Negative log-likelihood of a time step, summed over the 88 keys, in nats, mean over all steps.
    pub nll: f64,
    /// Frame accuracy, TP / (TP + FP + FN) over all steps, of the keys that are likelier to sound than
    /// not; zero where nothing sounds and nothing is said.
    ///
    /// # Source
    /// Bay, Ehmann, Downie 2009, as used by Boulanger-Lewandowski et al. 2012, table 1.
    pub accuracy: f64,
    /// Steps that were guessed.
    pub steps: usize,
}

/// Reads every piece from its beginning to its end, each from a state of zeros.
///
/// Every step counts, the first too, which is guessed from nothing. `go_on` is asked between chunks;
/// where it says no, the answer is none.
pub fn evaluate(
    model: &MusicModel,
    rolls: &[Roll],
    device: &Device,
    mut go_on: impl FnMut() -> bool,
) -> Option<MusicMeasured> {
    let (mut nats, mut steps) = (0.0, 0);
    let mut marks = Marks::default();
    for pieces in Pieces::by_length(rolls, BATCH) {
        let mut state = model.initial(pieces.len(), device);
        for chunk in pieces.chunks(STEPS) {
            if !go_on() {
                return None;
            }
            let state_now = chunk.of_those_that_go_on(state);
            let (logits, end) = model.logits(chunk.inputs(device), state_now, &mut Mode::Use);
            state = end;
            let counts = chunk.counts();
            let losses = bernoulli_nll(logits.clone(), chunk.targets(device));
            let losses: Vec<f32> = losses.into_data().iter::<f32>().collect();
            let counted = losses.iter().zip(&counts).filter(|(_, counts)| **counts);
            nats += counted.map(|(nats, _)| f64::from(*nats)).sum::<f64>();
            steps += counts.iter().filter(|counts| **counts).count();
            let logits: Vec<f32> = logits.into_data().iter::<f32>().collect();
            for ((row, frame), counts) in logits.chunks(KEYS).zip(chunk.frames()).zip(counts) {
                if counts {
                    marks.add(likely(row), frame);
                }
            }
        }
    }
    Some(MusicMeasured {
        nll: nats / steps.max(1) as f64,
        accuracy: marks.accuracy(),
        steps,
    })
}

/// The keys that are likelier to sound than not.
fn likely(logits: &[f32]) -> Frame {
    Frame::of_keys((0..KEYS).filter(|&key| logits[key] > 0.0))
}

/// Hits, false alarms and misses.
#[derive(Clone, Copy, Debug, Default)]
struct Marks {
    hits: usize,
    all: usize,
}

impl Marks {
    fn add(&mut self, said: Frame, came: Frame) {
        self.hits += said.and(came).count();
        self.all += said.or(came).count();
    }

    fn accuracy(self) -> f64 {
        self.hits as f64 / self.all.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;
    use crate::sequence::music::MusicCell;
    use crate::sequence::music::config::tests::config;

    fn roll(len: usize, from: usize) -> Roll {
        (0..len)
            .map(|t| Frame::of_keys([(from + 7 * t) % KEYS, (from + 3 * t) % KEYS]))
            .collect()
    }

    /// Beside others and cut into chunks, a piece costs what it costs alone; padding costs nothing.
    #[test]
    fn pieces_side_by_side_cost_what_they_cost_alone() {
        let device = Device::flex();
        for cell in MusicCell::ALL {
            let model = MusicModel::init(&config(), cell, &mut seeded(1), &device).unwrap();
            let rolls: Vec<Roll> = [3, 700, 1, 300, 256]
                .into_iter()
                .enumerate()
                .map(|(i, len)| roll(len, 11 * i))
                .collect();
            let all = evaluate(&model, &rolls, &device, || true).unwrap();
            let mut sum = 0.0;
            for roll in &rolls {
                let one = evaluate(&model, std::slice::from_ref(roll), &device, || true).unwrap();
                assert_eq!(one.steps, roll.len());
                sum += one.nll * one.steps as f64;
            }
            assert_eq!(all.steps, 1260);
            assert!(
                (all.nll - sum / 1260.0).abs() < 1e-5,
                "{cell}: {all:?} {sum}"
            );
        }
    }

    #[test]
    fn accuracy_counts_hits_among_what_was_said_or_came() {
        let mut marks = Marks::default();
        assert_eq!(marks.accuracy(), 0.0);
        marks.add(Frame::of_keys([1, 2]), Frame::of_keys([2, 3]));
        marks.add(Frame::of_keys([5]), Frame::of_keys([5]));
        assert_eq!(marks.accuracy(), 0.5);
    }

    #[test]
    fn a_coin_for_every_key_costs_88_ln_2() {
        let device = Device::flex();
        let mut config = config();
        config.init_scale = 1e-9;
        let model = MusicModel::init(&config, MusicCell::Tanh, &mut seeded(1), &device).unwrap();
        let measured = evaluate(&model, &[roll(50, 0)], &device, || true).unwrap();
        assert!((measured.nll - 88.0 * std::f64::consts::LN_2).abs() < 1e-4);
    }
}
