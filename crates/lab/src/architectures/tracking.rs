//! A hidden quantity behind noise: filtering, smoothing, prediction, and the best anybody can do.
//!
//! x_t = a x_{t-1} + √(1 - a²) u_t, y_t = x_t + √r v_t, u and v normal: x has variance one at every
//! step.

use reverie_model::rng::{Rng, normal};
use serde::Serialize;

use super::Pattern;
use super::cases::{Cases, Inputs, Targets};
use crate::numbers::mean;

/// a, how much of the quantity stays from step to step.
pub const STAYS: f64 = 0.95;
/// r, variance of the noise on an observation.
pub const NOISE: f64 = 0.5;
/// T, steps of a sequence.
const STEPS: usize = 30;

/// How well a network tracks the quantity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tracking {
    /// Its mean squared error.
    pub error: f64,
    /// The least mean squared error there is, from the Kalman filter or the smoother.
    pub least: f64,
    /// Of who takes the observation itself for the answer.
    pub naive: f64,
    /// One sequence.
    pub curves: Curves,
}

/// One sequence with what was said.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curves {
    /// What is asked for: x_t, or x_{t+1} in prediction.
    pub hidden: Vec<f32>,
    /// y_t.
    pub observed: Vec<f32>,
    /// The network's answers.
    pub said: Vec<f32>,
}

/// Draws cases.
pub fn draw(pattern: Pattern, batch: usize, rng: &mut Rng) -> Cases {
    // One step more: what prediction asks for last.
    let moves = normal(rng, (STEPS + 1) * batch);
    let noise = normal(rng, STEPS * batch);
    let (a, b) = (STAYS as f32, (1.0 - STAYS * STAYS).sqrt() as f32);
    let mut hidden: Vec<f32> = moves[..batch].to_vec();
    for (at, step) in moves.iter().enumerate().skip(batch) {
        let next = a * hidden[at - batch] + b * step;
        hidden.push(next);
    }
    let deviation = NOISE.sqrt() as f32;
    let observed = hidden.iter().zip(&noise).map(|(x, v)| x + deviation * v);
    let observed = observed.collect();
    let later = usize::from(pattern == Pattern::Prediction) * batch;
    let wanted = hidden[later..later + STEPS * batch].to_vec();
    Cases {
        batch,
        steps: STEPS,
        inputs: Inputs::Numbers(observed),
        asked: 0..STEPS,
        targets: Targets::Numbers(wanted),
    }
}

/// The least mean squared errors of filtering, smoothing and prediction, mean over `steps` steps.
///
/// # Source
/// Kalman 1960; Rauch, Tung, Striebel 1965 for the smoother.
pub fn least_errors(steps: usize) -> [f64; 3] {
    let (a, q, r) = (STAYS, 1.0 - STAYS * STAYS, NOISE);
    let mut before = 1.0;
    let (mut filtered, mut predicted) = (Vec::new(), Vec::new());
    for _ in 0..steps {
        let now = before * r / (before + r);
        before = a * a * now + q;
        filtered.push(now);
        predicted.push(before);
    }
    let mut smoothed = filtered.clone();
    for t in (0..steps.saturating_sub(1)).rev() {
        let gain = a * filtered[t] / predicted[t];
        smoothed[t] = filtered[t] + gain * gain * (smoothed[t + 1] - predicted[t]);
    }
    [filtered, smoothed, predicted].map(|errors| mean(&errors))
}

/// What the pattern's theory says, and the error of who repeats the observation.
pub fn bounds(pattern: Pattern) -> (f64, f64) {
    let [filtered, smoothed, predicted] = least_errors(STEPS);
    match pattern {
        Pattern::Smoothing => (smoothed, NOISE),
        Pattern::Prediction => {
            let gone = 1.0 - STAYS;
            (predicted, gone * gone + 1.0 - STAYS * STAYS + NOISE)
        }
        _ => (filtered, NOISE),
    }
}

/// The first sequence of some cases with what was said.
pub fn curves(cases: &Cases, said: &[f32]) -> Curves {
    let (Inputs::Numbers(observed), Targets::Numbers(hidden)) = (&cases.inputs, &cases.targets)
    else {
        unreachable!("a task of numbers");
    };
    let first = |all: &[f32]| all.iter().step_by(cases.batch).copied().collect();
    Curves {
        hidden: first(hidden),
        observed: first(observed),
        said: first(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reverie_model::rng::seeded;

    #[test]
    fn knowing_more_helps() {
        let [filtered, smoothed, predicted] = least_errors(STEPS);
        assert!(smoothed < filtered && filtered < predicted && predicted < 1.0);
        // One observation of a quantity of variance one: r / (1 + r).
        let [one, same, next] = least_errors(1);
        assert!((one - NOISE / (1.0 + NOISE)).abs() < 1e-12 && one == same);
        assert!((next - (STAYS * STAYS * one + 1.0 - STAYS * STAYS)).abs() < 1e-12);
    }

    #[test]
    fn a_kalman_filter_reaches_the_least_error() {
        let batch = 4_000;
        let cases = draw(Pattern::Filtering, batch, &mut seeded(1));
        let (Inputs::Numbers(observed), Targets::Numbers(hidden)) = (&cases.inputs, &cases.targets)
        else {
            panic!("numbers")
        };
        let (mut sum, mut estimate, mut variance) = (0.0, vec![0.0; batch], 1.0);
        for t in 0..STEPS {
            let gain = variance / (variance + NOISE);
            for (case, estimate) in estimate.iter_mut().enumerate() {
                let at = t * batch + case;
                *estimate += gain * (f64::from(observed[at]) - *estimate);
                sum += (f64::from(hidden[at]) - *estimate).powi(2);
                *estimate *= STAYS;
            }
            variance = STAYS * STAYS * (1.0 - gain) * variance + 1.0 - STAYS * STAYS;
        }
        let error = sum / (STEPS * batch) as f64;
        let theory = least_errors(STEPS)[0];
        assert!((error / theory - 1.0).abs() < 0.02, "{error} and {theory}");
    }
}
