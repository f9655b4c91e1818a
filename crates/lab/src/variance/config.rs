//! Settings.

use serde::{Deserialize, Serialize};

use crate::{LabError, within};

/// Most numbers of a network: 1 GiB of them. The way back needs those of all layers.
const MOST_NUMBERS: usize = 1 << 27;

/// What is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VarianceConfig {
    /// Units of a layer.
    pub width: usize,
    /// Layers.
    pub depth: usize,
    /// Steps in time.
    pub steps: usize,
    /// Networks that are averaged.
    pub draws: usize,
    /// Inputs that each is shown.
    pub batch: usize,
    /// Seed of all of it.
    pub seed: u64,
}

impl Default for VarianceConfig {
    fn default() -> Self {
        Self {
            width: 256,
            depth: 30,
            steps: 20,
            draws: 50,
            batch: 32,
            seed: 0,
        }
    }
}

impl VarianceConfig {
    /// A small version. Its layers are as wide: the formulas are those of many units.
    pub fn quick() -> Self {
        Self {
            depth: 10,
            steps: 8,
            ..Self::default()
        }
    }

    /// Refuses settings that mean nothing.
    ///
    /// # Errors
    /// [`LabError::Setting`].
    pub fn check(&self) -> Result<(), LabError> {
        within("width", self.width, 4..=4_096)?;
        within("depth", self.depth, 1..=1_000)?;
        within("steps", self.steps, 1..=1_000)?;
        within("draws", self.draws, 1..=10_000)?;
        within("batch", self.batch, 1..=10_000)?;
        let of_layer = self.width * (self.width + 2 * self.batch);
        let layers = self.depth.max(self.steps);
        match of_layer * layers <= MOST_NUMBERS {
            true => Ok(()),
            false => Err(LabError::setting(
                "width",
                self.width,
                format!(
                    "smaller with {layers} layers or steps and a batch of {}, for a network must fit in 1 GiB",
                    self.batch
                ),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_mean_nothing_are_refused() {
        let none = VarianceConfig {
            draws: 0,
            ..VarianceConfig::default()
        };
        assert!(none.check().unwrap_err().to_string().contains("draws is 0"));
        let large = VarianceConfig {
            width: 4096,
            depth: 1000,
            ..VarianceConfig::default()
        };
        let said = large.check().unwrap_err().to_string();
        assert!(
            said.contains("width is 4096") && said.contains("1000 layers"),
            "{said}"
        );
    }
}
