//! The recurrent cell: one step of the integrator.

use super::system::{OdeSystem, PARAMETERS, Parameters, STATES, State};

/// Steps of the integrator between two observations.
pub const STEPS_PER_OBSERVATION: usize = 5;

/// A cell without inputs, whose next state is a Runge-Kutta step of fourth order from the last one.
///
/// Its weights are the parameters of the system: a recurrent network with two to four weights.
///
/// # Source
/// Rico-Martinez et al. 1992 wrote integrators as recurrent networks; Chen et al. 2018 (arXiv
/// 1806.07366) the other way round. Kutta 1901.
#[derive(Clone, Copy, Debug)]
pub struct IntegratorCell {
    /// The equations.
    pub system: OdeSystem,
    /// Time of a step.
    pub step: f64,
}

/// Gradients of a loss.
#[derive(Clone, Copy, Debug, Default)]
pub struct CellGradient {
    /// By the state before the step.
    pub state: State,
    /// By the parameters.
    pub parameters: Parameters,
}

/// The derivatives of a state by the state at the start and by the parameters, a row a quantity.
pub type Sensitivity = [[f64; STATES + PARAMETERS]; STATES];

/// Where the four slopes are taken: parts of a step.
const PLACES: [f64; 4] = [0.0, 0.5, 0.5, 1.0];
/// How they are averaged.
const WEIGHTS: [f64; 4] = [1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0];

impl IntegratorCell {
    /// The cell for the steps between two observations of a system.
    pub fn between_observations(system: OdeSystem) -> Self {
        let step = system.interval() / STEPS_PER_OBSERVATION as f64;
        Self { system, step }
    }

    /// The next state.
    pub fn forward(&self, x: &State, p: &Parameters) -> State {
        let (slopes, _) = self.stages(x, p);
        let mut next = *x;
        for (slope, weight) in slopes.iter().zip(WEIGHTS) {
            add(&mut next, self.step * weight, slope);
        }
        next
    }

    /// The gradient before the step from that after it: one step of back-propagation through time.
    pub fn backward(&self, x: &State, p: &Parameters, after: &State) -> CellGradient {
        let (_, places) = self.stages(x, p);
        let mut gradient = CellGradient {
            state: *after,
            parameters: [0.0; PARAMETERS],
        };
        // What reaches a stage through the place of the next one.
        let mut through_next = [0.0; STATES];
        for stage in (0..4).rev() {
            let mut slope_gradient = [0.0; STATES];
            add(&mut slope_gradient, self.step * WEIGHTS[stage], after);
            if stage < 3 {
                add(
                    &mut slope_gradient,
                    self.step * PLACES[stage + 1],
                    &through_next,
                );
            }
            let slopes = self.system.slopes(&places[stage], p);
            through_next = [0.0; STATES];
            let rows = slopes.by_state.iter().zip(&slopes.by_parameter);
            for (slope, (by_state, by_parameter)) in slope_gradient.into_iter().zip(rows) {
                add(&mut through_next, slope, by_state);
                add(&mut gradient.parameters, slope, by_parameter);
            }
            add(&mut gradient.state, 1.0, &through_next);
        }
        gradient
    }

    /// The next state's derivatives from this one's: forward sensitivities.
    pub fn carry(&self, x: &State, p: &Parameters, now: &Sensitivity) -> Sensitivity {
        let (_, places) = self.stages(x, p);
        let mut next = *now;
        let mut last: Sensitivity = Default::default();
        for stage in 0..4 {
            let slopes = self.system.slopes(&places[stage], p);
            let mut change: Sensitivity = Default::default();
            for row in 0..STATES {
                for inner in 0..STATES {
                    let mut place = now[inner];
                    add(&mut place, self.step * PLACES[stage], &last[inner]);
                    add(&mut change[row], slopes.by_state[row][inner], &place);
                }
                for (column, slope) in slopes.by_parameter[row].iter().enumerate() {
                    change[row][STATES + column] += slope;
                }
                add(&mut next[row], self.step * WEIGHTS[stage], &change[row]);
            }
            last = change;
        }
        next
    }

    /// The four slopes, and where they are taken.
    fn stages(&self, x: &State, p: &Parameters) -> ([State; 4], [State; 4]) {
        let mut slopes = [[0.0; STATES]; 4];
        let mut places = [*x; 4];
        for stage in 0..4 {
            if stage > 0 {
                let before = slopes[stage - 1];
                add(&mut places[stage], self.step * PLACES[stage], &before);
            }
            slopes[stage] = self.system.field(&places[stage], p);
        }
        (slopes, places)
    }
}

fn add<const N: usize>(sum: &mut [f64; N], factor: f64, part: &[f64; N]) {
    sum.iter_mut()
        .zip(part)
        .for_each(|(sum, part)| *sum += factor * part);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_is_of_fourth_order() {
        // SIR without infections: I' = -gamma I.
        let p = [0.0, 1.0, 0.0, 0.0];
        let error = |step: f64| {
            let cell = IntegratorCell {
                system: OdeSystem::Sir,
                step,
            };
            let steps = (1.0 / step).round() as usize;
            let end = (0..steps).fold([0.5, 1.0, 0.0], |x, _| cell.forward(&x, &p));
            (end[1] - (-1.0f64).exp()).abs()
        };
        let ratio = error(0.1) / error(0.05);
        assert!((14.0..18.0).contains(&ratio), "{ratio}");
    }

    #[test]
    fn gradients_and_sensitivities_are_those_of_small_differences() {
        for system in OdeSystem::ALL {
            let cell = IntegratorCell { system, step: 0.1 };
            let (x, p) = ([0.7, -0.4, 1.3], [1.2, 0.5, 2.1, 0.3]);
            let (states, parameters) = (system.state_names().len(), system.parameter_names().len());
            let after = [0.3, -1.1, if states == 3 { 0.8 } else { 0.0 }];
            let gradient = cell.backward(&x, &p, &after);
            let mut unit: Sensitivity = Default::default();
            (0..STATES).for_each(|i| unit[i][i] = 1.0);
            let carried = cell.carry(&x, &p, &unit);
            let h = 1e-6;
            for column in (0..states).chain(STATES..STATES + parameters) {
                let moved = |by: f64| {
                    let (mut x, mut p) = (x, p);
                    match column < STATES {
                        true => x[column] += by,
                        false => p[column - STATES] += by,
                    }
                    cell.forward(&x, &p)
                };
                let (ahead, behind) = (moved(h), moved(-h));
                let mut total = 0.0;
                for row in 0..states {
                    let found = (ahead[row] - behind[row]) / (2.0 * h);
                    assert!((found - carried[row][column]).abs() < 1e-8, "{system:?}");
                    total += found * after[row];
                }
                let expected = match column < STATES {
                    true => gradient.state[column],
                    false => gradient.parameters[column - STATES],
                };
                assert!((total - expected).abs() < 1e-8, "{system:?} {column}");
            }
        }
    }
}
