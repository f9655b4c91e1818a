//! Pictures made anew from what a layer kept of them.
//!
//! From noise, a picture is sought that a layer cannot tell from the given one:
//!
//! ```text
//! ‖F(x) − F(p)‖² / ‖F(p)‖²  +  λ s^γ V(x)  +  λ_α R_α(x)
//! ```
//!
//! with `p` the given picture, `F` the layer, `V` the total variation ([`Smoothness`] with exponent 2),
//! `s` the layer's stride, and `R_α` the α-norm ([`AlphaNorm`]). What comes back is what the layer
//! knows; what does not, the priors have filled in.
//!
//! # Source
//! Mahendran and Vedaldi 2015 (arXiv 1412.0035), eqs. 2 and 3 with the balance of section 3; Gatys,
//! Ecker, Bethge 2016 (Image Style Transfer Using Convolutional Neural Networks), figure 1 and eq. 1.
//!
//! # Differences
//! Mahendran and Vedaldi descend along the gradient with momentum at a rate lowered by hand; we use
//! L-BFGS, whose steps need no such table. They raise the total variation by ten twice on the way to
//! the deepest layers of their network; we raise it with the stride, so that one setting fits all
//! networks.
//!
//! | file | idea |
//! |---|---|
//! | `config` | [`InvertConfig`]: every choice |
//! | `layers` | [`one_a_size`]: layers worth a look where none are named |
//! | `run` | [`Inversion`]: the way back from one layer |
//! | `measure` | [`feature_error`], [`picture_error`]: how near it came |
//!
//! [`Smoothness`]: crate::objective::Smoothness
//! [`AlphaNorm`]: crate::objective::AlphaNorm

mod config;
mod layers;
mod measure;
mod run;

pub use config::InvertConfig;
pub use layers::one_a_size;
pub use measure::{feature_error, picture_error};
pub use run::{Inversion, Inverted};
