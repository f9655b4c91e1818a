//! The system that is learnt: van der Pol's oscillator with a random drive.

use std::f64::consts::TAU;

use rand::RngExt;
use reverie_model::rng::{self, Rng};

/// Time between two values.
pub const INTERVAL: f64 = 0.2;
/// Steps of integration between two values.
const FINER: usize = 4;
/// Values that are dropped before the start: random starts have come near the cycle by then.
const FADE: usize = 100;
/// Sines of a drive.
const SINES: usize = 3;

/// A path of the oscillator under a drive of its own.
#[derive(Clone, Debug)]
pub struct DrivenPath {
    /// u at every value, `[T]`.
    pub drive: Vec<f64>,
    /// Position and velocity before the first value.
    pub start: [f64; 2],
    /// Position and velocity at every value, `[T]`; a value is what the drive of the same place and
    /// the state before it lead to.
    pub states: Vec<[f64; 2]>,
}

/// `steps` values of x'' = mu (1 - x^2) x' - x + u(t), with three sines of random strength (0.4 to 0.8),
/// frequency (0.3 to 2) and phase as the drive.
///
/// Without a drive it swings by itself at a frequency of about 0.94 for mu = 1; with it the path is never
/// the same twice, so that nothing but the law can be learnt.
///
/// # Source
/// Van der Pol 1926, On relaxation-oscillations; Runge-Kutta of fourth order, step 0.05.
pub fn driven_path(mu: f64, steps: usize, rng: &mut Rng) -> DrivenPath {
    let sines: Vec<[f64; 3]> = (0..SINES)
        .map(|_| {
            let strength = rng.random_range(0.4..0.8);
            [
                strength,
                rng.random_range(0.3..2.0),
                rng.random_range(0.0..TAU),
            ]
        })
        .collect();
    let drive = |time: f64| -> f64 {
        let swings = sines
            .iter()
            .map(|[strength, rate, phase]| strength * (rate * time + phase).sin());
        swings.sum()
    };
    let slope = |state: [f64; 2], time: f64| {
        let [x, v] = state;
        [v, mu * (1.0 - x * x) * v - x + drive(time)]
    };
    let first = rng::normal(rng, 2);
    let mut state = [f64::from(first[0]), f64::from(first[1])];
    let step = INTERVAL / FINER as f64;
    let mut path = DrivenPath {
        drive: Vec::with_capacity(steps),
        start: state,
        states: Vec::with_capacity(steps),
    };
    for number in 0..FADE + steps {
        if number == FADE {
            path.start = state;
        }
        for part in 0..FINER {
            let time = number as f64 * INTERVAL + part as f64 * step;
            state = runge_kutta(state, time, step, slope);
        }
        if number >= FADE {
            path.drive.push(drive((number + 1) as f64 * INTERVAL));
            path.states.push(state);
        }
    }
    path
}

fn runge_kutta(
    state: [f64; 2],
    time: f64,
    step: f64,
    slope: impl Fn([f64; 2], f64) -> [f64; 2],
) -> [f64; 2] {
    let ahead =
        |k: [f64; 2], part: f64| [state[0] + part * step * k[0], state[1] + part * step * k[1]];
    let k1 = slope(state, time);
    let k2 = slope(ahead(k1, 0.5), time + step / 2.0);
    let k3 = slope(ahead(k2, 0.5), time + step / 2.0);
    let k4 = slope(ahead(k3, 1.0), time + step);
    std::array::from_fn(|i| state[i] + step / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_force_and_damping_it_is_a_harmonic_oscillator() {
        let slope = |[x, v]: [f64; 2], _: f64| [v, -x];
        let end = (0..63).fold([1.0, 0.0], |state, i| {
            runge_kutta(state, f64::from(i) * 0.1, 0.1, slope)
        });
        assert!((end[0] - 6.3f64.cos()).abs() < 1e-4 && (end[1] + 6.3f64.sin()).abs() < 1e-4);
    }

    #[test]
    fn paths_stay_near_the_cycle_and_differ() {
        let mut rng = rng::seeded(1);
        let paths = [0, 1].map(|_| driven_path(1.0, 200, &mut rng));
        for path in &paths {
            let highest = path
                .states
                .iter()
                .map(|state| state[0].abs())
                .fold(0.0, f64::max);
            assert!((1.5..4.0).contains(&highest), "{highest}");
        }
        assert_ne!(paths[0].states, paths[1].states);
    }
}
