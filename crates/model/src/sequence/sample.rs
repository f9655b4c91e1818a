//! Letting a model write.

use burn::tensor::{Device, Tensor};
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::{CharModel, SequenceError};
use crate::data::text::Vocabulary;
use crate::recurrent::{ConfigError, Mode, Sequence, StackState, check_range, check_size};
use crate::rng::Rng;
use crate::train::host;

/// How the next character is drawn from the model's guess.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampleConfig {
    /// Logits are divided by it: 1 is the model's own distribution, less is more careful, more is
    /// wilder, 0 always takes the likeliest.
    pub temperature: f64,
    /// Only so many of the likeliest symbols; 0 is all of them.
    pub top_k: usize,
    /// Only the likeliest symbols that together have this share; 1 is all of them.
    ///
    /// # Source
    /// Holtzman et al. 2020 (arXiv 1904.09751).
    pub top_p: f64,
}

impl Default for SampleConfig {
    fn default() -> Self {
        Self {
            temperature: 1.0,
            top_k: 0,
            top_p: 1.0,
        }
    }
}

impl SampleConfig {
    /// Refuses values that leave nothing to draw from.
    ///
    /// # Errors
    /// [`ConfigError`] with the value and its range.
    pub fn check(&self) -> Result<(), ConfigError> {
        let Self {
            temperature, top_p, ..
        } = *self;
        check_range(
            "temperature",
            temperature,
            temperature >= 0.0,
            "a finite number of at least 0",
        )?;
        let is_share = top_p > 0.0 && top_p <= 1.0;
        check_range("top-p", top_p, is_share, "above 0 and at most 1")
    }
}

/// Most texts that are written at once.
const MOST_TEXTS: usize = 4096;
/// Longest text that is written.
const MOST_CHARACTERS: usize = 100_000_000;

/// Writes `count` texts of `length` symbols each, after reading `prime`.
///
/// The state after the prime is the same as in training, where the model is told each character.
/// Without a prime it starts from nothing, with a symbol drawn as often as it occurs in its text.
/// `on_symbols` gets the symbols of each step, one for each text, and may say no to stop; what was
/// written so far is the answer then.
///
/// # Errors
/// [`SequenceError`] for a model that cannot write, or settings out of range.
#[allow(clippy::too_many_arguments)] // One call writes; a builder would only spread it out.
pub fn sample(
    model: &CharModel,
    vocabulary: &Vocabulary,
    prime: &[u32],
    count: usize,
    length: usize,
    config: &SampleConfig,
    rng: &mut Rng,
    device: &Device,
    mut on_symbols: impl FnMut(&[u32]) -> bool,
) -> Result<Vec<Vec<u32>>, SequenceError> {
    model.check_generates()?;
    config.check()?;
    check_size("count", count, 1, MOST_TEXTS)?;
    check_size("length", length, 0, MOST_CHARACTERS)?;
    let mut texts = vec![Vec::new(); count];
    let state = model.initial(1, device);
    let (mut logits, mut state) = if prime.is_empty() {
        let firsts: Vec<u32> = (0..count).map(|_| first(vocabulary, rng)).collect();
        if !put(&mut texts, &firsts, length, &mut on_symbols) {
            return Ok(texts);
        }
        read(model, &firsts, count, spread(state, count), device)
    } else {
        // Read once; every text goes on from there.
        let (logits, state) = read(model, prime, 1, state, device);
        (logits.repeat(&[count, 1]), spread(state, count))
    };
    loop {
        let numbers = host(logits);
        let symbols: Vec<u32> = numbers
            .chunks(model.n_symbols())
            .map(|row| draw(row, vocabulary.unknown(), config, rng))
            .collect();
        if !put(&mut texts, &symbols, length, &mut on_symbols) {
            return Ok(texts);
        }
        (logits, state) = read(model, &symbols, count, state, device);
    }
}

/// Adds a symbol to each text; whether more are wanted.
fn put(
    texts: &mut [Vec<u32>],
    symbols: &[u32],
    length: usize,
    on_symbols: &mut impl FnMut(&[u32]) -> bool,
) -> bool {
    if texts[0].len() >= length {
        return false;
    }
    for (text, symbol) in texts.iter_mut().zip(symbols) {
        text.push(*symbol);
    }
    on_symbols(symbols) && texts[0].len() < length
}

