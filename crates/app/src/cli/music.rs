//! Flags of `reverie music`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{DeviceArgs, RunArgs, TalkArgs};
use crate::settings::MUSIC_PRESETS;

/// `reverie music`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  reverie music compare --out study
  reverie music compare --sets jsb,nottingham --preset matched --seeds 3 --out study
  reverie music train --data jsb --cell lstm --out bach.safetensors
  reverie music sample --model bach.safetensors -o new.mid")]
pub struct MusicArgs {
    /// What to do
    #[command(subcommand)]
    pub action: MusicAction,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub talk: TalkArgs,
}

/// The verbs of `reverie music`.
#[derive(Subcommand, Debug)]
pub enum MusicAction {
    /// Compare tanh units, GRU and LSTM by the protocol of Chung et al. 2014
    Compare(Box<MusicCompareArgs>),
    /// Train one network
    Train(Box<MusicTrainArgs>),
    /// Let a network play: MIDI, sound and picture
    Sample(Box<MusicSampleArgs>),
}

/// `reverie music compare`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie music compare --out study
  reverie music compare --sets jsb --preset matched --seeds 3 --out jsb
  reverie music compare --sets jsb,nottingham,musedata,piano-midi --preset chung2014 --out chung
  reverie music compare --sets jsb --preset chung2014 --halving --out fast
  reverie music compare --sets my-midi-folder --preset quick --out mine
Presets: quick (default), matched, chung2014, free
Sets: generated (made by the program), jsb, nottingham, musedata, piano-midi (reverie data fetch music),
a .json, .mat or .pickle file with train, valid and test, or a folder of MIDI files"
)]
pub struct MusicCompareArgs {
    /// Sets to compare on, with commas between them
    #[arg(
        long,
        value_name = "SETS",
        value_delimiter = ',',
        default_value = "generated",
        help_heading = "What"
    )]
    pub sets: Vec<String>,
    /// Cells to compare: tanh, gru, lstm
    #[arg(
        long,
        value_name = "CELLS",
        value_delimiter = ',',
        default_value = "tanh,gru,lstm",
        help_heading = "What"
    )]
    pub cells: Vec<String>,
    /// Leave out notes that no piano has, instead of refusing them
    #[arg(long, help_heading = "What")]
    pub clip_notes: bool,
    /// Folder with downloaded data
    #[arg(long, value_name = "DIR", env = "REVERIE_DATA", help_heading = "What")]
    pub data_dir: Option<PathBuf>,
    /// Named settings
    #[arg(long, help_heading = "Settings")]
    pub preset: Option<String>,
    /// Runs of the chosen learning rate, each with a seed of its own
    #[arg(long, value_name = "N", help_heading = "Settings")]
    pub seeds: Option<usize>,
    /// Drop the worse half of the learning rates again and again, instead of training all to the end
    #[arg(long, help_heading = "Settings")]
    pub halving: bool,
    /// Runs at once, one thread each; as many as there are processor cores unless said otherwise
    #[arg(long, value_name = "N", help_heading = "Device", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub workers: Option<u16>,
    /// Folder for runs, models, results and report
    #[arg(
        long,
        short = 'o',
        value_name = "DIR",
        required_unless_present = "print_config",
        help_heading = "Output"
    )]
    pub out: Option<PathBuf>,
    /// Go on with the study in --out; what is finished is not done again
    #[arg(long, help_heading = "Output")]
    pub resume: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub run: RunArgs,
}

impl MusicCompareArgs {
    /// The settings' name.
    pub fn preset(&self) -> &str {
        self.preset.as_deref().unwrap_or(MUSIC_PRESETS[0].0)
    }

    /// Runs at once.
    pub fn workers(&self) -> usize {
        super::workers(self.workers)
    }
}

/// `reverie music train`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie music train --out counterpoint.safetensors
  reverie music train --data jsb --cell lstm --preset free --out bach.safetensors
  reverie music train --data jsb --cell gru --rate 0.003 --out bach-gru.safetensors
  reverie music train --data jsb --cell lstm --preset free --out bach.safetensors --resume
