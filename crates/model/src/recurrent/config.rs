//! Which network, in numbers and names.

use serde::{Deserialize, Serialize};

use super::{Activation, InitConfig, Regularisation};

/// The cells there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellKind {
    /// Elman's simple recurrent network.
    Rnn,
    /// Jordan's network, which feeds its output back.
    Jordan,
    /// Long short-term memory.
    #[default]
    Lstm,
    /// Gated recurrent unit.
    Gru,
}

/// The three ways to write a gated recurrent unit; see [`GruCell`](super::GruCell).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GruConvention {
    /// The reset gate acts before the product, z keeps.
    Britz,
    /// The reset gate acts before the product, z replaces.
    Chung,
    /// The reset gate acts after the product, z keeps: cuDNN and PyTorch.
    #[default]
    Torch,
}

/// Which cell.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellConfig {
    /// The cell.
    pub kind: CellKind,
    /// f of the Elman and Jordan cells; the gated ones have their own.
    pub activation: Activation,
    /// How a GRU is written.
    pub gru: GruConvention,
    /// Whether the gates of an LSTM see its memory.
    pub peepholes: bool,
    /// Whether summed inputs are normalised.
    pub layer_norm: bool,
    /// Whether every gate has two biases that are added up, one beside W_x and one beside W_h, as
    /// in char-rnn and PyTorch. The network can do nothing more with it, but an optimiser that gives
    /// every number a step of the same size moves their sum twice as fast. The candidate of the torch
    /// GRU, which has a bias beside W_h of its own, gets one more.
    pub two_biases: bool,
    /// V, the width of what a Jordan cell says; others have no use for it.
    pub d_output: usize,
    /// q, what a Jordan cell makes of what it says before it is fed back.
    pub output_activation: Activation,
}

impl Default for CellConfig {
    fn default() -> Self {
        Self {
            kind: CellKind::Lstm,
            activation: Activation::Tanh,
            gru: GruConvention::Torch,
            peepholes: false,
            layer_norm: false,
            two_biases: false,
            d_output: 0,
            output_activation: Activation::Softmax,
        }
    }
}

/// Cells on top of each other.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StackConfig {
    /// The cell of every layer.
    pub cell: CellConfig,
    /// D, the features of a step, or the number of symbols.
    pub d_input: usize,
    /// K, the units of a layer.
    pub d_hidden: usize,
    /// Number of layers.
    pub n_layers: usize,
    /// Whether every layer reads in both directions; its output is then `2·K` wide.
    pub bidirectional: bool,
    /// What disturbs it while it learns.
    pub regularisation: Regularisation,
    /// Where its numbers begin.
    pub init: InitConfig,
}

/// Why there is no such network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A size of zero, or one past any use.
    #[error("{name} is {value}, but must be {}", size_range(*.least, *.most))]
    Size {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: usize,
        /// Smallest that is allowed.
        least: usize,
        /// Largest that is allowed.
        most: usize,
    },
    /// A number outside its range.
    #[error("{name} is {value}, but must be {range}")]
    Range {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: f64,
        /// The range in words.
        range: &'static str,
    },
    /// Two settings that do not go together.
    #[error("{what}; {remedy}")]
    Conflict {
        /// What does not go together, and why.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
}

/// Sizes without a bound worth naming.
pub(crate) const NO_BOUND: usize = usize::MAX / 2;

fn size_range(least: usize, most: usize) -> String {
    if most == NO_BOUND {
        format!("at least {least}")
    } else {
        format!("between {least} and {most}")
    }
}

/// More units than this are a slip of the finger.
const MOST_UNITS: usize = 65_536;
/// More layers than this are a slip of the finger.
const MOST_LAYERS: usize = 64;

/// Refuses a size outside `least..=most`.
pub(crate) fn check_size(
    name: &'static str,
    value: usize,
    least: usize,
    most: usize,
) -> Result<(), ConfigError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(ConfigError::Size {
        name,
        value,
        least,
        most,
    })
}

/// Refuses a number that is not what it must be.
pub(crate) fn check_range(
    name: &'static str,
    value: f64,
    is_right: bool,
    range: &'static str,
) -> Result<(), ConfigError> {
    if is_right && value.is_finite() {
        return Ok(());
    }
    Err(ConfigError::Range { name, value, range })
}

impl StackConfig {
    /// Refuses sizes, shares and combinations that make no network.
    ///
    /// # Errors
    /// [`ConfigError`] with the setting, its value and what is allowed.
    pub fn check(&self) -> Result<(), ConfigError> {
        check_size("hidden", self.d_hidden, 1, MOST_UNITS)?;
        check_size("layers", self.n_layers, 1, MOST_LAYERS)?;
        let Regularisation {
            dropout,
            variational_dropout,
            zoneout,
            weight_noise,
        } = self.regularisation;
        let share = "at least 0 and below 1";
        for (name, value) in [
            ("dropout", dropout),
            ("variational-dropout", variational_dropout),
            ("zoneout", zoneout),
        ] {
            check_range(name, value, (0.0..1.0).contains(&value), share)?;
        }
        check_range(
            "weight-noise",
            weight_noise,
            weight_noise >= 0.0,
            "at least 0",
        )?;
        let scale = self.init.scale;
        check_range("init-scale", scale, scale > 0.0, "a finite number above 0")?;
        check_range(
            "forget-bias",
            self.init.forget_bias,
            true,
            "a finite number",
        )?;
        self.check_cell()
    }

    fn check_cell(&self) -> Result<(), ConfigError> {
        let cell = &self.cell;
        let conflict = |is_wrong, what, remedy| {
            if is_wrong {
                Err(ConfigError::Conflict { what, remedy })
            } else {
                Ok(())
            }
        };
        let is_jordan = cell.kind == CellKind::Jordan;
        let is_gated = matches!(cell.kind, CellKind::Lstm | CellKind::Gru);
        conflict(
            cell.peepholes && cell.kind != CellKind::Lstm,
            "peepholes show the gates of an LSTM its memory, and this cell has none",
            "leave peepholes out, or choose the cell lstm",
        )?;
        conflict(
            is_gated && cell.activation != Activation::Tanh,
            "the activation can be chosen for the cells rnn and jordan; gated cells have their own",
            "leave it out, or choose the cell rnn",
        )?;
        conflict(
            matches!(cell.activation, Activation::Identity | Activation::Softmax),
            "the activation of a cell is tanh, sigmoid or relu",
            "choose one of these",
        )?;
        conflict(
            is_jordan && cell.layer_norm,
            "layer normalisation is not defined for the cell jordan here",
            "leave it out, or choose the cell rnn",
        )?;
        conflict(
            is_jordan && (self.n_layers > 1 || self.bidirectional),
            "a Jordan network has one layer that reads forwards, for what goes round is its output",
            "use one layer, or choose the cell rnn",
        )?;
        conflict(
            is_jordan && self.regularisation.zoneout > 0.0,
            "zoneout holds hidden units, and a Jordan network carries none",
            "leave it out, or choose the cell rnn",
        )
    }
}
