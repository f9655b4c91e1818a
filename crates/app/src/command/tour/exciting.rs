//! The tour's feature maps: which drawings excite them most, and what comes back.

use burn::tensor::Tensor;
use rayon::prelude::*;
use reverie_model::vision::Rule;
use reverie_viz::deconv::{CardOptions, Hit, Projection, Unit, card, patch, project, top_of};
use reverie_viz::picture::Picture;
use reverie_viz::tensor_of;

use super::drawings::KINDS;
use super::{SEED, Section, Workshop};

/// Layer whose maps are shown.
const LAYER: &str = "relu3_3";
/// Maps that are shown.
const CHANNELS: [usize; 8] = [0, 24, 40, 48, 64, 72, 88, 112];
/// Drawings of each kind that are looked through.
const EACH: u64 = 30;
/// Side of the drawings: what the network learnt from, in pixels.
const SIDE: u32 = 64;
/// Drawings that are shown of each map.
const TOP: usize = 9;

/// A card for each map: patches of the drawings at the left, what comes back at the right.
///
/// # Errors
/// If the network refuses.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let network = shop.network.as_ref();
    let info = network.info(LAYER)?;
    let wanted: Vec<(usize, u64)> = (0..KINDS.len())
        .flat_map(|kind| (0..EACH).map(move |seed| (kind, SEED + 1 + seed)))
        .collect();
    let mut drawings: Vec<Picture> = Vec::new();
    wanted
        .par_iter()
        .map(|&(kind, seed)| KINDS[kind].1(SIDE, SIDE, seed))
        .collect_into_vec(&mut drawings);
    let layers = [info.clone()];
    let found = top_of(network, &layers, TOP, drawings.iter().cloned())?;
    let side = SIDE as usize;
    let mut tiles = Vec::new();
    for channel in CHANNELS {
        let hits = found.lists()[0][channel].iter();
        let hits: Vec<&Hit> = hits.filter(|hit| hit.activation > 0.0).collect();
        if hits.is_empty() {
            continue;
        }
        let images = hits
            .iter()
            .map(|hit| tensor_of(&drawings[hit.picture], &network.device()));
        let units: Vec<Unit> = hits.iter().map(|hit| hit.unit(channel)).collect();
        let images = Tensor::cat(images.collect(), 0);
        let signal = project(network, Rule::Deconvnet, info, &units, images)?;
        let fields: Vec<_> = hits
            .iter()
            .map(|hit| info.field(hit.column, hit.row, side, side))
            .collect();
        let patches: Vec<Picture> = hits
            .iter()
            .zip(&fields)
            .map(|(hit, field)| patch(&drawings[hit.picture], *field))
            .collect();
        let arrived: Vec<Picture> = Projection::each(signal.images)
            .iter()
            .zip(&fields)
            .map(|(projection, field)| projection.cut(*field).picture())
            .collect();
        let picture = card(&patches, &arrived, TOP, &CardOptions::default());
        tiles.push((format!("channel {channel}"), picture));
    }
    Ok(Section {
        title: "What excites a feature map",
        text: format!(
            "{} small drawings are looked through for those that excite single maps of {LAYER} most. \
             Each card has the nine patches that the unit saw, and beside them what a deconvolutional \
             network sends back from the unit: the part of the patch that it answered to.",
            drawings.len()
        ),
        command: "reverie deconv --folder photos --out top",
        tiles,
        ..Section::default()
    })
}
