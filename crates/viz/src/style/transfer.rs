//! Style transfer from coarse to fine.

use std::ops::ControlFlow;

use burn::tensor::{Tensor, TensorData};
use reverie_model::rng::{Rng, seeded};
use reverie_model::vision::Network;

use super::{Colour, Init, OptimizerKind, Scale, StyleConfig, brought_to, scales, style_goal};
use crate::VizError;
use crate::noise::noise_planes;
use crate::param::Pixels;
use crate::picture::{
    Filter, Picture, fit_size, keep_chroma, match_histogram, match_linear, resize, resize_plane,
};
use crate::render::{
    Average, Clamp, Constraint, Losses, Progress, RenderConfig, Scene, State, render,
};
use crate::tensor::{picture_of, tensor_of, values_of};

/// What is transferred.
#[derive(Clone, Debug)]
pub struct Pictures {
    /// Gives the things.
    pub content: Picture,
    /// Give the manner, each with a weight; weights are divided by their sum, and a style of weight
    /// zero is as good as absent.
    pub styles: Vec<(Picture, f64)>,
}

/// A transfer to be made.
pub struct Transfer<'a> {
    /// The network that looks.
    pub network: &'a dyn Network,
    /// All choices.
    pub config: &'a StyleConfig,
    /// The pictures.
    pub pictures: &'a Pictures,
    /// Seed of the start noise.
    pub seed: u64,
    /// Steps between two readings of the loss.
    pub report_every: usize,
}

impl<'a> Transfer<'a> {
    /// A transfer with seed 0 whose loss is read after every step.
    pub fn new(network: &'a dyn Network, config: &'a StyleConfig, pictures: &'a Pictures) -> Self {
        Self {
            network,
            config,
            pictures,
            seed: 0,
            report_every: 1,
        }
    }

    /// The sizes this transfer goes through, smallest first.
    ///
    /// A coarse size at which a long, thin picture has nothing left for the deepest layer is left
    /// out.
    ///
    /// # Errors
    /// [`VizError::Setting`]; [`VizError::Model`] for layers that do not exist, and for pictures
    /// too small for them even at the last size.
    pub fn plan(&self) -> Result<Vec<Scale>, VizError> {
        self.config.check()?;
        let names = self
            .config
            .style_layers
            .iter()
            .chain(&self.config.content_layers);
        let layers = names
            .map(|name| self.network.layer(name))
            .collect::<Result<Vec<_>, _>>()?;
        let mut plan = scales(self.config);
        let Some(deepest) = self.network.deepest(&layers)? else {
            return Ok(plan);
        };
        let check =
            |(width, height): (u32, u32)| deepest.check_side(width as usize, height as usize);
        let content = &self.pictures.content;
        let size_at = |scale: &Scale| brought_to(content.width(), content.height(), scale.size);
        while plan.len() > 1 && check(size_at(&plan[0])).is_err() {
            plan.remove(0);
            plan[0].steps = self.config.first_steps;
        }
        check(size_at(&plan[0]))?;
        for scale in &plan {
            for (style, _) in self
                .pictures
                .styles
                .iter()
                .filter(|(_, weight)| *weight > 0.0)
            {
                check(style_size(style, scale, self.config))?;
            }
        }
        Ok(plan)
    }
}

/// What an observer is told.
#[derive(Clone, Debug)]
pub enum Event {
    /// Work at a new size begins.
    Started {
        /// Number of the size, from 0.
        index: usize,
        /// How many sizes there are.
        of: usize,
        /// Steps to do at this size.
        steps: usize,
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// A step was done.
    Step(Progress),
}

/// The work as it stands when the observer is called.
pub struct Snapshot<'a> {
    /// The state at this size; what a checkpoint needs.
    pub state: &'a State,
    /// Number of the size, from 0.
    pub scale: usize,
    /// Steps done at smaller sizes.
    pub steps_before: usize,
    transfer: &'a Transfer<'a>,
    param: Pixels,
}

impl Snapshot<'_> {
    /// The picture as it would be saved now.
    pub fn picture(&self) -> Picture {
        finished(self.transfer, &self.param, self.state)
    }

    /// Steps done in all.
    pub fn steps(&self) -> usize {
        self.steps_before + self.state.step
    }
}

