//! One fit: from a wrong guess to the parameters.

use std::ops::ControlFlow;

use reverie_kernels::optim::Adam;
use serde::{Deserialize, Serialize};

use super::bfgs::bfgs;
use super::system::{Parameters, State};
use super::{IntegratorNetwork, OBSERVATIONS, Observations};
use crate::numbers::length;
use crate::rates;

/// Lengths of the windows, in intervals: short ones first, because over a long time a wrong guess ends
/// far from the truth and the loss has many valleys.
const WINDOWS: [usize; 6] = [3, 6, 12, 25, 50, OBSERVATIONS - 1];

/// Adam's usual memory, and a floor that is small beside the gradients of double precision.
///
/// Double, because the last step of a chaotic system depends on the first by a factor of a hundred.
const ADAM: ([f64; 2], f64) = ([0.9, 0.999], 1e-12);

/// Share of a step size that is left at the end of a length of windows.
const RATE_AT_END: f64 = 0.01;

/// How the network is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FitConfig {
    /// Updates of Adam for every length of windows.
    pub updates: usize,
    /// Adam's first step size, in parts of a parameter; it falls to a hundredth along a cosine.
    pub rate: f64,
    /// By how much the first step size is smaller for the next length: a step that is right for a short
    /// time leads a chaotic system astray over a long one.
    pub rate_falls: f64,
    /// Most steps of BFGS at the end, over the whole time.
    pub polish: usize,
}

impl Default for FitConfig {
    fn default() -> Self {
        Self {
            updates: 300,
            rate: 0.03,
            rate_falls: 3.0,
            polish: 200,
        }
    }
}

/// Where the training stood.
#[derive(Clone, Debug, Serialize)]
pub struct FitPoint {
    /// Updates done.
    pub update: usize,
    /// Intervals of a window.
    pub window: usize,
    /// Mean squared distance from the observations, in variances.
    pub loss: f64,
    /// The parameters.
    pub parameters: Parameters,
}

/// What a fit found.
#[derive(Clone, Debug, Serialize)]
pub struct Fit {
    /// The parameters.
    pub parameters: Parameters,
    /// The states at all observations, over one window.
    pub path: Vec<State>,
    /// The training, thinned out.
    pub history: Vec<FitPoint>,
}

/// Updates between two points of the history.
const HISTORY_EVERY: usize = 10;

/// Trains the network on the observations from the parameters `guess`, by Adam over windows of growing
/// length and then by BFGS over the whole time; both with gradients through time.
///
/// None if `observe`, which is asked often, says stop.
pub fn fit(
    observations: &Observations,
    guess: &Parameters,
    config: &FitConfig,
    mut observe: impl FnMut() -> ControlFlow<()>,
) -> Option<Fit> {
    let mut parameters = *guess;
    let mut path = observations.seen.clone();
    let mut history = Vec::new();
    let mut done = 0;
    let mut rate = config.rate;
    for window in WINDOWS {
        let network = IntegratorNetwork::new(observations, window);
        let mut numbers = network.numbers(&parameters, &path);
        let mut adam = Adam::new(numbers.len(), ADAM.0, ADAM.1);
        for update in 0..config.updates {
            if observe().is_break() {
                return None;
            }
            let (loss, gradient) = network.loss(&numbers);
            if !loss.is_finite() {
                break;
            }
            if update.is_multiple_of(HISTORY_EVERY) {
                let parameters = network.parameters(&numbers);
                history.push(FitPoint {
                    update: done + update,
                    window,
                    loss,
                    parameters,
                });
            }
            let part = update as f64 / config.updates as f64;
            let now = rate * rates::cosine(part, RATE_AT_END);
            adam.step(now, &mut numbers, &clipped(gradient));
        }
        done += config.updates;
        rate /= config.rate_falls;
        if window == OBSERVATIONS - 1 {
            let mut steps = 0;
            bfgs(
                &mut numbers,
                config.polish,
                |at| network.loss(at),
                |at, loss| {
                    let parameters = network.parameters(at);
                    history.push(FitPoint {
                        update: done + steps,
                        window,
                        loss,
                        parameters,
                    });
                    steps += 1;
                },
            );
        }
        parameters = network.parameters(&numbers);
        path = network.path(&numbers);
    }
    Some(Fit {
        parameters,
        path,
        history,
    })
}

/// The gradient with a length of at most 1: over a long chaotic time it can be huge.
fn clipped(mut gradient: Vec<f64>) -> Vec<f64> {
    let norm = length(&gradient);
    if norm > 1.0 {
        gradient.iter_mut().for_each(|slope| *slope /= norm);
    }
    gradient
}
