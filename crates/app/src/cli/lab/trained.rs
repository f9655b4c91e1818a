//! Flags of the experiments that train networks on small tasks.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::LabRunArgs;
use crate::cli::DeviceArgs;

/// `reverie lab ntm`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie lab ntm -o ntm.html
  reverie lab ntm --quick
  reverie lab ntm --seeds 4 --state machines -o ntm.html
  reverie lab ntm --seeds 4 --state machines --resume -o ntm.html
  reverie lab ntm --task repeat-copy --longest 10 -o repeat.html
Training ends after --sequences; --state DIR keeps every machine, and --resume goes on from there
as if it had never stopped. The LSTM beside it learns from as many sequences and is not kept."
)]
pub struct NtmArgs {
    /// What is to be learnt [default: copy]
    #[arg(long, value_name = "TASK", help_heading = "What")]
    pub task: Option<NtmTask>,
    /// Longest sequence that is learnt from, in vectors; also the most repeats [default: 20; repeat-copy: 10]
    #[arg(long, value_name = "N", help_heading = "What")]
    pub longest: Option<usize>,
    /// Sequences that are learnt from [default: 30000; with --quick: 8000]
    #[arg(long, value_name = "N", help_heading = "What")]
    pub sequences: Option<u64>,
    /// Machines, each with another seed [default: 1]
    #[arg(long, value_name = "N", help_heading = "What")]
    pub seeds: Option<usize>,
    /// Rows of the memory [default: 128]
    #[arg(long, value_name = "N", help_heading = "Machine")]
    pub rows: Option<usize>,
    /// Numbers in a row [default: 20]
    #[arg(long, value_name = "N", help_heading = "Machine")]
    pub width: Option<usize>,
    /// Units of the controller [default: 100]
    #[arg(long, value_name = "N", help_heading = "Machine")]
    pub hidden: Option<usize>,
    /// Step size [default: 0.001]
    #[arg(long, value_name = "RATE", help_heading = "Machine")]
    pub rate: Option<f64>,
    /// Sequences in an update [default: 2]
    #[arg(long, value_name = "N", help_heading = "Machine")]
    pub batch: Option<usize>,
    /// Units of the LSTM beside it [default: 256]
    #[arg(long, value_name = "N", help_heading = "LSTM")]
    pub lstm_hidden: Option<usize>,
    /// Layers of the LSTM beside it [default: 1]
    #[arg(long, value_name = "N", help_heading = "LSTM")]
    pub lstm_layers: Option<usize>,
    /// Leave the LSTM out
    #[arg(long, help_heading = "LSTM")]
    pub no_lstm: bool,
    /// Folder that keeps every machine, and the LSTM, while they learn
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub state: Option<PathBuf>,
    /// Go on with the machines in the folder --state
    #[arg(long, requires = "state", help_heading = "Output")]
    pub resume: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub lab: LabRunArgs,
}

/// Tasks of the neural Turing machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum NtmTask {
    /// Say again what was shown
    Copy,
    /// Say it again so many times
    RepeatCopy,
}

/// `reverie lab adding`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie lab adding -o adding.html
  reverie lab adding --quick
  reverie lab adding --lengths 100,200,400 --updates 6000 --seeds 3 -o adding.html
  reverie lab adding --lengths 200 --cells gru,lstm --updates 4000
Cells: tanh, gru, lstm, lstm-norm. A network stops when it has learnt the task."
)]
pub struct AddingArgs {
    /// Steps of a sequence, with commas between several [default: 100; with --quick: 20]
    #[arg(
        long,
        value_name = "T,..",
        value_delimiter = ',',
        help_heading = "What"
    )]
    pub lengths: Vec<usize>,
    /// Cells that are tried, with commas between them; all unless said otherwise
    #[arg(
        long,
        value_name = "CELL,..",
        value_delimiter = ',',
        help_heading = "What"
    )]
    pub cells: Vec<AddingCellName>,
    /// How often each is tried, with another seed each time [default: 1]
    #[arg(long, value_name = "N", help_heading = "What")]
    pub seeds: Option<usize>,
    /// Units of a network [default: 64]
    #[arg(long, value_name = "N", help_heading = "What")]
    pub hidden: Option<usize>,
    /// Most updates of a network [default: 2000; with --quick: 500]
    #[arg(long, value_name = "N", help_heading = "What")]
    pub updates: Option<u64>,
    /// Step size [default: 0.005]
    #[arg(long, value_name = "RATE", help_heading = "What")]
    pub rate: Option<f64>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub lab: LabRunArgs,
}

