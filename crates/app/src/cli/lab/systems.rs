//! Flags of the experiments with systems in time: echo states, equations, a driven oscillator.

use std::path::PathBuf;

use clap::Args;

use super::LabRunArgs;
use crate::cli::DeviceArgs;

/// `reverie lab esn`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie lab esn -o esn.html
  reverie lab esn --task narma10 --units 100 --networks 5
  reverie lab esn --csv sunspots.csv --column count --horizon 30 -o sunspots.html
Without --task or --csv both tasks are measured. A table has one value a line and column, separated
by commas, semicolons or tabs; gaps and text are refused with their line."
)]
pub struct EsnArgs {
    /// What is learnt: mackey-glass or narma10; both unless said otherwise
    #[arg(
        long,
        value_name = "TASK",
        help_heading = "What",
        conflicts_with = "csv"
    )]
    pub task: Option<String>,
    /// Table with a series of your own, to go on with
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub csv: Option<PathBuf>,
    /// Its column, by heading or by number from 1; the last unless said otherwise
    #[arg(long, value_name = "COLUMN", help_heading = "What", requires = "csv")]
    pub column: Option<String>,
    /// Units of the reservoir [default: 1000; narma10: 200; series: 500]
    #[arg(long, value_name = "N", help_heading = "Network")]
    pub units: Option<usize>,
    /// Part of the weights between units that are not zero [default: 0.01; narma10: 0.05; series: 0.02]
    #[arg(long, value_name = "PART", help_heading = "Network")]
    pub density: Option<f64>,
    /// Largest absolute eigenvalue of the weights between units [default: 1; narma10: 0.95; series: 0.95]
    #[arg(long, value_name = "RADIUS", help_heading = "Network")]
    pub spectral_radius: Option<f64>,
    /// Largest weight from an input [default: 0; narma10: 0.08; series: 0]
    #[arg(long, value_name = "WEIGHT", help_heading = "Network")]
    pub input_scale: Option<f64>,
    /// Largest weight from the output of the step before [default: 1; narma10: 0; series: 1]
    #[arg(long, value_name = "WEIGHT", help_heading = "Network")]
    pub feedback_scale: Option<f64>,
    /// Largest bias [default: 0.2; narma10: 0.3; series: 0.2]
    #[arg(long, value_name = "BIAS", help_heading = "Network")]
    pub bias_scale: Option<f64>,
    /// How much of a unit is new in a step, up to 1 [default: 0.7; narma10: 0.9; series: 0.7]
    #[arg(long, value_name = "PART", help_heading = "Network")]
    pub leak: Option<f64>,
    /// Weight of the readout's squared weights; with --csv chosen on the last fifth unless given [default: 1e-10; narma10: 1e-9]
    #[arg(long, value_name = "RIDGE", help_heading = "Network")]
    pub ridge: Option<f64>,
    /// Deviation of the noise added to the units in training [default: 0]
    #[arg(long, value_name = "DEVIATION", help_heading = "Network")]
    pub noise: Option<f64>,
    /// Steps at the start that only wake the reservoir [default: 1000; narma10: 200; series: 100]
    #[arg(long, value_name = "STEPS", help_heading = "Measurement")]
    pub washout: Option<usize>,
    /// Steps that are learnt [default: 3000; narma10: 4000; series: 20000]
    #[arg(long, value_name = "STEPS", help_heading = "Measurement")]
    pub train: Option<usize>,
    /// Steps of a free run; for narma10, of the test [default: 84; narma10: 2000; series: 84]
    #[arg(long, value_name = "STEPS", help_heading = "Measurement")]
    pub horizon: Option<usize>,
    /// Free runs, each from another place [default: 50; narma10: 1; series: 50]
    #[arg(long, value_name = "N", help_heading = "Measurement")]
    pub starts: Option<usize>,
    /// Networks, each with a seed of its own [default: 3; with --quick: 1]
    #[arg(long, value_name = "N", help_heading = "Measurement")]
    pub networks: Option<usize>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub lab: LabRunArgs,
}

/// `reverie lab ode`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie lab ode -o ode.html
  reverie lab ode --system lorenz --noise 0.2 --fits 30
100 observations of all quantities: lotka-volterra and fitzhugh-nagumo every 0.2, sir every day,
lorenz every 0.05. The guess is up to a factor of two off. Every system is seen without noise, too."
)]
pub struct OdeArgs {
    /// System, several times for several: lotka-volterra, sir, lorenz, fitzhugh-nagumo; all unless said otherwise
    #[arg(long, value_name = "SYSTEM", help_heading = "What")]
    pub system: Vec<String>,
    /// Deviation of the noise, in deviations of each quantity [default: 0.05]
    #[arg(long, value_name = "PART", help_heading = "What")]
    pub noise: Option<f64>,
    /// Fits of every system with noise and without, each with a seed of its own [default: 10; with --quick: 2]
    #[arg(long, value_name = "N", help_heading = "Measurement")]
    pub fits: Option<usize>,
    /// Updates for every length of windows [default: 300]
    #[arg(long, value_name = "N", help_heading = "Measurement")]
    pub updates: Option<usize>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub lab: LabRunArgs,
}

/// `reverie lab universal`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie lab universal -o universal.html
  reverie lab universal --units 2,16,64 --networks 1 --updates 9000
  reverie lab universal --stiffness 3 --horizon 200"
)]
pub struct UniversalArgs {
    /// Hidden units of the networks, growing, with commas between them [default: 2,4,8,16,32; with --quick: 2,8,32]
    #[arg(
        long,
        value_name = "SIZES",
        value_delimiter = ',',
        help_heading = "What"
    )]
    pub units: Vec<usize>,
    /// How stiff the oscillator is: mu of van der Pol's equation [default: 1]
    #[arg(long, value_name = "MU", help_heading = "What")]
    pub stiffness: Option<f64>,
    /// Networks of every size, each with a seed of its own [default: 3; with --quick: 1]
    #[arg(long, value_name = "N", help_heading = "Measurement")]
    pub networks: Option<usize>,
    /// Updates of a network [default: 6000; with --quick: 1500]
    #[arg(long, value_name = "N", help_heading = "Measurement")]
    pub updates: Option<usize>,
    /// Steps that a network is alone for in the test [default: 100]
    #[arg(long, value_name = "STEPS", help_heading = "Measurement")]
    pub horizon: Option<usize>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub lab: LabRunArgs,
}
