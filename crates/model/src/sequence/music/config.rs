//! All settings of the comparison, flat as a settings file has them, and of one run in it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::super::OptimizerName;
use crate::data::music::KEYS;
use crate::recurrent::{
    Activation, CellConfig, CellKind, ConfigError, GruConvention, InitConfig, Initializer,
    NO_BOUND, Regularisation, StackConfig, check_range, check_size,
};
use crate::train::OptimizerConfig;

/// The cells that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MusicCell {
    /// Elman's simple network with tanh units.
    Tanh,
    /// Gated recurrent unit, as Chung writes it.
    Gru,
    /// Long short-term memory with peepholes.
    Lstm,
}

impl MusicCell {
    /// All of them, in the order of the published table.
    pub const ALL: [Self; 3] = [Self::Tanh, Self::Gru, Self::Lstm];

    /// What the user types.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tanh => "tanh",
            Self::Gru => "gru",
            Self::Lstm => "lstm",
        }
    }

    /// What people write.
    pub fn title(self) -> &'static str {
        match self {
            Self::Tanh => "tanh",
            Self::Gru => "GRU",
            Self::Lstm => "LSTM",
        }
    }

    /// The cell itself, without gates that are normalised.
    pub fn config(self) -> CellConfig {
        CellConfig {
            kind: match self {
                Self::Tanh => CellKind::Rnn,
                Self::Gru => CellKind::Gru,
                Self::Lstm => CellKind::Lstm,
            },
            activation: Activation::Tanh,
            gru: GruConvention::Chung,
            peepholes: self == Self::Lstm,
            layer_norm: false,
            two_biases: false,
            d_output: 0,
            output_activation: Activation::Softmax,
        }
    }
}

impl fmt::Display for MusicCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for MusicCell {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|cell| cell.name() == name)
            .ok_or_else(|| format!("there is no cell {name}; there are tanh gru lstm"))
    }
}

/// How models of music are trained and compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MusicConfig {
    /// K of the cell tanh.
    pub hidden_tanh: usize,
    /// K of the cell gru.
    pub hidden_gru: usize,
    /// K of the cell lstm.
    pub hidden_lstm: usize,
    /// Number of layers.
    pub layers: usize,
    /// See [`Regularisation::dropout`].
    pub dropout: f64,
    /// Standard deviation of what is added to every weight of W_x, W_h and of the read-out for one
    /// chunk; see [`Regularisation::weight_noise`].
    pub weight_noise: f64,

    /// How the numbers begin.
    pub initializer: Initializer,
    /// See [`Initializer`].
    pub init_scale: f64,
    /// Bias of an LSTM's forget gates at the start.
    pub forget_bias: f64,

    /// B, pieces that are read side by side.
    pub batch: usize,
    /// T, steps after which gradients are taken; the state is carried on.
    pub steps: usize,
    /// Semitones by which a piece may be moved up or down each time it is learnt from.
    pub transpose: usize,
    /// Which optimiser.
    pub optimizer: OptimizerName,
    /// Learning rates that are tried, drawn from exp U([`Self::rate_low`], [`Self::rate_high`]); with
    /// 1, [`Self::rate`] is taken.
    pub rates: usize,
    /// Logarithm of the smallest rate that may be drawn.
    pub rate_low: f64,
    /// Logarithm of the largest rate that may be drawn.
    pub rate_high: f64,
    /// The learning rate where none are drawn.
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
    /// Largest norm of all gradients together; 0 is no limit.
    pub clip_norm: f64,

    /// Passes over the training pieces, at most.
    pub epochs: u64,
    /// Updates, at most: training ends with the pass in which they are reached. Sets differ in size by
    /// far more than in what it takes to learn them.
    pub updates: u64,
    /// Passes without a new best on the validation pieces after which training stops; 0 is never.
    pub patience: u64,
    /// Passes without a new best after which the rate is lowered and the best numbers so far are
    /// taken up again; 0 is never.
    pub plateau: u64,
    /// What the rate is multiplied by then.
    pub rate_factor: f64,

    /// Runs of the chosen rate, each with a seed of its own.
    pub seeds: usize,
    /// Whether the worse half of the rates is dropped again and again, instead of training all of them
    /// to the end.
    pub halving: bool,
    /// Passes of the first round of halving; each later round has twice as many in all.
    pub halving_epochs: u64,
}

