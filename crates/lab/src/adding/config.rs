//! What is tried.

use reverie_model::recurrent::{
    CellConfig, CellKind, InitConfig, Initializer, Regularisation, StackConfig,
};
use serde::{Deserialize, Serialize};

use crate::{LabError, positive, some, within};

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
        some("lengths", &self.lengths)?;
        some("cells", &self.cells)?;
        for &length in &self.lengths {
            within("T", length, 2..=10_000)
                .map_err(|e| e.because("two of the steps are marked"))?;
        }
        within("seeds", self.seeds, 1..=100)?;
        within("hidden", self.hidden, 1..=4_096)?;
        within("batch", self.batch, 1..=4_096)?;
        within("tests", self.tests, 1..=100_000)?;
        within("updates", self.updates, 1..)?;
        within("look-every", self.look_every, 1..)?;
        positive("rate", self.rate)?;
        positive("clip", self.clip)?;
        positive("enough", self.enough)
    }
}
