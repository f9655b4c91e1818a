//! Flags of `reverie text`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{DeviceArgs, RunArgs, TalkArgs};

/// `reverie text`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  reverie text train --text book.txt --preset quick --out book
  reverie text sample --model book --prime 'The ' --length 500
  reverie text eval --model book --text book.txt
  reverie text neurons --model book --text book.txt -o neurons.html")]
pub struct TextArgs {
    /// What to do
    #[command(subcommand)]
    pub action: TextAction,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub talk: TalkArgs,
}

/// The verbs of `reverie text`.
#[derive(Subcommand, Debug)]
pub enum TextAction {
    /// Train a network to guess the next character
    Train(Box<TextTrainArgs>),
    /// Measure how well a model knows a text
    Eval(TextEvalArgs),
    /// Let a model write
    Sample(TextSampleArgs),
    /// Show what single neurons do while the model reads
    Neurons(TextNeuronsArgs),
}

/// `reverie text train`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie text train --text book.txt --preset quick --out book
  reverie text train --text war-and-peace --preset war-and-peace --seed 1 --out wp
  reverie text train --text book.txt --cell gru --gru britz --hidden 256 --out book-gru
  reverie text train --text book.txt --out book --resume
Presets: char-rnn (default), karpathy2015, quick, war-and-peace, c-source"
)]
pub struct TextTrainArgs {
    /// Text to learn from, UTF-8; or the name of a data set such as war-and-peace
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "print_config",
        help_heading = "What"
    )]
    pub text: Option<PathBuf>,
    /// Folder for log, samples, checkpoints and report
    #[arg(
        long,
        short = 'o',
        value_name = "DIR",
        required_unless_present = "print_config",
        help_heading = "Output"
    )]
    pub out: Option<PathBuf>,
    /// Go on with the run in --out; settings come from there
    #[arg(long, conflicts_with = "preset", help_heading = "Output")]
    pub resume: bool,
    /// Named settings
    #[arg(long, help_heading = "Settings")]
    pub preset: Option<String>,
    /// Cell: lstm, gru, rnn, jordan
    #[arg(long, help_heading = "Network")]
    pub cell: Option<String>,
    /// What rnn and jordan do to their sums: tanh, sigmoid, relu
    #[arg(long, help_heading = "Network")]
    pub activation: Option<String>,
    /// How a GRU is written: britz, chung, torch
    #[arg(long, help_heading = "Network")]
    pub gru: Option<String>,
    /// Let the gates of an LSTM see its memory
    #[arg(long, help_heading = "Network")]
    pub peepholes: bool,
    /// Normalise summed inputs
    #[arg(long, help_heading = "Network")]
    pub layer_norm: bool,
    /// Read from both ends; such a model fills gaps and cannot write
    #[arg(long, help_heading = "Network")]
    pub bidirectional: bool,
    /// Units of a layer
    #[arg(long, value_name = "N", help_heading = "Network")]
    pub hidden: Option<usize>,
    /// Number of layers
    #[arg(long, value_name = "N", help_heading = "Network")]
    pub layers: Option<usize>,
    /// Share of units dropped between layers and before the read-out while learning
    #[arg(long, value_name = "P", help_heading = "Network")]
    pub dropout: Option<f64>,
    /// Updates of the numbers
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub iterations: Option<u64>,
    /// Pieces of text read side by side
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub batch: Option<usize>,
    /// Characters after which gradients are taken
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub steps: Option<usize>,
    /// rmsprop, adam or sgd
    #[arg(long, help_heading = "Training")]
    pub optimizer: Option<String>,
    /// Step size
    #[arg(long, help_heading = "Training")]
    pub rate: Option<f64>,
    /// Line ends: lf makes all of them one line feed, keep leaves them
    #[arg(long, help_heading = "Training")]
    pub newlines: Option<String>,
    /// Iterations between two looks at the validation text
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub eval_every: Option<u64>,
    /// Folder with downloaded data, where --text is the name of a data set
    #[arg(long, value_name = "DIR", env = "REVERIE_DATA", help_heading = "What")]
    pub data_dir: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub run: RunArgs,
}

