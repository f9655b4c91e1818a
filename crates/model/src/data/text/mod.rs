//! Text as a character model sees it: a stream of symbols, split, numbered and cut into batches.
//!
//! A file becomes a [`Text`] with one policy for its newlines; [`Shares`] cut it into training,
//! validation and test; a [`Vocabulary`] made from the training part turns characters into
//! indices; [`TrainBatches`] and [`EvalBatches`] lay the indices out in rows. A [`WordList`] tells
//! how much of a sample is made of real words.
//!
//! | to | use |
//! |---|---|
//! | read a file | [`read_text`], [`Text`], [`Newlines`], [`Boilerplate`] |
//! | take off what Project Gutenberg wraps around a book | [`strip_boilerplate`] |
//! | cut it into training, validation and test | [`Shares`], [`Split`] |
//! | turn characters into indices and back | [`Vocabulary`] |
//! | feed a network, a chunk at a time | [`TrainBatches`], [`EvalBatches`], [`Chunk`] |
//! | cut every row of a batch, as char-rnn | [`Cut`], [`RowSplit`] |
//! | judge a sample | [`WordList`], [`WordShare`] |
//!
//! # Example
//! ```
//! # use reverie_model::data::text::{Newlines, Shares, TrainBatches, Vocabulary};
//! let (chars, _) = Newlines::Lf.apply("to be or not to be\r\nthat is the question");
//! let parts = Shares::default().split(chars.len())?;
//! let vocabulary = Vocabulary::new(&chars[parts.train.clone()], false);
//! let symbols = vocabulary.encode(&chars[parts.train])?;
//! let batches = TrainBatches::new(symbols, 2, 4)?;
//! let first = batches.chunk(0);
//! assert_eq!(vocabulary.decode(first.input_row(0)), "to b");
//! assert_eq!(vocabulary.decode(first.target_row(0)), "o be");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod batches;
mod error;
mod gutenberg;
mod read;
mod rows;
mod split;
mod vocabulary;
mod words;

pub use batches::{Chunk, EvalBatches, TrainBatches};
pub use error::{Encoding, Part, TextError, UnknownSymbol};
pub use gutenberg::strip_boilerplate;
pub use read::{Boilerplate, Newlines, Text, read_text};
pub use rows::{Cut, RowSplit};
pub use split::{Shares, Split};
pub use vocabulary::Vocabulary;
pub use words::{Piece, WordList, WordShare, key, pieces};
