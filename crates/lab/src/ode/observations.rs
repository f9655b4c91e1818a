//! What is known of a system: noisy observations.

use reverie_model::rng::{self, Rng};
use serde::{Deserialize, Serialize};

use super::system::{OdeSystem, STATES, State};
use super::{IntegratorCell, STEPS_PER_OBSERVATION};
use crate::numbers::moments;

/// Observations of one system, at the times 0, 1, 2, ... intervals.
pub const OBSERVATIONS: usize = 100;
/// How much finer the truth is integrated than the network does.
const FINER: usize = 10;

/// Noisy observations of all quantities of a system.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Observations {
    /// The system.
    pub system: OdeSystem,
    /// A row a time.
    pub seen: Vec<State>,
}

impl Observations {
    /// Observations of the true path, with normal noise of `noise` deviations of each quantity.
    pub fn draw(system: OdeSystem, noise: f64, rng: &mut Rng) -> Self {
        let mut seen = truth(system, OBSERVATIONS);
        let deviations = deviations(&seen);
        let draws = rng::normal(rng, seen.len() * STATES);
        for (state, draws) in seen.iter_mut().zip(draws.chunks_exact(STATES)) {
            for quantity in 0..system.state_names().len() {
                state[quantity] += noise * deviations[quantity] * f64::from(draws[quantity]);
            }
        }
        Self { system, seen }
    }

    /// The scale of each quantity: its deviation over the observations; 1 for those that are not there.
    pub fn scales(&self) -> State {
        let mut scales = [1.0; STATES];
        let there = self.system.state_names().len();
        scales[..there].copy_from_slice(&deviations(&self.seen)[..there]);
        scales
    }
}

/// The true path, an entry an observation.
pub fn truth(system: OdeSystem, count: usize) -> Vec<State> {
    let steps = STEPS_PER_OBSERVATION * FINER;
    let step = system.interval() / steps as f64;
    let cell = IntegratorCell { system, step };
    let parameters = system.truth();
    let mut path = vec![system.start()];
    while path.len() < count {
        let last = path[path.len() - 1];
        path.push((0..steps).fold(last, |x, _| cell.forward(&x, &parameters)));
    }
    path
}

fn deviations(states: &[State]) -> State {
    std::array::from_fn(|i| {
        let values: Vec<f64> = states.iter().map(|state| state[i]).collect();
        moments(&values).1.sqrt()
    })
}
