//! Every choice of a dream.

use serde::{Deserialize, Serialize};

use crate::VizError;

/// Which numbers make the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Canvas {
    /// One number a pixel and colour.
    #[default]
    Pixels,
    /// A spectrum with decorrelated colours (Olah, Mordvintsev, Schubert 2017).
    Fourier,
    /// A Laplacian pyramid with decorrelated colours.
    Pyramid,
}

/// How the numbers move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mover {
    /// Along the gradient divided by its mean size, as in the DeepDream notebook.
    #[default]
    Ascent,
    /// Adam.
    Adam,
}

/// Every choice of a dream but the picture, the network and the goal. Each aid has a value that
/// switches it off; the default has all of them off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DreamConfig {
    /// Layer to dream on; several with commas between them, each with a weight behind a colon if it
    /// has one: `mixed_3,mixed_5:2`.
    pub layer: String,
    /// Longest side of the picture, in pixels; a smaller picture is not enlarged.
    pub size: u32,
    /// Which numbers make the picture.
    pub canvas: Canvas,
    /// How the numbers move.
    pub optimizer: Mover,
    /// Number of sizes, the picture's own included; 1 switches octaves off.
    pub octaves: usize,
    /// Ratio of neighbouring sizes.
    pub octave_scale: f64,
    /// Steps at every size.
    pub steps: usize,
    /// Mean change of a number in one step of ascent, in units of the image (0 black, 1 white) where
    /// the numbers are pixels; the rate of Adam.
    pub rate: f64,
    /// Constant border around the picture before each look, in pixels; 0 switches it off.
    pub pad: usize,
    /// Farthest random move before each look, in pixels; 0 switches it off.
    pub jitter: usize,
    /// Pixels taken off in each direction before each look, at random from both sides; 0 switches it
    /// off.
    pub crop: usize,
    /// Random change of scale before each look, as a share: 0.1 is 0.9 to 1.1; 0 switches it off.
    pub rescale: f64,
    /// Farthest random turn before each look, in degrees; 0 switches it off.
    pub rotate: f64,
    /// Farthest random move behind the turn, in pixels; 0 switches it off.
    pub jitter_after: usize,
    /// Share of the way toward the mean picture that each step goes (L2); 0 switches it off.
    pub decay: f64,
    /// Weight of the squared distance from the mean picture, taken off the score (λ of Simonyan's
    /// S − λ‖I‖²; in units of the score for a mean squared distance of 1); 0 switches it off.
    pub energy: f64,
    /// Weight of the total variation, taken off the score; 0 switches it off.
    pub smoothness: f64,
    /// Standard deviation of the blur, in pixels; 0 switches it off.
    pub blur: f64,
    /// Steps between two blurs.
    pub blur_every: usize,
    /// Share of the pixels, in percent, that are set to the mean colour after every step because they
    /// differ least from it; 0 switches it off.
    pub norm_clip: f64,
    /// The same for pixels that matter least to the score; 0 switches it off.
    pub contribution_clip: f64,
    /// Whether pixels are kept valid after every step.
    pub clip: bool,
    /// Whether each size starts from the photograph at that size plus what was dreamt so far
    /// (true), or from the enlarged dream itself (false).
    pub carry_detail: bool,
    /// Pictures made at once of the same goal.
    pub variants: usize,
    /// Weight of how alike they are to the layer, taken off the score; 0 switches it off.
    pub diversity: f64,
}

/// Longest side that can be asked for, in pixels.
const MAX_SIZE: u32 = 65_535;
/// Most pictures at once.
const MAX_VARIANTS: usize = 64;

impl Default for DreamConfig {
    fn default() -> Self {
        Self {
            layer: "relu4_2".to_owned(),
            size: 1024,
            canvas: Canvas::Pixels,
            optimizer: Mover::Ascent,
            octaves: 1,
            octave_scale: 1.4,
            steps: 20,
            rate: 0.006,
            pad: 0,
            jitter: 0,
            crop: 0,
            rescale: 0.0,
            rotate: 0.0,
            jitter_after: 0,
            decay: 0.0,
            energy: 0.0,
            smoothness: 0.0,
            blur: 0.0,
            blur_every: 4,
            norm_clip: 0.0,
            contribution_clip: 0.0,
            clip: true,
            carry_detail: false,
            variants: 1,
            diversity: 0.0,
        }
    }
}

/// A setting that is out of range: its name, its value, what it must be.
type Fault = (&'static str, String, &'static str);

impl DreamConfig {
    /// Checks every number.
    ///
    /// # Errors
    /// [`VizError::Setting`], for the first that is out of range.
    pub fn check(&self) -> Result<(), VizError> {
        let faults = [
            self.fault_of_walk(),
            self.fault_of_views(),
            self.fault_of_aids(),
            self.fault_of_canvas(),
        ];
        match faults.into_iter().flatten().next() {
            Some((name, value, must)) => Err(VizError::Setting { name, value, must }),
            None => Ok(()),
        }
    }

