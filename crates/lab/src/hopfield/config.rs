//! Settings.

use serde::{Deserialize, Serialize};

use super::recall::Cue;
use super::rule::Rule;
use crate::{LabError, rising, some, up_to, within};

/// What is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HopfieldConfig {
    /// How the pictures are stored.
    pub rule: Rule,
    /// What recalls begin with.
    pub cue: Cue,
    /// Chance of every unit to be turned over, with [`Cue::Noise`].
    pub noise: f64,
    /// N of the networks whose capacity is measured.
    pub units: usize,
    /// α = P / N: patterns a unit there.
    pub loads: Vec<f64>,
    /// Networks that are averaged there.
    pub seeds: usize,
    /// Recalls of each.
    pub tries: usize,
    /// Seed of all of it.
    pub seed: u64,
}

impl Default for HopfieldConfig {
    fn default() -> Self {
        Self {
            rule: Rule::Hebb,
            cue: Cue::Noise,
            noise: 0.2,
            units: 1000,
            loads: vec![
                0.05, 0.08, 0.10, 0.12, 0.13, 0.138, 0.145, 0.155, 0.165, 0.18, 0.2, 0.25, 0.3,
                0.4, 0.5,
            ],
            seeds: 3,
            tries: 20,
            seed: 0,
        }
    }
}

impl HopfieldConfig {
    /// A small version.
    pub fn quick() -> Self {
        Self {
            units: 300,
            loads: vec![0.05, 0.1, 0.13, 0.18, 0.25, 0.4],
            seeds: 2,
            tries: 10,
            ..Self::default()
        }
    }

    /// Refuses settings that mean nothing.
    ///
    /// # Errors
    /// [`LabError::Setting`].
    pub fn check(&self) -> Result<(), LabError> {
        within("noise", self.noise, 0.0..=0.5)?;
        within("units", self.units, 10..=5_000)?;
        within("seeds", self.seeds, 1..=100)?;
        within("tries", self.tries, 1..)?;
        some("loads", &self.loads)?;
        for &load in &self.loads {
            within("loads", load, up_to(1.0))
                .map_err(|e| e.because("there are no more patterns than units"))?;
        }
        rising("loads", &self.loads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_mean_nothing_are_refused() {
        let refused = |config: HopfieldConfig, word: &str| {
            let error = config.check().unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        };
        let config = HopfieldConfig::default;
        refused(
            HopfieldConfig {
                noise: 0.7,
                ..config()
            },
            "noise is 0.7",
        );
        refused(
            HopfieldConfig {
                units: 3,
                ..config()
            },
            "units is 3",
        );
        refused(
            HopfieldConfig {
                seeds: 0,
                ..config()
            },
            "seeds is 0",
        );
        refused(
            HopfieldConfig {
                loads: vec![1.2],
                ..config()
            },
            "no more patterns than units",
        );
        refused(
            HopfieldConfig {
                loads: vec![0.2, 0.1],
                ..config()
            },
            "rising",
        );
    }
}
