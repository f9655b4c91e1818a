//! How much of a sample is made of real words.

use std::collections::HashSet;
use std::ops::Add;

/// The words of a text.
///
/// A word is a run of letters as long as it can be, with apostrophes (straight or curly) between
/// letters; letter case is ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordList {
    words: HashSet<String>,
}

impl WordList {
    /// The words of a text.
    pub fn of(text: &[char]) -> Self {
        let text: String = text.iter().collect();
        Self {
            words: words(&text).collect(),
        }
    }

    /// How many different words there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether the text had this word, written in small letters.
    pub fn contains(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// How many words of a sample the text had too.
    ///
    /// A sample may begin and end within a word, so words that touch its ends are not counted.
    ///
    /// # Example
    /// ```
    /// # use reverie_model::data::text::WordList;
    /// let list = WordList::of(&Vec::from_iter("The Emperor's horse. The tsar!".chars()));
    /// let share = list.share("rse the emperor’s hat, the ts");
    /// assert_eq!((share.known, share.total), (3, 4));
    /// ```
    pub fn share(&self, sample: &str) -> WordShare {
        let mut share = WordShare::default();
        let mut at = 0;
        for piece in pieces(sample) {
            let start = at;
            at += piece.text().len();
            let Piece::Word(word) = piece else { continue };
            // An apostrophe at an end may have had letters on its other side.
            let is_end = |rest: &str| rest.chars().all(is_apostrophe);
            if is_end(&sample[..start]) || is_end(&sample[at..]) {
                continue;
            }
            share.total += 1;
            share.known += usize::from(self.contains(&key(word)));
        }
        share
    }
}

/// Words of samples that are known, and all of them. Shares of several samples can be added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordShare {
    /// Words that the text had too.
    pub known: usize,
    /// All words.
    pub total: usize,
}

impl WordShare {
    /// The known part, 0 to 1; `None` where there was no word.
    pub fn ratio(&self) -> Option<f64> {
        (self.total > 0).then(|| self.known as f64 / self.total as f64)
    }
}

impl Add for WordShare {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            known: self.known + other.known,
            total: self.total + other.total,
        }
    }
}

/// A stretch of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// A word as it is written.
    Word(&'t str),
    /// What stands between words.
    Between(&'t str),
}

/// Cuts a text into words and what stands between them; together the pieces are the text.
///
/// A word is the longest run of letters, with apostrophes where a letter follows and precedes:
/// `don't` is one word and `'tis` is `tis` after an apostrophe.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_word = first.is_alphabetic();
        let length = if is_word {
            word_length(rest)
        } else {
            rest.find(char::is_alphabetic).unwrap_or(rest.len())
        };
        let (piece, after) = rest.split_at(length);
        rest = after;
        Some(if is_word {
            Piece::Word(piece)
        } else {
            Piece::Between(piece)
        })
    })
}

/// Bytes of the word that a text begins with.
fn word_length(text: &str) -> usize {
    let mut letters = text.char_indices().peekable();
    while let Some((index, letter)) = letters.next() {
        let is_followed = letters.peek().is_some_and(|(_, next)| next.is_alphabetic());
        let is_inside = letter.is_alphabetic() || (is_apostrophe(letter) && is_followed);
        if !is_inside {
            return index;
        }
    }
    text.len()
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '\u{2019}')
}

impl<'t> Piece<'t> {
    /// The stretch itself.
    pub fn text(self) -> &'t str {
        match self {
            Self::Word(text) | Self::Between(text) => text,
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    pieces(text).filter_map(|piece| match piece {
        Piece::Word(word) => Some(key(word)),
        Piece::Between(_) => None,
    })
}

/// A word as it is looked up: in lower case, with straight apostrophes.
pub fn key(word: &str) -> String {
    word.to_lowercase().replace('\u{2019}', "'")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::real_file;
    use crate::data::text::{Boilerplate, Newlines, Shares, read_text};

    fn list(text: &str) -> WordList {
        WordList::of(&Vec::from_iter(text.chars()))
    }

    #[track_caller]
    fn assert_words(text: &str, want: &[&str]) {
        let found: Vec<String> = words(text).collect();
        assert_eq!(found, want);
    }

    #[test]
    fn words_are_runs_of_letters_with_inner_apostrophes() {
        assert_words(
            "Don't 'quote' me--Pávlovna's 2nd",
            &["don't", "quote", "me", "pávlovna's", "nd"],
        );
        assert_words("rock''n'roll’s l'", &["rock", "n'roll's", "l"]);
        assert_words("' '' 12 \n", &[]);
    }

    #[test]
    fn words_at_the_ends_of_a_sample_are_not_counted() {
        let list = list("the cat sat");
        let share = |sample| {
            let share = list.share(sample);
            (share.known, share.total)
        };
        assert_eq!(share("the cat sat"), (1, 1));
        assert_eq!(share(" the cat sat."), (3, 3));
        assert_eq!(
            share("'t the dog sat'"),
            (1, 2),
            "an apostrophe hides letters"
        );
        assert_eq!(share("the"), (0, 0));
        assert_eq!(share(""), (0, 0));
    }

    #[test]
    fn shares_add_up() {
        let sum = [(1, 2), (3, 4)]
            .map(|(known, total)| WordShare { known, total })
            .into_iter()
            .fold(WordShare::default(), Add::add);
        assert_eq!(sum.ratio(), Some(4.0 / 6.0));
        assert_eq!(WordShare::default().ratio(), None);
    }

    #[test]
    fn nearly_all_words_of_the_real_test_part_are_known() {
        let Some(path) = real_file("text/warpeace_input.txt") else {
            return;
        };
        let text = read_text(&path, Newlines::Lf, Boilerplate::Strip).unwrap();
        let parts = Shares::default().split(text.chars.len()).unwrap();
        let list = WordList::of(&text.chars[parts.train]);
        let share = list.share(&String::from_iter(&text.chars[parts.test]));
        let ratio = share.ratio().unwrap();
        println!("{} words, {share:?}, {ratio:.4}", list.len());
        assert!((0.97..1.0).contains(&ratio), "{ratio}");
    }
}