/// `reverie text eval`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  reverie text eval --model wp --text war-and-peace
  reverie text eval --model wp --text war-and-peace --split validation --json")]
pub struct TextEvalArgs {
    /// Folder that training wrote to, or one checkpoint in it
    #[arg(long, value_name = "DIR", help_heading = "What")]
    pub model: PathBuf,
    /// Text to measure on, cut as in training; or the name of a data set
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub text: PathBuf,
    /// Part of the text: train, validation, test, or all of it
    #[arg(long, default_value = "test", help_heading = "What")]
    pub split: String,
    /// Pieces read side by side, each beginning without knowing what stands before it; as in training unless said otherwise
    #[arg(long, value_name = "N", help_heading = "What", value_parser = clap::value_parser!(u16).range(1..))]
    pub batch: Option<u16>,
    /// Folder with downloaded data, where --text is the name of a data set
    #[arg(long, value_name = "DIR", env = "REVERIE_DATA", help_heading = "What")]
    pub data_dir: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
}

/// `reverie text sample`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie text sample --model wp --prime 'Prince Andrew ' --length 500
  reverie text sample --model wp --temperature 0.5 --seed 7
  reverie text sample --model wp --count 4 --top-p 0.9 --json"
)]
pub struct TextSampleArgs {
    /// Folder that training wrote to, or one checkpoint in it
    #[arg(long, value_name = "DIR", help_heading = "What")]
    pub model: PathBuf,
    /// Text that the model reads first; it goes on from there
    #[arg(long, value_name = "STR", default_value = "", help_heading = "What")]
    pub prime: String,
    /// Characters to write
    #[arg(long, value_name = "N", default_value_t = 1000, help_heading = "What")]
    pub length: usize,
    /// Texts to write at once
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "What")]
    pub count: usize,
    /// 1 is the model's own distribution, less is more careful, more is wilder, 0 always takes the likeliest
    #[arg(long, value_name = "X", default_value_t = 1.0, help_heading = "How")]
    pub temperature: f64,
    /// Only so many of the likeliest characters; 0 is all of them
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "How")]
    pub top_k: usize,
    /// Only the likeliest characters that together have this share
    #[arg(long, value_name = "P", default_value_t = 1.0, help_heading = "How")]
    pub top_p: f64,
    /// Seed of all random numbers
    #[arg(
        long,
        value_name = "N",
        env = "REVERIE_SEED",
        default_value_t = 0,
        help_heading = "How"
    )]
    pub seed: u64,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
}

/// `reverie text neurons`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  reverie text neurons --model wp --text war-and-peace -o neurons.html
Cells are chosen on the last but one tenth of the text and reported on the last.
A PNG is written beside the page.")]
pub struct TextNeuronsArgs {
    /// Folder that training wrote to, or one checkpoint in it
    #[arg(long, value_name = "DIR", help_heading = "What")]
    pub model: PathBuf,
    /// Text to read; or the name of a data set
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub text: PathBuf,
    /// Longest passage that cells are chosen on, and longest that they are reported on, in characters
    #[arg(long, value_name = "N", default_value_t = 20_000, help_heading = "What", value_parser = clap::value_parser!(u32).range(500..=1_000_000))]
    pub passage: u32,
    /// Characters that the page shows
    #[arg(long, value_name = "N", default_value_t = 3_000, help_heading = "What", value_parser = clap::value_parser!(u32).range(50..=100_000))]
    pub shown: u32,
    /// Seed of the shuffled labels
    #[arg(
        long,
        value_name = "N",
        env = "REVERIE_SEED",
        default_value_t = 0,
        help_heading = "What"
    )]
    pub seed: u64,
    /// The page: .html
    #[arg(long, short = 'o', value_name = "FILE.html", help_heading = "Output")]
    pub out: PathBuf,
    /// Replace files that exist
    #[arg(long, help_heading = "Output")]
    pub force: bool,
    /// Folder with downloaded data, where --text is the name of a data set
    #[arg(long, value_name = "DIR", env = "REVERIE_DATA", help_heading = "What")]
    pub data_dir: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
}
