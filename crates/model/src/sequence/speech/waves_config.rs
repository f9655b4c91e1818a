//! All settings of a network that goes on with sound, and of its training.

use serde::{Deserialize, Serialize};

use super::Mixture;
use crate::data::speech::{GUESSED, READ, WaveTask, steps_of};
use crate::recurrent::{
    CellConfig, CellKind, ConfigError, GruConvention, InitConfig, Initializer, NO_BOUND,
    StackConfig, check_range, check_size,
};
use crate::train::{OptimizerConfig, Schedule};

/// Components of the mixture that says what comes next.
pub const COMPONENTS: usize = 20;

/// One network of the comparison, its training and the sequences it takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WavesConfig {
    /// The cell.
    pub cell: CellKind,
    /// K, its units.
    pub hidden: usize,
    /// Sequences that are learnt from, at most.
    pub train: usize,
    /// Sequences that choices are made by, at most.
    pub validation: usize,
    /// Sequences that are looked at once, at the end, at most.
    pub test: usize,
    /// B, sequences side by side.
    pub batch: usize,
    /// Steps after which gradients are taken; the state is carried on through a sequence.
    pub window: usize,
    /// Updates of the numbers.
    pub updates: u64,
    /// Adam's step size.
    pub rate: f64,
    /// Share of the rate at the end of half a cosine.
    pub rate_last: f64,
    /// Largest norm of all gradients together.
    pub clip_norm: f64,
    /// Updates between two looks at the validation part.
    pub eval_every: u64,
    /// Looks without a new best after which training stops; 0 is never.
    pub patience: u64,
}

impl WavesConfig {
    /// The network of this size in Chung et al. 2014, table 1: 400 tanh units, 227 of a GRU, 195 of
    /// an LSTM, each with some 168,900 numbers beside the read-out; with settings that give an
    /// answer within minutes.
    ///
    /// A Jordan network, which they have not, gets the size of the tanh network.
    pub fn matched(cell: CellKind, task: WaveTask) -> Self {
        let hidden = match cell {
            CellKind::Rnn | CellKind::Jordan => 400,
            CellKind::Gru => 227,
            CellKind::Lstm => 195,
        };
        let common = Self {
            cell,
            hidden,
            train: 6_000,
            validation: 600,
            test: 600,
            batch: 32,
            window: steps_of(WaveTask::A.samples()),
            updates: 1_000,
            rate: 2e-3,
            rate_last: 0.05,
            clip_norm: 1.0,
            eval_every: 100,
            patience: 5,
        };
        match task {
            WaveTask::A => common,
            WaveTask::B => Self {
                train: 600,
                validation: 32,
                test: 64,
                batch: 16,
                window: 100,
                ..common
            },
        }
    }

    /// Refuses settings that make no network or no training.
    ///
    /// # Errors
    /// [`ConfigError`] with the setting, its value and what is allowed.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.cell == CellKind::Jordan {
            return Err(ConfigError::Conflict {
                what: "a Jordan network feeds back what it says, and here that is a whole mixture",
                remedy: "choose the cell rnn, gru or lstm",
            });
        }
        self.stack().check()?;
        for (name, value) in [
            ("train", self.train),
            ("validation", self.validation),
            ("test", self.test),
            ("window", self.window),
        ] {
            check_size(name, value, 1, NO_BOUND)?;
        }
        check_size("batch", self.batch, 1, 65_536)?;
        let whole = |value: u64| usize::try_from(value).unwrap_or(NO_BOUND);
        check_size("updates", whole(self.updates), 1, NO_BOUND)?;
        check_size("eval-every", whole(self.eval_every), 1, NO_BOUND)?;
        let positive = "a finite number above 0";
        check_range("rate", self.rate, self.rate > 0.0, positive)?;
        check_range("clip-norm", self.clip_norm, self.clip_norm > 0.0, positive)?;
        let share = (0.0..=1.0).contains(&self.rate_last);
        check_range("rate-last", self.rate_last, share, "between 0 and 1")
    }

    /// The recurrent part: one layer, a GRU in the form of Chung et al., an LSTM with peepholes, one
    /// bias a gate.
    pub fn stack(&self) -> StackConfig {
        StackConfig {
            cell: CellConfig {
                kind: self.cell,
                gru: GruConvention::Chung,
                peepholes: self.cell == CellKind::Lstm,
                ..CellConfig::default()
            },
            d_input: READ,
            d_hidden: self.hidden,
            n_layers: 1,
            bidirectional: false,
            regularisation: Default::default(),
            init: InitConfig {
                initializer: Initializer::Orthogonal,
                scale: 1.0,
                forget_bias: 1.0,
            },
        }
    }

    /// What it says in every step.
    pub fn mixture(&self) -> Mixture {
        Mixture {
            components: COMPONENTS,
            width: GUESSED,
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
