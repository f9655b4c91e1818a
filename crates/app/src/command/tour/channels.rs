//! The tour's channel pictures.

use std::ops::ControlFlow;

use reverie_model::rng::seeded;
use reverie_model::vision::Network;
use reverie_viz::dream::{DreamConfig, dream, noise_picture};
use reverie_viz::objective::{ChannelMean, Goal};
use reverie_viz::picture::{SheetOptions, contact_sheet};

use super::{SEED, Section, Workshop};
use crate::command::imagine::START_NOISE;
use crate::settings::{IMAGINE_PRESETS, resolve};

/// Layer whose channels are shown.
const LAYER: &str = "relu2_2";
/// How many.
const CHANNELS: usize = 8;
/// Columns of the sheet.
const COLUMNS: usize = 4;
/// Side of each picture, in pixels.
const SIDE: u32 = 96;

/// A sheet of channels.
///
/// # Errors
/// If a picture fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let mut config: DreamConfig = resolve(&IMAGINE_PRESETS, None, None, toml::Table::new())?;
    config.layer = LAYER.to_owned();
    config.size = SIDE;
    config.octaves = 2;
    config.steps = 30;
    let info = shop.network.info(LAYER)?;
    let mut tiles = Vec::new();
    for channel in 0..CHANNELS {
        let goal = Goal::from(ChannelMean::new(info, channel)?);
        let mut rng = seeded(SEED);
        let mean = shop.network.mean_colour();
        let start = noise_picture(SIDE, SIDE, mean, START_NOISE, &mut rng);
        let (picture, _) = dream(&shop.network, &goal, &start, &config, rng, |_, _| {
            ControlFlow::Continue(())
        })?;
        tiles.push((picture, format!("channel {channel}")));
    }
    let options = SheetOptions {
        columns: COLUMNS,
        ..SheetOptions::default()
    };
    Ok(Section {
        title: "What a channel looks for",
        text: format!(
            "Each picture began as grey noise and was changed until one channel of {LAYER} \
             answered strongly everywhere."
        ),
        command: "reverie imagine --layer relu3_1 --channel 0-15 --sheet 4x4 -o sheet.png",
        figures: vec![(LAYER.to_string(), contact_sheet(&tiles, &options))],
        ..Section::default()
    })
}
