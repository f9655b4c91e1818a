//! Which pixels made the network say so.
//!
//! A [`Question`] is a network and the score to be explained; a method is a type with the trait
//! [`Attribution`] and answers with a [`Map`].
//!
//! | method | what a pixel is given | source |
//! |---|---|---|
//! | [`Gradient`] | how fast the score moves with it | Simonyan et al. 2014 (arXiv 1312.6034), section 3 |
//! | [`GradientTimesInput`] | that, times how far it is from the mean picture | Shrikumar et al. 2017 (arXiv 1605.01713) |
//! | [`SmoothGrad`] | the mean gradient of noisy copies | Smilkov et al. 2017 (arXiv 1706.03825) |
//! | [`IntegratedGradients`] | its share of the difference to a baseline | Sundararajan et al. 2017 (arXiv 1703.01365) |
//! | [`GuidedBackprop`] | the gradient, through rectifiers that let only positive signals back where they were open | Springenberg et al. 2015 (arXiv 1412.6806) |
//! | [`Deconvnet`] | the same, whether they were open or not | Zeiler and Fergus 2014 (arXiv 1311.2901) |
//! | [`GradCam`] | the feature maps under it, each by its mean gradient | Selvaraju et al. 2017 (arXiv 1610.02391) |
//! | [`Occlusion`] | how much the score falls when a patch covers it | Zeiler and Fergus 2014, section 4.2 |
//! | [`Rise`] | the mean probability when it is among what is seen | Petsiuk et al. 2018 (arXiv 1806.07421) |
//!
//! [`sanity`] asks whether a method notices that weights were replaced by noise, and [`curve`]
//! whether the pixels it points at matter. [`paint`] makes pictures of maps.

mod config;
pub mod curve;
mod grad_cam;
mod gradient;
mod integrated;
mod map;
mod occlusion;
pub mod paint;
mod question;
mod rank;
mod rise;
pub mod sanity;
mod smooth;

pub use config::{AttributionConfig, METHODS};
pub use grad_cam::GradCam;
pub use gradient::{Deconvnet, Gradient, GradientTimesInput, GuidedBackprop};
pub use integrated::{Baseline, IntegratedGradients};
pub use map::Map;
pub use occlusion::Occlusion;
pub use question::{Question, Score};
pub use rank::spearman;
pub use rise::{Draw, Rise};
pub use smooth::SmoothGrad;

use std::ops::ControlFlow;

use burn::tensor::Tensor;

use crate::VizError;

/// Images that are looked at in one pass where a method needs many.
pub const AT_ONCE: usize = 8;

/// Hears how many passes of how many are done, and may say stop.
pub type Watch<'a> = dyn FnMut(usize, usize) -> ControlFlow<()> + 'a;

/// A way to tell which pixels a score depends on.
pub trait Attribution {
    /// What users call it.
    fn name(&self) -> &'static str;

    /// The map of one image, `[1, 3, H, W]` in `[0, 1]`; none where `watch` said stop.
    ///
    /// # Errors
    /// Images that are too small for the network; what the network cannot do.
    ///
    /// # Panics
    /// If there is more than one image.
    fn attribute(
        &self,
        question: &Question<'_>,
        image: Tensor<4>,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Map>, VizError>;

    /// How often `watch` hears of a picture of so many columns and rows that is explained to the end.
    fn passes(&self, size: [usize; 2]) -> usize;

    /// Whether the signs of the map say which pixels speak for the score and which against it; the
    /// maps of the others are looked at without their signs.
    fn is_signed(&self) -> bool;
}
