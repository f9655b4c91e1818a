//! What a configuration switches on around the loop: views, aids after every step, penalties.

use reverie_model::vision::{Layer, Network};

use super::{Canvas, DreamConfig, Mover};
use crate::objective::{Diversity, Energy, Goal, Smoothness, Stencil};
use crate::render::{Blur, Clamp, Constraint, ContributionClip, Decay, NormClip, OptimizerConfig};
use crate::transform::{Crop, Jitter, Pad, Rotate, Scale, Transform};

/// Adam's memory of the mean gradient, of its square, and what keeps its division finite
/// (Kingma and Ba 2015).
const ADAM: (f32, f32, f32) = (0.9, 0.999, 1e-8);

/// Colour of the border around the picture.
const GREY: f32 = 0.5;

impl DreamConfig {
    /// The goal with the penalties that the configuration asks for: distance from the mean picture,
    /// total variation, and likeness of the variants at `layer`.
    pub fn penalised(&self, goal: Goal, network: &dyn Network, layer: &Layer) -> Goal {
        let mut goal = goal;
        if self.energy > 0.0 {
            let toward = network.mean_colour();
            goal = goal + Goal::from(Energy { toward }) * self.energy;
        }
        if self.smoothness > 0.0 {
            goal = goal + Goal::from(Smoothness(Stencil::NinePoint)) * self.smoothness;
        }
        if self.diversity > 0.0 && self.variants > 1 {
            let layer = layer.clone();
            goal = goal + Goal::from(Diversity { layer }) * self.diversity;
        }
        goal
    }
}

pub(super) fn optimizer(config: &DreamConfig) -> OptimizerConfig {
    let rate = config.rate;
    match config.optimizer {
        Mover::Ascent => OptimizerConfig::Ascent { rate },
        Mover::Adam => OptimizerConfig::Adam {
            rate,
            beta_1: ADAM.0,
            beta_2: ADAM.1,
            epsilon: ADAM.2,
        },
    }
}

/// Random views in the order of Olah, Mordvintsev, Schubert 2017: border, move, (crop,) scale, turn, move.
pub(super) fn transforms(config: &DreamConfig) -> Vec<Box<dyn Transform>> {
    let mut list: Vec<Box<dyn Transform>> = Vec::new();
    if config.pad > 0 {
        list.push(Box::new(Pad {
            by: config.pad,
            value: GREY,
        }));
    }
    let jitter = |reach: usize| -> Option<Box<dyn Transform>> {
        (reach > 0).then(|| Box::new(Jitter { reach }) as Box<dyn Transform>)
    };
    list.extend(jitter(config.jitter));
    if config.crop > 0 {
        list.push(Box::new(Crop { by: config.crop }));
    }
    if config.rescale > 0.0 {
        list.push(Box::new(Scale {
            lowest: 1.0 - config.rescale,
            highest: 1.0 + config.rescale,
        }));
    }
    if config.rotate > 0.0 {
        list.push(Box::new(Rotate {
            degrees: config.rotate,
        }));
    }
    list.extend(jitter(config.jitter_after));
    list
}

/// The lecture's aids, after every step.
pub(super) fn constraints(config: &DreamConfig, toward: [f32; 3]) -> Vec<Box<dyn Constraint>> {
    let mut list: Vec<Box<dyn Constraint>> = Vec::new();
    if config.decay > 0.0 {
        list.push(Box::new(Decay {
            rate: config.decay,
            toward,
        }));
    }
    if config.blur > 0.0 {
        list.push(Box::new(Blur {
            sigma: config.blur,
            every: config.blur_every,
        }));
    }
    if config.norm_clip > 0.0 {
        list.push(Box::new(NormClip {
            percent: config.norm_clip,
            toward,
        }));
    }
    if config.contribution_clip > 0.0 {
        list.push(Box::new(ContributionClip {
            percent: config.contribution_clip,
            toward,
        }));
    }
    // The other ways to make a picture keep it valid by themselves.
    if config.clip && config.canvas == Canvas::Pixels {
        list.push(Box::new(Clamp));
    }
    list
}
