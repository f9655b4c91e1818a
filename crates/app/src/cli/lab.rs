//! Flags of `reverie lab`.
//!
//! Adding an experiment: a variant of [`LabAction`] here, its struct of flags with [`LabRunArgs`]
//! flattened into it, and a file in `command/lab` that implements `Experiment` for the struct.

mod systems;
mod trained;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

pub use self::systems::{EsnArgs, OdeArgs, UniversalArgs};
pub use self::trained::{AddingArgs, ArchitecturesArgs, ElmanArgs, LayerNormArgs, NtmArgs};
use super::{DeviceArgs, RunArgs, TalkArgs};

/// `reverie lab`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  reverie lab hopfield -o hopfield.html
  reverie lab gradients --quick
  reverie lab memory --json --seed 3
Every experiment prints a table of figures beside what theory or others say of them; -o FILE.html
makes a page with the pictures. Most end within two minutes on two cores; layernorm takes three and
ntm five, and --quick is much sooner. --print-config writes all settings, which --config reads.")]
pub struct LabArgs {
    /// The experiment
    #[command(subcommand)]
    pub action: LabAction,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub talk: TalkArgs,
}

/// The experiments.
#[derive(Subcommand, Debug)]
pub enum LabAction {
    /// Store pictures in a Hopfield network and recall them from noise or from a half
    Hopfield(HopfieldArgs),
    /// Go on with a chaotic series or one of your own, by an echo state network
    Esn(EsnArgs),
    /// Find the parameters of differential equations by a network whose step is the integrator
    Ode(OdeArgs),
    /// Learn a driven oscillator by networks of growing size
    Universal(UniversalArgs),
    /// Guess the next symbol by networks that feed back what they think (Elman) or say (Jordan)
    Elman(ElmanArgs),
    /// Teach a neural Turing machine to copy, which is to use its memory
    Ntm(NtmArgs),
    /// Add two numbers that stand far apart
    Adding(AddingArgs),
    /// Learn a text with and without layer normalisation
    Layernorm(LayerNormArgs),
    /// Show what a recurrent network can be asked, one small working example each
    Architectures(ArchitecturesArgs),
    /// Follow gradients back through time: how they explode and vanish, and what clipping does
    Gradients(GradientsArgs),
    /// See how long the first input of a sequence still counts, and what gates do meanwhile
    Memory(LabMemoryArgs),
    /// Measure how large signals and gradients are, layer by layer, against the formulas
    Variance(VarianceArgs),
}

/// What all experiments share.
#[derive(Args, Debug, Clone)]
pub struct LabRunArgs {
    /// Page with the table and the pictures: .html; without it only the table is printed
    #[arg(long, short = 'o', value_name = "FILE", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// A small version that ends in seconds; --config and flags go over it
    #[arg(long, help_heading = "Settings")]
    pub quick: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub run: RunArgs,
}

/// `reverie lab hopfield`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie lab hopfield -o hopfield.html
  reverie lab hopfield --cue half --rule storkey --gif recall.gif
  reverie lab hopfield --pattern a.png --pattern b.png --rule pseudo-inverse -o mine.html
Pictures of your own become black and white at their median; all must have the same size."
)]
pub struct HopfieldArgs {
    /// Picture to store, several times for several; the built-in drawings unless said otherwise
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub pattern: Vec<PathBuf>,
    /// How patterns become weights: hebb, storkey or pseudo-inverse [default: hebb]
    #[arg(long, value_name = "RULE", help_heading = "What")]
    pub rule: Option<String>,
    /// What recall begins with: noise or half [default: noise]
    #[arg(long, value_name = "CUE", help_heading = "What")]
    pub cue: Option<String>,
    /// Share of the units that noise turns over [default: 0.2]
    #[arg(long, value_name = "SHARE", help_heading = "What")]
    pub noise: Option<f64>,
    /// Units of the networks whose capacity is measured [default: 1000; with --quick: 300]
    #[arg(long, value_name = "N", help_heading = "Capacity")]
    pub units: Option<usize>,
    /// Patterns a unit in those networks, rising, with commas between them; 15 from 0.05 to 0.5 unless said otherwise
    #[arg(
        long,
        value_name = "LOADS",
        value_delimiter = ',',
        help_heading = "Capacity"
    )]
    pub loads: Vec<f64>,
    /// Seeds that are averaged [default: 3; with --quick: 2]
    #[arg(long, value_name = "N", help_heading = "Capacity")]
    pub seeds: Option<usize>,
    /// Recall as an animation: .gif or .png
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub gif: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub lab: LabRunArgs,
}

