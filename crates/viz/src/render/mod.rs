//! The loop that makes every picture of this crate.

mod average;
mod checkpoint;
mod constraint;
mod lbfgs;
mod memory;
mod optimizer;
mod tiles;

pub use average::Average;
pub use checkpoint::{checkpoint_notes, load_checkpoint, save_checkpoint};
pub use constraint::{
    Blur, Clamp, Constraint, ContributionClip, Decay, Keep, NormClip, gaussian_blur,
};
pub use memory::{filter_bytes, image_bytes, look_bytes, network_bytes};
pub use optimizer::{LineSearch, Optimizer, OptimizerConfig};
pub use tiles::{Room, Tiles, Tiling, fitting, measure, over_tiles, smallest_tiling, tile_bytes};

use std::ops::ControlFlow;

use burn::tensor::Tensor;
use reverie_model::rng::Rng;
use reverie_model::vision::Network;

use crate::VizError;
use crate::objective::Goal;
use crate::param::ImageParam;
use crate::tensor::values_of;
use crate::transform::Transform;

/// What is rendered: a goal, seen by a network through transforms, on an image of some make.
pub struct Scene<'a> {
    /// The network that looks.
    pub network: &'a dyn Network,
    /// What shall grow.
    pub goal: &'a Goal,
    /// How numbers make the image.
    pub param: &'a dyn ImageParam,
    /// Random views, applied in order before the network looks.
    pub transforms: Vec<Box<dyn Transform>>,
    /// What is done to the image after every step, in order.
    pub constraints: Vec<Box<dyn Constraint>>,
    /// How the image is cut for the network, which then sees one tile at a time; none shows it whole.
    pub tiles: Option<Tiles>,
}

impl<'a> Scene<'a> {
    /// A scene without random views and without constraints.
    pub fn new(network: &'a dyn Network, goal: &'a Goal, param: &'a dyn ImageParam) -> Self {
        Self {
            network,
            goal,
            param,
            transforms: Vec::new(),
            constraints: Vec::new(),
            tiles: None,
        }
    }
}

/// Everything that changes from step to step. A run that continues from a saved state equals the
/// run that never stopped.
pub struct State {
    /// The numbers of the image, `[N]`, without gradients.
    pub values: Tensor<1>,
    /// The optimiser with its memory.
    pub optimizer: Optimizer,
    /// Running average of the numbers, if one is kept.
    pub average: Option<Average>,
    /// The generator of all random views.
    pub rng: Rng,
    /// Steps done.
    pub step: usize,
    /// Times the network was run forward and back.
    pub evaluations: usize,
}

/// How long to render and how often to look.
#[derive(Clone, Copy, Debug)]
pub struct RenderConfig {
    /// Steps in all, those already in the state included.
    pub steps: usize,
    /// Steps between two readings of the loss; a GPU stalls at each.
    pub report_every: usize,
}

/// What an observer is told after a step.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Steps done, counted from 1.
    pub step: usize,
    /// Network evaluations done.
    pub evaluations: usize,
    /// The losses at the last evaluation of this step, when they were read.
    pub losses: Option<Losses>,
}

/// Losses of one image: minus the scores, so that smaller is better.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Losses {
    /// The whole sum.
    pub total: f64,
    /// Its parts by name, in the order of the goal.
    pub parts: Vec<(&'static str, f64)>,
}

impl Losses {
    /// The part called `name`; zero if the goal has no such part.
    pub fn part(&self, name: &str) -> f64 {
        self.parts
            .iter()
            .find(|(part, _)| *part == name)
            .map_or(0.0, |(_, value)| *value)
    }
}

