//! The tour's textures.

use reverie_viz::picture::Picture;
use reverie_viz::style::{Pictures, StyleConfig};

use super::{Section, Workshop};
use crate::settings::{TEXTURE_PRESETS, resolve};

/// Side of a texture, in pixels.
const SIDE: u32 = 160;
/// Side of the first, coarsest picture.
const START: u32 = 80;
/// Steps at the small size and at the full one.
const STEPS: (usize, usize) = (60, 30);

/// More of two drawings; one of them in pieces that fit together.
///
/// # Errors
/// If a texture fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let mut figures = Vec::new();
    for (name, is_tileable) in [("mosaic", true), ("strokes", false)] {
        let example = shop.drawings.of(name);
        let texture = texture(shop, example, is_tileable)?;
        figures.push((format!("example: {name}"), example.clone()));
        if is_tileable {
            figures.push(("four copies side by side".to_owned(), laid(&texture)));
        } else {
            figures.push((format!("a texture like {name}"), texture));
        }
    }
    Ok(Section {
        title: "Textures",
        text:
            "Without a content, from noise, the Gram matrices alone make more of a picture: which \
               features occur together, wherever (Gatys, Ecker, Bethge 2015). Where the network is \
               shown the other side beyond each border, copies fit together without a seam."
                .to_owned(),
        command: "reverie texture pebbles.jpg --tileable -o tile.png",
        figures,
        ..Section::default()
    })
}

fn texture(shop: &Workshop, example: &Picture, is_tileable: bool) -> anyhow::Result<Picture> {
    let mut config: StyleConfig = resolve(&TEXTURE_PRESETS, None, None, toml::Table::new())?;
    (config.size, config.start_size) = (SIDE, START);
    (config.first_steps, config.steps) = STEPS;
    config.tileable = is_tileable;
    let pictures = Pictures::texture(config.form(), vec![(example.clone(), 1.0)]);
    shop.transfer(config, &pictures)
}

/// Two by two copies.
fn laid(tile: &Picture) -> Picture {
    let (width, height) = (tile.width(), tile.height());
    Picture::from_fn(2 * width, 2 * height, |x, y| {
        tile.get(x % width, y % height)
    })
}
