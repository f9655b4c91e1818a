//! What a model writes while it learns.

use burn::tensor::Device;
use reverie_model::data::text::{Vocabulary, WordList, WordShare};
use reverie_model::rng::seeded;
use reverie_model::sequence::{CharModel, SampleConfig, SequenceError, TextConfig, sample};

/// Texts that the share of known words is counted in; together they are as long as asked for.
const WORD_TEXTS: usize = 20;

/// What a model writes from nothing, and how many of its words the text has, counted in several
/// texts at once.
///
/// # Errors
/// A model that cannot write.
pub fn sample_texts(
    model: &CharModel,
    config: &TextConfig,
    vocabulary: &Vocabulary,
    words: &WordList,
    seed: u64,
    device: &Device,
) -> Result<(String, WordShare), SequenceError> {
    let counted = config.word_length.div_ceil(WORD_TEXTS);
    let count = if counted > 0 { WORD_TEXTS } else { 1 };
    let length = counted.max(config.sample_length);
    let how = SampleConfig {
        temperature: config.temperature,
        ..SampleConfig::default()
    };
    let rng = &mut seeded(seed);
    let texts = sample(
        model,
        vocabulary,
        &[],
        count,
        length,
        &how,
        rng,
        device,
        |_| true,
    )?;
    let shares = texts
        .iter()
        .map(|text| words.share(&vocabulary.decode(&text[..counted.min(text.len())])));
    let share = shares.fold(WordShare::default(), |a, b| a + b);
    let shown = &texts[0][..config.sample_length.min(texts[0].len())];
    Ok((vocabulary.decode(shown), share))
}
