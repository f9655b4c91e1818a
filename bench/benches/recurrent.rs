//! One update of a character model, forward and back through fifty steps.

use burn::tensor::Device;
use divan::Bencher;
use reverie_model::data::text::{TrainBatches, Vocabulary};
use reverie_model::sequence::{TextConfig, TextSource, TextTrainer};

fn main() {
    divan::main();
}

/// Cells and units that are measured.
const SIZES: [(&str, usize); 4] = [("lstm", 128), ("gru", 128), ("rnn", 128), ("lstm", 512)];

/// A text of 87 symbols in no order: what is in it makes no difference to the time.
fn text() -> Vec<char> {
    let symbol = |i: u32| char::from_u32(0x21 + i.wrapping_mul(2_654_435_761) % 87);
    (0..20_000).filter_map(symbol).collect()
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn update(bencher: Bencher<'_, '_>, (cell, hidden): (&str, usize)) {
    let preset = include_str!("../../configs/text/char-rnn.toml");
    let mut config: TextConfig = toml::from_str(preset).expect("the preset is complete");
    config.cell = match cell {
        "gru" => reverie_model::recurrent::CellKind::Gru,
        "rnn" => reverie_model::recurrent::CellKind::Rnn,
        _ => reverie_model::recurrent::CellKind::Lstm,
    };
    config.hidden = hidden;
    let text = text();
    let vocabulary = Vocabulary::new(&text, false);
    let symbols = vocabulary.encode(&text).expect("every symbol is its own");
    let batches =
        TrainBatches::new(symbols, config.batch, config.steps).expect("the text is long enough");
    let source = TextSource {
        file: String::new(),
        sha256: String::new(),
        characters: text.len(),
        unseen: 0,
    };
    let mut trainer = TextTrainer::new(config, vocabulary, source, 1, &Device::flex())
        .expect("the preset makes a model");
    bencher.bench_local(|| trainer.step(&batches).expect("an update is made"));
}