/// Cells of the adding problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AddingCellName {
    /// Elman's simple network
    Tanh,
    /// Gated recurrent unit
    Gru,
    /// Long short-term memory
    Lstm,
    /// The same with layer normalisation
    LstmNorm,
}

/// `reverie lab elman`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie lab elman -o elman.html
  reverie lab elman --stream letters --hidden 10 --seeds 5
  reverie lab elman --quick --json"
)]
pub struct ElmanArgs {
    /// What is to be guessed; both unless said otherwise
    #[arg(long, value_name = "STREAM", help_heading = "What")]
    pub stream: Option<StreamName>,
    /// How often each network is tried, with another seed each time [default: 3; with --quick: 1]
    #[arg(long, value_name = "N", help_heading = "What")]
    pub seeds: Option<usize>,
    /// Units of a network [default: 20]
    #[arg(long, value_name = "N", help_heading = "What")]
    pub hidden: Option<usize>,
    /// Symbols that are learnt from at once [default: 30]
    #[arg(long, value_name = "T", help_heading = "What")]
    pub steps: Option<usize>,
    /// Updates of a network [default: 600]
    #[arg(long, value_name = "N", help_heading = "What")]
    pub updates: Option<u64>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub lab: LabRunArgs,
}

/// Streams for Elman's and Jordan's networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StreamName {
    /// ba, dii, guuu in random order
    Letters,
    /// Two random bits, then their exclusive or
    Xor,
}

/// `reverie lab architectures`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie lab architectures -o architectures.html
  reverie lab architectures --updates 3000 --seed 2
  reverie lab architectures --quick"
)]
pub struct ArchitecturesArgs {
    /// Updates of every example [default: 1500; with --quick: 150]
    #[arg(long, value_name = "N", help_heading = "What")]
    pub updates: Option<u64>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub lab: LabRunArgs,
}

/// `reverie lab layernorm`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie lab layernorm --data-dir data -o layernorm.html
  reverie lab layernorm --seeds 3 --updates 1500 --level 1.7 -o layernorm.html
  reverie lab layernorm --text book.txt --quick
The model is that of `reverie text train --preset char-rnn`; --hidden and --layers change it."
)]
pub struct LayerNormArgs {
    /// Text: a file, or the name of a data set
    #[arg(
        long,
        value_name = "FILE",
        default_value = "war-and-peace",
        help_heading = "What"
    )]
    pub text: PathBuf,
    /// Folder with downloaded data, where --text is the name of a data set
    #[arg(long, env = "REVERIE_DATA", value_name = "DIR", help_heading = "What")]
    pub data_dir: Option<PathBuf>,
    /// How often it is tried, with another seed each time [default: 1]
    #[arg(long, value_name = "N", help_heading = "What")]
    pub seeds: Option<usize>,
    /// Most updates of a model [default: 600; with --quick: 100]
    #[arg(long, value_name = "N", help_heading = "What")]
    pub updates: Option<u64>,
    /// Validation loss that is to be reached, in nats per character [default: 2.1; with --quick: 3]
    #[arg(long, value_name = "NATS", help_heading = "What")]
    pub level: Option<f64>,
    /// Units of a layer [default: 128]
    #[arg(long, value_name = "N", help_heading = "Model")]
    pub hidden: Option<usize>,
    /// Layers [default: 2]
    #[arg(long, value_name = "N", help_heading = "Model")]
    pub layers: Option<usize>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub lab: LabRunArgs,
}
