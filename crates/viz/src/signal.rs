//! The one way back from a layer to the picture.

use burn::tensor::{Device, Tensor};
use reverie_model::vision::{Activations, Layer, Network, Rule};

use crate::VizError;

/// What a score sends back to images.
#[derive(Clone, Debug)]
pub struct Signal {
    /// The score of every image, `[B]`.
    pub scores: Tensor<1>,
    /// What arrived at the images, in their shape `[B, 3, H, W]`: RGB, per unit of `[0, 1]`.
    pub images: Tensor<4>,
}

/// Sends the score of every image back to it, through rectifiers that follow `rule`.
///
/// With [`Rule::Gradient`] that is the gradient of the score; with the two others nothing differs but
/// the rectifiers: maxima go back by the switches that the forward pass recorded, and convolutions
/// by their transposed filters.
///
/// `score` turns what `layers` make of images `[B, 3, H, W]` in `[0, 1]` into one number each, `[B]`.
///
/// # Errors
/// Images that are too small for one of the layers; [`VizError::NoRule`] if the network leaves no
/// choice of rule.
pub fn send_back(
    network: &dyn Network,
    rule: Rule,
    images: Tensor<4>,
    layers: &[Layer],
    score: impl FnOnce(&Activations) -> Tensor<1>,
) -> Result<Signal, VizError> {
    let ruled = match rule {
        Rule::Gradient => None,
        _ => Some(network.with_rule(rule).ok_or_else(|| VizError::NoRule {
            network: network.name().to_owned(),
        })?),
    };
    let network = ruled.as_deref().unwrap_or(network);
    let tracked = on_autodiff(images).require_grad();
    let seen = network.activations(tracked.clone(), layers)?;
    let scores = score(&seen);
    let grads = scores.clone().sum().backward();
    let arrived = tracked.grad(&grads);
    Ok(Signal {
        // A score that no pixel moves, as that of a constant layer, sends nothing.
        images: arrived.unwrap_or_else(|| tracked.inner().zeros_like()),
        scores: scores.inner(),
    })
}

/// The same images where gradients can be followed, in no graph yet.
fn on_autodiff(images: Tensor<4>) -> Tensor<4> {
    let device: Device = images.device();
    match device.is_autodiff() {
        true => images.detach(),
        false => Tensor::from_inner(images),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::values_of;
    use reverie_model::vision::{Vgg, VggConfig, synthetic_picture};

    fn arrived(rule: Rule, image: Tensor<4>) -> Vec<f32> {
        let network = Vgg::random(&VggConfig::tiny(), 3, &Device::flex());
        let layer = network.layer("relu2_2").unwrap();
        let score = |seen: &Activations| {
            seen.of(&layer)
                .sum_dim(1)
                .sum_dim(2)
                .sum_dim(3)
                .reshape([1])
        };
        let layers = std::slice::from_ref(&layer);
        values_of(
            send_back(&network, rule, image, layers, score)
                .unwrap()
                .images,
        )
    }

    #[test]
    fn the_three_rules_disagree_on_one_picture() {
        let image = || synthetic_picture(16, 16, &Device::flex());
        let [gradient, deconvnet, guided] =
            [Rule::Gradient, Rule::Deconvnet, Rule::Guided].map(|rule| arrived(rule, image()));
        assert_ne!(gradient, deconvnet);
        assert_ne!(gradient, guided);
        assert_ne!(deconvnet, guided);
    }
}