    fn fault_of_walk(&self) -> Option<Fault> {
        if !(self.rate.is_finite() && self.rate > 0.0) {
            return Some(("rate", self.rate.to_string(), "a number above 0"));
        }
        if !(self.octave_scale.is_finite() && self.octave_scale > 1.0) {
            let value = self.octave_scale.to_string();
            return Some(("octave-scale", value, "a number above 1"));
        }
        if self.size > MAX_SIZE {
            let must = "at least 1 pixel and at most 65535";
            return Some(("size", self.size.to_string(), must));
        }
        let counts = [
            ("size", self.size as usize),
            ("octaves", self.octaves),
            ("steps", self.steps),
            ("blur-every", self.blur_every),
            ("variants", self.variants),
        ];
        let zero = counts.into_iter().find(|(_, value)| *value == 0);
        zero.map(|(name, value)| (name, value.to_string(), "at least 1"))
    }

    fn fault_of_views(&self) -> Option<Fault> {
        let within = |name, value: f64, limit: f64, must| {
            let is_fine = value.is_finite() && (0.0..=limit).contains(&value);
            (!is_fine).then(|| (name, value.to_string(), must))
        };
        within("rescale", self.rescale, 0.5, "between 0 and 0.5")
            .or_else(|| within("rotate", self.rotate, 180.0, "between 0 and 180 degrees"))
            .or_else(|| within("blur", self.blur, 100.0, "between 0 and 100 pixels"))
            .or_else(|| {
                within(
                    "norm-clip",
                    self.norm_clip,
                    100.0,
                    "between 0 and 100 percent",
                )
            })
            .or_else(|| {
                let must = "between 0 and 100 percent";
                within("contribution-clip", self.contribution_clip, 100.0, must)
            })
            .or_else(|| {
                let is_fine = self.crop <= self.size as usize / 2;
                let must = "at most half the size of the picture";
                (!is_fine).then(|| ("crop", self.crop.to_string(), must))
            })
            .or_else(|| {
                let is_fine = self.pad <= self.size as usize;
                let must = "at most the size of the picture";
                (!is_fine).then(|| ("pad", self.pad.to_string(), must))
            })
    }

    fn fault_of_aids(&self) -> Option<Fault> {
        if !(0.0..1.0).contains(&self.decay) {
            return Some(("decay", self.decay.to_string(), "at least 0 and below 1"));
        }
        let weights = [
            ("energy", self.energy),
            ("smoothness", self.smoothness),
            ("diversity", self.diversity),
        ];
        let wrong = |value: f64| !(value.is_finite() && value >= 0.0);
        let wrong = weights.into_iter().find(|(_, value)| wrong(*value));
        wrong.map(|(name, value)| (name, value.to_string(), "a number of at least 0"))
    }

    fn fault_of_canvas(&self) -> Option<Fault> {
        if self.variants > MAX_VARIANTS {
            return Some(("variants", self.variants.to_string(), "at most 64"));
        }
        if self.octaves > 1 && (self.canvas != Canvas::Pixels || self.variants > 1) {
            let must = "1 with a canvas that is not pixels, and with several variants";
            return Some(("octaves", self.octaves.to_string(), must));
        }
        if self.contribution_clip > 0.0 && self.canvas != Canvas::Pixels {
            let must = "0 with a canvas that is not pixels";
            return Some((
                "contribution-clip",
                self.contribution_clip.to_string(),
                must,
            ));
        }
        None
    }

    /// The layers with their weights, as [`layer`](Self::layer) names them.
    ///
    /// # Errors
    /// [`VizError::Setting`] for a weight that is no number, or an empty name.
    pub fn layers(&self) -> Result<Vec<(String, f64)>, VizError> {
        let must =
            "names of layers with commas between them, each with a weight behind a colon or none";
        let fail = || VizError::Setting {
            name: "layer",
            value: self.layer.clone(),
            must,
        };
        let one = |part: &str| {
            let (name, weight) = match part.trim().split_once(':') {
                Some((name, weight)) => (name, weight.trim().parse().map_err(|_| fail())?),
                None => (part.trim(), 1.0),
            };
            match !name.is_empty() && f64::is_finite(weight) {
                true => Ok((name.trim().to_owned(), weight)),
                false => Err(fail()),
            }
        };
        self.layer.split(',').map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_have_weights() {
        let of = |layer: &str| {
            let config = DreamConfig {
                layer: layer.to_owned(),
                ..DreamConfig::default()
            };
            config.layers()
        };
        let named = |name: &str, weight| (name.to_owned(), weight);
        assert_eq!(of("a").unwrap(), [named("a", 1.0)]);
        assert_eq!(of("a, b:0.5").unwrap(), [named("a", 1.0), named("b", 0.5)]);
        for wrong in ["", "a,", "a:x", ":1", "a:inf"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        let check = |change: fn(&mut DreamConfig)| {
            let mut config = DreamConfig::default();
            change(&mut config);
            config.check().unwrap_err().to_string()
        };
        DreamConfig::default().check().unwrap();
        assert!(check(|c| c.rescale = 0.6).contains("rescale is 0.6"));
        assert!(check(|c| c.rotate = f64::NAN).contains("rotate is NaN"));
        assert!(check(|c| c.norm_clip = 101.0).contains("norm-clip is 101"));
        assert!(check(|c| c.energy = -1.0).contains("energy is -1"));
        assert!(check(|c| c.variants = 0).contains("variants is 0"));
        let both = |c: &mut DreamConfig| {
            c.octaves = 2;
            c.canvas = Canvas::Fourier;
        };
        assert!(check(both).contains("octaves is 2"));
    }
}
