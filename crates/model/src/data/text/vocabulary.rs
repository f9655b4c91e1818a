//! From characters to indices and back.

use serde::{Deserialize, Serialize};

use super::UnknownSymbol;

/// What an index stands for that stands for no character.
const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// The symbols that a model knows, with their indices.
///
/// Made from the training part alone, so that nothing is learnt of the others. Indices go by code
/// point from 0, so that equal texts give equal models. On request one more index, the last,
/// stands for every symbol that the training part did not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Vocabulary {
    /// By code point, each once.
    symbols: Vec<char>,
    /// How often each stands in the training part.
    counts: Vec<u64>,
    has_unknown: bool,
}

impl Vocabulary {
    /// The symbols of a training text, and one more for all others where `with_unknown` says so.
    pub fn new(train: &[char], with_unknown: bool) -> Self {
        let mut counts = std::collections::BTreeMap::new();
        for symbol in train {
            *counts.entry(*symbol).or_insert(0) += 1;
        }
        let (symbols, counts) = counts.into_iter().unzip();
        Self {
            symbols,
            counts,
            has_unknown: with_unknown,
        }
    }

    /// The same symbols, and one more for all others.
    #[must_use]
    pub fn with_unknown(mut self) -> Self {
        self.has_unknown = true;
        self
    }

    /// How many indices there are: one a symbol, and one for all others if there is one.
    pub fn len(&self) -> usize {
        self.symbols.len() + usize::from(self.has_unknown)
    }

    /// Whether there is no index at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The symbols by index, without the one for all others.
    pub fn symbols(&self) -> &[char] {
        &self.symbols
    }

    /// The index that stands for every symbol that is not known, if there is one.
    pub fn unknown(&self) -> Option<u32> {
        self.has_unknown.then(|| as_index(self.symbols.len()))
    }

    /// The index of a known symbol.
    pub fn index(&self, symbol: char) -> Option<u32> {
        self.symbols.binary_search(&symbol).ok().map(as_index)
    }

    /// The symbol of an index; `None` for the one that stands for all others.
    ///
    /// # Panics
    /// The index is not below [`len`](Self::len).
    pub fn symbol(&self, index: u32) -> Option<char> {
        assert!(
            (index as usize) < self.len(),
            "index {index} of a vocabulary of {}",
            self.len()
        );
        self.symbols.get(index as usize).copied()
    }

    /// How often a symbol stands in the training part.
    pub fn count(&self, symbol: char) -> u64 {
        self.symbols
            .binary_search(&symbol)
            .map_or(0, |at| self.counts[at])
    }

    /// The indices of a text of which every symbol is known.
    ///
    /// # Errors
    /// The first symbol that is not known, and where it stands.
    pub fn encode(&self, text: &[char]) -> Result<Vec<u32>, UnknownSymbol> {
        text.iter()
            .enumerate()
            .map(|(at, symbol)| {
                self.index(*symbol)
                    .ok_or_else(|| self.unknown_symbol(text, at))
            })
            .collect()
    }

    /// The indices of a text, and how many of its symbols got the index that stands for all others.
    ///
    /// # Errors
    /// As for [`encode`](Self::encode) where the vocabulary was made without that index.
    pub fn encode_lossy(&self, text: &[char]) -> Result<(Vec<u32>, usize), UnknownSymbol> {
        let Some(unknown) = self.unknown() else {
            return Ok((self.encode(text)?, 0));
        };
        let mut replaced = 0;
        let indices = text.iter().map(|symbol| {
            self.index(*symbol).unwrap_or_else(|| {
                replaced += 1;
                unknown
            })
        });
        Ok((indices.collect(), replaced))
    }

    /// The text of indices; U+FFFD where one stands for no known symbol.
    ///
    /// # Panics
    /// An index is not below [`len`](Self::len).
    pub fn decode(&self, indices: &[u32]) -> String {
        indices
            .iter()
            .map(|index| self.symbol(*index).unwrap_or(REPLACEMENT))
            .collect()
    }

    fn unknown_symbol(&self, text: &[char], position: usize) -> UnknownSymbol {
        let before = &text[..position];
        let line_start = before
            .iter()
            .rposition(|symbol| *symbol == '\n')
            .map_or(0, |at| at + 1);
        UnknownSymbol {
            symbol: text[position],
            position,
            line: 1 + before.iter().filter(|symbol| **symbol == '\n').count(),
            column: 1 + position - line_start,
            known: self.symbols.len(),
        }
    }
}

/// There are 1 114 112 code points, so every count of symbols is an index.
fn as_index(at: usize) -> u32 {
    u32::try_from(at).expect("there are fewer symbols than 32 bits can count")
}

/// The form in a file: the symbols as one string.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    symbols: String,
    counts: Vec<u64>,
    with_unknown: bool,
}

impl From<Vocabulary> for Stored {
    fn from(vocabulary: Vocabulary) -> Self {
        Self {
            symbols: vocabulary.symbols.into_iter().collect(),
            counts: vocabulary.counts,
            with_unknown: vocabulary.has_unknown,
        }
    }
}

impl TryFrom<Stored> for Vocabulary {
    type Error = Damaged;

