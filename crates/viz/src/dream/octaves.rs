//! The walk through the octaves.

use std::ops::ControlFlow;

use burn::tensor::{Tensor, TensorData};
use reverie_model::rng::Rng;
use reverie_model::vision::Network;

use super::DreamConfig;
use super::aids::{constraints, optimizer, transforms};
use crate::VizError;
use crate::objective::Goal;
use crate::param::Pixels;
use crate::picture::{Filter, Picture, resize, resize_plane};
use crate::render::{Keep, Progress, RenderConfig, Scene, State, Tiles, render};
use crate::tensor::values_of;

/// What an observer is told.
#[derive(Clone, Debug)]
pub enum DreamEvent {
    /// Work at a new size begins.
    Octave {
        /// Number of the size, from 0, smallest first.
        index: usize,
        /// How many sizes there are.
        of: usize,
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// A step was done.
    Step(Progress),
}

/// Sizes of the octaves, smallest first; sizes below `min_side` are left out, the picture's own
/// size never is.
pub fn octave_sizes(
    width: u32,
    height: u32,
    config: &DreamConfig,
    min_side: usize,
) -> Vec<(u32, u32)> {
    let mut sizes: Vec<(u32, u32)> = (0..config.octaves as i32)
        .map(|octave| {
            let shrink = config.octave_scale.powi(octave);
            let scaled = |side: u32| (f64::from(side) / shrink).round().max(1.0) as u32;
            (scaled(width), scaled(height))
        })
        .take_while(|(w, h)| (*w, *h) == (width, height) || (*w).min(*h) as usize >= min_side)
        .collect();
    sizes.reverse();
    sizes
}

/// What is dreamt on.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The picture.
    pub base: &'a Picture,
    /// Where it may change, row by row, one number a pixel of the picture: 1 freely, 0 not at all.
    pub mask: Option<&'a [f32]>,
    /// How the network is shown it; none shows it whole.
    pub tiles: Option<Tiles>,
}

impl<'a> From<&'a Picture> for Subject<'a> {
    fn from(base: &'a Picture) -> Self {
        Self {
            base,
            mask: None,
            tiles: None,
        }
    }
}

/// Raises `goal` on a picture, from coarse to fine.
///
/// Answers with the picture and whether the observer broke off.
///
/// # Source
/// Octaves with carried detail and jitter: the DeepDream notebook (Mordvintsev, Olah, Tyka 2015).
/// Decay, blur and clipping: the lecture's regularisers, after Yosinski et al. 2015.
///
/// # Errors
/// [`VizError::Setting`], [`VizError::Model`], [`VizError::Diverged`].
pub fn dream<'a>(
    network: &dyn Network,
    goal: &Goal,
    subject: impl Into<Subject<'a>>,
    config: &DreamConfig,
    mut rng: Rng,
    mut observe: impl FnMut(&DreamEvent, &dyn Fn() -> Picture) -> ControlFlow<()>,
) -> Result<(Picture, bool), VizError> {
    config.check()?;
    let Subject { base, mask, tiles } = subject.into();
    let device = network.device();
    let min_side = network
        .deepest(&goal.layers())?
        .map_or(1, |info| info.min_side());
    let sizes = octave_sizes(base.width(), base.height(), config, min_side);
    let mut detail: Option<(Vec<f32>, u32, u32)> = None;
    let mut picture = base.clone();
    let mut evaluations = 0;
    for (index, &(width, height)) in sizes.iter().enumerate() {
        let param = Pixels::new(width as usize, height as usize);
        let plain = resize(base, width, height, Filter::Lanczos3).to_planar();
        let start = match &detail {
            None => plain.clone(),
            Some((planes, w, h)) => {
                let grown = grown(planes, (*w, *h), (width, height));
                if config.carry_detail {
                    plain
                        .iter()
                        .zip(&grown)
                        .map(|(base, extra)| base + extra)
                        .collect()
                } else {
                    grown
                }
            }
        };
        let count = start.len();
        let values = Tensor::from_data(TensorData::new(start, [count]), &device);
        let mut constraints = constraints(config, network.mean_colour());
        if let Some(mask) = mask {
            let fitted = resize_plane(
                mask,
                base.width(),
                base.height(),
                width,
                height,
                Filter::Bilinear,
            );
            let planes = |values: Vec<f32>, channels| {
                let shape = [1, channels, height as usize, width as usize];
                Tensor::<4>::from_data(TensorData::new(values, shape), &device)
            };
            constraints.push(Box::new(Keep {
                base: planes(plain.clone(), 3),
                mask: planes(fitted, 1),
            }));
        }
        let state = State {
            values,
            optimizer: optimizer(config).init(),
            average: None,
            rng,
            step: 0,
            evaluations,
        };
        let mut scene = Scene {
            network,
            goal,
            param: &param,
            transforms: transforms(config),
            constraints,
            tiles,
        };
        let octave = DreamEvent::Octave {
            index,
            of: sizes.len(),
            width,
            height,
        };
        let mut is_broken = observe(&octave, &|| picture.clone()).is_break();
        let render_config = RenderConfig {
            steps: if is_broken { 0 } else { config.steps },
            report_every: 1,
        };
        let state = render(&mut scene, state, &render_config, |progress, state| {
            let now = || Picture::from_planar(width, height, &values_of(state.values.clone()));
            let flow = observe(&DreamEvent::Step(progress.clone()), &now);
            is_broken = flow.is_break();
            flow
        })?;
        evaluations = state.evaluations;
        rng = state.rng;
        let dreamt = values_of(state.values);
        picture = Picture::from_planar(width, height, &dreamt);
        if is_broken {
            return Ok((picture, true));
        }
        let carried = if config.carry_detail {
            dreamt
                .iter()
                .zip(&plain)
                .map(|(dreamt, base)| dreamt - base)
                .collect()
        } else {
            dreamt
        };
        detail = Some((carried, width, height));
    }
    Ok((picture, false))
}

/// Planes `[3, H, W]` resized.
fn grown(planes: &[f32], (width, height): (u32, u32), (to_w, to_h): (u32, u32)) -> Vec<f32> {
    planes
        .chunks_exact(width as usize * height as usize)
        .flat_map(|plane| resize_plane(plane, width, height, to_w, to_h, Filter::Bilinear))
        .collect()
}
