//! A VGG that learns which class a picture is of.
//!
//! The trunk is any [`VggConfig`](super::VggConfig); above it stand the mean over all positions and
//! one linear layer. While it learns, batch normalisation stands behind every convolution; the
//! finished network is a plain [`Vgg`](super::Vgg) with the normalisation folded into its weights and
//! a layer more, `scores`, one number a class before the softmax.
//!
//! | to | use |
//! |---|---|
//! | choose everything | [`ClassifierConfig`] |
//! | train one | [`ClassifierTrainer`], [`ClassifierStep`], [`ClassifierLook`] |
//! | measure one | [`evaluate_classes`], [`ClassesMeasured`] |
//! | keep the finished network | [`ClassifierCard`], [`save_classifier`] |

mod augment;
mod config;
mod error;
mod evaluate;
mod learner;
mod save;
mod trainer;

pub use config::ClassifierConfig;
pub use error::ClassifierError;
pub use evaluate::{ClassesMeasured, evaluate_classes};
pub use save::{ClassifierCard, save_classifier};
pub use trainer::{ClassifierLook, ClassifierStep, ClassifierTrainer};
