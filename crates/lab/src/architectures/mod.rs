//! What a recurrent network can be asked, one small working example each.
//!
//! The same cells answer different questions by where they read and where they are listened to: one
//! input and many outputs, many inputs and one output, a sequence into another one, an answer for
//! every step. With a hidden quantity behind noisy observations the questions have old names:
//! filtering (what is it now), smoothing (what was it, knowing what came later), prediction (what will
//! it be next), and for a linear system theory knows the best answers, which the networks come close to.
//!
//! | to | use |
//! |---|---|
//! | choose | [`Pattern`], [`ArchitecturesConfig`] |
//! | teach them all | [`run`] |
//! | see what they say | [`Demonstration`], [`Example`], [`Tracking`], [`Hello`] |
//!
//! # Source
//! Karpathy 2015, The unreasonable effectiveness of recurrent neural networks, for the patterns and
//! for "hell" that becomes "ello"; Schuster and Paliwal 1997 for both directions.

mod cases;
mod discrete;
mod hello;
mod pattern;
mod run;
mod tracking;

pub use hello::{Hello, HelloStep};
pub use pattern::Pattern;
pub use run::{ArchitecturesConfig, ArchitecturesResult, Demonstration, Example, run};
pub use tracking::{Curves, NOISE, STAYS, Tracking, least_errors};
