//! Every choice of a dream.

use serde::{Deserialize, Serialize};

use crate::VizError;

/// Every choice of a dream but the picture, the network and the goal. Each aid has a value that
/// switches it off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DreamConfig {
    /// Layer to dream on.
    pub layer: String,
    /// Longest side of the picture, in pixels; a smaller picture is not enlarged.
    pub size: u32,
    /// Number of sizes, the picture's own included; 1 switches octaves off.
    pub octaves: usize,
    /// Ratio of neighbouring sizes.
    pub octave_scale: f64,
    /// Steps at every size.
    pub steps: usize,
    /// Mean change of a pixel in one step, in units of the image (0 black, 1 white).
    pub rate: f64,
    /// Farthest random move before each look, in pixels; 0 switches it off.
    pub jitter: usize,
    /// Share of the way toward the mean picture that each step goes (L2); 0 switches it off.
    pub decay: f64,
    /// Standard deviation of the blur, in pixels; 0 switches it off.
    pub blur: f64,
    /// Steps between two blurs.
    pub blur_every: usize,
    /// Whether pixels are kept valid after every step.
    pub clip: bool,
    /// Whether each size starts from the photograph at that size plus what was dreamt so far
    /// (true), or from the enlarged dream itself (false).
    pub carry_detail: bool,
}

/// Longest side that can be asked for, in pixels.
const MAX_SIZE: u32 = 65_535;

impl DreamConfig {
    /// Checks every number.
    ///
    /// # Errors
    /// [`VizError::Setting`], for the first that is out of range.
    pub fn check(&self) -> Result<(), VizError> {
        let fail = |name, value: String, must| Err(VizError::Setting { name, value, must });
        if !(self.rate.is_finite() && self.rate > 0.0) {
            return fail("rate", self.rate.to_string(), "a number above 0");
        }
        if !(self.octave_scale.is_finite() && self.octave_scale > 1.0) {
            return fail(
                "octave-scale",
                self.octave_scale.to_string(),
                "a number above 1",
            );
        }
        if !(0.0..1.0).contains(&self.decay) {
            return fail("decay", self.decay.to_string(), "at least 0 and below 1");
        }
        if !(self.blur.is_finite() && (0.0..=100.0).contains(&self.blur)) {
            return fail("blur", self.blur.to_string(), "between 0 and 100 pixels");
        }
        if self.size > MAX_SIZE {
            return fail(
                "size",
                self.size.to_string(),
                "at least 1 pixel and at most 65535",
            );
        }
        let counts = [
            ("size", self.size as usize),
            ("octaves", self.octaves),
            ("steps", self.steps),
            ("blur-every", self.blur_every),
        ];
        for (name, value) in counts {
            if value == 0 {
                return fail(name, value.to_string(), "at least 1");
            }
        }
        Ok(())
    }
}
