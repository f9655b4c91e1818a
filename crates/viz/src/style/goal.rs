//! The goal of a transfer at one size.

use burn::tensor::Tensor;
use reverie_model::vision::{Layer, Network};

use super::{ContentMatch, LayerWeighting, Statistic, StyleConfig, StyleMatch};
use crate::VizError;
use crate::objective::{Goal, Smoothness};

/// `−(α L_content + β L_style + γ L_tv)` for a content image and styles with weights that sum to 1.
///
/// Several styles make one target: the weighted mean of their statistics (neural-style's
/// `-style_blend_weights`).
///
/// # Shapes
/// Images are `[1, 3, H, W]` in `[0, 1]`, each of its own size.
///
/// # Errors
/// [`VizError::Model`] for layers that do not exist or pictures too small for them.
pub fn style_goal(
    network: &dyn Network,
    config: &StyleConfig,
    content: Tensor<4>,
    styles: Vec<(f64, Tensor<4>)>,
) -> Result<Goal, VizError> {
    let named = |names: &[String]| -> Result<Vec<Layer>, VizError> {
        names.iter().map(|name| Ok(network.layer(name)?)).collect()
    };
    let mut goal = Goal::default();

    let style_layers = named(&config.style_layers)?;
    let weights = layer_weights(network, config)?;
    let seen: Vec<_> = styles
        .into_iter()
        .map(|(weight, image)| Ok((weight, network.activations(image, &style_layers)?)))
        .collect::<Result<_, VizError>>()?;
    for (layer, weight) in style_layers.into_iter().zip(weights) {
        let parts = seen
            .iter()
            .map(|(share, seen)| {
                let features = seen.of(&layer);
                (
                    *share,
                    Statistic::measure(features, config.style_loss, config.gram_norm),
                )
            })
            .collect();
        let term = StyleMatch::new(layer, Statistic::blend(parts));
        goal = goal + Goal::from(term) * (config.style_weight * config.strength * weight);
    }

    let content_layers = named(&config.content_layers)?;
    if config.content_weight > 0.0 && !content_layers.is_empty() {
        let seen = network.activations(content, &content_layers)?;
        let weight = config.content_weight / content_layers.len() as f64;
        for layer in content_layers {
            let target = seen.of(&layer);
            let term = ContentMatch {
                layer,
                target,
                norm: config.content_norm,
            };
            goal = goal + Goal::from(term) * weight;
        }
    }
    if config.tv_weight > 0.0 {
        goal = goal + Goal::from(Smoothness(config.tv_stencil)) * config.tv_weight;
    }
    Ok(goal)
}

/// The weight of each style layer after [`LayerWeighting`].
fn layer_weights(network: &dyn Network, config: &StyleConfig) -> Result<Vec<f64>, VizError> {
    let sum: f64 = config.layer_weights.iter().sum();
    config
        .style_layers
        .iter()
        .zip(&config.layer_weights)
        .map(|(name, weight)| {
            Ok(match config.layer_weighting {
                LayerWeighting::Listed => *weight,
                LayerWeighting::Normalised => weight / sum,
                LayerWeighting::PerChannelSquared => {
                    weight / (network.info(name)?.channels as f64).powi(2)
                }
            })
        })
        .collect()
}
