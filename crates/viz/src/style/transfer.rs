//! Style transfer from coarse to fine.

use std::ops::ControlFlow;
use std::time::Instant;

use reverie_model::vision::Network;

use super::pace::{Pace, TRIALS};
use super::stage::{Stage, style_size};
use super::{Pictures, Scale, StyleConfig, brought_to, scales};
use crate::VizError;
use crate::picture::Picture;
use crate::render::{Losses, Progress, RenderConfig, Scene, State, Tiles, evaluate, render};

/// A transfer to be made.
#[derive(Clone, Copy)]
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
    /// Pixels along the longer side of what the network is shown at a time; none shows it everything.
    pub tile: Option<usize>,
    /// Seconds in which to get through all sizes: where the steps do not fit, each size has fewer.
    pub budget: Option<f64>,
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
            tile: None,
            budget: None,
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
        self.pictures.check()?;
        let names = self
            .config
            .style_layers
            .iter()
            .chain(&self.config.content_layers);
        let layers = names
            .map(|name| self.network.layer(name))
            .collect::<Result<Vec<_>, _>>()?;
        let mut plan = match self.pictures.previous {
            // A frame begins with what the frame before has become, at full size.
            Some(_) => vec![Scale {
                size: self.config.size,
                steps: self.config.frame_steps,
            }],
            None => scales(self.config),
        };
        let Some(deepest) = self.network.deepest(&layers)? else {
            return Ok(plan);
        };
        let check =
            |(width, height): (u32, u32)| deepest.check_side(width as usize, height as usize);
        let size_at = |scale: &Scale| self.size_at(scale);
        while plan.len() > 1 && check(size_at(&plan[0])).is_err() {
            plan.remove(0);
            plan[0].steps = self.config.first_steps;
        }
        check(size_at(&plan[0]))?;
        for scale in &plan {
            for (_, style) in self.pictures.active() {
                check(style_size(&style.picture, scale, self.config))?;
            }
        }
        Ok(plan)
    }

    /// Pixels across and down at a size of the way.
    pub fn size_at(&self, scale: &Scale) -> (u32, u32) {
        let (width, height) = self.pictures.form;
        brought_to(width, height, scale.size)
    }

    /// How the network is shown the pictures.
    pub(super) fn tiles(&self) -> Option<Tiles> {
        let wraps = self.config.tileable;
        let side = self.tile.unwrap_or(usize::MAX);
        (wraps || self.tile.is_some()).then_some(Tiles { side, wraps })
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
    stage: &'a Stage,
}

impl Snapshot<'_> {
    /// The picture as it would be saved now.
    pub fn picture(&self) -> Picture {
        self.stage.finished(self.transfer, self.state)
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
    // Steps of a run that goes on are those it began with.
    let budget = job.budget.filter(|_| resume.is_none());
    let mut pace = budget.map(Pace::new);
    let mut last: Option<(Stage, State)> = None;
    let mut losses = None;
    let mut is_interrupted = false;
    for (index, scale) in plan.iter().enumerate() {
        if resume.as_ref().is_some_and(|(at, _)| index < *at) {
            steps_before += scale.steps;
            continue;
        }
        let (width, height) = job.size_at(scale);
        let started = Event::Started {
            index,
            of: plan.len(),
            steps: scale.steps,
            width,
            height,
        };
        if observe(&started, None).is_break() && last.is_some() {
            is_interrupted = true;
            break;
        }
        let stage = Stage::new(job, width, height);
        let goal = stage.goal(job, scale)?;
        let state = match (resume.take(), last.take()) {
            (Some((_, state)), _) => state,
            (None, Some((coarse, state))) => stage.refined(job, &coarse, state),
            (None, None) => stage.first(job),
        };
        let mut scene = Scene {
            network: job.network,
            goal: &goal,
            param: stage.param(),
            transforms: Vec::new(),
            constraints: stage.constraints(job),
            tiles: job.tiles(),
        };
        let steps = match &mut pace {
            None => scale.steps,
            Some(pace) => {
                if pace.is_unknown() {
                    for _ in 0..TRIALS {
                        let begun = Instant::now();
                        let seen = evaluate(&mut scene, &state.values, &mut state.rng.clone())?;
                        // Reading a number waits for the device.
                        seen.losses();
                        let pixels = u64::from(width) * u64::from(height);
                        pace.learn(begun.elapsed().as_secs_f64(), 1, pixels);
                    }
                }
                let left = plan[index..].iter().map(|scale| {
                    let (width, height) = job.size_at(scale);
                    (scale.steps, u64::from(width) * u64::from(height))
                });
                pace.steps(&left.collect::<Vec<_>>())
            }
        };
        let begun = (Instant::now(), state.step);
        let config = RenderConfig {
            steps,
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
                stage: &stage,
            };
            let flow = observe(&Event::Step(progress.clone()), Some(&snapshot));
            is_interrupted = flow.is_break();
            flow
        })?;
        evaluations = state.evaluations;
        // Broken off after the very last step, nothing is missing.
        is_interrupted &= index + 1 < plan.len() || state.step < steps;
        if let Some(pace) = &mut pace {
            let pixels = u64::from(width) * u64::from(height);
            let seconds = begun.0.elapsed().as_secs_f64();
            pace.learn(seconds, state.step - begun.1, pixels);
        }
        let done = state.step;
        last = Some((stage, state));
        if is_interrupted {
            steps_before += done;
            break;
        }
        steps_before += done;
    }
    let (stage, state) = last.expect("a plan has at least one size");
    Ok(Outcome {
        picture: stage.finished(job, &state),
        steps: steps_before,
        evaluations,
        losses,
        is_interrupted,
    })
}
