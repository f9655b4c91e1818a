//! The step size over time.

use serde::{Deserialize, Serialize};

/// How the step size changes while a network learns. A pure function of the step, so there is
/// nothing to save.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Schedule {
    /// It does not.
    #[default]
    Constant,
    /// Times `factor` at the end of every pass over the data from pass `after` on, as in char-rnn.
    Epochs {
        /// Factor for each pass.
        factor: f64,
        /// Passes before the first factor; the end of this pass is the first time.
        after: usize,
    },
    /// Half a cosine up from `first` to the full rate over a share `rise` of all steps, then half a
    /// cosine down to `last`.
    ///
    /// # Source
    /// Smith and Topin 2019 (arXiv 1708.07120), with the cosines of PyTorch's `OneCycleLR`.
    OneCycle {
        /// Share of the rate at the beginning.
        first: f64,
        /// Share of the steps until the full rate.
        rise: f64,
        /// Share of the rate at the end.
        last: f64,
    },
    /// Half a cosine from the full rate to `last` of it.
    ///
    /// # Source
    /// Loshchilov and Hutter 2017 (arXiv 1608.03983), eq. 5 without restarts.
    Cosine {
        /// Share of the rate that is left at the end.
        last: f64,
    },
}

impl Schedule {
    /// What the rate is multiplied by in step `step` (0 is the first) of `total`, where a pass over
    /// the data takes `epoch` steps.
    pub fn factor(&self, step: u64, epoch: u64, total: u64) -> f64 {
        match *self {
            Self::Constant => 1.0,
            Self::Epochs { factor, after } => {
                let passes = step / epoch.max(1);
                let times = (passes + 1).saturating_sub(after.max(1) as u64);
                factor.powi(i32::try_from(times).unwrap_or(i32::MAX))
            }
            Self::OneCycle { first, rise, last } => {
                let progress = step as f64 / total.max(1) as f64;
                match progress < rise {
                    true => half_cosine(first, 1.0, progress / rise),
                    false => half_cosine(1.0, last, (progress - rise) / (1.0 - rise)),
                }
            }
            Self::Cosine { last } => half_cosine(1.0, last, step as f64 / total.max(1) as f64),
        }
    }
}

/// From `from` to `to` along half a cosine; progress goes from 0 to 1.
fn half_cosine(from: f64, to: f64, progress: f64) -> f64 {
    let wave = 0.5 * (1.0 + (std::f64::consts::PI * progress.min(1.0)).cos());
    to + (from - to) * wave
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn char_rnn_begins_to_decay_at_the_end_of_the_tenth_pass() {
        let schedule = Schedule::Epochs {
            factor: 0.5,
            after: 10,
        };
        let at = |pass: u64| schedule.factor(pass * 7, 7, 0);
        assert_eq!([at(0), at(9), at(10), at(12)], [1.0, 1.0, 0.5, 0.125]);
    }

    #[test]
    fn one_cycle_goes_up_and_down() {
        let schedule = Schedule::OneCycle {
            first: 0.04,
            rise: 0.3,
            last: 0.001,
        };
        let at = |step| schedule.factor(step, 1, 1000);
        assert!((at(0) - 0.04).abs() < 1e-12);
        assert!((at(150) - 0.52).abs() < 1e-12);
        assert!((at(300) - 1.0).abs() < 1e-12);
        assert!((at(650) - 0.5005).abs() < 1e-12);
        assert!((at(1000) - 0.001).abs() < 1e-12);
    }

    #[test]
    fn a_cosine_goes_from_all_to_what_is_left() {
        let schedule = Schedule::Cosine { last: 0.1 };
        assert_eq!(schedule.factor(0, 1, 100), 1.0);
        assert!((schedule.factor(50, 1, 100) - 0.55).abs() < 1e-12);
        assert!((schedule.factor(100, 1, 100) - 0.1).abs() < 1e-12);
        assert!((schedule.factor(900, 1, 100) - 0.1).abs() < 1e-12);
    }
}
