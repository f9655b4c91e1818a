//! The tour's dream.

use std::ops::ControlFlow;

use reverie_model::rng::seeded;
use reverie_viz::dream::dream;
use reverie_viz::objective::{Goal, LayerNorm};

use super::{SEED, Section, Workshop};
use crate::settings::{self, DREAM_PRESETS};

/// A layer whose features are larger than a few pixels and smaller than a house.
const LAYER: &str = "relu3_3";

/// The landscape, dreamt on.
///
/// # Errors
/// If the dream fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let mut config = settings::dream(&DREAM_PRESETS, Some("soft"), None, toml::Table::new())?;
    config.layer = LAYER.to_owned();
    let goal = Goal::from(LayerNorm {
        layer: shop.network.layer(LAYER)?,
    });
    let (picture, _) = dream(
        shop.network.as_ref(),
        &goal,
        shop.drawings.of("landscape"),
        &config,
        seeded(SEED),
        |_, _| ControlFlow::Continue(()),
    )?;
    Ok(Section {
        title: "More of what a layer already sees",
        text: format!(
            "Gradient ascent on the picture itself: whatever {LAYER} answers to, a little more of \
             it, in {} sizes from coarse to fine (DeepDream, 2015). This network finds eyes in windows.",
            config.octaves
        ),
        command: "reverie dream photo.jpg -o dream.png",
        figures: vec![
            ("before".to_owned(), shop.drawings.of("landscape").clone()),
            (format!("after, {LAYER}"), picture),
        ],
        ..Section::default()
    })
}
