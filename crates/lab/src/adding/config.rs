//! What is tried.

use reverie_model::recurrent::{
    CellConfig, CellKind, InitConfig, Initializer, Regularisation, StackConfig,
};
use serde::{Deserialize, Serialize};

use crate::{LabError, check};

/// The cells that are set against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddingCell {
    /// Elman's simple network.
    Tanh,
    /// Gated recurrent unit.
    Gru,
    /// Long short-term memory.
    Lstm,
    /// The same with layer normalisation.
    LstmNorm,
}

impl AddingCell {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Tanh, Self::Gru, Self::Lstm, Self::LstmNorm];

    /// Its name in a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tanh => "tanh",
            Self::Gru => "GRU",
            Self::Lstm => "LSTM",
            Self::LstmNorm => "LSTM, layer norm",
        }
    }

    fn kind(self) -> CellKind {
        match self {
            Self::Tanh => CellKind::Rnn,
            Self::Gru => CellKind::Gru,
            Self::Lstm | Self::LstmNorm => CellKind::Lstm,
        }
    }
}

/// All settings of the experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddingConfig {
    /// T, lengths that are tried, in steps.
    pub lengths: Vec<usize>,
    /// Cells that are tried.
    pub cells: Vec<AddingCell>,
    /// How often each is tried, with another seed each time.
    pub seeds: usize,
    /// The first seed.
    pub seed: u64,
    /// K, units of a network.
    pub hidden: usize,
    /// Sequences in an update.
    pub batch: usize,
    /// Most updates of a network.
    pub updates: u64,
    /// Step size of Adam.
    pub rate: f64,
    /// Largest norm of all gradients together.
    pub clip: f64,
    /// Updates between two looks at fresh sequences.
    pub look_every: u64,
    /// Fresh sequences in a look.
    pub tests: usize,
    /// The mean squared error at which a network has learnt it, and stops.
    pub enough: f64,
}

impl Default for AddingConfig {
    fn default() -> Self {
        Self {
            lengths: vec![100],
            cells: AddingCell::ALL.to_vec(),
            seeds: 1,
            seed: 0,
            hidden: 64,
            batch: 50,
            updates: 2_000,
            rate: 5e-3,
            clip: 1.0,
            look_every: 100,
            tests: 500,
            enough: 0.002,
        }
    }
}

/// Weights of the state begin this close to the largest that is stable.
const SCALE: f64 = 1.0;

impl AddingConfig {
    /// A small version: a length that all cells learn in seconds.
    pub fn quick() -> Self {
        Self {
            lengths: vec![20],
            updates: 500,
            look_every: 25,
            ..Self::default()
        }
    }

    /// The network for one cell.
    pub fn stack(&self, cell: AddingCell) -> StackConfig {
        StackConfig {
            cell: CellConfig {
                kind: cell.kind(),
                layer_norm: cell == AddingCell::LstmNorm,
                ..CellConfig::default()
            },
            d_input: 2,
            d_hidden: self.hidden,
            n_layers: 1,
            bidirectional: false,
            regularisation: Regularisation::default(),
            init: InitConfig {
                initializer: Initializer::Orthogonal,
                scale: SCALE,
                forget_bias: 1.0,
            },
        }
    }

    /// Refuses settings that make no experiment.
    ///
    /// # Errors
    /// [`LabError::Setting`] with the setting, its value and what is allowed.
    pub fn check(&self) -> Result<(), LabError> {
        let (lengths, cells) = (self.lengths.len(), self.cells.len());
        check("lengths", lengths, lengths > 0, "at least one")?;
        check("cells", cells, cells > 0, "at least one")?;
        for &length in &self.lengths {
            let must = "between 2 and 10000 steps, for two of them are marked";
            check("T", length, (2..=10_000).contains(&length), must)?;
        }
        let to = |most: usize| 1..=most;
        check(
            "seeds",
            self.seeds,
            to(100).contains(&self.seeds),
            "between 1 and 100",
        )?;
        check(
            "hidden",
            self.hidden,
            to(4_096).contains(&self.hidden),
            "between 1 and 4096",
        )?;
        check(
            "batch",
            self.batch,
            to(4_096).contains(&self.batch),
            "between 1 and 4096",
        )?;
        check(
            "tests",
            self.tests,
            to(100_000).contains(&self.tests),
            "between 1 and 100000",
        )?;
        check("updates", self.updates, self.updates > 0, "at least 1")?;
        check(
            "look-every",
            self.look_every,
            self.look_every > 0,
            "at least 1",
        )?;
        for (name, value) in [
            ("rate", self.rate),
            ("clip", self.clip),
            ("enough", self.enough),
        ] {
            let is_fine = value > 0.0 && value.is_finite();
            check(name, value, is_fine, "a finite number above 0")?;
        }
        Ok(())
    }
}
