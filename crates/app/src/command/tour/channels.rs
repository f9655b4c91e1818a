//! The tour's channel pictures.

use std::ops::ControlFlow;

use reverie_viz::objective::{ChannelMean, Goal};

use super::{SEED, Section, Workshop};
use crate::command::imagine;
use crate::settings::{IMAGINE_PRESETS, dream};

/// Layer whose channels are shown.
const LAYER: &str = "relu3_3";
/// How many.
const CHANNELS: usize = 8;
/// Side of each picture, in pixels.
const SIDE: u32 = 96;

/// A sheet of channels.
///
/// # Errors
/// If a picture fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let mut config = dream(&IMAGINE_PRESETS, None, None, toml::Table::new())?;
    config.layer = LAYER.to_owned();
    config.size = SIDE;
    config.octaves = 2;
    config.steps = 30;
    let info = shop.network.info(LAYER)?;
    let mut tiles = Vec::new();
    for channel in 0..CHANNELS {
        let goal = Goal::from(ChannelMean::new(info, channel)?);
        let picture = imagine::picture(shop.network.as_ref(), &goal, &config, SEED, |_| {
            ControlFlow::Continue(())
        })?;
        tiles.push((format!("channel {channel}"), picture));
    }
    Ok(Section {
        title: "What a channel looks for",
        text: format!(
            "Each picture began as grey noise and was changed until one channel of {LAYER} \
             answered strongly everywhere."
        ),
        command: "reverie imagine --layer relu3_1 --channel 0-15 --sheet 4x4 -o sheet.png",
        tiles,
        ..Section::default()
    })
}
