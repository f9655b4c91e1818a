//! Hopfield networks: patterns as the valleys of an energy.
//!
//! Every unit is +1 or -1 and looks at all others through symmetric weights without a diagonal. Where
//! units change one at a time, each to the sign of what it sees, the energy E = -½ Σ w_ij s_i s_j
//! never rises, so the network comes to rest: in a stored pattern, if there are not too many.
//!
//! | file | what |
//! |---|---|
//! | `pattern` | [`Pattern`]: black and white pictures, six of them drawn here |
//! | `rule` | [`Rule`]: from patterns to weights: Hebb, Storkey, pseudo-inverse |
//! | `network` | [`Weights`] |
//! | `recall` | one unit at a time, or all at once |
//! | `capacity` | how many patterns a network holds |
//! | `swing` | networks that go to and fro |
//! | `config` | [`HopfieldConfig`] |
//! | `experiment` | all of it |
//!
//! # Source
//! Hopfield 1982, Proc. Natl. Acad. Sci. 79, 2554.

mod capacity;
mod config;
mod experiment;
mod network;
mod pattern;
mod recall;
mod rule;
mod swing;

pub use capacity::{Capacity, LoadPoint, capacity};
pub use config::HopfieldConfig;
pub use experiment::{Hopfield, Recalled, hopfield};
pub use network::Weights;
pub use pattern::{Pattern, drawings};
pub use recall::{Cue, Moment, Recall, Together, all_at_once, cued, one_at_a_time};
pub use rule::Rule;
pub use swing::Swing;
