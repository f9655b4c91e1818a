//! How the numbers move.

use burn::optim::{Adam, AdamConfig, AdamState, AdaptiveMomentumState, Optimizer as _};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::Evaluation;
use super::lbfgs::Lbfgs;
use crate::VizError;

/// Whether L-BFGS searches along its direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineSearch {
    /// Always the full step, as PyTorch's default and every published style-transfer script.
    #[default]
    None,
    /// Strong Wolfe conditions: several looks a step, and it never climbs.
    StrongWolfe,
}

/// Which optimiser, with its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OptimizerConfig {
    /// Kingma and Ba 2015.
    Adam {
        /// Step size, in units of the image (0 black, 1 white).
        rate: f64,
        /// Memory of the mean gradient.
        beta_1: f32,
        /// Memory of the squared gradient.
        beta_2: f32,
        /// Keeps the division finite.
        epsilon: f32,
    },
    /// Limited-memory BFGS (Liu and Nocedal 1989), Burn's implementation.
    Lbfgs {
        /// Multiplies every step; 1 is the Newton step.
        rate: f64,
        /// Pairs of steps and gradient changes remembered; each costs two images.
        history: usize,
        /// Whether to search along the direction.
        line_search: LineSearch,
    },
    /// Plain gradient ascent with the gradient divided by its mean absolute value, as in the
    /// DeepDream notebook.
    Ascent {
        /// Mean change of a number in one step, in units of the image.
        rate: f64,
    },
}

/// An optimiser at work: its settings and what it remembers.
pub enum Optimizer {
    /// Adam with its two moments and the count of steps; none before the first step.
    Adam {
        /// Settings.
        config: OptimizerConfig,
        /// Burn's Adam.
        adam: Adam,
        /// Moments `[N]` each.
        state: Option<AdamState<1>>,
    },
    /// L-BFGS with its history.
    Lbfgs(Box<Lbfgs>),
    /// Nothing to remember.
    Ascent {
        /// See [`OptimizerConfig::Ascent`].
        rate: f64,
    },
}

impl OptimizerConfig {
    /// An optimiser that has seen nothing yet.
    pub fn init(&self) -> Optimizer {
        match *self {
            Self::Adam {
                beta_1,
                beta_2,
                epsilon,
                ..
            } => {
                let adam = AdamConfig::new()
                    .with_beta_1(beta_1)
                    .with_beta_2(beta_2)
                    .with_epsilon(epsilon)
                    .build();
                Optimizer::Adam {
                    config: *self,
                    adam,
                    state: None,
                }
            }
            Self::Lbfgs {
                rate,
                history,
                line_search,
            } => Optimizer::Lbfgs(Box::new(Lbfgs::new(rate, history, line_search))),
            Self::Ascent { rate } => Optimizer::Ascent { rate },
        }
    }
}

/// Gradients smaller than this are not blown up to a full step.
const SMALLEST_MEAN_GRADIENT: f64 = 1e-12;

impl Optimizer {
    /// The step size.
    pub fn rate(&self) -> f64 {
        match self {
            Self::Adam {
                config: OptimizerConfig::Adam { rate, .. },
                ..
            } => *rate,
            Self::Adam { .. } => unreachable!("Adam is made from Adam's settings"),
            Self::Lbfgs(lbfgs) => lbfgs.rate(),
            Self::Ascent { rate } => *rate,
        }
    }

    /// Moves `values` one step downhill; answers with where they are now and the last look taken.
    ///
    /// # Errors
    /// Whatever `look` answers with.
    pub fn step(
        &mut self,
        values: Tensor<1>,
        look: &mut dyn FnMut(&Tensor<1>) -> Result<Evaluation, VizError>,
    ) -> Result<(Tensor<1>, Evaluation), VizError> {
        let rate = self.rate();
        match self {
            Self::Adam { adam, state, .. } => {
                let seen = look(&values)?;
                let (moved, next) = adam.step(rate, values, seen.gradient.clone(), state.take());
                *state = next;
                Ok((moved, seen))
            }
            Self::Lbfgs(lbfgs) => lbfgs.step(values, look),
            Self::Ascent { .. } => {
                let seen = look(&values)?;
                let scale = seen
                    .gradient
                    .clone()
                    .abs()
                    .mean()
                    .clamp_min(SMALLEST_MEAN_GRADIENT);
                let moved = values - seen.gradient.clone() / scale * rate;
                Ok((moved, seen))
            }
        }
    }

    /// Takes over Adam's memory of an image of another size: `resize` gets each moment `[N]` and
    /// whether it is that of squares, which must stay positive. Settings stay those of this size.
    /// Where either is not Adam, nothing is taken over.
    ///
    /// # Source
    /// Coarse-to-fine with warm-started moments, crowsonkb/style-transfer-pytorch.
    pub fn take_over(
        &mut self,
        coarse: Self,
        mut resize: impl FnMut(Tensor<1>, bool) -> Tensor<1>,
    ) {
        let (
            Self::Adam { state: mine, .. },
            Self::Adam {
                state: Some(mut state),
                ..
            },
        ) = (self, coarse)
        else {
            return;
        };
        let AdaptiveMomentumState {
            time,
            moment_1,
            moment_2,
            ..
        } = state.momentum.clone();
        let (moment_1, moment_2) = (resize(moment_1, false), resize(moment_2, true));
        state.momentum = AdaptiveMomentumState::new(time, moment_1, moment_2);
        *mine = Some(state);
    }
}
