//! All settings of a recogniser of digits and of its training.

use serde::{Deserialize, Serialize};

use crate::data::speech::DEFAULT_VALIDATION_SHARE;
use crate::recurrent::{
    CellConfig, CellKind, ConfigError, GruConvention, InitConfig, Initializer, NO_BOUND,
    Regularisation, StackConfig, check_range, check_size,
};
use crate::train::{OptimizerConfig, Schedule};

/// How many steps become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The mean of the outputs over all steps of a recording.
    #[default]
    Mean,
    /// The state at the end; in both directions the two ends side by side.
    Last,
}

/// A recogniser and its training, flat as a settings file has them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DigitsConfig {
    /// The cell.
    pub cell: CellKind,
    /// Whether every layer reads in both directions.
    pub bidirectional: bool,
    /// K, the units of a layer in each direction.
    pub hidden: usize,
    /// Number of layers.
    pub layers: usize,
    /// How the steps of a recording become one answer.
    pub pooling: Pooling,
    /// Share of a layer's outputs that are dropped while it learns.
    pub dropout: f64,

    /// Standard deviation of the noise that is added to frames, in their units.
    pub noise: f64,
    /// Most frames in a row that are hidden, as a share of the recording.
    pub time_mask: f64,
    /// Most neighbouring bands that are hidden.
    pub band_mask: usize,

    /// B, recordings side by side.
    pub batch: usize,
    /// Passes over the training part.
    pub epochs: u64,
    /// Adam's step size.
    pub rate: f64,
    /// Share of the rate at the end of half a cosine.
    pub rate_last: f64,
    /// Largest norm of all gradients together.
    pub clip_norm: f64,
    /// Passes without a new best on the validation part after which training stops; 0 is never.
    pub patience: u64,
    /// Share of the indices from 5 on that choices are made by.
    pub validation_share: f64,
}

impl Default for DigitsConfig {
    fn default() -> Self {
        Self {
            cell: CellKind::Lstm,
            bidirectional: true,
            hidden: 96,
            layers: 2,
            pooling: Pooling::Mean,
            dropout: 0.3,
            noise: 0.3,
            time_mask: 0.15,
            band_mask: 6,
            batch: 32,
            epochs: 20,
            rate: 3e-3,
            rate_last: 0.02,
            clip_norm: 5.0,
            patience: 0,
            validation_share: DEFAULT_VALIDATION_SHARE,
        }
    }
}

impl DigitsConfig {
    /// Refuses settings that make no recogniser or no training.
    ///
    /// # Errors
    /// [`ConfigError`] with the setting, its value and what is allowed.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.cell == CellKind::Jordan {
            return Err(ConfigError::Conflict {
                what: "a Jordan network feeds back what it says, and a recogniser says one thing at the end",
                remedy: "choose the cell rnn, gru or lstm",
            });
        }
        self.stack(1).check()?;
        check_size("batch", self.batch, 1, 65_536)?;
        check_size("band-mask", self.band_mask, 0, 256)?;
        let epochs = usize::try_from(self.epochs).unwrap_or(NO_BOUND);
        check_size("epochs", epochs, 1, NO_BOUND)?;
        let positive = "a finite number above 0";
        check_range("rate", self.rate, self.rate > 0.0, positive)?;
        check_range("clip-norm", self.clip_norm, self.clip_norm > 0.0, positive)?;
        check_range(
            "noise",
            self.noise,
            self.noise >= 0.0,
            "a finite number of at least 0",
        )?;
        let share = |value| (0.0..=1.0).contains(&value);
        check_range(
            "rate-last",
            self.rate_last,
            share(self.rate_last),
            "between 0 and 1",
        )?;
        check_range(
            "time-mask",
            self.time_mask,
            share(self.time_mask),
            "between 0 and 1",
        )?;
        let part = self.validation_share > 0.0 && self.validation_share < 1.0;
        check_range(
            "validation-share",
            self.validation_share,
            part,
            "between 0 and 1, and neither",
        )
    }

    /// The recurrent part, which reads frames of so many bands.
    pub fn stack(&self, bands: usize) -> StackConfig {
        StackConfig {
            cell: CellConfig {
                kind: self.cell,
                gru: GruConvention::Torch,
                ..CellConfig::default()
            },
            d_input: bands,
            d_hidden: self.hidden,
            n_layers: self.layers,
            bidirectional: self.bidirectional,
            regularisation: Regularisation {
                dropout: self.dropout,
                ..Regularisation::default()
            },
            init: InitConfig {
                initializer: Initializer::Orthogonal,
                scale: 1.0,
                forget_bias: 1.0,
            },
        }
    }

    /// Adam with its usual memories.
    pub fn optimizer_config(&self) -> OptimizerConfig {
        OptimizerConfig::Adam {
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
        }
    }

    /// Half a cosine.
    pub fn rate_schedule(&self) -> Schedule {
        Schedule::Cosine {
            last: self.rate_last,
        }
    }
}
