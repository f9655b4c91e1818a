//! Pictures of neurons: what single cells of a network that reads characters keep in mind.
//!
//! A recurrent network learns to guess the next character of a text, and sometimes one of its cells
//! turns out to mean something: it is high while a quote is open, or it counts the characters of a
//! line. This module looks for such cells in what a network did while it read
//! ([`reverie_model::sequence::Trace`]), says how good they are and how good luck would have been,
//! and shows them: as a page ([`html`]), as a picture ([`picture()`]), or as JSON ([`Findings`] can
//! be serialised).
//!
//! | file | idea |
//! |---|---|
//! | `property` | [`Property`]: what a cell might follow |
//! | `labels` | [`Labels`]: a property at every character of a text |
//! | `scan` | reading a text to find them |
//! | `signal` | [`Site`], [`Signal`]: which number of which cell |
//! | `measure` | [`pearson`], [`auc`]: how well one follows the other |
//! | `score` | both, for all cells and many labellings at once |
//! | `rank` | [`Findings::of`]: choose on one passage, measure on another, compare with luck |
//! | `findings` | [`Findings`] and its parts |
//! | `saturation` | [`saturation()`]: how often gates are open or shut |
//! | `excerpt` | which part of a passage is worth showing |
//! | `palette` | colours from -1 to 1 |
//! | `page` | [`html`]: one file, nothing to load, readable on a phone |
//! | `picture` | [`picture()`]: the best cells as one picture |
//! | `error` | [`NeuronsError`] |
//!
//! # Source
//! Karpathy, Johnson, Fei-Fei 2015, Visualizing and understanding recurrent networks (arXiv
//! 1506.02078).

mod error;
mod excerpt;
mod findings;
mod labels;
mod measure;
mod page;
mod palette;
mod picture;
mod property;
mod rank;
mod saturation;
mod scan;
mod score;
mod signal;
#[cfg(test)]
mod synthetic;

pub use error::NeuronsError;
pub use findings::{Chance, Finding, Findings, Outcome, Passage, Ranking, Scored};
pub use labels::{Absence, Labels, MIN_EACH};
pub use measure::{auc, pearson};
pub use page::{DEFAULT_SHOWN, Meta, html};
pub use picture::picture;
pub use property::Property;
pub use rank::{BEST, DRAWS, MIN_CHARACTERS};
pub use saturation::{GateSaturation, OPEN_ABOVE, SHUT_BELOW, Saturation, saturation};
pub use score::Measure;
pub use signal::{Signal, Site};