/// Cells that networks of the lab are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LabCell {
    /// Units with tanh
    Tanh,
    /// Gated recurrent units
    Gru,
    /// Long short-term memory
    Lstm,
}

/// `reverie lab gradients`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie lab gradients -o gradients.html
  reverie lab gradients --radius 0.5,1,2 --steps 100
  reverie lab gradients --cell lstm --clip 0.5 -o clipped.html"
)]
pub struct GradientsArgs {
    /// Spectral radii of the weights between steps, with commas between them [default: 0.6,0.9,1.1,1.5]
    #[arg(
        long,
        value_name = "RADII",
        value_delimiter = ',',
        help_heading = "What"
    )]
    pub radius: Vec<f64>,
    /// Units of the networks [default: 32; with --quick: 16]
    #[arg(long, value_name = "K", help_heading = "What")]
    pub hidden: Option<usize>,
    /// Steps in time [default: 60; with --quick: 30]
    #[arg(long, value_name = "T", help_heading = "What")]
    pub steps: Option<usize>,
    /// Limit of the global norm [default: 1]
    #[arg(long, value_name = "NORM", help_heading = "What")]
    pub clip: Option<f64>,
    /// The cell whose training is watched [default: tanh]
    #[arg(long, value_enum, help_heading = "What")]
    pub cell: Option<LabCell>,
    /// Updates of that training [default: 500; with --quick: 80]
    #[arg(long, value_name = "N", help_heading = "What")]
    pub updates: Option<usize>,
    /// Networks that are averaged [default: 3; with --quick: 1]
    #[arg(long, value_name = "N", help_heading = "Settings")]
    pub seeds: Option<usize>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub lab: LabRunArgs,
}

/// `reverie lab memory`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie lab memory -o memory.html
  reverie lab memory --steps 80 --updates 3000
  reverie lab memory --quick --seeds 2"
)]
pub struct LabMemoryArgs {
    /// Symbols of a sequence [default: 60; with --quick: 40]
    #[arg(long, value_name = "T", help_heading = "What")]
    pub steps: Option<usize>,
    /// Units of the networks [default: 24; with --quick: 16]
    #[arg(long, value_name = "K", help_heading = "What")]
    pub hidden: Option<usize>,
    /// Updates of each training [default: 600; with --quick: 200]
    #[arg(long, value_name = "N", help_heading = "What")]
    pub updates: Option<usize>,
    /// Networks of every cell [default: 3; with --quick: 1]
    #[arg(long, value_name = "N", help_heading = "Settings")]
    pub seeds: Option<usize>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub lab: LabRunArgs,
}

/// `reverie lab variance`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie lab variance -o variance.html
  reverie lab variance --depth 60 --width 512
  reverie lab variance --quick --json"
)]
pub struct VarianceArgs {
    /// Units of a layer [default: 256]
    #[arg(long, value_name = "N", help_heading = "What")]
    pub width: Option<usize>,
    /// Layers [default: 30; with --quick: 10]
    #[arg(long, value_name = "L", help_heading = "What")]
    pub depth: Option<usize>,
    /// Steps in time [default: 20; with --quick: 8]
    #[arg(long, value_name = "T", help_heading = "What")]
    pub steps: Option<usize>,
    /// Networks that are averaged [default: 50]
    #[arg(long, value_name = "N", help_heading = "Settings")]
    pub draws: Option<usize>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub lab: LabRunArgs,
}
