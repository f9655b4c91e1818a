//! A training step and a sample on every backend.

use burn::tensor::Device;
use reverie_model::data::text::{TrainBatches, Vocabulary};
use reverie_model::rng::seeded;
use reverie_model::sequence::{Outcome, SampleConfig, TextTrainer, sample};

use super::training::{config, source, text};
use crate::backends::wgpu;

/// Bar for losses of two backends.
const LOSSES: f64 = 1e-3;

/// Losses of three steps, and what the model then writes when it always takes the likeliest.
fn train(device: &Device, cell: &str) -> (Vec<f64>, Vec<Vec<u32>>) {
    let text = text(2_000);
    let vocabulary = Vocabulary::new(&text, false);
    let mut config = config();
    config.cell = serde_json::from_value(cell.into()).unwrap();
    config.layer_norm = cell != "jordan";
    config.layers = if cell == "jordan" { 1 } else { 2 };
    let symbols = vocabulary.encode(&text).unwrap();
    let batches = TrainBatches::new(symbols, config.batch, config.steps).unwrap();
    let mut trainer = TextTrainer::new(config, vocabulary.clone(), source(), 1, device).unwrap();
    let losses = (0..3).map(|_| match trainer.step(&batches).unwrap() {
        Outcome::Stepped(step) => step.loss,
        other => panic!("{other:?}"),
    });
    let losses = losses.collect();
    let how = SampleConfig {
        temperature: 0.0,
        ..SampleConfig::default()
    };
    let prime = vocabulary.encode(&text[..5]).unwrap();
    let model = trainer.model();
    let rng = &mut seeded(1);
    let texts = sample(&model, &vocabulary, &prime, 2, 8, &how, rng, device, |_| {
        true
    })
    .unwrap();
    (losses, texts)
}

#[test]
fn training_and_writing_are_the_same_on_every_backend() {
    let test = "training and writing on every backend";
    #[allow(deprecated)] // Kept because it is asked for by name.
    let mut others = vec![("ndarray", Device::ndarray())];
    others.extend(wgpu(test).map(|device| ("wgpu", device)));
    for cell in ["lstm", "gru", "rnn", "jordan"] {
        let (wanted, texts) = train(&Device::flex(), cell);
        for (name, device) in &others {
            let (found, written) = train(device, cell);
            for (a, b) in found.iter().zip(&wanted) {
                let error = (a - b).abs() / b;
                println!(
                    "{test}: {cell} on {name} {a}, on flex {b}, relative difference {error:.1e}"
                );
                assert!(error <= LOSSES, "{cell} on {name}: {a} instead of {b}");
            }
            assert_eq!(written, texts, "{cell} on {name}");
        }
    }
}
