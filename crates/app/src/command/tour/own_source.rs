//! The program's own source, as a text to learn from.

use reverie_model::data::text::{EvalBatches, TrainBatches, Vocabulary};
use reverie_model::sequence::{TextConfig, TextSource};

/// Source of the part of the program that learns it.
const SOURCE: [&str; 18] = [
    include_str!("../../../../model/src/recurrent/cell.rs"),
    include_str!("../../../../model/src/recurrent/config.rs"),
    include_str!("../../../../model/src/recurrent/elman.rs"),
    include_str!("../../../../model/src/recurrent/gates.rs"),
    include_str!("../../../../model/src/recurrent/gru.rs"),
    include_str!("../../../../model/src/recurrent/init.rs"),
    include_str!("../../../../model/src/recurrent/jordan.rs"),
    include_str!("../../../../model/src/recurrent/lstm.rs"),
    include_str!("../../../../model/src/recurrent/sequence.rs"),
    include_str!("../../../../model/src/recurrent/stack.rs"),
    include_str!("../../../../model/src/sequence/char_model.rs"),
    include_str!("../../../../model/src/sequence/text_config.rs"),
    include_str!("../../../../model/src/sequence/trainer.rs"),
    include_str!("../../../../model/src/train/checkpoint.rs"),
    include_str!("../../../../model/src/train/gradients.rs"),
    include_str!("../../../../model/src/train/optimizer.rs"),
    include_str!("../../../../model/src/train/params.rs"),
    include_str!("../../../../model/src/sequence/sample.rs"),
];

/// The text, cut and numbered.
pub struct OwnSource {
    /// All of it.
    pub text: Vec<char>,
    /// What is learnt from.
    pub train: TrainBatches,
    /// What is looked at.
    pub validation: EvalBatches,
    /// Symbols.
    pub vocabulary: Vocabulary,
    /// Where it comes from.
    pub source: TextSource,
}

impl OwnSource {
    /// Cut by the shares of the settings, in their batches.
    ///
    /// # Errors
    /// Batches that are longer than the text.
    pub fn cut(config: &TextConfig) -> anyhow::Result<Self> {
        let text: Vec<char> = SOURCE.concat().chars().collect();
        let split = config.shares().split(text.len())?;
        let vocabulary = Vocabulary::new(&text[split.train.clone()], true);
        let learnt = vocabulary.encode(&text[split.train])?;
        let (looked_at, _) = vocabulary.encode_lossy(&text[split.validation])?;
        let source = TextSource {
            file: "the program's own source".to_owned(),
            sha256: String::new(),
            characters: text.len(),
            unseen: 0,
        };
        Ok(Self {
            train: TrainBatches::new(learnt, config.batch, config.steps)?,
            validation: EvalBatches::new(looked_at, config.batch, config.steps)?,
            text,
            vocabulary,
            source,
        })
    }
}
