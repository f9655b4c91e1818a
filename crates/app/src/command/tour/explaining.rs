//! The tour's saliency maps.

use std::ops::ControlFlow;

use reverie_viz::attribution::AttributionConfig;

use super::{SEED, Section, Workshop};
use crate::cli::Show;
use crate::command::saliency::{Aim, Plan, headline, maps, seen};
use crate::settings::{SALIENCY_PRESETS, resolve};

/// Drawing that is explained.
const DRAWING: &str = "still-life";
/// Methods that are shown.
const METHODS: [&str; 5] = [
    "vanilla",
    "smoothgrad",
    "guided-backprop",
    "grad-cam",
    "rise",
];
/// Shorter side of the picture: what the network learnt from.
const SIDE: u32 = 64;

/// One drawing with what several methods say of it.
///
/// # Errors
/// If a method fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let usual: AttributionConfig = resolve(&SALIENCY_PRESETS, None, None, toml::Table::new())?;
    let plan = Plan {
        network: shop.network.as_ref(),
        aim: Aim::Likeliest,
        methods: METHODS.to_vec(),
        config: AttributionConfig {
            samples: 16,
            masks: 300,
            stages: 3,
            ..usual
        },
        side: SIDE,
        seed: SEED,
        is_sane: true,
        has_curves: false,
    };
    let picture = shop.drawings.of(DRAWING);
    let go = &mut |_, _, _: &str| ControlFlow::Continue(());
    let Some(explained) = plan.explain(DRAWING, picture, go)? else {
        anyhow::bail!("explaining was stopped");
    };
    let mut tiles = vec![(headline(&explained), seen(&explained))];
    let shown = maps(&explained, Show::Auto);
    tiles.extend(
        shown
            .into_iter()
            .map(|(picture, caption)| (caption, picture)),
    );
    let mut table = vec![vec![
        "method".to_owned(),
        "survives random weights".to_owned(),
    ]];
    for (number, method) in METHODS.iter().enumerate() {
        let survives = explained.survives(number).unwrap_or_default();
        table.push(vec![(*method).to_owned(), format!("{survives:.2}")]);
    }
    Ok(Section {
        title: "Which pixels made the network say so",
        text: format!(
            "The network takes this drawing for {} (it knows photographs of 50 kinds of things, so it \
             may be wrong); several methods say which pixels that comes from, and they do not agree. \
             The table says how much of each map stays when the network forgets what it learnt (1: the same \
             order of all pixels): a method whose map stays shows the picture, not what the network knows.",
            explained.asked.label
        ),
        command: "reverie saliency photo.jpg --method all --curves --sanity -o why",
        tiles,
        table,
        ..Section::default()
    })
}
