//! The streams, and how well anybody could guess them.

use rand::RngExt;
use reverie_model::rng::Rng;
use serde::{Deserialize, Serialize};

/// What comes symbol by symbol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    /// b, d, g at random, each with its vowels: `ba`, `dii`, `guuu`.
    #[default]
    Letters,
    /// Two random bits, then their exclusive or.
    Xor,
}

/// Elman's words.
const WORDS: [&str; 3] = ["ba", "dii", "guuu"];
/// Every letter of them.
const LETTERS: [char; 6] = ['b', 'd', 'g', 'a', 'i', 'u'];

impl Stream {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Letters, Self::Xor];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Letters => "letters",
            Self::Xor => "xor",
        }
    }

    /// The symbols, in the order of their numbers.
    pub fn symbols(self) -> &'static [char] {
        match self {
            Self::Letters => &LETTERS,
            Self::Xor => &['0', '1'],
        }
    }

    /// V, how many there are.
    pub fn n_symbols(self) -> usize {
        self.symbols().len()
    }

    /// The first `count` symbols of a stream, which begins with a whole word; beside each, whether it
    /// could be known from those before it.
    pub fn draw(self, count: usize, rng: &mut Rng) -> Vec<(u32, bool)> {
        let mut found = Vec::with_capacity(count + 4);
        while found.len() < count {
            match self {
                Self::Letters => {
                    let word = WORDS[rng.random_range(0..WORDS.len())];
                    let known = (0..).map(|place| place > 0);
                    found.extend(word.chars().map(|c| self.number(c)).zip(known));
                }
                Self::Xor => {
                    let (one, two) = (rng.random_range(0..2_u32), rng.random_range(0..2_u32));
                    found.extend([(one, false), (two, false), (one ^ two, true)]);
                }
            }
        }
        found.truncate(count);
        found
    }

    fn number(self, symbol: char) -> u32 {
        let place = self.symbols().iter().position(|&s| s == symbol);
        place.expect("a letter of the stream") as u32
    }

    /// Cost of a symbol that cannot be known, in nats; one that can costs nothing who knows the rule.
    pub fn surprise(self) -> f64 {
        match self {
            Self::Letters => 3.0_f64.ln(),
            Self::Xor => 2.0_f64.ln(),
        }
    }

    /// Mean cost of a symbol of a long stream, in nats, for who knows the rule.
    pub fn least_nats(self) -> f64 {
        match self {
            // One letter of every word, whose mean length is three.
            Self::Letters => self.surprise() / 3.0,
            Self::Xor => self.surprise() * 2.0 / 3.0,
        }
    }

    /// Mean cost of a symbol, in nats, for who sees the last symbol only: the entropy of the next one
    /// given it.
    pub fn last_symbol_nats(self) -> f64 {
        match self {
            Self::Letters => {
                // Of nine letters on average, 1 a, 2 i, 3 u and 3 consonants. A vowel that comes n
                // times a word goes on with (n - 1) / n, and else any of three consonants follows.
                let vowel = |n: f64| {
                    let (on, end) = ((n - 1.0) / n, 1.0 / n);
                    let goes_on = if on > 0.0 { -on * on.ln() } else { 0.0 };
                    n * (goes_on - end * (end / 3.0).ln())
                };
                (vowel(1.0) + vowel(2.0) + vowel(3.0)) / 9.0
            }
            Self::Xor => 2.0_f64.ln(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reverie_model::rng::seeded;
    use std::collections::HashMap;

    #[test]
    fn vowels_follow_their_consonants() {
        let stream = Stream::Letters.draw(5_000, &mut seeded(1));
        let text: String = stream
            .iter()
            .map(|(s, _)| Stream::Letters.symbols()[*s as usize])
            .collect();
        let left = text
            .replace("guuu", "")
            .replace("dii", "")
            .replace("ba", "");
        assert!(left.len() < 4, "{left}");
        for ((_, known), letter) in stream.iter().zip(text.chars()) {
            assert_eq!(*known, !"bdg".contains(letter));
        }
    }

    #[test]
    fn every_third_bit_is_the_exclusive_or() {
        let bits = Stream::Xor.draw(300, &mut seeded(2));
        for three in bits.chunks(3) {
            assert_eq!(three[2].0, three[0].0 ^ three[1].0);
        }
    }

    #[test]
    fn the_entropies_are_those_of_a_long_stream() {
        for stream in Stream::ALL {
            let text = stream.draw(200_000, &mut seeded(3));
            let mut pairs: HashMap<(u32, u32), f64> = HashMap::new();
            let mut singles: HashMap<u32, f64> = HashMap::new();
            for two in text.windows(2) {
                *pairs.entry((two[0].0, two[1].0)).or_default() += 1.0;
                *singles.entry(two[0].0).or_default() += 1.0;
            }
            let total = (text.len() - 1) as f64;
            let nats: f64 = pairs
                .iter()
                .map(|((one, _), n)| -n / total * (n / singles[one]).ln())
                .sum();
            let theory = stream.last_symbol_nats();
            assert!(
                (nats - theory).abs() < 0.01,
                "{}: {nats} and {theory}",
                stream.name()
            );
            assert!(stream.least_nats() < theory);
        }
    }
}
