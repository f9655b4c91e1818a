//! Does layer normalisation learn a text in fewer updates, and what does an update cost?
//!
//! Two models of text that differ in nothing else take turns, update by update, so that both meet the
//! same machine. Each is looked at now and then, and the updates it needed to a given validation loss
//! are read off between two looks.
//!
//! | to | use |
//! |---|---|
//! | choose | [`LayerNormConfig`] |
//! | try it | [`run`], [`Text`] |
//! | see how it went | [`LayerNormResult`], [`Arm`] |
//!
//! # Source
//! Ba, Kiros, Hinton 2016 (arXiv 1607.06450).

mod run;

pub use run::{Arm, LayerNormConfig, LayerNormResult, Text, run};
