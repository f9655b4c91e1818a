//! Counterpoint by rule: music to learn from where nothing was downloaded.
//!
//! Each piece has two to four parts, a key, a meter and a form in which its first phrase comes back.
//! Chords follow each other as in a chorale and close in cadences, voices keep to their ranges,
//! move by step where they can and never in parallel fifths or octaves, and passing and neighbour
//! notes on weak eighths join the chords. The figures of a piece are chosen once, so that there is
//! something to be learnt from its beginning for its end; and a network that counts beats knows
//! when a chord will change.
//!
//! | file | idea |
//! |---|---|
//! | `key` | [`Key`], [`Mode`]: which notes there are |
//! | `harmony` | which chord follows which, and how a phrase ends |
//! | `voicing` | which notes the parts take of a chord |
//! | `leading` | how good it is to go from one voicing to the next, and what is forbidden |
//! | `phrase` | the best way through the voicings of a phrase |
//! | `phrases` | a phrase that is heard with two endings, and others between |
//! | `figure` | notes between the chords |
//! | `form` | meter, chord rhythm and order of the phrases |
//! | `piece` | [`compose`], [`Piece`]: all of it together |
//! | here | [`generate`]: as many pieces as are wanted, in three parts |
//!
//! # Units
//! A step is an eighth note.
//!
//! # Example
//! ```
//! # use reverie_model::data::music::generated::{GeneratedConfig, generate};
//! let config = GeneratedConfig { train: 3, valid: 1, test: 1, ..GeneratedConfig::default() };
//! let music = generate(7, &config)?;
//! assert_eq!(music.train.len(), 3);
//! assert!(music.train[0].iter().all(|frame| (2..=4).contains(&frame.count())));
//! # Ok::<(), reverie_model::data::music::generated::GeneratedError>(())
//! ```

mod figure;
mod form;
mod harmony;
mod key;
mod leading;
mod phrase;
mod phrases;
mod piece;
mod voicing;

use rand::RngExt;
use serde::{Deserialize, Serialize};

pub use form::Meter;
pub use key::{Key, Mode};
pub use piece::{Piece, compose};
pub use voicing::{MAX_PARTS, MIN_PARTS};

use super::Roll;
use crate::rng::seeded;

/// Training pieces unless another number is asked for.
pub const DEFAULT_TRAIN: usize = 200;
/// Validation and test pieces unless another number is asked for.
pub const DEFAULT_HELD_OUT: usize = 40;
/// Steps of the shortest and of the longest piece.
pub const DEFAULT_STEPS: (usize, usize) = (48, 128);
/// The least and the most steps that can be asked for.
const STEP_LIMITS: (usize, usize) = (16, 4096);
/// The most pieces of a part.
const MAX_PIECES: usize = 100_000;

/// How much music is made, and of what size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GeneratedConfig {
    /// Pieces to learn from.
    pub train: usize,
    /// Pieces that choices are made by.
    pub valid: usize,
    /// Pieces that are looked at once, at the end.
    pub test: usize,
    /// Steps of the shortest piece, in eighth notes.
    pub min_steps: usize,
    /// Steps of the longest piece.
    pub max_steps: usize,
    /// The fewest parts, 2 to 4.
    pub min_parts: usize,
    /// The most parts, 2 to 4.
    pub max_parts: usize,
}

impl Default for GeneratedConfig {
    fn default() -> Self {
        Self {
            train: DEFAULT_TRAIN,
            valid: DEFAULT_HELD_OUT,
            test: DEFAULT_HELD_OUT,
            min_steps: DEFAULT_STEPS.0,
            max_steps: DEFAULT_STEPS.1,
            min_parts: MIN_PARTS,
            max_parts: MAX_PARTS,
        }
    }
}

impl GeneratedConfig {
    /// Whether such music can be made.
    ///
    /// # Errors
    /// [`GeneratedError::BadSetting`] or [`GeneratedError::EmptyRange`] with the first value that
    /// is wrong.
    pub fn check(&self) -> Result<(), GeneratedError> {
        let within = |name, value, (low, high): (usize, usize)| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            Err(GeneratedError::BadSetting {
                name,
                value,
                low,
                high,
            })
        };
        within("train", self.train, (1, MAX_PIECES))?;
        within("valid", self.valid, (1, MAX_PIECES))?;
        within("test", self.test, (1, MAX_PIECES))?;
        within("min_steps", self.min_steps, STEP_LIMITS)?;
        within("max_steps", self.max_steps, STEP_LIMITS)?;
        within("min_parts", self.min_parts, (MIN_PARTS, MAX_PARTS))?;
        within("max_parts", self.max_parts, (MIN_PARTS, MAX_PARTS))?;
        let ordered = |what, low, high| {
            if low <= high {
                return Ok(());
            }
            Err(GeneratedError::EmptyRange { what, low, high })
        };
        ordered("steps", self.min_steps, self.max_steps)?;
        ordered("parts", self.min_parts, self.max_parts)
    }
}

