//! How far a picture is from a style and a content, whatever it was made with.

use reverie_model::rng::seeded;

use super::stage::Stage;
use super::{ContentNorm, GramNorm, LayerWeighting, Scale, StyleConfig, StyleLoss, Transfer};
use crate::VizError;
use crate::picture::Picture;
use crate::render::{Scene, evaluate};
use crate::tensor::tensor_of;

/// Directions along which features are compared.
const DIRECTIONS: usize = 64;

/// The sliced Wasserstein distance of a result's features to the style's, the root of the mean square
/// over the style layers, and the distance of its content, both relative to a blank picture's; no
/// second one for a texture.
///
/// Optimising one loss lowers another only in part, so runs with different losses are compared by
/// this.
///
/// # Errors
/// [`VizError::Model`] for layers that do not exist or a picture too small for them.
pub fn distances(job: &Transfer<'_>, result: &Picture) -> Result<(f64, Option<f64>), VizError> {
    let has_content = job.pictures.content.is_some() && !job.config.content_layers.is_empty();
    let config = StyleConfig {
        style_loss: StyleLoss::Sliced,
        projections: DIRECTIONS,
        gram_norm: GramNorm::Energy,
        layer_weighting: LayerWeighting::Normalised,
        layer_weights: vec![1.0; job.config.style_layers.len()],
        style_weight: 1.0,
        strength: 1.0,
        content_norm: ContentNorm::Energy,
        content_weight: if has_content { 1.0 } else { 0.0 },
        tv_weight: 0.0,
        temporal_weight: 0.0,
        ..job.config.clone()
    };
    let measured = Transfer {
        config: &config,
        ..*job
    };
    let scale = Scale {
        size: result.width().max(result.height()),
        steps: 1,
    };
    let stage = Stage::new(&measured, result.width(), result.height());
    let goal = stage.goal(&measured, &scale)?;
    let image = tensor_of(result, &job.network.device()).flatten(0, 3);
    let param = crate::param::Pixels::new(result.width() as usize, result.height() as usize);
    let mut scene = Scene {
        tiles: measured.tiles(),
        ..Scene::new(job.network, &goal, &param)
    };
    let losses = evaluate(&mut scene, &image, &mut seeded(0))?.losses();
    // Losses are squares.
    let root = |part| losses.part(part).sqrt();
    Ok((root("style"), has_content.then(|| root("content"))))
}
