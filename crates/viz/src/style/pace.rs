//! Getting through all sizes in a given time.

use std::time::Instant;

/// Share of the time that steps may take; the rest is for what stands between them.
const FOR_STEPS: f64 = 0.93;
/// Looks that are timed before the first step: the first of them warms up.
pub(super) const TRIALS: usize = 2;

/// A budget of time for steps at several sizes.
pub(super) struct Pace {
    started: Instant,
    seconds: f64,
    /// What a step costs for each pixel, in seconds.
    cost: Option<f64>,
}

impl Pace {
    /// So many seconds from now.
    pub(super) fn new(seconds: f64) -> Self {
        Self {
            started: Instant::now(),
            seconds,
            cost: None,
        }
    }

    /// Whether the cost of a step is yet to be found out.
    pub(super) fn is_unknown(&self) -> bool {
        self.cost.is_none()
    }

    /// So many steps at so many pixels took so long.
    pub(super) fn learn(&mut self, seconds: f64, steps: usize, pixels: u64) {
        if steps > 0 && seconds > 0.0 {
            self.cost = Some(seconds / steps as f64 / pixels as f64);
        }
    }

    /// Steps for the first of these sizes, given as steps and pixels: as planned where there is time
    /// for all of them, else fewer, in proportion, and at least one.
    pub(super) fn steps(&self, left: &[(usize, u64)]) -> usize {
        let (planned, _) = left[0];
        let Some(cost) = self.cost else {
            return planned;
        };
        let needed: f64 = left
            .iter()
            .map(|(steps, pixels)| *steps as f64 * *pixels as f64 * cost)
            .sum();
        let there = self.seconds * FOR_STEPS - self.started.elapsed().as_secs_f64();
        let share = (there / needed).clamp(0.0, 1.0);
        ((planned as f64 * share) as usize).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_shared_in_proportion_and_never_stretched() {
        let mut pace = Pace::new(1000.0);
        let plan = [(100, 1000), (50, 2000)];
        assert_eq!(pace.steps(&plan), 100, "nothing is known yet");
        pace.learn(1.0, 1, 1000);
        assert_eq!(pace.steps(&plan), 100, "200 of 930 seconds");
        pace.learn(10.0, 1, 1000);
        let steps = pace.steps(&plan);
        assert!(
            (45..=46).contains(&steps),
            "{steps} of 100 in 930 of 2000 seconds"
        );
        pace.learn(1e9, 1, 1000);
        assert_eq!(pace.steps(&plan), 1);
    }
}
