//! Convolutional networks that can be looked into.
//!
//! A [`Network`] takes a picture and answers with what chosen layers made of it. Everything that
//! makes pictures works on that trait and never learns which architecture stands behind it.
//!
//! | item | for |
//! |---|---|
//! | [`Network`] | the one interface: named layers in, [`Activations`] out |
//! | [`Layer`], [`LayerInfo`] | names as in the literature, size and stride of each layer |
//! | [`Vgg`], [`VggConfig`] | VGG-11/13/16/19, VGG-mini and a tiny one for tests |
//! | [`graph`] | networks that branch: AlexNet, SqueezeNet, GoogLeNet, the trunk of Inception v3 |
//! | [`Architecture`] | any of these by its name, built from a file |
//! | [`classifier`] | a VGG that learns which class a picture is of |
//! | [`Rule`] | how rectifiers send signals back: gradient, deconvolutional network, guided |
//! | [`Pooling`], [`Edges`] | choices that leave the weights as they are |

mod architecture;
pub mod classifier;
pub mod graph;
mod layer;
mod network;
mod normalise;
mod probe;
mod synthetic;
mod vgg;
mod vgg_config;
mod vgg_load;

pub use architecture::{Architecture, ClassNames};
pub(crate) use layer::is_part;
pub use layer::{Field, Layer, LayerInfo, LayerKind};
pub use network::{Activations, Network};
pub use normalise::normalised;
pub use probe::{probe, probe_error};
pub use reverie_kernels::rectify::Rule;
pub use synthetic::synthetic_picture;
pub use vgg::{SCORES, Vgg};
pub use vgg_config::{ARCHITECTURES, Edges, Pooling, VggConfig};