/// Reads rows of symbols, `[B, T]`; logits of what follows the last, `[B, V]`.
fn read(
    model: &CharModel,
    rows: &[u32],
    batch: usize,
    state: StackState,
    device: &Device,
) -> (Tensor<2>, StackState) {
    let steps = rows.len() / batch;
    let symbols = Sequence::of_symbols(rows, batch, device);
    let (logits, state) = model.guess(symbols, state, &mut Mode::Use, &mut |_, _, _| ());
    let last = (steps - 1) * batch..steps * batch;
    (logits.slice([last]), state)
}

/// The state of one text for many that go on from it.
fn spread(state: StackState, count: usize) -> StackState {
    state.map(|tensor| tensor.repeat(&[count, 1]))
}

/// A symbol as often as it occurs in the text the model was trained on.
fn first(vocabulary: &Vocabulary, rng: &mut Rng) -> u32 {
    let counts: Vec<f64> = vocabulary
        .symbols()
        .iter()
        .map(|symbol| vocabulary.count(*symbol) as f64)
        .collect();
    pick(&counts, rng) as u32
}

/// One symbol from logits, `[V]`; never the one that stands for symbols that are not known.
fn draw(logits: &[f32], unknown: Option<u32>, config: &SampleConfig, rng: &mut Rng) -> u32 {
    let mut order: Vec<usize> = (0..logits.len())
        .filter(|index| Some(*index as u32) != unknown)
        .collect();
    order.sort_by(|a, b| logits[*b].total_cmp(&logits[*a]).then(a.cmp(b)));
    if config.temperature == 0.0 {
        return order[0] as u32;
    }
    if config.top_k > 0 {
        order.truncate(config.top_k);
    }
    let largest = f64::from(logits[order[0]]);
    let mut weights: Vec<f64> = order
        .iter()
        .map(|index| ((f64::from(logits[*index]) - largest) / config.temperature).exp())
        .collect();
    let total: f64 = weights.iter().sum();
    let mut seen = 0.0;
    // The symbol that crosses the border is the last one in.
    let inside = weights.iter().take_while(|weight| {
        let is_in = seen < config.top_p * total;
        seen += **weight;
        is_in
    });
    let inside = inside.count().max(1);
    weights.truncate(inside);
    order[pick(&weights, rng)] as u32
}

/// A number with a chance that goes by its weight.
fn pick(weights: &[f64], rng: &mut Rng) -> usize {
    let total: f64 = weights.iter().sum();
    let mut left = rng.random::<f64>() * total;
    for (index, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return index;
        }
    }
    weights.len() - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;

    const LOGITS: [f32; 4] = [2.0, 0.0, 3.0, 1.0];

    fn drawn(config: &SampleConfig) -> Vec<usize> {
        let mut rng = seeded(1);
        let mut counts = vec![0; 4];
        for _ in 0..4000 {
            counts[draw(&LOGITS, None, config, &mut rng) as usize] += 1;
        }
        counts
    }

    #[test]
    fn symbols_come_as_often_as_the_softmax_says() {
        let counts = drawn(&SampleConfig::default());
        let total: f32 = LOGITS.iter().map(|l| l.exp()).sum();
        for (count, logit) in counts.iter().zip(LOGITS) {
            let share = logit.exp() / total;
            assert!((*count as f32 / 4000.0 - share).abs() < 0.03, "{counts:?}");
        }
    }

    #[test]
    fn cold_is_certain_and_borders_hold() {
        let of = |temperature, top_k, top_p| {
            drawn(&SampleConfig {
                temperature,
                top_k,
                top_p,
            })
        };
        assert_eq!(of(0.0, 0, 1.0), [0, 0, 4000, 0]);
        assert_eq!(of(1.0, 1, 1.0), [0, 0, 4000, 0]);
        let two = of(1.0, 2, 1.0);
        assert!(two[0] > 0 && two[1] + two[3] == 0, "{two:?}");
        // 0.644 + 0.237 = 0.881: the second crosses 0.7, the third is out.
        let nucleus = of(1.0, 0, 0.7);
        assert!(
            nucleus[0] > 0 && nucleus[1] + nucleus[3] == 0,
            "{nucleus:?}"
        );
    }

    #[test]
    fn what_is_not_known_is_never_said() {
        let mut rng = seeded(2);
        let config = SampleConfig::default();
        assert!((0..500).all(|_| draw(&LOGITS, Some(2), &config, &mut rng) != 2));
    }
}
