//! Flags of `reverie speech`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{DeviceArgs, RunArgs, TalkArgs};

/// `reverie speech`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  reverie speech digits --out digits.safetensors
  reverie speech hear --model digits.safetensors seven.wav
  reverie speech compare --out speech
The recordings are the Free Spoken Digit Dataset; reverie data list says where it is from.")]
pub struct SpeechArgs {
    /// What to do
    #[command(subcommand)]
    pub action: SpeechAction,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub talk: TalkArgs,
}

/// The verbs of `reverie speech`.
#[derive(Subcommand, Debug)]
pub enum SpeechAction {
    /// Train a network to say which digit was spoken
    Digits(Box<SpeechDigitsArgs>),
    /// Say which digit is spoken in sound files
    Hear(SpeechHearArgs),
    /// Compare tanh units, GRU and LSTM at going on with raw sound
    Compare(Box<SpeechCompareArgs>),
}

/// Where the recordings are.
#[derive(Args, Debug)]
pub struct RecordingArgs {
    /// Recordings: a .tar.gz or a folder of WAV files named DIGIT_SPEAKER_INDEX.wav; the Free Spoken Digit Dataset of the data folder unless said otherwise
    #[arg(long, value_name = "PATH", help_heading = "What")]
    pub recordings: Option<PathBuf>,
    /// Folder with downloaded data
    #[arg(long, value_name = "DIR", env = "REVERIE_DATA", help_heading = "What")]
    pub data_dir: Option<PathBuf>,
}

/// `reverie speech digits`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie speech digits --out digits.safetensors
  reverie speech digits --unidirectional --out forwards.safetensors
  reverie speech digits --cell gru --hidden 64 --epochs 10 --out small.safetensors
Presets: digits (default)
Recordings with index 0 to 4 are the test part, as everybody has it; all speakers are in all parts."
)]
pub struct SpeechDigitsArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub recordings: RecordingArgs,
    /// Named settings
    #[arg(long, help_heading = "Settings")]
    pub preset: Option<String>,
    /// Cell: lstm, gru, rnn
    #[arg(long, help_heading = "Network")]
    pub cell: Option<String>,
    /// Read from the beginning only
    #[arg(long, help_heading = "Network")]
    pub unidirectional: bool,
    /// Units of a layer in each direction
    #[arg(long, value_name = "N", help_heading = "Network")]
    pub hidden: Option<usize>,
    /// Number of layers
    #[arg(long, value_name = "N", help_heading = "Network")]
    pub layers: Option<usize>,
    /// Passes over the recordings
    #[arg(long, value_name = "N", help_heading = "Settings")]
    pub epochs: Option<u64>,
    /// The network: .safetensors
    #[arg(
        long,
        short = 'o',
        value_name = "FILE",
        required_unless_present = "print_config",
        help_heading = "Output"
    )]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub run: RunArgs,
}

/// `reverie speech hear`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  reverie speech hear --model digits.safetensors seven.wav
Sound must have one channel of 16 bits and 8,000 samples a second; ffmpeg -i IN -ac 1 -ar 8000 OUT.wav makes it so.")]
pub struct SpeechHearArgs {
    /// Sound files: .wav
    #[arg(value_name = "FILE.wav", required = true)]
    pub files: Vec<PathBuf>,
    /// A network of speech digits
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub model: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
}

/// `reverie speech compare`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  reverie speech compare --out speech
  reverie speech compare --tasks a --seeds 1 --updates 200 --out try
  reverie speech compare --out speech --resume
Task a goes on with 500 samples (1/16 s), task b with 8,000 (a second).")]
pub struct SpeechCompareArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub recordings: RecordingArgs,
    /// Tasks: a, b
    #[arg(
        long,
        value_name = "TASKS",
        value_delimiter = ',',
        default_value = "a,b",
        help_heading = "What"
    )]
    pub tasks: Vec<String>,
    /// Cells to compare: tanh, gru, lstm
    #[arg(
        long,
        value_name = "CELLS",
        value_delimiter = ',',
        default_value = "tanh,gru,lstm",
        help_heading = "What"
    )]
    pub cells: Vec<String>,
    /// Runs of every cell on every task, each with a seed of its own
    #[arg(long, value_name = "N", default_value_t = 3, help_heading = "Settings", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub seeds: u16,
    /// Updates of every run, at most; as many as the task has unless said otherwise
    #[arg(long, value_name = "N", help_heading = "Settings", value_parser = clap::value_parser!(u64).range(1..))]
    pub updates: Option<u64>,
    /// Seed of the first run
    #[arg(
        long,
        value_name = "N",
        env = "REVERIE_SEED",
        default_value_t = 0,
        help_heading = "Settings"
    )]
    pub seed: u64,
    /// Stop after so many seconds and keep what there is
    #[arg(long, value_name = "SECONDS", help_heading = "Settings", value_parser = super::seconds)]
    pub time_budget: Option<f64>,
    /// Runs at once, one thread each; as many as there are processor cores unless said otherwise
    #[arg(long, value_name = "N", help_heading = "Device", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub workers: Option<u16>,
    /// Folder for runs and results
    #[arg(long, short = 'o', value_name = "DIR", help_heading = "Output")]
    pub out: PathBuf,
    /// Go on with the study in --out; what is finished is not done again
    #[arg(long, help_heading = "Output")]
    pub resume: bool,
    /// Replace a study that is there
    #[arg(long, help_heading = "Output")]
    pub force: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
}

impl SpeechCompareArgs {
    /// Runs at once.
    pub fn workers(&self) -> usize {
        super::workers(self.workers)
    }
}