/// What came of a transfer.
pub struct Outcome {
    /// The result, with colours as asked.
    pub picture: Picture,
    /// Steps done in all.
    pub steps: usize,
    /// Times the network was run forward and back.
    pub evaluations: usize,
    /// Losses of the last look, where one was read.
    pub losses: Option<Losses>,
    /// Whether the observer broke off.
    pub is_interrupted: bool,
}

/// Makes a transfer, from the start or from a state that was saved at size number `resume.0`.
///
/// # Errors
/// [`VizError::Setting`] for settings out of range, [`VizError::Model`] for layers that do not exist
/// or pictures too small for them, [`VizError::Diverged`].
pub fn transfer(
    job: &Transfer<'_>,
    mut resume: Option<(usize, State)>,
    mut observe: impl FnMut(&Event, Option<&Snapshot<'_>>) -> ControlFlow<()>,
) -> Result<Outcome, VizError> {
    let plan = job.plan()?;
    let mut evaluations = 0;
    let mut steps_before = 0;
    let mut last: Option<(Pixels, State)> = None;
    let mut losses = None;
    let mut is_interrupted = false;
    for (index, scale) in plan.iter().enumerate() {
        if resume.as_ref().is_some_and(|(at, _)| index < *at) {
            steps_before += scale.steps;
            continue;
        }
        let content = &job.pictures.content;
        let (width, height) = brought_to(content.width(), content.height(), scale.size);
        let steps = scale.steps;
        let started = Event::Started {
            index,
            of: plan.len(),
            steps,
            width,
            height,
        };
        if observe(&started, None).is_break() && last.is_some() {
            is_interrupted = true;
            break;
        }
        let goal = goal_at(job, scale, width, height)?;
        let param = Pixels::new(width as usize, height as usize);
        let state = match (resume.take(), last.take()) {
            (Some((_, state)), _) => state,
            (None, Some((coarse, state))) => refined(job, &coarse, &param, state),
            (None, None) => first(job, width, height),
        };
        let mut scene = Scene {
            network: job.network,
            goal: &goal,
            param: &param,
            transforms: Vec::new(),
            constraints: constraints(job.config),
        };
        let config = RenderConfig {
            steps: scale.steps,
            report_every: job.report_every,
        };
        let state = render(&mut scene, state, &config, |progress, state| {
            if progress.losses.is_some() {
                losses.clone_from(&progress.losses);
            }
            let snapshot = Snapshot {
                state,
                scale: index,
                steps_before,
                transfer: job,
                param,
            };
            let flow = observe(&Event::Step(progress.clone()), Some(&snapshot));
            is_interrupted = flow.is_break();
            flow
        })?;
        evaluations = state.evaluations;
        // Broken off after the very last step, nothing is missing.
        is_interrupted &= index + 1 < plan.len() || state.step < scale.steps;
        let done = state.step;
        last = Some((param, state));
        if is_interrupted {
            steps_before += done;
            break;
        }
        steps_before += done;
    }
    let (param, state) = last.expect("a plan has at least one size");
    Ok(Outcome {
        picture: finished(job, &param, &state),
        steps: steps_before,
        evaluations,
        losses,
        is_interrupted,
    })
}

fn goal_at(
    job: &Transfer<'_>,
    scale: &Scale,
    width: u32,
    height: u32,
) -> Result<crate::objective::Goal, VizError> {
    let device = job.network.device();
    let content = resize(&job.pictures.content, width, height, Filter::Lanczos3);
    let sum: f64 = job.pictures.styles.iter().map(|(_, weight)| weight).sum();
    let styles = job
        .pictures
        .styles
        .iter()
        .filter(|(_, weight)| *weight > 0.0)
        .map(|(style, weight)| {
            let (w, h) = style_size(style, scale, job.config);
            let style = resize(style, w, h, Filter::Lanczos3);
            let style = match job.config.colour {
                Colour::Free | Colour::Chroma => style,
                Colour::Linear => match_linear(&style, &content),
                Colour::Histogram => match_histogram(&style, &content),
            };
            (weight / sum, tensor_of(&style, &device))
        })
        .collect();
    style_goal(
        job.network,
        job.config,
        tensor_of(&content, &device),
        styles,
    )
}

/// The size of a style picture: as long as the result, times the style scale, never enlarged.
fn style_size(style: &Picture, scale: &Scale, config: &StyleConfig) -> (u32, u32) {
    let longest = style.width().max(style.height());
    let wanted = (f64::from(scale.size) * config.style_scale).round() as u32;
    fit_size(style.width(), style.height(), wanted.clamp(1, longest))
}

fn constraints(config: &StyleConfig) -> Vec<Box<dyn Constraint>> {
    // L-BFGS must not be clipped: its picture of the curvature would be wrong from then on.
    if config.clamp && config.optimizer == OptimizerKind::Adam {
        vec![Box::new(Clamp)]
    } else {
        Vec::new()
    }
}

/// The state before the first step of all.
fn first(job: &Transfer<'_>, width: u32, height: u32) -> State {
    let device = job.network.device();
    let mut rng = seeded(job.seed);
    let picture = match job.config.init {
        Init::Content => Some(&job.pictures.content),
        Init::Style => job.pictures.styles.first().map(|(style, _)| style),
        Init::Noise => None,
    };
    let values = match picture {
        Some(picture) => {
            tensor_of(&resize(picture, width, height, Filter::Lanczos3), &device).flatten(0, 3)
        }
        None => {
            let (mean, deviation) = (job.network.mean_colour(), job.config.init_noise as f32);
            let planes = noise_planes(width, height, mean, deviation, &mut rng);
            let count = planes.len();
            Tensor::from_data(TensorData::new(planes, [count]), &device)
        }
    };
    fresh(job.config, values, rng)
}

fn fresh(config: &StyleConfig, values: Tensor<1>, rng: Rng) -> State {
    State {
        average: (config.average > 0.0).then(|| Average::starting_at(&values, config.average)),
        optimizer: config.optimizer_config().init(),
        values,
        rng,
        step: 0,
        evaluations: 0,
    }
}

/// The coarse state carried to a finer size: the (averaged) image and Adam's moments grow with it.
fn refined(job: &Transfer<'_>, coarse: &Pixels, fine: &Pixels, state: State) -> State {
    let image = state.average.as_ref().map_or(state.values, Average::value);
    let mut values = grown(image, coarse, fine, Filter::Bicubic);
    if job.config.clamp && job.config.optimizer == OptimizerKind::Adam {
        values = values.clamp(0.0, 1.0);
    }
    let mut optimizer = state.optimizer;
    optimizer.carry(|moment, is_positive| {
        if is_positive {
            grown(moment, coarse, fine, Filter::Bilinear).clamp_min(0.0)
        } else {
            grown(moment, coarse, fine, Filter::Bicubic)
        }
    });
    State {
        optimizer,
        evaluations: state.evaluations,
        ..fresh(job.config, values, state.rng)
    }
}

/// A flat image `[3 H W]` resized to another size.
fn grown(values: Tensor<1>, from: &Pixels, to: &Pixels, filter: Filter) -> Tensor<1> {
    let device = values.device();
    let [_, _, height, width] = from.dims;
    let [_, _, new_height, new_width] = to.dims;
    let resized: Vec<f32> = values_of(values)
        .chunks_exact(height * width)
        .flat_map(|plane| {
            let (w, h, nw, nh) = (
                width as u32,
                height as u32,
                new_width as u32,
                new_height as u32,
            );
            resize_plane(plane, w, h, nw, nh, filter)
        })
        .collect();
    let count = resized.len();
    Tensor::from_data(TensorData::new(resized, [count]), &device)
}

/// The picture a state stands for, with the colours that were asked for.
fn finished(job: &Transfer<'_>, param: &Pixels, state: &State) -> Picture {
    let values = state
        .average
        .as_ref()
        .map_or_else(|| state.values.clone(), Average::value);
    let picture = picture_of(values.reshape(param.dims));
    match job.config.colour {
        Colour::Chroma => keep_chroma(&job.pictures.content, &picture),
        Colour::Free | Colour::Linear | Colour::Histogram => picture,
    }
}
