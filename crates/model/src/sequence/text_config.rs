//! All settings of a model of text and its training, flat as a settings file has them.

use serde::{Deserialize, Serialize};

use crate::data::text::{Cut, Newlines, Shares};
use crate::recurrent::{
    Activation, CellConfig, CellKind, ConfigError, GruConvention, InitConfig, Initializer,
    NO_BOUND, Regularisation, StackConfig, check_range, check_size,
};
use crate::train::{OptimizerConfig, Schedule};

/// The optimisers a settings file can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerName {
    /// See [`OptimizerConfig::Rmsprop`].
    Rmsprop,
    /// See [`OptimizerConfig::Adam`].
    Adam,
    /// See [`OptimizerConfig::Sgd`].
    Sgd,
}

/// The schedules a settings file can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScheduleName {
    /// See [`Schedule::Constant`].
    Constant,
    /// See [`Schedule::Epochs`].
    Epochs,
    /// See [`Schedule::Cosine`].
    Cosine,
}

/// A model of text, its training, and what is written down meanwhile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextConfig {
    /// The cell.
    pub cell: CellKind,
    /// What the cells `rnn` and `jordan` do to their sums.
    pub activation: Activation,
    /// How a GRU is written.
    pub gru: GruConvention,
    /// Whether the gates of an LSTM see its memory.
    pub peepholes: bool,
    /// Whether summed inputs are normalised.
    pub layer_norm: bool,
    /// See [`CellConfig::two_biases`].
    pub two_biases: bool,
    /// Whether a second network reads from the other end. Such a model fills gaps and cannot
    /// write.
    pub bidirectional: bool,
    /// K, the units of a layer.
    pub hidden: usize,
    /// Number of layers.
    pub layers: usize,

    /// See [`Regularisation::dropout`].
    pub dropout: f64,
    /// See [`Regularisation::variational_dropout`].
    pub variational_dropout: f64,
    /// See [`Regularisation::zoneout`].
    pub zoneout: f64,
    /// See [`Regularisation::weight_noise`].
    pub weight_noise: f64,

    /// How the numbers begin.
    pub initializer: Initializer,
    /// See [`Initializer`].
    pub init_scale: f64,
    /// Bias of the forget gates at the start.
    pub forget_bias: f64,

    /// B, pieces of text that are read side by side.
    pub batch: usize,
    /// T, characters after which gradients are taken; the state is carried on.
    pub steps: usize,
    /// Updates of the numbers.
    pub iterations: u64,
    /// Which optimiser.
    pub optimizer: OptimizerName,
    /// Step size.
    pub rate: f64,
    /// RMSProp's memory of squares.
    pub decay: f64,
    /// Adam's memory of gradients.
    pub beta_1: f64,
    /// Adam's memory of squares.
    pub beta_2: f64,
    /// Keeps RMSProp's and Adam's divisions finite.
    pub epsilon: f64,
    /// Momentum of `sgd`.
    pub momentum: f64,
    /// How the rate changes.
    pub schedule: ScheduleName,
    /// Factor for each pass over the text, for the schedule `epochs`.
    pub rate_factor: f64,
    /// Passes before the first factor, for the schedule `epochs`.
    pub rate_after: usize,
    /// Share of the rate at the end, for the schedule `cosine`.
    pub rate_last: f64,
    /// Largest number in a gradient; 0 is no limit.
    pub clip_value: f64,
    /// Largest norm of all gradients together; 0 is no limit.
    pub clip_norm: f64,

    /// Line ends: `lf` makes all of them one line feed, `keep` leaves them.
    pub newlines: Newlines,
    /// How the text is cut: `parts` one after the other, or `rows` as in char-rnn.
    pub cut: Cut,
    /// Share of the text that is learnt from.
    pub train_share: f64,
    /// Share of the text that choices are made by.
    pub validation_share: f64,
    /// Share of the text that is looked at once, at the end.
    pub test_share: f64,

    /// Iterations between two looks at the validation text.
    pub eval_every: u64,
    /// Looks without a new best after which training stops; 0 is never.
    pub patience: u64,
    /// Iterations at which a sample is written, besides the last.
    pub sample_at: Vec<u64>,
    /// Characters of a sample.
    pub sample_length: usize,
    /// Characters that the share of known words is counted in.
    pub word_length: usize,
    /// Temperature of the samples.
    pub temperature: f64,
    /// Newest checkpoints that are kept, besides the best.
    pub keep: usize,
    /// How often training may go back and lower the rate when it goes wrong.
    pub retries: u64,
}

