//! The goal of a transfer at one size.

use burn::tensor::{Tensor, TensorData};
use reverie_model::vision::{Layer, LayerInfo, Network};

use super::sliced::directions;
use super::{
    ContentMatch, LayerWeighting, Mask, Measure, Statistic, StyleConfig, StyleLoss, StyleMatch,
};
use crate::VizError;
use crate::objective::{Goal, Join, Smoothness};
use crate::render::{Tiles, Tiling, measure, over_tiles};

/// A style as it is seen at one size.
#[derive(Clone, Debug)]
pub struct Manner<'a> {
    /// Its share among the styles; they sum to 1.
    pub share: f64,
    /// The picture, `[1, 3, H, W]` in `[0, 1]`, of its own size.
    pub image: Tensor<4>,
    /// Where in the result it counts.
    pub region: Option<&'a Mask>,
}

impl Manner<'_> {
    /// A style of weight `share` that counts everywhere.
    pub fn everywhere(share: f64, image: Tensor<4>) -> Self {
        Self {
            share,
            image,
            region: None,
        }
    }
}

/// `−(α L_content + β L_style + γ L_tv)` for an image of the size of `content` and some styles.
///
/// Styles that count everywhere make one target: the weighted mean of their statistics
/// (neural-style's `-style_blend_weights`). Styles with regions have a target each, whose weight is
/// the part of the picture that it covers times its share among the styles, so that a pixel is held as
/// firmly as without regions.
///
/// With `tiles` the network is shown all pictures part by part.
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
    styles: Vec<Manner<'_>>,
    tiles: Option<Tiles>,
) -> Result<Goal, VizError> {
    let named = |names: &[String]| -> Result<Vec<Layer>, VizError> {
        names.iter().map(|name| Ok(network.layer(name)?)).collect()
    };
    let mut goal = Goal::default();

    let style_layers = named(&config.style_layers)?;
    let measures = measures(network, config)?;
    let weights = layer_weights(network, config)?;
    let [.., height, width] = content.dims();
    let count = styles.len() as f64;
    let mut seen = Vec::new();
    for Manner {
        share,
        image,
        region,
    } in styles
    {
        let cut = {
            // A style's own borders do not meet.
            let tiles = tiles.map(|tiles| Tiles {
                wraps: false,
                ..tiles
            });
            let tiling = tiling(network, &style_layers, &image, tiles)?;
            // A picture without borders must not be asked for what layers say of some.
            match config.tileable {
                true => tiling.map(Tiling::inside),
                false => tiling,
            }
            .filter(|tiling| !tiling.is_plain())
        };
        let statistics = statistics(network, &measures, &style_layers, image, cut.as_ref())?;
        seen.push((share, region, statistics));
    }
    let whole = config.style_weight * config.strength;
    for (number, (layer, weight)) in style_layers.into_iter().zip(weights).enumerate() {
        let info = network.info(layer.as_str())?;
        let mut parts = Vec::new();
        for (share, region, statistics) in &seen {
            let statistic = statistics[number].clone();
            match region {
                None => parts.push((*share, statistic)),
                Some(region) => {
                    let term = StyleMatch::new(layer.clone(), statistic, config.gram_norm);
                    let term = term.within(region_weights(info, region, [width, height], network));
                    let firmness = share * count * region.share();
                    goal = goal + Goal::from(term) * (whole * weight * firmness);
                }
            }
        }
        if !parts.is_empty() {
            let term = StyleMatch::new(layer, Statistic::blend(parts), config.gram_norm);
            goal = goal + Goal::from(term) * (whole * weight);
        }
    }

    let content_layers = named(&config.content_layers)?;
    if config.content_weight > 0.0 && !content_layers.is_empty() {
        let targets = contents(network, &content_layers, content, tiles)?;
        let weight = config.content_weight / content_layers.len() as f64;
        for (layer, target) in content_layers.into_iter().zip(targets) {
            let term = ContentMatch {
                layer,
                target,
                norm: config.content_norm,
            };
            goal = goal + Goal::from(term) * weight;
        }
    }
    if config.tv_weight > 0.0 {
        let stencil = match config.tileable {
            true => config.tv_stencil.around(),
            false => config.tv_stencil,
        };
        goal = goal + Goal::from(Smoothness(stencil)) * config.tv_weight;
    }
    Ok(goal)
}

