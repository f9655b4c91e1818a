//! The adding problem: two numbers, far apart, are to be remembered and added.
//!
//! At every step a network reads a number between 0 and 1 and a mark. Two of the steps are marked,
//! one in each half; at the end it says the sum of the two marked numbers. Who always says 1 is
//! wrong by 1/6 on average, the variance of a sum of two such numbers, and so is a network whose
//! gradient fades on its way back to the marks.
//!
//! | to | use |
//! |---|---|
//! | choose what is tried | [`AddingConfig`], [`AddingCell`] |
//! | try it | [`run`] |
//! | see how it went | [`AddingResult`], [`AddingCurve`], [`Look`] |
//!
//! # Source
//! Hochreiter and Schmidhuber 1997, section 5.4, in the form of Le, Jaitly, Hinton 2015
//! (arXiv 1504.00941).

mod config;
mod run;
mod task;

pub use config::{AddingCell, AddingConfig};
pub use run::{AddingCurve, AddingResult, Look, run};
pub use task::{AddingBatch, TRIVIAL_ERROR};
