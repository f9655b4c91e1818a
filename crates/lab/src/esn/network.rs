//! A whole echo state network: reservoir, readout and what it said last.

use nalgebra::{DMatrix, DVector};
use reverie_model::rng::Rng;

use super::readout::Lessons;
use super::reservoir::disturb;
use super::{EsnConfig, Readout, Reservoir};

/// How a series comes into the range of the units and back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Squash {
    /// What becomes 0.
    pub centre: f64,
    /// The distance from the centre that becomes 0.76, the hyperbolic tangent of 1.
    pub width: f64,
}

impl Squash {
    /// tanh((x - centre) / width).
    pub fn squashed(self, value: f64) -> f64 {
        ((value - self.centre) / self.width).tanh()
    }

    /// The value of which `said` is the squashed one; what no value becomes is taken as nearly 1.
    pub fn restored(self, said: f64) -> f64 {
        const EDGE: f64 = 1.0 - 1e-9;
        self.centre + self.width * said.clamp(-EDGE, EDGE).atanh()
    }
}

/// What a network hears while it learns.
#[derive(Clone, Copy, Debug)]
pub struct Lesson<'s> {
    /// An input for every target, where the network has an input.
    pub inputs: Option<&'s [f64]>,
    /// What it should say, squashed.
    pub targets: &'s [f64],
    /// Steps at the start that are not learnt.
    pub washout: usize,
}

/// A network in use: where it stands and what it said last.
#[derive(Clone, Debug)]
pub struct Esn {
    reservoir: Reservoir,
    readout: Option<Readout>,
    state: Vec<f64>,
    /// The output of the last step, or the teacher's.
    said: f64,
    sums: Vec<f64>,
}

impl Esn {
    /// A network at rest that has learnt nothing yet, with one output, and one input or none.
    pub fn new(config: &EsnConfig, has_input: bool, rng: &mut Rng) -> Self {
        let reservoir = Reservoir::new(config, usize::from(has_input), 1, rng);
        let n = reservoir.units();
        Self {
            reservoir,
            readout: None,
            state: vec![0.0; n],
            said: 0.0,
            sums: vec![0.0; n],
        }
    }

    /// The part that was drawn.
    pub fn reservoir(&self) -> &Reservoir {
        &self.reservoir
    }

    /// The units after the last step.
    pub fn state(&self) -> &[f64] {
        &self.state
    }

    /// Sets the readout.
    pub fn learn(&mut self, readout: Readout) {
        self.readout = Some(readout);
    }

    /// One step: what the network says. What it hears of itself in the next step is `teacher`, or what
    /// it really said.
    ///
    /// # Panics
    /// If it has learnt nothing yet, or has an input and gets none.
    pub fn step(&mut self, input: Option<f64>, teacher: Option<f64>) -> f64 {
        let features = self.hear(input);
        let readout = self.readout.as_ref();
        let said = readout
            .expect("a network speaks after it has learnt")
            .output(&features);
        self.said = teacher.unwrap_or(said);
        said
    }

    /// Moves the units; answers with what the readout sees: 1, the input or else what was said before,
    /// and the units.
    fn hear(&mut self, input: Option<f64>) -> DVector<f64> {
        let before = self.said;
        let (state, sums) = (&mut self.state, &mut self.sums);
        self.reservoir
            .step(input.as_slice(), &[before], state, sums);
        let head = [1.0, input.unwrap_or(before)].into_iter();
        let units = self.state.iter().copied();
        DVector::from_iterator(self.state.len() + 2, head.chain(units))
    }

    /// Hears a lesson, with the teacher's words as if they were its own; answers with what there is to
    /// learn from it. Normal noise of deviation `noise` is added to the units after every step.
    ///
    /// # Panics
    /// If the lesson is not longer than its washout.
    pub fn listen(&mut self, lesson: Lesson<'_>, noise: f64, rng: &mut Rng) -> Lessons {
        let washout = lesson.washout;
        let steps = lesson.targets.len() - washout;
        let mut features = DMatrix::zeros(self.state.len() + 2, steps);
        for (t, target) in lesson.targets.iter().enumerate() {
            let seen = self.hear(lesson.inputs.map(|inputs| inputs[t]));
            if t >= washout {
                features.set_column(t - washout, &seen);
            }
            self.said = *target;
            disturb(&mut self.state, noise, rng);
        }
        let targets = DVector::from_column_slice(&lesson.targets[washout..]);
        Lessons { features, targets }
    }
}

#[cfg(test)]
mod tests {
    use reverie_model::rng;

    use super::*;
    use crate::esn::EsnTask;

    #[test]
    fn squashing_is_undone() {
        let squash = Squash {
            centre: 3.0,
            width: 2.0,
        };
        for value in [-1.0, 3.0, 7.5] {
            assert!((squash.restored(squash.squashed(value)) - value).abs() < 1e-9);
        }
        assert!(squash.restored(1.5).is_finite());
    }

    #[test]
    fn a_sine_goes_on_by_itself() {
        let mut rng = rng::seeded(3);
        let config = EsnConfig {
            units: 50,
            density: 0.2,
            ridge: 1e-8,
            ..EsnConfig::for_task(EsnTask::MackeyGlass)
        };
        let sine: Vec<f64> = (0..700).map(|t| 0.5 * (f64::from(t) * 0.3).sin()).collect();
        let mut network = Esn::new(&config, false, &mut rng);
        let lesson = Lesson {
            inputs: None,
            targets: &sine[..600],
            washout: 100,
        };
        let lessons = network.listen(lesson, 0.0, &mut rng);
        network.learn(lessons.fit(config.ridge).0);
        for truth in &sine[600..] {
            let said = network.step(None, None);
            assert!((said - truth).abs() < 0.01, "{said} {truth}");
        }
    }

    #[test]
    fn two_starts_are_forgotten() {
        let mut rng = rng::seeded(4);
        let config = EsnConfig {
            units: 60,
            density: 0.1,
            spectral_radius: 0.8,
            ..EsnConfig::for_task(EsnTask::MackeyGlass)
        };
        let mut one = Esn::new(&config, false, &mut rng);
        let mut other = one.clone();
        other.state.fill(0.9);
        for t in 0..300 {
            let said = (f64::from(t) * 0.2).sin();
            (one.said, other.said) = (said, said);
            one.hear(None);
            other.hear(None);
        }
        let apart = one
            .state
            .iter()
            .zip(&other.state)
            .map(|(a, b)| (a - b).abs());
        assert!(apart.fold(0.0, f64::max) < 1e-6);
    }
}