impl MusicConfig {
    /// Refuses settings that make no model, no training or no comparison.
    ///
    /// # Errors
    /// [`ConfigError`] with the setting, its value and what is allowed.
    pub fn check(&self) -> Result<(), ConfigError> {
        for cell in MusicCell::ALL {
            self.stack(cell).check()?;
        }
        let at_least_one = |name, value: u64| {
            let value = usize::try_from(value).unwrap_or(NO_BOUND);
            check_size(name, value, 1, NO_BOUND)
        };
        check_size("batch", self.batch, 1, 65_536)?;
        check_size("steps", self.steps, 1, 65_536)?;
        check_size("transpose", self.transpose, 0, KEYS / 2)?;
        check_size("rates", self.rates, 1, 1_000)?;
        check_size("seeds", self.seeds, 1, 1_000)?;
        at_least_one("epochs", self.epochs)?;
        at_least_one("updates", self.updates)?;
        at_least_one("halving-epochs", self.halving_epochs)?;
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
        check_range(
            "clip-norm",
            self.clip_norm,
            self.clip_norm >= 0.0,
            "a finite number of at least 0",
        )?;
        check_range("rate-low", self.rate_low, true, "a finite number")?;
        let is_above = self.rate_high >= self.rate_low;
        check_range("rate-high", self.rate_high, is_above, "at least rate-low")
    }

    /// K of a cell.
    pub fn hidden(&self, cell: MusicCell) -> usize {
        match cell {
            MusicCell::Tanh => self.hidden_tanh,
            MusicCell::Gru => self.hidden_gru,
            MusicCell::Lstm => self.hidden_lstm,
        }
    }

    /// The network without its read-out.
    pub fn stack(&self, cell: MusicCell) -> StackConfig {
        StackConfig {
            cell: cell.config(),
            d_input: KEYS,
            d_hidden: self.hidden(cell),
            n_layers: self.layers,
            bidirectional: false,
            regularisation: Regularisation {
                dropout: self.dropout,
                weight_noise: self.weight_noise,
                ..Regularisation::default()
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
}

/// One run: which network learns, how fast, and from which seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MusicRun {
    /// Everything else.
    pub config: MusicConfig,
    /// The cell.
    pub cell: MusicCell,
    /// The learning rate at the start.
    #[serde(with = "crate::train::exact")]
    pub rate: f64,
    /// Seed of all random numbers.
    pub seed: u64,
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The published sizes.
    pub fn config() -> MusicConfig {
        MusicConfig {
            hidden_tanh: 100,
            hidden_gru: 46,
            hidden_lstm: 36,
            layers: 1,
            dropout: 0.0,
            weight_noise: 0.0,
            initializer: Initializer::Uniform,
            init_scale: 0.08,
            forget_bias: 1.0,
            batch: 4,
            steps: 16,
            transpose: 0,
            optimizer: OptimizerName::Adam,
            rates: 1,
            rate_low: -12.0,
            rate_high: -6.0,
            rate: 0.01,
            decay: 0.9,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
            momentum: 0.0,
            clip_norm: 1.0,
            epochs: 3,
            updates: 1_000_000,
            patience: 0,
            plateau: 0,
            rate_factor: 0.5,
            seeds: 1,
            halving: false,
            halving_epochs: 4,
        }
    }

    #[test]
    fn what_makes_no_comparison_is_refused() {
        config().check().unwrap();
        let refuses = |change: &dyn Fn(&mut MusicConfig), words: &str| {
            let mut config = config();
            change(&mut config);
            let error = config.check().unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        };
        refuses(&|config| config.seeds = 0, "seeds is 0");
        refuses(&|config| config.rates = 0, "rates is 0");
        refuses(&|config| config.batch = 0, "batch is 0");
        refuses(&|config| config.rate_high = -13.0, "rate-high is -13");
        refuses(&|config| config.rate = f64::NAN, "rate is NaN");
        refuses(&|config| config.transpose = 100, "transpose is 100");
        refuses(&|config| config.hidden_gru = 0, "hidden");
    }

    #[test]
    fn cells_are_known_by_name() {
        for cell in MusicCell::ALL {
            assert_eq!(cell.name().parse(), Ok(cell));
        }
        assert!(
            "rnn"
                .parse::<MusicCell>()
                .unwrap_err()
                .contains("tanh gru lstm")
        );
    }
}