    fn try_from(stored: Stored) -> Result<Self, Damaged> {
        let symbols: Vec<char> = stored.symbols.chars().collect();
        if !symbols.is_sorted_by(|a, b| a < b) {
            return Err(Damaged::Order);
        }
        if symbols.len() != stored.counts.len() {
            return Err(Damaged::Counts {
                symbols: symbols.len(),
                counts: stored.counts.len(),
            });
        }
        Ok(Self {
            symbols,
            counts: stored.counts,
            has_unknown: stored.with_unknown,
        })
    }
}

/// Why a stored vocabulary is none; serde turns it into its own error.
#[derive(Debug, thiserror::Error)]
enum Damaged {
    #[error("the symbols of the vocabulary are not in order, or not each once")]
    Order,
    #[error("the vocabulary has {symbols} symbols, but {counts} counts")]
    Counts { symbols: usize, counts: usize },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::data::real_file;
    use crate::data::text::{Boilerplate, Newlines, Shares, read_text};

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn symbols_are_in_the_order_of_their_code_points_and_counted() {
        let vocabulary = Vocabulary::new(&chars("é to\nto"), false);
        assert_eq!(vocabulary.symbols(), ['\n', ' ', 'o', 't', 'é']);
        assert_eq!(vocabulary.len(), 5);
        assert_eq!(vocabulary.index('é'), Some(4));
        assert_eq!((vocabulary.count('t'), vocabulary.count('x')), (2, 0));
    }

    #[test]
    fn an_unknown_symbol_is_placed() {
        let vocabulary = Vocabulary::new(&chars("ab\n"), false);
        let error = vocabulary.encode(&chars("ab\nba☃")).unwrap_err();
        let want = UnknownSymbol {
            symbol: '☃',
            position: 5,
            line: 2,
            column: 3,
            known: 3,
        };
        assert_eq!(error, want);
        assert!(error.to_string().contains("'☃' (U+2603)"), "{error}");
    }

    #[test]
    fn unseen_symbols_share_one_index_only_on_request() {
        let text = chars("a?b!");
        let strict = Vocabulary::new(&chars("ab"), false);
        assert_eq!(strict.unknown(), None);
        assert_eq!(strict.encode_lossy(&text).unwrap_err().symbol, '?');

        let lossy = Vocabulary::new(&chars("ab"), true);
        assert_eq!((lossy.len(), lossy.unknown()), (3, Some(2)));
        assert_eq!(lossy.encode_lossy(&text).unwrap(), (vec![0, 2, 1, 2], 2));
        assert_eq!(lossy.decode(&[0, 2, 1]), "a\u{fffd}b");
        assert!(lossy.encode(&text).is_err(), "strict stays strict");
    }

    #[test]
    #[should_panic(expected = "index 2 of a vocabulary of 2")]
    fn an_index_beyond_the_last_is_a_bug() {
        Vocabulary::new(&chars("ab"), false).decode(&[2]);
    }

    #[test]
    fn a_damaged_file_is_refused() {
        for stored in [
            r#"{"symbols":"ba","counts":[1,1],"with_unknown":false}"#,
            r#"{"symbols":"aa","counts":[1,1],"with_unknown":false}"#,
            r#"{"symbols":"ab","counts":[1],"with_unknown":false}"#,
        ] {
            assert!(
                serde_json::from_str::<Vocabulary>(stored).is_err(),
                "{stored}"
            );
        }
    }

    #[test]
    fn four_symbols_of_the_real_validation_part_are_unseen() {
        let Some(path) = real_file("text/warpeace_input.txt") else {
            return;
        };
        let text = read_text(&path, Newlines::Lf, Boilerplate::Strip).unwrap();
        let parts = Shares::default().split(text.chars.len()).unwrap();
        let vocabulary = Vocabulary::new(&text.chars[parts.train], true);
        assert_eq!(vocabulary.symbols().len(), 81);
        let unseen = |part| vocabulary.encode_lossy(&text.chars[part]).unwrap().1;
        assert_eq!(unseen(parts.validation), 4, "two / and two =");
        assert_eq!(unseen(parts.test), 0);
    }

    proptest! {
        #[test]
        fn what_is_encoded_can_be_decoded(text in any::<String>(), with_unknown in any::<bool>()) {
            let symbols = chars(&text);
            let vocabulary = Vocabulary::new(&symbols, with_unknown);
            let indices = vocabulary.encode(&symbols).unwrap();
            prop_assert!(indices.iter().all(|i| (*i as usize) < vocabulary.len()));
            prop_assert_eq!(vocabulary.decode(&indices), text);
            prop_assert_eq!(vocabulary.encode_lossy(&symbols).unwrap(), (indices, 0));
        }

        #[test]
        fn a_file_gives_it_back(text in any::<String>(), with_unknown in any::<bool>()) {
            let vocabulary = Vocabulary::new(&chars(&text), with_unknown);
            let stored = serde_json::to_string(&vocabulary).unwrap();
            prop_assert_eq!(serde_json::from_str::<Vocabulary>(&stored).unwrap(), vocabulary);
        }
    }
}