/// One look at an image: loss and its gradient with respect to the numbers.
pub struct Evaluation {
    /// The loss, `[1]`.
    pub loss: Tensor<1>,
    /// Its gradient, `[N]`.
    pub gradient: Tensor<1>,
    /// Its gradient with respect to the image before any transform, `[B, 3, H, W]`; only where a
    /// constraint [needs it](Constraint::needs_gradient).
    pub image_gradient: Option<Tensor<4>>,
    /// Minus the parts of the goal, `[1]` each.
    pub parts: Vec<(&'static str, Tensor<1>)>,
}

impl Evaluation {
    /// Reads the losses from the device.
    pub fn losses(&self) -> Losses {
        let read = |tensor: &Tensor<1>| f64::from(values_of(tensor.clone())[0]);
        Losses {
            total: read(&self.loss),
            parts: self
                .parts
                .iter()
                .map(|(name, value)| (*name, read(value)))
                .collect(),
        }
    }
}

/// Looks at the image that `values` stand for.
///
/// # Errors
/// [`VizError::Model`] if the network refuses the image or a layer.
pub fn evaluate(
    scene: &mut Scene<'_>,
    values: &Tensor<1>,
    rng: &mut Rng,
) -> Result<Evaluation, VizError> {
    let values = values.clone().autodiff().require_grad();
    let decoded = scene.param.decode(values.clone());
    let is_cut = scene.constraints.iter().any(|one| one.needs_gradient());
    // Gradients are kept for leaves only: where that of the image is wanted, the graph is cut there
    // and gone back in two parts, which gives the numbers the same gradient.
    let (mut image, cut) = if is_cut {
        let leaf = decoded.clone().inner().autodiff().require_grad();
        (leaf.clone(), Some((leaf, decoded)))
    } else {
        (decoded, None)
    };
    for transform in &mut scene.transforms {
        image = transform.apply(image, rng);
    }
    let layers = scene.goal.layers();
    let tiling = match scene.tiles {
        Some(tiles) => {
            let [.., height, width] = image.dims();
            let tiling = Tiling::new(scene.network, &layers, [width, height], tiles)?;
            Some(tiling).filter(|tiling| !tiling.is_plain())
        }
        None => None,
    };
    let (scored, mut gradients) = match &tiling {
        None => {
            let seen = scene.network.activations(image, &layers)?;
            let scored = scene.goal.score(&seen);
            let gradients = scored.total.clone().neg().backward();
            (scored, gradients)
        }
        Some(tiling) => {
            let look = tiles::look(scene.network, scene.goal, image.clone().inner(), tiling)?;
            let slope = Tensor::from_inner(look.gradient.neg());
            (look.scored, (image * slope).sum().backward())
        }
    };
    let loss = scored.total.neg();
    let image_gradient = cut.map(|(leaf, decoded)| {
        let gradient = leaf
            .grad_remove(&mut gradients)
            .unwrap_or_else(|| leaf.inner().zeros_like());
        gradients = (decoded * Tensor::from_inner(gradient.clone()))
            .sum()
            .backward();
        gradient
    });
    let gradient = values
        .grad_remove(&mut gradients)
        .unwrap_or_else(|| values.clone().inner().zeros_like());
    let parts = scored
        .parts
        .into_iter()
        .map(|(name, value)| (name, value.neg()))
        .collect();
    Ok(Evaluation {
        loss: match loss.is_autodiff() {
            true => loss.inner(),
            false => loss,
        },
        gradient,
        image_gradient,
        parts,
    })
}

/// Renders until `config.steps` or until the observer breaks.
///
/// The observer is called after every step with the state as it then is: it shows progress, saves
/// pictures and checkpoints, and decides whether to go on.
///
/// # Errors
/// [`VizError::Diverged`] as soon as a loss that was read is not a number; [`VizError::Model`].
pub fn render(
    scene: &mut Scene<'_>,
    mut state: State,
    config: &RenderConfig,
    mut observe: impl FnMut(&Progress, &State) -> ControlFlow<()>,
) -> Result<State, VizError> {
    while state.step < config.steps {
        let step = state.step + 1;
        let report = step.is_multiple_of(config.report_every.max(1)) || step == config.steps;
        let last = advance(scene, &mut state)?;
        for constraint in &mut scene.constraints {
            let image = scene.param.decode(state.values.clone());
            let image = constraint.apply(step, image, last.image_gradient.as_ref());
            state.values = scene.param.encode(image);
        }
        if let Some(average) = &mut state.average {
            average.update(&state.values);
        }
        state.step = step;
        let losses = report.then(|| last.losses());
        if let Some(losses) = &losses
            && !losses.total.is_finite()
        {
            let rate = state.optimizer.rate();
            return Err(VizError::Diverged {
                step,
                loss: losses.total,
                rate,
            });
        }
        let progress = Progress {
            step,
            evaluations: state.evaluations,
            losses,
        };
        if observe(&progress, &state).is_break() {
            break;
        }
    }
    Ok(state)
}

/// One step of the optimiser; answers with the last evaluation it made.
fn advance(scene: &mut Scene<'_>, state: &mut State) -> Result<Evaluation, VizError> {
    let State {
        values,
        optimizer,
        rng,
        evaluations,
        ..
    } = state;
    let (moved, last) = optimizer.step(values.clone(), &mut |values| {
        *evaluations += 1;
        evaluate(scene, values, rng)
    })?;
    *values = moved;
    Ok(last)
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};
    use reverie_model::rng::{normal, seeded};

    use super::*;
    use crate::objective::{Energy, LayerNorm, mirror::Mirror};
    use crate::param::Pixels;
    use crate::transform::Jitter;

    /// Pixels that are three times their numbers.
    struct Tripled(Pixels);

    impl ImageParam for Tripled {
        fn decode(&self, values: Tensor<1>) -> Tensor<4> {
            self.0.decode(values) * 3.0
        }

        fn encode(&self, image: Tensor<4>) -> Tensor<1> {
            self.0.encode(image / 3.0)
        }
    }

    #[test]
    fn a_constraint_that_asks_gets_the_gradient_of_the_pixels() {
        let mirror = Mirror::new(3);
        let layer = mirror.info().layer.clone();
        let goal = Goal::from(LayerNorm { layer }) + Goal::from(Energy { toward: [0.5; 3] });
        let param = Tripled(Pixels::new(4, 5));
        let values = normal(&mut seeded(1), 60);
        let values = Tensor::from_data(TensorData::new(values, [60]), &Device::flex());
        let mut scene = Scene::new(&mirror, &goal, &param);
        scene.transforms.push(Box::new(Jitter { reach: 3 }));
        let plain = evaluate(&mut scene, &values, &mut seeded(2)).unwrap();
        assert!(plain.image_gradient.is_none());
        scene.constraints.push(Box::new(ContributionClip {
            percent: 50.0,
            toward: [0.5; 3],
        }));
        let cut = evaluate(&mut scene, &values, &mut seeded(2)).unwrap();
        assert_eq!(values_of(cut.gradient.clone()), values_of(plain.gradient));
        let of_pixels = values_of(cut.image_gradient.unwrap());
        for (number, pixel) in values_of(cut.gradient).into_iter().zip(of_pixels) {
            assert!((number - 3.0 * pixel).abs() <= 1e-6 * number.abs());
        }
    }
}
