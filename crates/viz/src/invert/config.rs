//! Every choice of an inversion.

use serde::{Deserialize, Serialize};

use crate::VizError;
use crate::dream::Canvas;
use crate::render::{LineSearch, OptimizerConfig};
use crate::style::OptimizerKind;

/// Every choice of an inversion but the picture and the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvertConfig {
    /// Layers to go back from; none leaves the choice to [`one_a_size`](super::one_a_size).
    pub layers: Vec<String>,
    /// Longest side of the picture, in pixels; a smaller picture is not enlarged.
    pub size: u32,
    /// Which numbers make the picture.
    pub canvas: Canvas,
    /// Standard deviation of the noise to begin with: in units of the image (0 black, 1 white) where
    /// the numbers are pixels, else of the numbers.
    pub init_noise: f64,
    /// Weight of the total variation for a layer of stride 1; 0 switches it off.
    pub smoothness: f64,
    /// How that weight grows with the layer's stride: it is multiplied by the stride to this power.
    pub smoothness_growth: f64,
    /// Weight of the α-norm; 0 switches it off.
    pub alpha_norm: f64,
    /// The exponent α.
    pub alpha: f64,
    /// Which optimiser.
    pub optimizer: OptimizerKind,
    /// Steps for every layer.
    pub steps: usize,
    /// Step size: for Adam in units of the numbers, for L-BFGS a factor of the Newton step.
    pub rate: f64,
    /// L-BFGS: remembered steps.
    pub history: usize,
    /// L-BFGS: search along the direction?
    pub line_search: LineSearch,
}

/// Longest side that can be asked for, in pixels.
const MAX_SIZE: u32 = 65_535;

impl InvertConfig {
    /// Checks every number.
    ///
    /// # Errors
    /// [`VizError::Setting`], for the first that is out of range.
    pub fn check(&self) -> Result<(), VizError> {
        let fail = |name, value: String, must| Err(VizError::Setting { name, value, must });
        if !(1..=MAX_SIZE).contains(&self.size) {
            let must = "at least 1 pixel and at most 65535";
            return fail("size", self.size.to_string(), must);
        }
        for (name, value) in [("steps", self.steps), ("history", self.history)] {
            if value == 0 {
                return fail(name, value.to_string(), "at least 1");
            }
        }
        for (name, value) in [("rate", self.rate), ("init-noise", self.init_noise)] {
            if !(value.is_finite() && value > 0.0) {
                return fail(name, value.to_string(), "a number above 0");
            }
        }
        let weights = [
            ("smoothness", self.smoothness),
            ("smoothness-growth", self.smoothness_growth),
            ("alpha-norm", self.alpha_norm),
        ];
        for (name, value) in weights {
            if !(value.is_finite() && value >= 0.0) {
                return fail(name, value.to_string(), "0 or a number above 0");
            }
        }
        if !(2.0..=100.0).contains(&self.alpha) {
            return fail("alpha", self.alpha.to_string(), "between 2 and 100");
        }
        if self.layers.iter().any(|name| name.trim().is_empty()) {
            let must = "names of layers with commas between them";
            return fail("layers", format!("{:?}", self.layers.join(",")), must);
        }
        Ok(())
    }

    /// The optimiser with its settings.
    pub fn optimizer_config(&self) -> OptimizerConfig {
        match self.optimizer {
            OptimizerKind::Adam => OptimizerConfig::Adam {
                rate: self.rate,
                beta_1: 0.9,
                beta_2: 0.999,
                epsilon: 1e-8,
            },
            OptimizerKind::Lbfgs => OptimizerConfig::Lbfgs {
                rate: self.rate,
                history: self.history,
                line_search: self.line_search,
            },
        }
    }

    /// Copies of the image that a run holds: those in flight, and what the optimiser remembers.
    pub fn image_copies(&self) -> u64 {
        match self.optimizer {
            // Image, gradient, direction, two in flight; a step and a change for each remembered.
            OptimizerKind::Lbfgs => 5 + 2 * self.history.min(self.steps) as u64,
            OptimizerKind::Adam => 8,
        }
    }
}
