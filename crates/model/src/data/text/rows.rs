//! The split of char-rnn: every row of the batch is cut, not the text.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Shares, TextError};

/// How a text is cut into what is learnt from, what choices are made by, and what is looked at last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// Three pieces that follow each other: the last part of the text is one that training never
    /// came near.
    #[default]
    Parts,
    /// The text is laid out in B rows first, and each row is cut into three pieces: every part holds
    /// something of every place of the text, so names and topics of the test part are known.
    ///
    /// # Source
    /// `CharSplitLMMinibatchLoader` of Karpathy's char-rnn (2015).
    Rows,
}

/// A text laid out in rows of whole chunks, each cut into three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowSplit {
    /// Chunks of a row that are learnt from.
    pub train_chunks: usize,
    /// What is learnt from, as transitions: a range of places that are read, each guessing the next.
    pub train: Vec<Range<usize>>,
    /// What choices are made by.
    pub validation: Vec<Range<usize>>,
    /// What is looked at once, at the end; empty where the shares leave nothing.
    pub test: Vec<Range<usize>>,
}

impl RowSplit {
    /// Lays out so many characters in `batch` rows of chunks of `steps`, and cuts each row.
    ///
    /// Shares are rounded down to whole chunks as in char-rnn, but validation has one at least.
    ///
    /// # Errors
    /// Shares that make no sense, or rows shorter than two chunks.
    pub fn new(
        characters: usize,
        batch: usize,
        steps: usize,
        shares: &Shares,
    ) -> Result<Self, TextError> {
        // Refuses shares that make no sense.
        shares.split(characters)?;
        if batch == 0 || steps == 0 {
            return Err(TextError::EmptyBatch { batch, steps });
        }
        let chunks = characters.saturating_sub(1) / batch.saturating_mul(steps);
        let part = |share: f64| (chunks as f64 * share) as usize;
        let validation = part(shares.validation).max(1);
        let train = part(shares.train).min(chunks.saturating_sub(validation));
        if train == 0 {
            return Err(TextError::TooShortForRows {
                characters,
                batch,
                steps,
            });
        }
        let whole = shares.train + shares.validation + shares.test > 1.0 - ROUNDING;
        let left = chunks - train - validation;
        let test = if whole {
            left
        } else {
            part(shares.test).min(left)
        };
        let piece = |from: usize, length: usize| -> Vec<Range<usize>> {
            let row = |row: usize| {
                let start = (row * chunks + from) * steps;
                start..start + length * steps
            };
            (0..batch).filter(|_| length > 0).map(row).collect()
        };
        Ok(Self {
            train_chunks: train,
            train: piece(0, train),
            validation: piece(train, validation),
            test: piece(train + validation, test),
        })
    }
}

/// How far below 1 shares may add up and still be all of it.
const ROUNDING: f64 = 1e-9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_cut_alike() {
        let split = RowSplit::new(2 * 10 * 3 + 1, 2, 3, &Shares::default()).unwrap();
        assert_eq!(split.train_chunks, 8);
        assert_eq!(split.train, [0..24, 30..54]);
        assert_eq!(split.validation, [24..27, 54..57]);
        assert_eq!(split.test, [27..30, 57..60]);
    }

    #[test]
    fn a_short_text_has_at_least_one_chunk_to_validate() {
        let split = RowSplit::new(2 * 3 * 2 + 1, 2, 3, &Shares::default()).unwrap();
        assert_eq!(
            (split.train, split.validation),
            (vec![0..3, 6..9], vec![3..6, 9..12])
        );
        assert!(split.test.is_empty());
        let error = RowSplit::new(2 * 3 + 1, 2, 3, &Shares::default()).unwrap_err();
        assert!(error.to_string().contains("7 characters"), "{error}");
        assert!(error.to_string().contains("take 13"), "{error}");
    }
}
