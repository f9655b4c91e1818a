//! What is tried.

use reverie_model::recurrent::{
    Activation, CellConfig, CellKind, InitConfig, Initializer, Regularisation, StackConfig,
};
use serde::{Deserialize, Serialize};

use super::stream::Stream;
use crate::{LabError, positive, some, within};

/// What goes round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feedback {
    /// The hidden units.
    Elman,
    /// The output.
    Jordan,
}

impl Feedback {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Elman, Self::Jordan];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Elman => "Elman",
            Self::Jordan => "Jordan",
        }
    }
}

/// All settings of the experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ElmanConfig {
    /// Streams that are tried.
    pub streams: Vec<Stream>,
    /// How often each network is tried, with another seed each time.
    pub seeds: usize,
    /// The first seed.
    pub seed: u64,
    /// K, units of a network; Elman had 20 for the letters.
    pub hidden: usize,
    /// T, symbols of a stream that are learnt from at once.
    pub steps: usize,
    /// Streams side by side.
    pub batch: usize,
    /// Updates of a network.
    pub updates: u64,
    /// Step size of Adam.
    pub rate: f64,
    /// Largest norm of all gradients together.
    pub clip: f64,
    /// Updates between two looks at fresh streams.
    pub look_every: u64,
}

impl Default for ElmanConfig {
    fn default() -> Self {
        Self {
            streams: Stream::ALL.to_vec(),
            seeds: 3,
            seed: 0,
            hidden: 20,
            steps: 30,
            batch: 16,
            updates: 600,
            rate: 0.01,
            clip: 1.0,
            look_every: 50,
        }
    }
}

impl ElmanConfig {
    /// A small version: one seed.
    pub fn quick() -> Self {
        Self {
            seeds: 1,
            ..Self::default()
        }
    }

    /// The network that guesses a stream.
    pub(super) fn stack(&self, stream: Stream, feedback: Feedback) -> StackConfig {
        StackConfig {
            cell: CellConfig {
                kind: match feedback {
                    Feedback::Elman => CellKind::Rnn,
                    Feedback::Jordan => CellKind::Jordan,
                },
                d_output: stream.n_symbols(),
                output_activation: Activation::Softmax,
                ..CellConfig::default()
            },
            d_input: stream.n_symbols(),
            d_hidden: self.hidden,
            n_layers: 1,
            bidirectional: false,
            regularisation: Regularisation::default(),
            init: InitConfig {
                initializer: Initializer::Pytorch,
                scale: 1.0,
                forget_bias: 0.0,
            },
        }
    }

    /// Refuses settings that make no experiment.
    ///
    /// # Errors
    /// [`LabError::Setting`] with the setting, its value and what is allowed.
    pub fn check(&self) -> Result<(), LabError> {
        some("streams", &self.streams)?;
        within("seeds", self.seeds, 1..=100)?;
        within("hidden", self.hidden, 1..=4_096)?;
        within("batch", self.batch, 1..=4_096)?;
        within("T", self.steps, 4..=10_000)?;
        within("updates", self.updates, 1..)?;
        within("look-every", self.look_every, 1..)?;
        positive("rate", self.rate)?;
        positive("clip", self.clip)
    }
}