/// How each style layer is measured.
///
/// # Errors
/// [`VizError::Model`] for layers that do not exist.
pub fn measures(network: &dyn Network, config: &StyleConfig) -> Result<Vec<Measure>, VizError> {
    let device = network.device();
    let measure = |(number, name): (u64, &String)| -> Result<Measure, VizError> {
        let channels = network.info(name)?.channels;
        Ok(match config.style_loss {
            StyleLoss::Gram => Measure::Gram,
            StyleLoss::Moments => Measure::Moments,
            StyleLoss::Wasserstein => Measure::Wasserstein,
            StyleLoss::Sliced => {
                Measure::Sliced(directions(config.projections, channels, number, &device))
            }
        })
    };
    (0..).zip(&config.style_layers).map(measure).collect()
}

/// What each layer says of the manner of an image `[1, 3, H, W]`.
///
/// # Errors
/// [`VizError::Model`] for a picture that is too small.
pub fn statistics(
    network: &dyn Network,
    measures: &[Measure],
    layers: &[Layer],
    image: Tensor<4>,
    tiling: Option<&Tiling>,
) -> Result<Vec<Statistic>, VizError> {
    if let Some(tiling) = tiling {
        let joins: Vec<Join> = measures.iter().map(Measure::join).collect();
        let sums = measure(network, image, tiling, layers, &joins, |part| {
            let each = layers.iter().zip(measures);
            each.map(|(layer, measure)| match part.is_empty(layer) {
                true => Vec::new(),
                false => measure.part(part.of(layer), part.share(layer)),
            })
            .collect()
        })?;
        let statistics = measures.iter().cloned().zip(sums);
        return Ok(statistics
            .map(|(measure, sums)| Statistic::new(measure, sums))
            .collect());
    }
    let seen = network.activations(image, layers)?;
    let statistics = layers.iter().zip(measures);
    Ok(statistics
        .map(|(layer, measure)| Statistic::measure(seen.of(layer), measure.clone()))
        .collect())
}

/// What layers make of an image `[1, 3, H, W]`, put together from tiles.
fn contents(
    network: &dyn Network,
    layers: &[Layer],
    image: Tensor<4>,
    tiles: Option<Tiles>,
) -> Result<Vec<Tensor<4>>, VizError> {
    let tiling = tiling(network, layers, &image, tiles)?;
    let Some(tiling) = tiling.filter(|tiling| !tiling.is_plain()) else {
        let seen = network.activations(image, layers)?;
        return Ok(layers.iter().map(|layer| seen.of(layer)).collect());
    };
    let [.., height, width] = image.dims();
    let mut maps: Vec<Tensor<4>> = Vec::new();
    for layer in layers {
        let info = network.info(layer.as_str())?;
        let shape = [
            1,
            info.channels,
            info.positions(height),
            info.positions(width),
        ];
        maps.push(Tensor::zeros(shape, &network.device()));
    }
    over_tiles(network, image, &tiling, layers, |part, windows| {
        for (layer, map) in layers.iter().zip(&mut maps) {
            let window = windows[layer];
            if window.is_empty() {
                continue;
            }
            let [left, top] = window.whole;
            let [width, height] = window.size;
            let channels = map.dims()[1];
            let place = [0..1, 0..channels, top..top + height, left..left + width];
            *map = map.clone().slice_assign(place, part.of(layer));
        }
    })?;
    Ok(maps)
}

/// How an image is cut; none where it is not.
fn tiling(
    network: &dyn Network,
    layers: &[Layer],
    image: &Tensor<4>,
    tiles: Option<Tiles>,
) -> Result<Option<Tiling>, VizError> {
    let [.., height, width] = image.dims();
    let tiling = tiles.map(|tiles| Tiling::new(network, layers, [width, height], tiles));
    tiling.transpose()
}

/// A region at a layer's size, `[1, 1, H, W]`, with sum 1.
fn region_weights(
    info: &LayerInfo,
    region: &Mask,
    size: [usize; 2],
    network: &dyn Network,
) -> Tensor<4> {
    let [width, height] = size.map(|side| info.positions(side));
    let mut values = region.at(width as u32, height as u32);
    let sum: f64 = values.iter().map(|value| f64::from(*value)).sum();
    // A region that no position of a deep layer has a part in counts everywhere there.
    let (scale, add) = match sum > 0.0 {
        true => (1.0 / sum, 0.0),
        false => (0.0, 1.0 / values.len() as f64),
    };
    for value in &mut values {
        *value = (f64::from(*value) * scale + add) as f32;
    }
    Tensor::from_data(
        TensorData::new(values, [1, 1, height, width]),
        &network.device(),
    )
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
