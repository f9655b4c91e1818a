//! Every cell at every length, from every seed.

use std::ops::ControlFlow;

use burn::tensor::{Device, Tensor};
use reverie_model::rng::seeded;
use serde::Serialize;

use super::config::{AddingCell, AddingConfig};
use super::task::AddingBatch;
use crate::learner::Learner;
use crate::reader::Reader;
use crate::{LabError, Progress, rates};

/// Added to a seed where sequences are drawn that are not learnt from.
const FRESH: u64 = 0x6164_645f_7465_7374;
/// Share of the updates after which the rate falls evenly to [`RATE_AT_END`] of itself.
const RATE_FALLS_AT: f64 = 0.7;
/// Share of the rate that is left at the end.
const RATE_AT_END: f64 = 0.1;

/// One look at fresh sequences.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Look {
    /// Updates that were made.
    pub update: u64,
    /// Mean squared error.
    pub error: f64,
}

/// How one network learnt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AddingCurve {
    /// Its cell.
    pub cell: AddingCell,
    /// T.
    pub length: usize,
    /// Its seed.
    pub seed: u64,
    /// All looks.
    pub looks: Vec<Look>,
    /// Mean squared error at the end.
    pub error: f64,
    /// Updates it took to learn it, where it did.
    pub learnt_at: Option<u64>,
    /// Whether it came to its end.
    pub is_whole: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AddingResult {
    /// One for each length, cell and seed, in this order.
    pub curves: Vec<AddingCurve>,
    /// Whether somebody said stop.
    pub is_stopped: bool,
}

/// Teaches every cell at every length from every seed; the observer may end it after any update, and
/// keeps what is there.
///
/// # Errors
/// Settings out of range; a loss that is no number.
pub fn run(
    config: &AddingConfig,
    device: &Device,
    mut observe: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<AddingResult, LabError> {
    config.check()?;
    let mut result = AddingResult::default();
    let runs = config.lengths.iter().flat_map(|&length| {
        let cells = config.cells.iter();
        cells.flat_map(move |&cell| (0..config.seeds).map(move |n| (length, cell, n)))
    });
    let runs: Vec<_> = runs.collect();
    let total = runs.len() as u64 * config.updates;
    for (number, (length, cell, seed)) in runs.into_iter().enumerate() {
        let seed = config.seed.wrapping_add(seed as u64);
        let mut watch = |update: u64, error: f64| {
            let name = cell.name();
            observe(Progress {
                done: number as u64 * config.updates + update,
                total,
                remark: format!("T {length}, {name}, seed {seed}, error {error:.4}"),
            })
        };
        let curve = teach(config, (cell, length, seed), device, &mut watch)?;
        let is_whole = curve.is_whole;
        result.curves.push(curve);
        if !is_whole {
            result.is_stopped = true;
            break;
        }
    }
    Ok(result)
}

fn teach(
    config: &AddingConfig,
    (cell, length, seed): (AddingCell, usize, u64),
    device: &Device,
    watch: &mut dyn FnMut(u64, f64) -> ControlFlow<()>,
) -> Result<AddingCurve, LabError> {
    let mut rng = seeded(seed);
    let net = Reader::init(&config.stack(cell), 1, &mut rng, device)?;
    let mut learner = Learner::new(net, config.clip);
    let tests = AddingBatch::draw(length, config.tests, &mut seeded(seed ^ FRESH));
    let mut curve = AddingCurve {
        cell,
        length,
        seed,
        looks: vec![Look {
            update: 0,
            error: error(&learner.net(), &tests),
        }],
        error: f64::NAN,
        learnt_at: None,
        is_whole: true,
    };
    for update in 1..=config.updates {
        let batch = AddingBatch::draw(length, config.batch, &mut rng);
        let rate = rate_at(config, update);
        learner.update(rate, |net| squares(net, &batch).mean())?;
        if update.is_multiple_of(config.look_every) || update == config.updates {
            let look = Look {
                update,
                error: error(&learner.net(), &tests),
            };
            curve.looks.push(look);
            if look.error <= config.enough {
                curve.learnt_at = Some(update);
                break;
            }
        }
        let error = curve.looks.last().map_or(f64::NAN, |look| look.error);
        if watch(update, error).is_break() {
            curve.is_whole = false;
            break;
        }
    }
    curve.error = curve.looks.last().map_or(f64::NAN, |look| look.error);
    Ok(curve)
}

fn rate_at(config: &AddingConfig, update: u64) -> f64 {
    let done = update as f64 / config.updates as f64;
    config.rate * rates::evenly(done, RATE_FALLS_AT, RATE_AT_END)
}

/// Squared errors, `[B, 1]`.
fn squares(net: &Reader, batch: &AddingBatch) -> Tensor<2> {
    let device = net.device();
    let said = net.last(batch.sequence(&device));
    (said - batch.targets(&device)).square()
}

fn error(net: &Reader, tests: &AddingBatch) -> f64 {
    f64::from(squares(net, tests).mean().into_scalar::<f32>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiny() -> AddingConfig {
        AddingConfig {
            lengths: vec![4],
            cells: vec![AddingCell::Gru, AddingCell::LstmNorm],
            hidden: 16,
            batch: 32,
            updates: 300,
            rate: 0.01,
            enough: 0.01,
            tests: 100,
            ..AddingConfig::default()
        }
    }

    #[test]
    fn four_steps_are_learnt_at_once() {
        let result = run(&tiny(), &Device::flex(), |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(result.curves.len(), 2);
        for curve in &result.curves {
            assert!(curve.error < 0.05, "{curve:?}");
        }
    }

    #[test]
    fn who_is_stopped_keeps_what_there_is() {
        let mut left = 5;
        let stop = |_: Progress| {
            left -= 1;
            if left == 0 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let result = run(&tiny(), &Device::flex(), stop).unwrap();
        assert!(result.is_stopped && result.curves.len() == 1 && !result.curves[0].is_whole);
        assert!(result.curves[0].error.is_finite());
    }

    #[test]
    fn no_steps_are_refused() {
        let config = AddingConfig {
            lengths: vec![0],
            ..tiny()
        };
        let error = run(&config, &Device::flex(), |_| ControlFlow::Continue(())).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("T is 0; it must be between 2"),
            "{error}"
        );
    }
}
