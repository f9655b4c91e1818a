//! The tour's stylised pictures.

use std::ops::ControlFlow;

use reverie_viz::picture::Picture;
use reverie_viz::style::{Pictures, StyleConfig, Transfer, drop_unusable_layers, transfer};

use super::{SEED, Section, WIDTH, Workshop};
use crate::command::shared;
use crate::settings::{STYLE_PRESETS, resolve};

/// Steps at the small size and at the full one: half a minute on two cores.
const STEPS: (usize, usize) = (60, 30);

/// One landscape in two manners.
///
/// # Errors
/// If a transfer fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let mut figures = vec![("content".to_owned(), shop.landscape.clone())];
    for (name, style) in [("brush strokes", &shop.strokes), ("mosaic", &shop.mosaic)] {
        figures.push((format!("style: {name}"), style.clone()));
        figures.push((format!("the landscape in {name}"), stylise(shop, style)?));
    }
    Ok(Section {
        title: "One picture in another's manner",
        text: "The content's layout is held at relu4_2 while the Gram matrices of relu1_1 to \
               relu4_1, which say which features occur together but not where, are drawn to those \
               of the style (Gatys, Ecker, Bethge 2016). The network in here has random weights: \
               random filters carry colours and texture well enough to show the idea, and trained \
               ones carry strokes and shapes far better."
            .to_owned(),
        command: "reverie style --content photo.jpg --style painting.jpg -o result.png",
        figures,
        ..Section::default()
    })
}

fn stylise(shop: &Workshop, style: &Picture) -> anyhow::Result<Picture> {
    let mut config: StyleConfig = resolve(&STYLE_PRESETS, None, None, toml::Table::new())?;
    config.size = WIDTH;
    config.start_size = WIDTH / 2;
    config.growth = 2.0;
    (config.first_steps, config.steps) = STEPS;
    drop_unusable_layers(&mut config, &shop.network, None);
    let pictures = Pictures {
        content: shop.landscape.clone(),
        styles: vec![(style.clone(), 1.0)],
    };
    let job = Transfer {
        network: &shop.network,
        config: &config,
        pictures: &pictures,
        seed: SEED,
        report_every: shared::report_every(&shop.opened),
    };
    Ok(transfer(&job, None, |_, _| ControlFlow::Continue(()))?.picture)
}
