//! Universal approximation: a driven non-linear system, learnt by recurrent networks of growing size.
//!
//! A recurrent network with enough units can follow any system that has a state, an input and a law.
//! Here the system is van der Pol's oscillator, pushed by a random drive. A network is told the first
//! state and the drive, and nothing else; from then on it is on its own. The more units it has, the longer
//! and the closer it stays with the truth.
//!
//! | to | use |
//! |---|---|
//! | measure it | [`UniversalStudy`], [`study`], [`UniversalResult`] |
//! | make a path | [`driven_path`], [`DrivenPath`] |
//! | look inside | [`DrivenNetwork`], [`Learning`] |

mod learn;
mod network;
mod oscillator;
mod study;

pub use learn::Learning;
pub use network::DrivenNetwork;
pub use oscillator::{DrivenPath, INTERVAL, driven_path};
pub use study::{LEARNT_STEPS, TEST_PATHS, UniversalResult, UniversalRun, UniversalStudy, study};
