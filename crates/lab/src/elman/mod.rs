//! Two old networks on the same small task: Elman's feeds its thoughts back, Jordan's its words.
//!
//! Both guess the next symbol of a stream in which only some symbols can be guessed. The **letters**
//! are Elman's: the consonants b, d and g come at random, and each brings its own vowels, `ba`, `dii`,
//! `guuu`. Vowels can be known, consonants cannot. To know when the last vowel has come, a network
//! must count, and what it said a moment ago does not tell it how many there were. The **xor** is also
//! his: after two random bits comes their exclusive or.
//!
//! | to | use |
//! |---|---|
//! | choose | [`ElmanConfig`], [`Stream`], [`Feedback`] |
//! | try it | [`run`] |
//! | see how it went | [`ElmanResult`], [`ElmanRun`], [`Guess`] |
//!
//! # Source
//! Elman 1990, Finding structure in time; Jordan 1986, Serial order. Elman trained with one step of
//! back-propagation and the sigmoid, on features of letters; here it is the whole sequence, tanh and
//! one symbol each.

mod config;
mod run;
mod stream;

pub use config::{ElmanConfig, Feedback};
pub use run::{ElmanResult, ElmanRun, Guess, run};
pub use stream::Stream;
