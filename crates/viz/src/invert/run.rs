//! The way back from one layer.

use std::ops::ControlFlow;

use burn::tensor::{Tensor, TensorData};
use reverie_model::rng::seeded;
use reverie_model::vision::{Layer, Network};

use super::{InvertConfig, feature_error, picture_error};
use crate::VizError;
use crate::dream::Canvas;
use crate::noise::noise_planes;
use crate::objective::{AlphaNorm, Goal, Smoothness, Stencil};
use crate::param::{Fourier, ImageParam, Pixels, Pyramid};
use crate::picture::Picture;
use crate::render::{Losses, Progress, RenderConfig, Scene, State, render};
use crate::style::{ContentMatch, ContentNorm};
use crate::tensor::{picture_of, tensor_of};

/// An inversion to be made.
pub struct Inversion<'a> {
    /// The network that looks.
    pub network: &'a dyn Network,
    /// All choices.
    pub config: &'a InvertConfig,
    /// The picture, at the size of the result.
    pub picture: &'a Picture,
    /// Seed of the noise to begin with.
    pub seed: u64,
    /// Steps between two readings of the loss.
    pub report_every: usize,
}

/// What a layer knew of the picture.
#[derive(Clone, Debug)]
pub struct Inverted {
    /// The layer.
    pub layer: Layer,
    /// The picture that was found, with valid colours.
    pub picture: Picture,
    /// How far the layer tells it from the given one ([`feature_error`]).
    pub feature_error: f64,
    /// How far it is from the given one ([`picture_error`]).
    pub picture_error: Option<f64>,
    /// Losses of the last look.
    pub losses: Losses,
    /// Steps done.
    pub steps: usize,
    /// Whether the observer broke off.
    pub is_broken: bool,
}

