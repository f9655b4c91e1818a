//! The tour's comparison of memories: three networks learn counterpoint and play.

use burn::module::Module;
use reverie_model::data::music::{KeyFrequency, KeyMarkov, MusicSet};
use reverie_model::sequence::music::{MusicCell, MusicConfig, MusicRun, MusicTrainer, evaluate};

use super::audible::Audible;
use super::{SEED, Section, Workshop};
use crate::command::music::{listen, made};
use crate::settings::{MUSIC_PRESETS, assignments, resolve};

/// What differs from the preset `quick`: few enough passes for some seconds a network.
const CHANGES: [&str; 1] = ["epochs=45"];
/// The order of the table.
const CELLS: [MusicCell; 3] = [MusicCell::Tanh, MusicCell::Gru, MusicCell::Lstm];

/// A table of three networks and two models without one, and what the networks play.
///
/// # Errors
/// If training fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let set = made()?;
    let head = ["", "weights", "nats per step, test", "right notes, test"];
    let mut table = vec![head.map(str::to_owned).to_vec()];
    let mut sounds = Vec::new();
    for cell in CELLS {
        let (row, sound) = learn(shop, &set, cell)?;
        table.push(row);
        sounds.push(sound);
    }
    for (name, nats) in [
        (
            "Markov chain of each key",
            KeyMarkov::fit(&set.train).nll(&set.test),
        ),
        (
            "frequency of each key",
            Some(KeyFrequency::fit(&set.train).nll(&set.test)),
        ),
    ] {
        let nats = nats.map_or_else(String::new, |nats| format!("{nats:.2}"));
        table.push(vec![name.to_owned(), String::new(), nats, String::new()]);
    }
    let pieces = set.train.len();
    Ok(Section {
        title: "Three memories learn counterpoint",
        text: format!(
            "{pieces} pieces of counterpoint, made by rules just now, are read step by step by tanh \
             units, a GRU and an LSTM with about the same number of weights; each says which keys \
             sound next (after Chung, Gulcehre, Cho, Bengio 2014). A few passes only: the numbers \
             say which learns fastest, not which is best. Lower is better. Below, each hears the \
             beginning of a piece that it does not know, and goes on."
        ),
        command: "reverie music compare --sets my-midi-folder --out study",
        table,
        sounds,
        ..Section::default()
    })
}

fn learn(
    shop: &Workshop,
    set: &MusicSet,
    cell: MusicCell,
) -> anyhow::Result<(Vec<String>, Audible)> {
    let config: MusicConfig = resolve(&MUSIC_PRESETS, Some("quick"), None, assignments(&CHANGES)?)?;
    let rate = config.rate;
    let run = MusicRun {
        config,
        cell,
        rate,
        seed: SEED,
    };
    let device = &shop.opened.device;
    let mut trainer = MusicTrainer::new(run, &set.name, device)?;
    while !trainer.is_done() {
        trainer.pass(&set.train, &set.valid, || true);
    }
    let model = trainer.best_model();
    let measured = evaluate(&model, &set.test, device, || true);
    let (nats, right) = measured.map_or((f64::NAN, f64::NAN), |found| (found.nll, found.accuracy));
    let row = vec![
        cell.title().to_owned(),
        model.num_params().to_string(),
        format!("{nats:.2}"),
        format!("{:.0} %", 100.0 * right),
    ];
    let counts = trainer.counts().cloned();
    let title = format!("{} on generated counterpoint", cell.title());
    let played = listen(&model, counts, set, &title, SEED, device)?;
    Ok((row, Audible::from(played)))
}
