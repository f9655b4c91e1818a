//! The tour's stylised pictures.

use reverie_viz::picture::Picture;
use reverie_viz::style::{Pictures, StyleConfig};

use super::drawings::WIDTH;
use super::{Section, Workshop};
use crate::settings::{STYLE_PRESETS, resolve};

/// Steps at the small size and at the full one: half a minute on two cores.
const STEPS: (usize, usize) = (60, 34);

/// Which drawing takes on the manner of which.
const PAIRS: [(&str, &str); 3] = [
    ("landscape", "strokes"),
    ("portrait", "planes"),
    ("still-life", "waves"),
];

/// Drawings in the manner of others.
///
/// # Errors
/// If a transfer fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let mut figures = Vec::new();
    for (content, style) in PAIRS {
        let (of, by) = (shop.drawings.of(content), shop.drawings.of(style));
        figures.push((format!("content: {content}"), of.clone()));
        figures.push((format!("style: {style}"), by.clone()));
        figures.push((format!("{content} in {style}"), stylise(shop, of, by)?));
    }
    Ok(Section {
        title: "One picture in another's manner",
        text: "The content's layout is held at relu4_2 while the Gram matrices of relu1_1 to \
               relu4_1, which say which features occur together but not where, are drawn to those \
               of the style (Gatys, Ecker, Bethge 2016)."
            .to_owned(),
        command: "reverie style --content photo.jpg --style painting.jpg -o result.png",
        figures,
        ..Section::default()
    })
}

fn stylise(shop: &Workshop, content: &Picture, style: &Picture) -> anyhow::Result<Picture> {
    let mut config: StyleConfig = resolve(&STYLE_PRESETS, None, None, toml::Table::new())?;
    config.size = WIDTH;
    config.start_size = WIDTH / 4;
    (config.first_steps, config.steps) = STEPS;
    let pictures = Pictures::new(content.clone(), vec![(style.clone(), 1.0)]);
    shop.transfer(config, &pictures)
}
