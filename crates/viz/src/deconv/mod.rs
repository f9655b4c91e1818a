//! The deconvolutional network: which pictures excite a feature map most, and what in them does.
//!
//! A feature map answers somewhere in every picture. Its few strongest answers among many pictures say
//! what it is after; going back from each of them to the picture, with everything else silent, shows
//! which edges and colours of the patch the answer rests on.
//!
//! | to | use |
//! |---|---|
//! | go back from one unit of each picture | [`project`], [`Unit`] |
//! | know where every channel answers most strongly | [`strongest`], [`Peak`] |
//! | find the strongest answers among many pictures | [`Search`], [`top_of`], [`Hit`] |
//! | see a unit's patch, and a projection as a picture | [`patch`], [`Projection`] |
//! | lay nine of each side by side | [`card`] |
//! | choose layers where nobody did | [`usual_layers`] |
//! | all settings | [`DeconvConfig`] |
//!
//! # Source
//! Zeiler and Fergus 2014 (arXiv 1311.2901), section 2.1 and figure 2.

mod card;
mod config;
mod layers;
mod patch;
mod search;
mod shown;
mod strongest;
mod unit;

pub use card::{CardOptions, card, grid};
pub use config::{DeconvConfig, rule_name};
pub use layers::{spread, usual_layers};
pub use patch::patch;
pub use search::{Hit, Search, top_of};
pub use shown::Projection;
pub use strongest::{Peak, strongest};
pub use unit::{Unit, project};