Presets: quick (default), matched, chung2014, free"
)]
pub struct MusicTrainArgs {
    /// Set to learn from; see reverie music compare --help
    #[arg(
        long,
        value_name = "SET",
        default_value = "generated",
        help_heading = "What"
    )]
    pub data: String,
    /// Cell: tanh, gru, lstm
    #[arg(long, default_value = "lstm", help_heading = "What")]
    pub cell: String,
    /// Leave out notes that no piano has, instead of refusing them
    #[arg(long, help_heading = "What")]
    pub clip_notes: bool,
    /// Folder with downloaded data
    #[arg(long, value_name = "DIR", env = "REVERIE_DATA", help_heading = "What")]
    pub data_dir: Option<PathBuf>,
    /// Named settings
    #[arg(long, help_heading = "Settings")]
    pub preset: Option<String>,
    /// Learning rate
    #[arg(long, help_heading = "Settings")]
    pub rate: Option<f64>,
    /// Passes over the pieces, at most
    #[arg(long, value_name = "N", help_heading = "Settings")]
    pub epochs: Option<u64>,
    /// The network with everything it needs to go on: .safetensors
    #[arg(
        long,
        short = 'o',
        value_name = "FILE",
        required_unless_present = "print_config",
        help_heading = "Output"
    )]
    pub out: Option<PathBuf>,
    /// Go on with the network in --out
    #[arg(long, conflicts_with = "preset", help_heading = "Output")]
    pub resume: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub run: RunArgs,
}

/// `reverie music sample`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie music sample --model bach.safetensors -o new.mid
  reverie music sample --model bach.safetensors --beginning-of jsb -o on.mid
  reverie music sample --model bach.safetensors --beginning tune.mid --steps 64 -o on.mid
Beside the MIDI file a sound (.wav) and a picture (.png) are written."
)]
pub struct MusicSampleArgs {
    /// A network of music train, or one in the folder models of a study
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub model: PathBuf,
    /// MIDI file that the network hears first; it goes on from there
    #[arg(long, value_name = "FILE.mid", help_heading = "What")]
    pub beginning: Option<PathBuf>,
    /// Set whose test pieces give the beginning, instead of a file
    #[arg(
        long,
        value_name = "SET",
        conflicts_with = "beginning",
        help_heading = "What"
    )]
    pub beginning_of: Option<String>,
    /// Number of the piece in that set's test part
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "What")]
    pub piece: usize,
    /// Steps of the beginning that are heard
    #[arg(long, value_name = "N", default_value_t = 16, help_heading = "What")]
    pub beginning_steps: usize,
    /// Steps to play
    #[arg(long, value_name = "N", default_value_t = 96, help_heading = "What", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub steps: u32,
    /// Folder with downloaded data
    #[arg(long, value_name = "DIR", env = "REVERIE_DATA", help_heading = "What")]
    pub data_dir: Option<PathBuf>,
    /// 1 is the network's own distribution, less is more careful, 0 plays the likeliest keys
    #[arg(long, value_name = "X", default_value_t = 1.0, help_heading = "How")]
    pub temperature: f64,
    /// Most keys at once; 0 is no limit
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "How")]
    pub most: usize,
    /// Leave also to the network how many keys sound at once, which it easily gets wrong when it hears itself; otherwise there are as many as in the pieces it learnt from
    #[arg(long, help_heading = "How")]
    pub free: bool,
    /// Quarter notes a minute of the written music
    #[arg(long, value_name = "X", default_value_t = 96.0, help_heading = "How")]
    pub tempo: f64,
    /// Steps of a quarter note: 2 in most sets, 1 in jsb
    #[arg(long, value_name = "N", help_heading = "How", value_parser = clap::value_parser!(u32).range(1..=96))]
    pub steps_per_quarter: Option<u32>,
    /// SoundFont (.sf2) to play it with, instead of the sound of our own
    #[arg(long, value_name = "FILE.sf2", help_heading = "How")]
    pub soundfont: Option<PathBuf>,
    /// Seed of all random numbers
    #[arg(
        long,
        value_name = "N",
        env = "REVERIE_SEED",
        default_value_t = 0,
        help_heading = "How"
    )]
    pub seed: u64,
    /// The music: .mid
    #[arg(long, short = 'o', value_name = "FILE.mid", help_heading = "Output")]
    pub out: PathBuf,
    /// Replace files that exist
    #[arg(long, help_heading = "Output")]
    pub force: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
}
