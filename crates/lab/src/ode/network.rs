//! The network along the observations, and its loss.

use super::system::{PARAMETERS, Parameters, STATES, State};
use super::{IntegratorCell, Observations, STEPS_PER_OBSERVATION};

/// The integrator as a recurrent network that is compared with observations.
///
/// The time is cut into windows of equal length. Every window starts from a state of its own, which is
/// learnt like the weights (multiple shooting), and its end is compared with the first observation of
/// the next. With one window it is plain back-propagation through the whole time.
///
/// What is learnt is a list of numbers: the logarithms of the parameters, then the starts of the windows
/// in deviations of the observations. Logarithms, because all parameters are positive and a step should
/// mean the same for a small one and for a large one.
///
/// # Source
/// Bock 1983 for multiple shooting.
#[derive(Clone, Debug)]
pub struct IntegratorNetwork<'o> {
    cell: IntegratorCell,
    observations: &'o Observations,
    scales: State,
    /// Intervals of a window.
    window: usize,
}

impl<'o> IntegratorNetwork<'o> {
    /// A network with windows of so many intervals; the last may be shorter.
    ///
    /// # Panics
    /// If `window` is 0.
    pub fn new(observations: &'o Observations, window: usize) -> Self {
        assert!(window > 0, "a window of no interval");
        Self {
            cell: IntegratorCell::between_observations(observations.system),
            observations,
            scales: observations.scales(),
            window,
        }
    }

    /// Where windows begin.
    fn starts(&self) -> impl Iterator<Item = usize> + use<> {
        (0..self.observations.seen.len() - 1).step_by(self.window)
    }

    /// The numbers to begin with: these parameters, and windows that start at `path`, a state an
    /// observation.
    pub fn numbers(&self, parameters: &Parameters, path: &[State]) -> Vec<f64> {
        let system = self.observations.system;
        let logs = parameters[..system.parameter_names().len()].iter();
        let mut numbers: Vec<f64> = logs.map(|value| value.ln()).collect();
        for start in self.starts() {
            let there = 0..system.state_names().len();
            numbers.extend(there.map(|i| path[start][i] / self.scales[i]));
        }
        numbers
    }

    /// The parameters in the numbers.
    pub fn parameters(&self, numbers: &[f64]) -> Parameters {
        let mut parameters = [0.0; PARAMETERS];
        let count = self.observations.system.parameter_names().len();
        for (parameter, log) in parameters.iter_mut().zip(&numbers[..count]) {
            *parameter = log.exp();
        }
        parameters
    }

    fn window_start(&self, numbers: &[f64], window: usize) -> State {
        let system = self.observations.system;
        let states = system.state_names().len();
        let from = system.parameter_names().len() + window * states;
        let mut state = [0.0; STATES];
        for i in 0..states {
            state[i] = numbers[from + i] * self.scales[i];
        }
        state
    }

    /// The states at all observations.
    pub fn path(&self, numbers: &[f64]) -> Vec<State> {
        let parameters = self.parameters(numbers);
        let mut path = Vec::with_capacity(self.observations.seen.len());
        for (window, start) in self.starts().enumerate() {
            path.truncate(start);
            path.push(self.window_start(numbers, window));
            let end = (start + self.window).min(self.observations.seen.len() - 1);
            for _ in start..end {
                let mut state = path[path.len() - 1];
                for _ in 0..STEPS_PER_OBSERVATION {
                    state = self.cell.forward(&state, &parameters);
                }
                path.push(state);
            }
        }
        path
    }

    /// Mean squared distance from the observations, in variances, and its gradient by the numbers, by
    /// back-propagation through time.
    pub fn loss(&self, numbers: &[f64]) -> (f64, Vec<f64>) {
        let system = self.observations.system;
        let (states, count) = (system.state_names().len(), system.parameter_names().len());
        let parameters = self.parameters(numbers);
        let mut gradient = vec![0.0; numbers.len()];
        let mut by_parameter = [0.0; PARAMETERS];
        let mut sum = 0.0;
        let compared = self.observations.seen.len() - 1 + self.starts().count();
        let unit = 1.0 / (compared * states) as f64;
        let mut visited = Vec::with_capacity(self.window * STEPS_PER_OBSERVATION + 1);
        for (window, start) in self.starts().enumerate() {
            let end = (start + self.window).min(self.observations.seen.len() - 1);
            visited.clear();
            visited.push(self.window_start(numbers, window));
            for step in 0..(end - start) * STEPS_PER_OBSERVATION {
                visited.push(self.cell.forward(&visited[step], &parameters));
            }
            let mut back = [0.0; STATES];
            for step in (0..visited.len()).rev() {
                if step + 1 < visited.len() {
                    let found = self.cell.backward(&visited[step], &parameters, &back);
                    back = found.state;
                    let sums = by_parameter.iter_mut().zip(found.parameters);
                    sums.for_each(|(sum, part)| *sum += part);
                }
                if step.is_multiple_of(STEPS_PER_OBSERVATION) {
                    let seen = &self.observations.seen[start + step / STEPS_PER_OBSERVATION];
                    for i in 0..states {
                        let apart = (visited[step][i] - seen[i]) / self.scales[i];
                        sum += unit * apart * apart;
                        back[i] += 2.0 * unit * apart / self.scales[i];
                    }
                }
            }
            for i in 0..states {
                gradient[count + window * states + i] = back[i] * self.scales[i];
            }
        }
        for i in 0..count {
            gradient[i] = by_parameter[i] * parameters[i];
        }
        (sum, gradient)
    }
}

#[cfg(test)]
mod tests {
    use reverie_model::rng;

    use super::*;
    use crate::ode::OdeSystem;

    #[test]
    fn the_gradient_is_that_of_small_differences() {
        for system in OdeSystem::ALL {
            let observations = Observations::draw(system, 0.05, &mut rng::seeded(2));
            for window in [7, 99] {
                let network = IntegratorNetwork::new(&observations, window);
                let mut parameters = system.truth();
                parameters[0] *= 1.02;
                let numbers = network.numbers(&parameters, &observations.seen);
                let (_, gradient) = network.loss(&numbers);
                for at in [0, 1, system.parameter_names().len(), numbers.len() - 1] {
                    let moved = |by: f64| {
                        let mut numbers = numbers.clone();
                        numbers[at] += by;
                        network.loss(&numbers).0
                    };
                    let found = (moved(1e-6) - moved(-1e-6)) / 2e-6;
                    let scale = gradient[at].abs().max(1e-3);
                    assert!(
                        (found - gradient[at]).abs() < 1e-5 * scale,
                        "{system:?} {window} {at}"
                    );
                }
            }
        }
    }

    #[test]
    fn without_noise_the_truth_has_no_loss() {
        for system in OdeSystem::ALL {
            let observations = Observations::draw(system, 0.0, &mut rng::seeded(0));
            let network = IntegratorNetwork::new(&observations, 99);
            let numbers = network.numbers(&system.truth(), &observations.seen);
            let loss = network.loss(&numbers).0;
            assert!(loss < 1e-6, "{system:?} {loss}");
            assert_eq!(network.path(&numbers).len(), observations.seen.len());
        }
    }
}
