//! A small network learns a line by heart, is measured, and goes on by itself.
#![allow(clippy::print_stdout)]

use burn::tensor::Device;
use reverie_model::data::text::{EvalBatches, TrainBatches, Vocabulary};
use reverie_model::sequence::{SampleConfig, TextConfig, TextSource, TextTrainer};
use reverie_model::sequence::{evaluate, sample};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut config: TextConfig = toml::from_str(include_str!("../../../configs/text/quick.toml"))?;
    (config.hidden, config.batch, config.steps, config.iterations) = (32, 8, 16, 240);
    let text = Vec::from_iter("She sells sea shells by the shore. ".repeat(40).chars());
    let split = config.shares().split(text.len())?;
    let letters = Vocabulary::new(&text[split.train.clone()], false);
    let symbols = letters.encode(&text[split.train])?;
    let train = TrainBatches::new(symbols, config.batch, config.steps)?;
    let symbols = letters.encode(&text[split.validation])?;
    let validation = EvalBatches::new(symbols, 1, config.steps)?;
    let source = TextSource {
        file: "a line".to_owned(),
        sha256: String::new(),
        characters: text.len(),
        unseen: 0,
    };
    let device = Device::flex();
    let mut trainer = TextTrainer::new(config, letters.clone(), source, 1, &device)?;
    while !trainer.is_done() {
        trainer.step(&train)?;
    }
    let net = trainer.model();
    let bits = evaluate(&net, &validation, &device, || true).map(|seen| seen.bits());
    println!("{:.3} bits per character", bits.unwrap_or(f64::NAN));
    let (prime, how) = (letters.encode(&['S', 'h', 'e'])?, SampleConfig::default());
    let rng = &mut reverie_model::rng::seeded(1);
    let texts = sample(&net, &letters, &prime, 1, 60, &how, rng, &device, |_| true)?;
    println!("She{}", letters.decode(&texts[0]));
    Ok(())
}