/// More than this of anything that is counted is a slip of the finger.
const MOST: usize = 10_000_000;

impl TextConfig {
    /// Refuses settings that make no model or no training.
    ///
    /// # Errors
    /// [`ConfigError`] with the setting, its value and what is allowed.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.stack(1).check()?;
        if self.bidirectional && self.cell == CellKind::Jordan {
            return Err(ConfigError::Conflict {
                what: "a Jordan network reads forwards, for what goes round is its output",
                remedy: "leave bidirectional out, or choose the cell rnn",
            });
        }
        check_size("batch", self.batch, 1, 65_536)?;
        check_size("steps", self.steps, 1, 65_536)?;
        check_size("sample-length", self.sample_length, 1, MOST)?;
        check_size("word-length", self.word_length, 0, MOST)?;
        check_size("keep", self.keep, 1, MOST)?;
        let at_least_one = |name, value: u64| {
            let value = usize::try_from(value).unwrap_or(NO_BOUND);
            check_size(name, value, 1, NO_BOUND)
        };
        at_least_one("iterations", self.iterations)?;
        at_least_one("eval-every", self.eval_every)?;
        let below_one = "at least 0 and below 1";
        for (name, value) in [
            ("decay", self.decay),
            ("beta-1", self.beta_1),
            ("beta-2", self.beta_2),
            ("momentum", self.momentum),
        ] {
            check_range(name, value, (0.0..1.0).contains(&value), below_one)?;
        }
        for (name, value) in [
            ("rate", self.rate),
            ("epsilon", self.epsilon),
            ("rate-factor", self.rate_factor),
        ] {
            check_range(name, value, value > 0.0, "a finite number above 0")?;
        }
        for (name, value) in [
            ("clip-value", self.clip_value),
            ("clip-norm", self.clip_norm),
            ("temperature", self.temperature),
            ("rate-last", self.rate_last),
        ] {
            check_range(name, value, value >= 0.0, "a finite number of at least 0")?;
        }
        Ok(())
    }

    /// The network that reads `n_symbols` symbols in one direction.
    pub fn stack(&self, n_symbols: usize) -> StackConfig {
        StackConfig {
            cell: CellConfig {
                kind: self.cell,
                activation: self.activation,
                gru: self.gru,
                peepholes: self.peepholes,
                layer_norm: self.layer_norm,
                two_biases: self.two_biases,
                d_output: n_symbols,
                output_activation: Activation::Softmax,
            },
            d_input: n_symbols,
            d_hidden: self.hidden,
            n_layers: self.layers,
            // The second direction is a stack of its own: see `CharModel`.
            bidirectional: false,
            regularisation: Regularisation {
                dropout: self.dropout,
                variational_dropout: self.variational_dropout,
                zoneout: self.zoneout,
                weight_noise: self.weight_noise,
            },
            init: InitConfig {
                initializer: self.initializer,
                scale: self.init_scale,
                forget_bias: self.forget_bias,
            },
        }
    }

    /// The optimiser with its settings.
    pub fn optimizer_config(&self) -> OptimizerConfig {
        match self.optimizer {
            OptimizerName::Rmsprop => OptimizerConfig::Rmsprop {
                decay: self.decay,
                epsilon: self.epsilon,
            },
            OptimizerName::Adam => OptimizerConfig::Adam {
                beta_1: self.beta_1,
                beta_2: self.beta_2,
                epsilon: self.epsilon,
            },
            OptimizerName::Sgd => OptimizerConfig::Sgd {
                momentum: self.momentum,
            },
        }
    }

    /// How the rate changes.
    pub fn rate_schedule(&self) -> Schedule {
        match self.schedule {
            ScheduleName::Constant => Schedule::Constant,
            ScheduleName::Epochs => Schedule::Epochs {
                factor: self.rate_factor,
                after: self.rate_after,
            },
            ScheduleName::Cosine => Schedule::Cosine {
                last: self.rate_last,
            },
        }
    }

    /// How the text is cut.
    pub fn shares(&self) -> Shares {
        Shares {
            train: self.train_share,
            validation: self.validation_share,
            test: self.test_share,
        }
    }
}
