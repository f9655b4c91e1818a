//! Echo state networks: a random recurrent network that is never trained, and a readout that is.
//!
//! Back-propagation through time is slow and its gradients fade. An echo state network leaves the
//! recurrent weights as they were drawn, scaled so that the past echoes and fades, and only fits the
//! linear map from the units to the output, which is one system of equations. Fed with its own output it
//! goes on with a series by itself.
//!
//! | to | use |
//! |---|---|
//! | measure it on Mackey-Glass, NARMA-10 or a series of one's own | [`EsnStudy`], [`study`] |
//! | read a series | [`read_series`] |
//! | use one | [`Esn`], [`EsnConfig`], [`Squash`] |
//! | look inside | [`Reservoir`], [`Readout`], [`Sparse`], [`eigenvalues`], [`spectral_radius`] |
//! | make the data | [`mackey_glass`], [`narma10`] |

mod config;
mod csv;
mod measure;
mod network;
mod radius;
mod readout;
mod reservoir;
mod series;
mod sparse;
mod study;

pub use config::{EsnConfig, EsnStudy, EsnTask};
pub use csv::{Series, SeriesError, read_series};
pub use measure::{EsnPicture, EsnRun};
pub use network::{Esn, Lesson, Squash};
pub use radius::{eigenvalues, spectral_radius};
pub use readout::Readout;
pub use reservoir::Reservoir;
pub use series::{MACKEY_GLASS_STEP, mackey_glass, narma10};
pub use sparse::Sparse;
pub use study::{EsnResult, check_length, study};
