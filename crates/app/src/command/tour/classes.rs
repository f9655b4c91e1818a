//! The tour's pictures of classes.

use std::ops::ControlFlow;

use anyhow::Context;
use reverie_model::vision::SCORES;
use reverie_viz::dream::DreamConfig;
use reverie_viz::objective::{ChannelMean, Goal};

use super::{SEED, Section, Workshop};
use crate::command::imagine::{self, OF_CLASSES};
use crate::settings::{IMAGINE_PRESETS, dream};

/// Classes that are shown.
const SHOWN: [&str; 8] = [
    "mushroom",
    "candle",
    "ladybug",
    "monarch",
    "espresso",
    "banana",
    "king penguin",
    "golden retriever",
];

/// Steps at each size: fewer than the preset has, after which these classes look the same.
const STEPS: usize = 32;

/// A sheet of classes.
///
/// # Errors
/// If a picture fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let config = DreamConfig {
        steps: STEPS,
        ..dream(&IMAGINE_PRESETS, Some(OF_CLASSES), None, toml::Table::new())?
    };
    let info = shop.network.info(SCORES)?;
    let mut tiles = Vec::new();
    for class in SHOWN {
        let place = shop.network.classes().iter().position(|name| name == class);
        let place = place.with_context(|| format!("the network knows no {class}"))?;
        let goal = Goal::from(ChannelMean::new(info, place)?);
        let picture = imagine::picture(shop.network.as_ref(), &goal, &config, SEED, |_| {
            ControlFlow::Continue(())
        })?;
        let said = imagine::ask(shop.network.as_ref(), class, &picture)?;
        let sure = said.map_or_else(String::new, |said| format!(", {:.3}", said.probability));
        tiles.push((format!("{class}{sure}"), picture));
    }
    Ok(Section {
        title: "What a class looks like",
        text: format!(
            "The network tells {} classes of small photographs apart. Each picture began as grey \
             noise and was changed until the score of one class was as large as it would get \
             (Simonyan, Vedaldi, Zisserman 2013). The number says how sure the network is: it is \
             easily pleased by what was made for it.",
            shop.network.classes().len()
        ),
        command: "reverie imagine --class mushroom,candle,goldfish -o classes.png",
        tiles,
        ..Section::default()
    })
}
