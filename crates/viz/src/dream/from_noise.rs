//! Pictures that begin as noise: what a channel, a neuron or a class looks for.

use std::ops::ControlFlow;

use burn::tensor::{Tensor, TensorData};
use reverie_model::rng::Rng;
use reverie_model::vision::Network;

use super::aids::{constraints, optimizer, transforms};
use super::{Canvas, DreamConfig, DreamEvent, dream};
use crate::VizError;
use crate::noise::noise_planes;
use crate::objective::Goal;
use crate::param::{Fourier, ImageParam, Pixels, Pyramid};
use crate::picture::Picture;
use crate::render::{RenderConfig, Scene, State, render};
use crate::tensor::values_of;

/// Deviation of the noise around the mean colour, in units of the image, where numbers are pixels.
const NOISE: f32 = 0.2;
/// Deviation of the numbers that a spectrum or a pyramid begins with.
const FAINT: f32 = 0.1;

/// Raises `goal` on noise, on a square of `config.size` pixels; answers with `config.variants`
/// pictures and whether the observer broke off.
///
/// # Source
/// Simonyan, Vedaldi, Zisserman 2013 (arXiv 1312.6034), section 2; Yosinski et al. 2015
/// (arXiv 1506.06579); Olah, Mordvintsev, Schubert 2017.
///
/// # Errors
/// [`VizError::Setting`], [`VizError::Model`], [`VizError::Diverged`].
pub fn from_noise(
    network: &dyn Network,
    goal: &Goal,
    config: &DreamConfig,
    mut rng: Rng,
    mut observe: impl FnMut(&DreamEvent) -> ControlFlow<()>,
) -> Result<(Vec<Picture>, bool), VizError> {
    config.check()?;
    let mean = network.mean_colour();
    let (side, size) = (config.size as usize, config.size);
    if config.canvas == Canvas::Pixels && config.variants == 1 {
        let planes = noise_planes(size, size, mean, NOISE, &mut rng);
        let base = Picture::from_planar(size, size, &planes);
        let (picture, is_broken) =
            dream(network, goal, &base, config, rng, |event, _| observe(event))?;
        return Ok((vec![picture], is_broken));
    }
    let count = config.variants;
    let (param, start): (Box<dyn ImageParam>, Vec<f32>) = match config.canvas {
        Canvas::Pixels => {
            let dims = [count, 3, side, side];
            let one = |_| noise_planes(size, size, mean, NOISE, &mut rng);
            let start = (0..count).flat_map(one).collect();
            (Box::new(Pixels { dims }), start)
        }
        Canvas::Fourier => {
            let param = Fourier::new(side, side).with_batch(count);
            let start = param.start(&mut rng, FAINT);
            (Box::new(param), start)
        }
        Canvas::Pyramid => {
            let param = Pyramid::new(side, side).with_batch(count);
            let start = param.start(&mut rng, FAINT);
            (Box::new(param), start)
        }
    };
    let size_event = DreamEvent::Octave {
        index: 0,
        of: 1,
        width: size,
        height: size,
    };
    let mut is_broken = observe(&size_event).is_break();
    let numbers = start.len();
    let state = State {
        values: Tensor::from_data(TensorData::new(start, [numbers]), &network.device()),
        optimizer: optimizer(config).init(),
        average: None,
        rng,
        step: 0,
        evaluations: 0,
    };
    let mut scene = Scene {
        network,
        goal,
        param: param.as_ref(),
        transforms: transforms(config),
        constraints: constraints(config, mean),
        tiles: None,
    };
    let plan = RenderConfig {
        steps: if is_broken { 0 } else { config.steps },
        report_every: 1,
    };
    let state = render(&mut scene, state, &plan, |progress, _| {
        let flow = observe(&DreamEvent::Step(progress.clone()));
        is_broken = flow.is_break();
        flow
    })?;
    let planes = values_of(param.decode(state.values));
    let pictures = planes
        .chunks_exact(3 * side * side)
        .map(|planes| Picture::from_planar(size, size, planes))
        .collect();
    Ok((pictures, is_broken))
}
