//! Which part of a text is learnt from, chosen by, and looked at once.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Part, TextError};

/// Share of the training part unless said otherwise.
pub(super) const DEFAULT_TRAIN: f64 = 0.8;
/// Share of the validation part unless said otherwise.
pub(super) const DEFAULT_VALIDATION: f64 = 0.1;
/// Share of the test part unless said otherwise.
pub(super) const DEFAULT_TEST: f64 = 0.1;
/// How far beyond 1 a sum may be for reasons of rounding.
const ROUNDING: f64 = 1e-9;

/// How large the three parts of a text are, from its beginning to its end.
///
/// They may make less than 1; the rest at the end is left out then.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shares {
    /// What is learnt from.
    pub train: f64,
    /// What choices are made by.
    pub validation: f64,
    /// What is looked at once, at the end.
    pub test: f64,
}

impl Default for Shares {
    /// 80, 10 and 10 in a hundred, as Karpathy, Johnson and Fei-Fei 2015 (arXiv 1506.02078) cut
    /// War and Peace.
    fn default() -> Self {
        Self {
            train: DEFAULT_TRAIN,
            validation: DEFAULT_VALIDATION,
            test: DEFAULT_TEST,
        }
    }
}

/// Three pieces of a text that follow each other, as ranges of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// What is learnt from.
    pub train: Range<usize>,
    /// What choices are made by.
    pub validation: Range<usize>,
    /// What is looked at once, at the end.
    pub test: Range<usize>,
}

impl Shares {
    /// Cuts a text of so many characters into three pieces in its own order.
    ///
    /// A border lies at the character nearest to its share.
    ///
    /// # Errors
    /// A share outside 0 to 1, shares that make more than 1, or a training part without a single
    /// character.
    pub fn split(&self, characters: usize) -> Result<Split, TextError> {
        self.check()?;
        let border = |share: f64| ((characters as f64 * share).round() as usize).min(characters);
        let train = border(self.train);
        let validation = border(self.train + self.validation);
        let test = border(self.train + self.validation + self.test);
        if train == 0 {
            return Err(TextError::NothingToLearn {
                share: self.train,
                characters,
            });
        }
        Ok(Split {
            train: 0..train,
            validation: train..validation,
            test: validation..test,
        })
    }

    fn check(&self) -> Result<(), TextError> {
        let &Self {
            train,
            validation,
            test,
        } = self;
        for (part, value) in [
            (Part::Train, train),
            (Part::Validation, validation),
            (Part::Test, test),
        ] {
            if !(0.0..=1.0).contains(&value) {
                return Err(TextError::BadShare { part, value });
            }
        }
        if train + validation + test > 1.0 + ROUNDING {
            return Err(TextError::SharesBeyondOne {
                train,
                validation,
                test,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shares(train: f64, validation: f64, test: f64) -> Shares {
        Shares {
            train,
            validation,
            test,
        }
    }

    #[test]
    fn the_default_is_80_10_10() {
        let split = Shares::default().split(3_196_213).unwrap();
        assert_eq!(split.train, 0..2_556_970);
        assert_eq!(split.validation, 2_556_970..2_876_592);
        assert_eq!(split.test, 2_876_592..3_196_213);
    }

    #[test]
    fn shares_that_binary_numbers_cannot_write_lose_nothing() {
        let split = shares(0.7, 0.2, 0.1).split(10).unwrap();
        assert_eq!((split.validation, split.test), (7..9, 9..10));
    }

    #[test]
    fn parts_may_be_empty_but_not_the_first() {
        let split = shares(1.0, 0.0, 0.0).split(5).unwrap();
        assert_eq!((split.train, split.test), (0..5, 5..5));
        for (share, characters) in [(0.0, 10), (0.1, 4), (1.0, 0)] {
            let error = shares(share, 0.0, 0.0).split(characters).unwrap_err();
            assert!(matches!(error, TextError::NothingToLearn { .. }), "{error}");
        }
    }

    #[test]
    fn what_is_no_share_is_named() {
        let error = shares(0.8, -0.1, 0.1).split(9).unwrap_err().to_string();
        assert_eq!(
            error,
            "the validation share must be between 0 and 1, but it is -0.1"
        );
        assert!(shares(f64::NAN, 0.1, 0.1).split(9).is_err());
        let error = shares(0.75, 0.25, 0.5).split(9).unwrap_err().to_string();
        assert_eq!(
            error,
            "the shares 0.75 + 0.25 + 0.5 make 1.5, but there is no more than 1"
        );
    }

    proptest! {
        #[test]
        fn the_parts_follow_each_other(n in 1usize..5000, a in 0.0..1.0f64, b in 0.0..1.0f64) {
            let (low, high) = (a.min(b), a.max(b));
            let Ok(split) = shares(low, high - low, 1.0 - high).split(n) else {
                return Ok(());
            };
            prop_assert_eq!(split.train.start, 0);
            prop_assert_eq!(split.train.end, split.validation.start);
            prop_assert_eq!(split.validation.end, split.test.start);
            prop_assert_eq!(split.test.end, n);
        }
    }
}