impl Inversion<'_> {
    /// Goes back from one layer; `observe` hears of every step and may stop it.
    ///
    /// # Errors
    /// [`VizError::Setting`]; [`VizError::Model`] for a layer that does not exist or a picture too
    /// small for it; [`VizError::Silent`] for one that makes nothing of it; [`VizError::Diverged`].
    pub fn from_layer(
        &self,
        layer: &Layer,
        mut observe: impl FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Inverted, VizError> {
        self.config.check()?;
        let target = self.features(self.picture, layer)?;
        let silent = || VizError::Silent {
            layer: layer.clone(),
        };
        feature_error(target.clone(), target.clone()).ok_or_else(silent)?;
        let goal = self.goal(layer, target.clone())?;
        let (param, state) = self.start();
        let mut scene = Scene::new(self.network, &goal, param.as_ref());
        let plan = RenderConfig {
            steps: self.config.steps,
            report_every: self.report_every,
        };
        let (mut losses, mut is_broken) = (Losses::default(), false);
        let state = render(&mut scene, state, &plan, |progress, _| {
            if let Some(read) = &progress.losses {
                losses.clone_from(read);
            }
            let flow = observe(progress);
            is_broken = flow.is_break();
            flow
        })?;
        let picture = picture_of(param.decode(state.values));
        let found = self.features(&picture, layer)?;
        Ok(Inverted {
            layer: layer.clone(),
            feature_error: feature_error(found, target).ok_or_else(silent)?,
            picture_error: picture_error(&picture, self.picture),
            picture,
            losses,
            steps: state.step,
            // Broken off after the very last step, nothing is missing.
            is_broken: is_broken && state.step < self.config.steps,
        })
    }

    fn features(&self, picture: &Picture, layer: &Layer) -> Result<Tensor<4>, VizError> {
        let image = tensor_of(picture, &self.network.device());
        let layers = std::slice::from_ref(layer);
        Ok(self.network.activations(image, layers)?.of(layer))
    }

    fn goal(&self, layer: &Layer, target: Tensor<4>) -> Result<Goal, VizError> {
        let config = self.config;
        let mut goal = Goal::from(ContentMatch {
            layer: layer.clone(),
            target,
            norm: ContentNorm::Energy,
        });
        if config.smoothness > 0.0 {
            let stride = self.network.info(layer.as_str())?.stride as f64;
            let weight = config.smoothness * stride.powf(config.smoothness_growth);
            goal = goal + Goal::from(Smoothness(Stencil::NinePoint)) * weight;
        }
        if config.alpha_norm > 0.0 {
            let norm = AlphaNorm {
                alpha: config.alpha,
                toward: self.network.mean_colour(),
            };
            goal = goal + Goal::from(norm) * config.alpha_norm;
        }
        Ok(goal)
    }

    /// Noise, and how its numbers make an image. Every layer begins with the same.
    fn start(&self) -> (Box<dyn ImageParam>, State) {
        let mut rng = seeded(self.seed);
        let (across, down) = (self.picture.width(), self.picture.height());
        let (width, height) = (across as usize, down as usize);
        let deviation = self.config.init_noise as f32;
        let (param, start): (Box<dyn ImageParam>, Vec<f32>) = match self.config.canvas {
            Canvas::Pixels => {
                let mean = self.network.mean_colour();
                let start = noise_planes(across, down, mean, deviation, &mut rng);
                (Box::new(Pixels::new(width, height)), start)
            }
            Canvas::Fourier => {
                let param = Fourier::new(width, height);
                let start = param.start(&mut rng, deviation);
                (Box::new(param), start)
            }
            Canvas::Pyramid => {
                let param = Pyramid::new(width, height);
                let start = param.start(&mut rng, deviation);
                (Box::new(param), start)
            }
        };
        let count = start.len();
        let state = State {
            values: Tensor::from_data(TensorData::new(start, [count]), &self.network.device()),
            optimizer: self.config.optimizer_config().init(),
            average: None,
            rng,
            step: 0,
            evaluations: 0,
        };
        (param, state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::mirror::Mirror;
    use crate::render::LineSearch;
    use crate::style::OptimizerKind;

    fn config(canvas: Canvas) -> InvertConfig {
        InvertConfig {
            layers: Vec::new(),
            size: 16,
            canvas,
            init_noise: 0.1,
            smoothness: 0.0,
            smoothness_growth: 0.0,
            alpha_norm: 0.0,
            alpha: 6.0,
            optimizer: OptimizerKind::Lbfgs,
            steps: 60,
            rate: 1.0,
            history: 10,
            line_search: LineSearch::StrongWolfe,
        }
    }

    fn inverted(config: &InvertConfig, picture: &Picture) -> Result<Inverted, VizError> {
        let mirror = Mirror::new(3);
        let inversion = Inversion {
            network: &mirror,
            config,
            picture,
            seed: 1,
            report_every: 1,
        };
        inversion.from_layer(&mirror.info().layer, |_| ControlFlow::Continue(()))
    }

    fn wave() -> Picture {
        Picture::from_fn(16, 12, |x, y| {
            [
                0.5 + 0.3 * (x as f32 * 0.7).sin(),
                0.5 + 0.3 * (y as f32 * 0.5).cos(),
                0.4,
            ]
        })
    }

    #[test]
    fn a_layer_that_shows_the_picture_gives_it_back() {
        for canvas in [Canvas::Pixels, Canvas::Fourier, Canvas::Pyramid] {
            let found = inverted(&config(canvas), &wave()).unwrap();
            let off = found.picture_error.unwrap();
            assert!(off < 0.05, "{canvas:?}: off by {off}");
            assert!(
                found.feature_error < 0.02,
                "{canvas:?}: {}",
                found.feature_error
            );
            assert!(!found.is_broken);
        }
    }

    #[test]
    fn priors_cost_likeness() {
        let smooth = InvertConfig {
            smoothness: 20.0,
            ..config(Canvas::Pixels)
        };
        let off = |config| inverted(config, &wave()).unwrap().picture_error;
        assert!(off(&smooth) > off(&config(Canvas::Pixels)));
    }

    #[test]
    fn nothing_comes_back_from_nothing() {
        let black = Picture::filled(8, 8, [0.0; 3]);
        let refused = inverted(&config(Canvas::Pixels), &black).unwrap_err();
        assert!(matches!(refused, VizError::Silent { .. }), "{refused}");
    }

    #[test]
    fn a_run_that_is_broken_off_keeps_what_it_has() {
        let mirror = Mirror::new(3);
        let (picture, config) = (wave(), config(Canvas::Fourier));
        let inversion = Inversion {
            network: &mirror,
            config: &config,
            picture: &picture,
            seed: 1,
            report_every: 1,
        };
        let layer = &mirror.info().layer;
        let found = inversion.from_layer(layer, |progress| match progress.step {
            3 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        });
        let found = found.unwrap();
        assert!(found.is_broken && found.steps == 3);
    }
}