/// Why no music is made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GeneratedError {
    /// A setting that cannot be worked with.
    #[error("{name} must be between {low} and {high}, but it is {value}")]
    BadSetting {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: usize,
        /// The lowest value.
        low: usize,
        /// The highest value.
        high: usize,
    },
    /// The least is more than the most.
    #[error("there is nothing between at least {low} and at most {high} {what}")]
    EmptyRange {
        /// What is counted.
        what: &'static str,
        /// The least.
        low: usize,
        /// The most.
        high: usize,
    },
    /// The rules left nothing in many attempts.
    #[error("no piece obeyed all rules in {attempts} attempts; take another seed")]
    NoPiece {
        /// Attempts that were made.
        attempts: usize,
    },
}

/// Generated music in three parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// What is learnt from.
    pub train: Vec<Roll>,
    /// What choices are made by.
    pub valid: Vec<Roll>,
    /// What is looked at once, at the end.
    pub test: Vec<Roll>,
}

/// Music of a seed: the same seed and configuration give the same music, and more pieces of one part
/// change none of the others.
///
/// # Errors
/// A configuration that cannot be worked with; in principle that no piece obeyed the rules.
pub fn generate(seed: u64, config: &GeneratedConfig) -> Result<Generated, GeneratedError> {
    config.check()?;
    let mut seeds = seeded(seed);
    let mut part = |pieces: usize| {
        let mut rng = seeded(seeds.random());
        let rolls = (0..pieces).map(|_| compose(config, &mut rng).map(|piece| piece.roll()));
        rolls.collect::<Result<Vec<_>, _>>()
    };
    Ok(Generated {
        train: part(config.train)?,
        valid: part(config.valid)?,
        test: part(config.test)?,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn small() -> GeneratedConfig {
        GeneratedConfig {
            train: 6,
            valid: 2,
            test: 2,
            ..GeneratedConfig::default()
        }
    }

    #[test]
    fn a_seed_is_a_set_of_pieces() {
        let music = generate(1, &small()).unwrap();
        assert_eq!(music, generate(1, &small()).unwrap());
        assert_ne!(music, generate(2, &small()).unwrap());
        let counts = [&music.train, &music.valid, &music.test].map(|part| part.len());
        assert_eq!(counts, [6, 2, 2]);
        let all = music.train.iter().chain(&music.valid).chain(&music.test);
        assert_eq!(all.collect::<HashSet<_>>().len(), 10);
    }

    #[test]
    fn more_pieces_of_one_part_leave_the_others_alone() {
        let more = GeneratedConfig {
            train: 9,
            ..small()
        };
        let (few, many) = (generate(1, &small()).unwrap(), generate(1, &more).unwrap());
        assert_eq!(few.train[..], many.train[..6]);
        assert_eq!((few.valid, few.test), (many.valid, many.test));
    }

    #[test]
    fn lengths_and_notes_are_within_the_configuration() {
        for (min_steps, max_steps) in [(16, 16), (50, 50), (48, 128), (300, 301)] {
            let config = GeneratedConfig {
                min_steps,
                max_steps,
                min_parts: 3,
                max_parts: 3,
                ..small()
            };
            for roll in generate(3, &config).unwrap().train {
                assert!(
                    (min_steps..=max_steps).contains(&roll.len()),
                    "{}",
                    roll.len()
                );
                assert!(roll.iter().all(|frame| frame.count() == 3));
            }
        }
    }

    #[test]
    fn what_cannot_be_made_is_refused() {
        let error = GeneratedConfig {
            min_parts: 1,
            ..small()
        }
        .check()
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "min_parts must be between 2 and 4, but it is 1"
        );
        let error = GeneratedConfig {
            min_steps: 90,
            max_steps: 80,
            ..small()
        }
        .check();
        assert_eq!(
            error.unwrap_err().to_string(),
            "there is nothing between at least 90 and at most 80 steps"
        );
    }
}
