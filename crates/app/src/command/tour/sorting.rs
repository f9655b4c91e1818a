//! The tour's classifier: it learns to tell the program's own drawings apart.

use rayon::prelude::*;
use reverie_model::data::pictures::PictureSet;
use reverie_model::vision::classifier::{ClassifierConfig, ClassifierTrainer, evaluate_classes};
use reverie_viz::picture::Picture;

use super::drawings::KINDS;
use super::{SEED, Section, Workshop};
use crate::settings::{CLASSIFY_PRESETS, assignments, resolve};

/// What differs from the preset: a network that learns in seconds.
const CHANGES: [&str; 5] = [
    "stages=[[12],[24],[48]]",
    "side=48",
    "batch=16",
    "epochs=9",
    "rate=0.05",
];
/// Drawings of a kind that it learns from, and that it is asked about.
const LEARNT: u64 = 32;
/// See [`LEARNT`].
const ASKED: u64 = 12;
/// Drawings that are looked at side by side.
const SIDE_BY_SIDE: usize = 42;

/// A table of the kinds, and what was said of one drawing of each.
///
/// # Errors
/// If training fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let config: ClassifierConfig = resolve(&CLASSIFY_PRESETS, None, None, assignments(&CHANGES)?)?;
    let learnt = draw_set(config.side, SEED + 1, LEARNT);
    let asked = draw_set(config.side, SEED + 1 + LEARNT, ASKED);
    let classes = KINDS.map(|(name, _)| name.to_owned()).to_vec();
    let device = &shop.opened.device;
    let mut trainer = ClassifierTrainer::new(config, classes.clone(), learnt.len(), SEED, device)?;
    while !trainer.is_done() {
        trainer.step(&learnt)?;
    }
    let network = trainer.network();
    let measured = evaluate_classes(&network, &asked, SIDE_BY_SIDE, device, || true);
    let Some(measured) = measured else {
        anyhow::bail!("measuring was stopped");
    };
    let mut table = vec![vec![
        "drawing".to_owned(),
        "asked".to_owned(),
        "right".to_owned(),
    ]];
    for (name, recall) in classes.iter().zip(measured.confusion.recalls()) {
        let right = format!("{:.0} %", 100.0 * recall);
        table.push(vec![name.clone(), ASKED.to_string(), right]);
    }
    Ok(Section {
        title: "A network learns to tell drawings apart",
        text: format!(
            "{} small drawings of {} kinds are made, and a network of {} parameters learns which is \
             which from nothing, in {} passes. Of {} drawings that it has not seen it names \
             {:.0} % rightly. The network inside the program was made by the same command, from \
             25,000 photographs in 40 minutes.",
            learnt.len(),
            KINDS.len(),
            trainer.num_params(),
            trainer.epoch(),
            asked.len(),
            100.0 * measured.confusion.accuracy(),
        ),
        command: "reverie classify train --data my-pictures --out mine",
        tiles: one_of_each(&asked),
        table,
        ..Section::default()
    })
}

/// So many drawings of every kind, each of a seed of its own.
fn draw_set(side: usize, first_seed: u64, count: u64) -> PictureSet {
    let wanted: Vec<(usize, u64)> = (0..KINDS.len())
        .flat_map(|kind| (first_seed..first_seed + count).map(move |seed| (kind, seed)))
        .collect();
    let mut drawn: Vec<Vec<u8>> = Vec::new();
    wanted
        .par_iter()
        .map(|&(kind, seed)| KINDS[kind].1(side as u32, side as u32, seed).to_rgb8())
        .collect_into_vec(&mut drawn);
    let mut set = PictureSet::new(side);
    for ((kind, seed), pixels) in wanted.into_iter().zip(&drawn) {
        set.push(format!("{} {seed}", KINDS[kind].0), kind, pixels);
    }
    set
}

/// The first drawing of every kind.
fn one_of_each(set: &PictureSet) -> Vec<(String, Picture)> {
    let first = (0..KINDS.len()).filter_map(|kind| set.labels.iter().position(|l| *l == kind));
    let side = set.side as u32;
    first
        .map(|place| {
            let bytes = set.picture(place);
            let picture = Picture::from_fn(side, side, |x, y| {
                let at = 3 * (y as usize * set.side + x as usize);
                std::array::from_fn(|colour| f32::from(bytes[at + colour]) / 255.0)
            });
            (KINDS[set.labels[place]].0.to_owned(), picture)
        })
        .collect()
}
