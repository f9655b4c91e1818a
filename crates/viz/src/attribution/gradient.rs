//! Methods that go back once.

use burn::tensor::Tensor;
use reverie_model::vision::Rule;

use super::{Attribution, Map, Question, Watch};
use crate::VizError;
use crate::tensor::colour_like;

/// The gradient of the score, `w = ∂S/∂I`, per unit of `[0, 1]`; Simonyan et al. show the largest
/// `|w|` of the three colours.
///
/// # Source
/// Simonyan, Vedaldi, Zisserman 2014 (arXiv 1312.6034), section 3.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gradient;

/// The gradient times how far the picture is from the network's mean picture, `∂S/∂I ⊙ (I − Ī)`: what
/// `∂S/∂x ⊙ x` is on the normalised picture x.
///
/// # Source
/// Shrikumar et al. 2017 (arXiv 1605.01713).
#[derive(Clone, Copy, Debug, Default)]
pub struct GradientTimesInput;

/// Guided backpropagation: rectifiers let back what is positive, where they were open.
///
/// # Source
/// Springenberg et al. 2015 (arXiv 1412.6806).
#[derive(Clone, Copy, Debug, Default)]
pub struct GuidedBackprop;

/// The deconvolutional network from the score down: rectifiers let back what is positive.
///
/// # Source
/// Zeiler and Fergus 2014 (arXiv 1311.2901); Simonyan et al. 2014, section 4.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deconvnet;

/// One pass by this rule.
fn once(
    rule: Rule,
    question: &Question<'_>,
    image: Tensor<4>,
    watch: &mut Watch<'_>,
) -> Result<Option<Tensor<4>>, VizError> {
    let signal = question.send_back(rule, image)?;
    Ok(match watch(1, 1).is_continue() {
        true => Some(signal.images),
        false => None,
    })
}

/// A method that is one pass by a rule, and nothing else.
macro_rules! one_pass {
    ($method:ty, $name:literal, $rule:expr) => {
        impl Attribution for $method {
            fn name(&self) -> &'static str {
                $name
            }

            fn attribute(
                &self,
                question: &Question<'_>,
                image: Tensor<4>,
                watch: &mut Watch<'_>,
            ) -> Result<Option<Map>, VizError> {
                Ok(once($rule, question, image, watch)?.map(Map::of))
            }

            fn passes(&self, _: [usize; 2]) -> usize {
                1
            }

            fn is_signed(&self) -> bool {
                false
            }
        }
    };
}

one_pass!(Gradient, "vanilla", Rule::Gradient);
one_pass!(GuidedBackprop, "guided-backprop", Rule::Guided);
one_pass!(Deconvnet, "deconvnet", Rule::Deconvnet);

impl Attribution for GradientTimesInput {
    fn name(&self) -> &'static str {
        "gradient-x-input"
    }

    fn attribute(
        &self,
        question: &Question<'_>,
        image: Tensor<4>,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Map>, VizError> {
        let mean = colour_like(question.network.mean_colour(), &image);
        let gradient = once(Rule::Gradient, question, image.clone(), watch)?;
        Ok(gradient.map(|gradient| Map::of(gradient * (image - mean))))
    }

    fn passes(&self, _: [usize; 2]) -> usize {
        1
    }

    fn is_signed(&self) -> bool {
        true
    }
}
