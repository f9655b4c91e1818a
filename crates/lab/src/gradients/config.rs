//! Settings.

use reverie_model::recurrent::CellKind;
use serde::{Deserialize, Serialize};

use crate::memory::LearnConfig;
use crate::{LabError, positive, some, up_to, within};

/// Most numbers of all states of all steps, a copy a unit. An LSTM keeps some twenty as many for the way
/// back.
const MOST_NUMBERS: usize = 1 << 24;

/// What is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GradientsConfig {
    /// K of the networks that are looked at.
    pub hidden: usize,
    /// T.
    pub steps: usize,
    /// Spectral radii of the weights between steps.
    pub radii: Vec<f64>,
    /// Limit of the global norm.
    pub clip: f64,
    /// Networks of each, which are averaged.
    pub seeds: usize,
    /// The cell that is trained.
    pub cell: CellKind,
    /// How.
    pub learn: LearnConfig,
    /// Seed of all of it.
    pub seed: u64,
}

impl Default for GradientsConfig {
    fn default() -> Self {
        Self {
            hidden: 32,
            steps: 60,
            radii: vec![0.6, 0.9, 1.1, 1.5],
            clip: 1.0,
            seeds: 3,
            cell: CellKind::Rnn,
            learn: LearnConfig {
                steps: 30,
                updates: 500,
                rate: 0.01,
                first_steps: 30,
                ..LearnConfig::default()
            },
            seed: 0,
        }
    }
}

impl GradientsConfig {
    /// A small version.
    pub fn quick() -> Self {
        let config = Self::default();
        Self {
            hidden: 16,
            steps: 30,
            seeds: 1,
            learn: LearnConfig {
                updates: 80,
                ..config.learn
            },
            ..config
        }
    }

    /// Refuses settings that mean nothing.
    ///
    /// # Errors
    /// [`LabError::Setting`].
    pub fn check(&self) -> Result<(), LabError> {
        within("hidden", self.hidden, 2..=512)?;
        within("steps", self.steps, 2..=1_000)?;
        let most = MOST_NUMBERS / (self.hidden * self.hidden);
        within("steps", self.steps, ..=most).map_err(|e| {
            let hidden = self.hidden;
            e.because(&format!(
                "{hidden} units are followed side by side at every step"
            ))
        })?;
        within("seeds", self.seeds, 1..=100)?;
        positive("clip", self.clip)?;
        some("radii", &self.radii)?;
        for &radius in &self.radii {
            within("radius", radius, up_to(10.0))?;
        }
        if self.cell == CellKind::Jordan {
            return Err(LabError::setting("cell", "jordan", "rnn, gru or lstm"));
        }
        self.learn.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_mean_nothing_are_refused() {
        let refused = |config: GradientsConfig, words: &str| {
            let error = config.check().unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        };
        let config = GradientsConfig::default;
        refused(
            GradientsConfig {
                radii: vec![0.0],
                ..config()
            },
            "radius is 0",
        );
        refused(
            GradientsConfig {
                steps: 0,
                ..config()
            },
            "steps is 0",
        );
        refused(
            GradientsConfig {
                hidden: 512,
                steps: 1000,
                ..config()
            },
            "steps is 1000; it must be at most 64: 512 units",
        );
        refused(
            GradientsConfig {
                clip: -1.0,
                ..config()
            },
            "clip is -1",
        );
    }
}
