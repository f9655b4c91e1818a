//! Settings.

use reverie_model::recurrent::{CellConfig, InitConfig, Initializer, Regularisation, StackConfig};
use serde::{Deserialize, Serialize};

use super::super::task::Task;
use crate::{LabError, positive, within};

/// Settings of the LSTM; those of the task are the machine's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BaselineConfig {
    /// What is to be learnt.
    pub task: Task,
    /// Longest sequence that is learnt from.
    pub longest: usize,
    /// K, units of a layer. The paper has 256.
    pub hidden: usize,
    /// Layers. The paper has three.
    pub layers: usize,
    /// Sequences in an update.
    pub batch: usize,
    /// Sequences that are learnt from in all.
    pub sequences: u64,
    /// Step size of Adam.
    pub rate: f64,
    /// Largest norm of all gradients together.
    pub clip: f64,
    /// Fresh sequences in a look.
    pub tests: usize,
    /// Sequences between two looks.
    pub look_every: u64,
    /// Seed of all random numbers.
    pub seed: u64,
}

impl BaselineConfig {
    /// The network: LSTM cells without peepholes, orthogonal weights, open forget gates.
    pub(super) fn stack(&self) -> StackConfig {
        StackConfig {
            cell: CellConfig::default(),
            d_input: self.task.d_input(),
            d_hidden: self.hidden,
            n_layers: self.layers,
            bidirectional: false,
            regularisation: Regularisation::default(),
            init: InitConfig {
                initializer: Initializer::Orthogonal,
                scale: 1.0,
                forget_bias: 1.0,
            },
        }
    }

    /// Refuses settings that make no network.
    ///
    /// # Errors
    /// [`LabError::Setting`] with the setting, its value and what is allowed.
    pub fn check(&self) -> Result<(), LabError> {
        within("lstm-hidden", self.hidden, 1..=4_096)?;
        within("lstm-layers", self.layers, 1..=16)?;
        within("longest", self.longest, 1..=1_000)?;
        within("batch", self.batch, 1..=1_024)?;
        within("tests", self.tests, 1..=100_000)?;
        within("look-every", self.look_every, 1..)?;
        positive("lstm-rate", self.rate)?;
        positive("clip", self.clip)
    }
}
