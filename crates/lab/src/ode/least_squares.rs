//! The rival: non-linear least squares, as textbooks do it.

use nalgebra::{DMatrix, DVector};

use super::cell::Sensitivity;
use super::system::{PARAMETERS, Parameters, STATES, State};
use super::{IntegratorCell, Observations, STEPS_PER_OBSERVATION};

/// Most steps of the method.
const STEPS: usize = 100;

/// The parameters with the least squares, by Levenberg's and Marquardt's method from `guess` and the
/// state `start` at time 0, which is estimated as well.
///
/// Nothing is learnt through time here: the derivatives are carried forward with the states. Started at
/// the truth it finds the best that these data allow, which is what the network is measured against.
///
/// # Source
/// Levenberg 1944, Marquardt 1963.
pub fn least_squares(observations: &Observations, start: &State, guess: &Parameters) -> Parameters {
    let system = observations.system;
    let (states, count) = (system.state_names().len(), system.parameter_names().len());
    let scales = observations.scales();
    // States at time 0 first, in deviations; then the parameters.
    let mut place = DVector::zeros(states + count);
    for i in 0..states {
        place[i] = start[i] / scales[i];
    }
    for i in 0..count {
        place[states + i] = guess[i];
    }
    let mut damping = 1e-3;
    let (mut residuals, mut jacobian) = linearised(observations, &place);
    for _ in 0..STEPS {
        let normal = jacobian.tr_mul(&jacobian);
        let slope = jacobian.tr_mul(&residuals);
        let mut damped = normal.clone();
        for i in 0..damped.nrows() {
            damped[(i, i)] += damping * normal[(i, i)];
        }
        let Some(cholesky) = damped.cholesky() else {
            damping *= 10.0;
            continue;
        };
        let next = &place - cholesky.solve(&slope);
        let (next_residuals, next_jacobian) = linearised(observations, &next);
        let (old, new) = (residuals.norm_squared(), next_residuals.norm_squared());
        if new < old {
            (place, residuals, jacobian) = (next, next_residuals, next_jacobian);
            damping = (damping / 10.0).max(1e-15);
            if old - new <= 1e-14 * old {
                break;
            }
        } else {
            damping *= 10.0;
            if damping > 1e12 {
                break;
            }
        }
    }
    let mut parameters = [0.0; PARAMETERS];
    parameters[..count].copy_from_slice(&place.as_slice()[states..]);
    parameters
}

/// What is left between path and observations, in deviations, and its derivatives.
fn linearised(observations: &Observations, place: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
    let system = observations.system;
    let (states, count) = (system.state_names().len(), system.parameter_names().len());
    let scales = observations.scales();
    let cell = IntegratorCell::between_observations(system);
    let mut parameters = [0.0; PARAMETERS];
    parameters[..count].copy_from_slice(&place.as_slice()[states..]);
    let mut state = [0.0; STATES];
    let mut sensitivity: Sensitivity = Default::default();
    for i in 0..states {
        state[i] = place[i] * scales[i];
        sensitivity[i][i] = scales[i];
    }
    let rows = observations.seen.len() * states;
    let mut residuals = DVector::zeros(rows);
    let mut jacobian = DMatrix::zeros(rows, states + count);
    for (at, seen) in observations.seen.iter().enumerate() {
        for i in 0..states {
            let row = at * states + i;
            residuals[row] = (state[i] - seen[i]) / scales[i];
            for column in 0..states {
                jacobian[(row, column)] = sensitivity[i][column] / scales[i];
            }
            for column in 0..count {
                jacobian[(row, states + column)] = sensitivity[i][STATES + column] / scales[i];
            }
        }
        for _ in 0..STEPS_PER_OBSERVATION {
            sensitivity = cell.carry(&state, &parameters, &sensitivity);
            state = cell.forward(&state, &parameters);
        }
    }
    (residuals, jacobian)
}
