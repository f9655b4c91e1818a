//! Models of polyphonic music: which keys sound next.
//!
//! A recurrent network reads a piano roll frame by frame and says, for each of the 88 keys, how likely
//! it is to sound in the next. This is the comparison of Chung, Gulcehre, Cho and Bengio 2014
//! (arXiv 1412.3555), on the sets of Boulanger-Lewandowski, Bengio and Vincent 2012 (arXiv 1206.6392).
//!
//! | to | use |
//! |---|---|
//! | choose everything | [`MusicConfig`], [`MusicCell`], [`MusicRun`] |
//! | have a model | [`MusicModel`] |
//! | train one | [`MusicTrainer`], [`Pass`] |
//! | measure one | [`evaluate`], [`MusicMeasured`] |
//! | hear it play | [`play`], [`PlayConfig`] |
//! | draw learning rates, drop the worse half | [`rates`], [`halve`] |

mod config;
mod draw;
mod evaluate;
mod model;
mod play;
mod search;
mod trainer;

pub use config::{MusicCell, MusicConfig, MusicRun};
pub use evaluate::{MusicMeasured, evaluate};
pub use model::MusicModel;
pub use play::{PlayConfig, play};
pub use search::{best, halve, rates};
pub use trainer::{MusicNotes, MusicTrainer, Pass};
