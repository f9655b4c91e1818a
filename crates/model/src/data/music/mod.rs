//! Music as a network sees it: which of the 88 keys of a piano sound at each time step.
//!
//! A file becomes a [`MusicSet`] with three splits of [`Roll`]s; a roll is one [`Frame`] for each
//! step. Its figures are compared with those of the baselines here, which know no network.
//!
//! | to | use |
//! |---|---|
//! | read a file | [`read_set`], [`Read`], [`Format`], [`Outside`] |
//! | read and write MIDI | [`midi`] |
//! | have music without a file | [`generated`] |
//! | make a set of one's own | [`MusicSet::new`], [`Splits`] |
//! | look at a step | [`Frame`], [`Roll`], [`KEYS`], [`LOWEST`], [`HIGHEST`] |
//! | feed a network | [`Pieces`], [`PieceChunk`] |
//! | pick a part | [`Split`], [`MusicSet::split`] |
//! | know how much there is | [`SetStats`], [`SplitStats`] |
//! | know how many notes sound at once | [`NoteCounts`] |
//! | know what a network must beat | [`KeyFrequency`], [`KeyMarkov`], [`repeat_accuracy`] |
//! | say what is wrong | [`MusicError`], [`Fault`], [`MatFault`], [`PickleFault`] |
//!
//! # Example
//! ```ignore
//! let read = read_set("data/music/jsb_chorales.json".as_ref(), Outside::Refuse)?;
//! let stats = SetStats::of(&read.set);
//! assert_eq!((stats.train.sequences, stats.train.most_at_once), (229, 4));
//! let model = KeyFrequency::fit(&read.set.train);
//! assert!((model.nll(&read.set.test) - 11.06).abs() < 0.01);
//! ```

mod baselines;
mod counts;
mod error;
mod format;
mod frame;
pub mod generated;
mod held;
mod intake;
mod json;
mod mat;
pub mod midi;
mod pickle;
mod pieces;
mod read;
mod set;
mod split;
mod stats;
#[cfg(test)]
mod testing;

pub use baselines::{KeyFrequency, KeyMarkov, repeat_accuracy};
pub use counts::NoteCounts;
pub use error::{Counted, Fault, MusicError, Place};
pub use format::Format;
pub use frame::{Frame, HIGHEST, KEYS, LOWEST, Roll};
pub use held::{Held, held_notes};
pub use mat::MatFault;
pub use pickle::{Kind, PickleFault};
pub use pieces::{PieceChunk, Pieces};
pub use read::{Outside, Read, read_set};
pub use set::{MusicSet, Splits};
pub use split::Split;
pub use stats::{SetStats, SplitStats};

#[cfg(test)]
use super::real_file;
