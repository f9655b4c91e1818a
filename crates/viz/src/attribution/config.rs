//! Settings of all methods, and the methods by name.

use serde::{Deserialize, Serialize};

use super::{
    Attribution, Baseline, Deconvnet, GradCam, Gradient, GradientTimesInput, GuidedBackprop,
    IntegratedGradients, Occlusion, Question, Rise, SmoothGrad,
};
use crate::VizError;

/// Names of the methods, in the order in which they are shown.
pub const METHODS: [&str; 9] = [
    "vanilla",
    "gradient-x-input",
    "smoothgrad",
    "integrated-gradients",
    "guided-backprop",
    "deconvnet",
    "grad-cam",
    "occlusion",
    "rise",
];

/// The largest size, in pixels.
const MAX_SIDE: u32 = 65_535;

/// What the methods need beside the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributionConfig {
    /// Shorter side of the picture, in pixels; 0 leaves it to the network.
    pub size: u32,
    /// [`SmoothGrad::samples`].
    pub samples: usize,
    /// [`SmoothGrad::sigma`].
    pub sigma: f32,
    /// [`IntegratedGradients::steps`].
    pub steps: usize,
    /// [`IntegratedGradients::baseline`], by name.
    pub baseline: String,
    /// [`GradCam::layer`]; empty for [`GradCam::usual_layer`].
    pub layer: String,
    /// [`Occlusion::window`]; 0 for [`Occlusion::for_picture`].
    pub window: usize,
    /// [`Occlusion::stride`]; 0 for half the window.
    pub stride: usize,
    /// [`Rise::masks`].
    pub masks: usize,
    /// [`Rise::grid`].
    pub grid: usize,
    /// [`Rise::seen`].
    pub seen: f32,
    /// Stages of the cascade of random weights.
    pub stages: usize,
    /// Steps of the curves of deletion and insertion.
    pub curve_steps: usize,
    /// Standard deviation of the blur that insertion begins with, as a share of the shorter side.
    pub blur: f64,
}

impl AttributionConfig {
    /// Refuses settings that no method can work with.
    ///
    /// # Errors
    /// [`VizError::Setting`].
    pub fn check(&self) -> Result<(), VizError> {
        let fail = |name, value: String, must| Err(VizError::Setting { name, value, must });
        if self.size > MAX_SIDE {
            return fail("size", self.size.to_string(), "at most 65535");
        }
        for (name, count, most) in [
            ("samples", self.samples, 100_000),
            ("steps", self.steps, 100_000),
            ("masks", self.masks, 1_000_000),
            ("grid", self.grid, 1000),
            ("stages", self.stages, 1000),
            ("curve_steps", self.curve_steps, 1_000_000),
        ] {
            if count == 0 || count > most {
                return fail(
                    name,
                    count.to_string(),
                    "at least 1, and no more than a machine can do",
                );
            }
        }
        if !(self.sigma.is_finite() && self.sigma >= 0.0) {
            return fail("sigma", self.sigma.to_string(), "0 or more");
        }
        if !(self.seen > 0.0 && self.seen <= 1.0) {
            return fail("seen", self.seen.to_string(), "above 0, and at most 1");
        }
        if !(self.blur > 0.0 && self.blur <= 1.0) {
            return fail("blur", self.blur.to_string(), "above 0, and at most 1");
        }
        if Baseline::by_name(&self.baseline).is_none() {
            return fail("baseline", self.baseline.clone(), "mean, black or white");
        }
        Ok(())
    }

    /// Integrated gradients with these settings.
    pub fn integrated(&self) -> IntegratedGradients {
        IntegratedGradients {
            steps: self.steps,
            baseline: Baseline::by_name(&self.baseline).unwrap_or_default(),
        }
    }

    /// A method by its name, one of [`METHODS`], for a picture of this size; none for another name.
    ///
    /// # Errors
    /// A layer that the network does not have, and networks that Grad-CAM finds no layer in.
    pub fn method(
        &self,
        name: &str,
        question: &Question<'_>,
        [width, height]: [usize; 2],
        seed: u64,
    ) -> Result<Option<Box<dyn Attribution>>, VizError> {
        Ok(Some(match name {
            "vanilla" => Box::new(Gradient),
            "gradient-x-input" => Box::new(GradientTimesInput),
            "smoothgrad" => Box::new(SmoothGrad {
                samples: self.samples,
                sigma: self.sigma,
                seed,
            }),
            "integrated-gradients" => Box::new(self.integrated()),
            "guided-backprop" => Box::new(GuidedBackprop),
            "deconvnet" => Box::new(Deconvnet),
            "grad-cam" => Box::new(self.grad_cam(question)?),
            "occlusion" => Box::new(self.occlusion(width, height)?),
            "rise" => Box::new(Rise {
                masks: self.masks,
                grid: self.grid,
                seen: self.seen,
                seed,
            }),
            _ => return Ok(None),
        }))
    }

    fn grad_cam(&self, question: &Question<'_>) -> Result<GradCam, VizError> {
        let network = question.network;
        let layer = match self.layer.as_str() {
            "" => GradCam::usual_layer(network, &question.score),
            name => Some(network.layer(name)?),
        };
        let layer = layer.ok_or_else(|| VizError::Setting {
            name: "layer",
            value: "not set".to_owned(),
            must: "set, as no layer of rectified maps lies before the score",
        })?;
        Ok(GradCam {
            layer,
            is_rectified: true,
        })
    }

    fn occlusion(&self, width: usize, height: usize) -> Result<Occlusion, VizError> {
        let usual = Occlusion::for_picture(width, height);
        let window = match self.window {
            0 => usual.window,
            window => window,
        };
        let stride = match self.stride {
            0 => (window / 2).max(1),
            stride => stride,
        };
        if stride > window {
            return Err(VizError::Setting {
                name: "stride",
                value: stride.to_string(),
                must: "at most the window, so that every pixel is covered",
            });
        }
        Ok(Occlusion { window, stride })
    }
}
