//! The tour's film: a zoom that never ends.

use std::ops::ControlFlow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reverie_model::rng::seeded;
use reverie_viz::dream::{Steady, dream};
use reverie_viz::objective::{ChannelMean, Goal};
use reverie_viz::picture::animation::{AnimationOptions, write_animation};
use reverie_viz::picture::{Filter, Picture, Warp, fit_size, resize, warp};

use super::{SEED, Section, Workshop};
use crate::settings::{self, DREAM_PRESETS};

/// The class that everything turns into.
const CLASS: &str = "ladybug";
/// Longest side, in pixels.
const SIDE: u32 = 192;
/// Frames, and how many a second.
const FRAMES: u32 = 32;
const RATE: f64 = 12.0;
/// From frame to frame.
const MOVEMENT: Warp = Warp {
    zoom: 1.05,
    turn: 0.7,
    shift: [0.0; 2],
};
/// Name of the file beside the page.
const FILE: &str = "zoom.gif";

/// What moves on the page.
pub struct Film {
    /// An address that holds it.
    pub address: String,
    /// What is seen.
    pub caption: String,
    /// Width and height in pixels.
    pub size: (u32, u32),
}

/// A film that begins in the landscape.
///
/// # Errors
/// If a frame fails, or the film cannot be written.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let network = shop.network.as_ref();
    let config = settings::dream(&DREAM_PRESETS, Some("zoom"), None, toml::Table::new())?;
    let layer = network.layer("scores")?;
    let place = network.classes().iter().position(|name| name == CLASS);
    let place = place.unwrap_or_default();
    let goal = Goal::from(ChannelMean::new(network.info(layer.as_str())?, place)?);
    let landscape = shop.drawings.of("landscape");
    let (width, height) = fit_size(landscape.width(), landscape.height(), SIDE);
    let mut base = resize(landscape, width, height, Filter::Lanczos3);
    let steady = Steady::of(&base);
    let mut frames: Vec<Picture> = vec![base.clone()];
    for number in 1..u64::from(FRAMES) {
        let rng = seeded(SEED + number);
        let (picture, _) = dream(network, &goal, &base, &config, rng, |_, _| {
            ControlFlow::Continue(())
        })?;
        let picture = steady.apply(&picture);
        base = warp(&picture, &MOVEMENT);
        frames.push(picture);
    }
    let file = shop.out.join(FILE);
    let options = AnimationOptions {
        frames_per_second: RATE,
        overwrite: true,
        ..AnimationOptions::default()
    };
    let frames: Vec<_> = frames.into_iter().map(Ok).collect();
    write_animation(frames, &file, &options)?;
    let bytes = std::fs::read(&file)?;
    Ok(Section {
        title: "A dream that never ends",
        text: format!(
            "Every frame is dreamt on the one before it, a little larger and turned. What is raised \
             is the score of the class {CLASS}, so the landscape is soon full of them. \
             {FILE} lies beside this page."
        ),
        command: "reverie dream photo.jpg --class ladybug --zoom --turn 0.7 --frames 90 -o zoom.gif",
        films: vec![Film {
            address: format!("data:image/gif;base64,{}", STANDARD.encode(bytes)),
            caption: format!("{FRAMES} frames of an endless zoom"),
            size: (width, height),
        }],
        ..Section::default()
    })
}
