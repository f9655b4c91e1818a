//! The tour's character model: it learns the program's own source.

use reverie_model::data::text::WordList;
use reverie_model::rng::seeded;
use reverie_model::sequence::{Outcome, TextConfig, TextTrainer, evaluate, trace};
use reverie_viz::neurons::{Findings, Property, picture};

use super::own_source::OwnSource;
use super::{SEED, Section, Workshop};
use crate::command::text::sample_texts;
use crate::settings::{TEXT_PRESETS, assignments, resolve};

/// What differs from the preset `quick`: few enough updates for some seconds on two cores.
const CHANGES: [&str; 9] = [
    "cell=lstm",
    "hidden=96",
    "batch=32",
    "steps=48",
    "iterations=480",
    "rate=0.01",
    "sample_length=420",
    "word_length=0",
    "temperature=0.8",
];
/// Updates after which a sample is shown.
const SAMPLE_AT: [u64; 3] = [10, 100, 480];
/// Characters in which neurons are looked for, in each of two passages.
const PASSAGE: usize = 5_000;

/// A network learns to write programs, and one of its neurons is looked at.
///
/// # Errors
/// If training fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let config: TextConfig = resolve(&TEXT_PRESETS, Some("quick"), None, assignments(&CHANGES)?)?;
    let own = OwnSource::cut(&config)?;
    let text = &own.text;
    let words = WordList::of(text);
    let device = &shop.opened.device;
    let (vocabulary, source) = (own.vocabulary.clone(), own.source.clone());
    let mut trainer = TextTrainer::new(config, vocabulary, source, SEED, device)?;
    let mut texts = Vec::new();
    while !trainer.is_done() {
        let Outcome::Stepped(step) = trainer.step(&own.train)? else {
            continue;
        };
        if SAMPLE_AT.contains(&step.iteration) {
            let (config, vocabulary) = (trainer.config(), trainer.vocabulary());
            let (text, _) =
                sample_texts(&trainer.model(), config, vocabulary, &words, SEED, device)?;
            let caption = format!(
                "after {} updates: {:.2} nats per character",
                step.iteration, step.loss
            );
            texts.push((caption, text));
        }
    }
    let model = trainer.model();
    let vocabulary = trainer.vocabulary();
    let read = |from: usize| -> anyhow::Result<_> {
        let part = &text[from..from + PASSAGE];
        let (symbols, _) = vocabulary.encode_lossy(part)?;
        Ok(trace(&model, &[], part, &symbols, device))
    };
    let reported_from = text.len() - PASSAGE;
    let (chosen, reported) = (read(reported_from - PASSAGE)?, read(reported_from)?);
    let mut findings = Findings::of(&chosen, &reported, &mut seeded(SEED))?;
    findings
        .properties
        .retain(|finding| finding.property == Property::Column);
    let bits = evaluate(&model, &own.validation, device, || true).map(|measured| measured.bits());
    Ok(Section {
        title: "A network learns to write, character by character",
        text: format!(
            "A small LSTM reads {} characters of this program's own source a few times and guesses \
             each next character; on source it has not read, a guess costs it {:.2} bits in the \
             end. Below is what it writes by itself meanwhile, and the one of its neurons that \
             best follows the position in the line (blue is low, orange is high), found \
             automatically on one passage and shown on another.",
            text.len(),
            bits.unwrap_or(f64::NAN)
        ),
        command: "reverie text train --text book.txt --preset quick --out book",
        figures: vec![("one neuron reads".to_owned(), picture(&findings, &reported))],
        texts,
        ..Section::default()
    })
}
