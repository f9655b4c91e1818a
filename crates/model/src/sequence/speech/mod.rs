//! Networks that hear: one says which digit was spoken, the other goes on with raw sound.
//!
//! | to | use |
//! |---|---|
//! | recognise digits | [`DigitsConfig`], [`DigitSet`], [`DigitsTrainer`], [`evaluate_digits`] |
//! | keep and use a recogniser | [`Recogniser`], [`DigitsNotes`] |
//! | compare cells on raw sound | [`WavesConfig`], [`WavesTrainer`], [`evaluate_waves`] |
//! | say how likely samples are | [`Mixture`] |
//!
//! All speakers of the data set are in all parts of its usual split: results are about known voices.

mod augment;
mod digit_set;
mod digits_config;
mod digits_model;
mod digits_trainer;
mod mixture;
mod recogniser;
mod waves_config;
mod waves_model;
mod waves_trainer;

pub use digit_set::DigitSet;
pub use digits_config::{DigitsConfig, Pooling};
pub use digits_model::DigitsModel;
pub use digits_trainer::{DigitsLook, DigitsMeasured, DigitsStep, DigitsTrainer, evaluate_digits};
pub use mixture::{LEAST_DEVIATION, Mixture};
pub use recogniser::{DigitsNotes, Recogniser};
pub use waves_config::{COMPONENTS, WavesConfig};
pub use waves_model::{WavesModel, evaluate_waves};
pub use waves_trainer::{WavesLook, WavesStep, WavesTrainer};
