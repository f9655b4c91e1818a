//! One update of a character model with the settings of char-rnn.

use burn::tensor::Device;
use reverie_model::data::text::{TrainBatches, Vocabulary};
use reverie_model::recurrent::CellKind;
use reverie_model::sequence::{TextConfig, TextSource, TextTrainer};

use super::Work;

/// A text of 87 symbols in no order: what is in it makes no difference to the time.
fn text() -> Vec<char> {
    let symbol = |i: u32| char::from_u32(0x21 + i.wrapping_mul(2_654_435_761) % 87);
    (0..20_000).filter_map(symbol).collect()
}

/// Forward, back, limit and RMSProp: 50 sequences of 50 characters, two layers.
pub fn update(cell: &str, hidden: usize, device: &Device) -> Work {
    let preset = include_str!("../../../configs/text/char-rnn.toml");
    let mut config: TextConfig = toml::from_str(preset).expect("the preset is complete");
    config.cell = kind(cell);
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
    let mut trainer =
        TextTrainer::new(config, vocabulary, source, 1, device).expect("the preset makes a model");
    Box::new(move || {
        trainer.step(&batches).expect("an update is made");
    })
}

/// The cell by its short name.
pub fn kind(cell: &str) -> CellKind {
    match cell {
        "gru" => CellKind::Gru,
        "rnn" => CellKind::Rnn,
        _ => CellKind::Lstm,
    }
}
