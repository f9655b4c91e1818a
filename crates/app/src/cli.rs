//! Every flag of every command. The same flag means the same everywhere.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

mod classify;
mod deconv;
mod dreams;
mod lab;
mod looking;
mod music;
mod saliency;
mod speech;
mod style;
mod text;

use crate::backend::{Backend, Kernels};
pub use classify::{
    ClassifyAction, ClassifyArgs, ClassifyEvalArgs, ClassifyTrainArgs, PictureSetArgs,
};
pub use deconv::{ChannelRange, DeconvArgs};
pub use dreams::{AscentArgs, DreamArgs, FilmArgs, ImagineArgs};
pub use lab::{
    AddingArgs, ArchitecturesArgs, ElmanArgs, EsnArgs, GradientsArgs, HopfieldArgs, LabAction,
    LabArgs, LabCell, LabMemoryArgs, LabRunArgs, LayerNormArgs, NtmArgs, OdeArgs, UniversalArgs,
    VarianceArgs,
};
pub use looking::{FiltersArgs, InvertArgs, TileOrder, TileScale};
pub use music::{MusicAction, MusicArgs, MusicCompareArgs, MusicSampleArgs, MusicTrainArgs};
pub use saliency::{SaliencyArgs, Show};
pub use speech::{
    RecordingArgs, SpeechAction, SpeechArgs, SpeechCompareArgs, SpeechDigitsArgs, SpeechHearArgs,
};
pub use style::{MakingArgs, MemoryArgs, Quality, StyleArgs, TextureArgs};
pub use text::{
    TextAction, TextArgs, TextEvalArgs, TextNeuronsArgs, TextSampleArgs, TextTrainArgs,
};

/// Shows what convolutional networks see and what recurrent networks remember.
#[derive(Parser, Debug)]
#[command(
    name = "reverie",
    bin_name = "reverie",
    version,
    propagate_version = true
)]
#[command(after_help = "Examples:
  reverie tour                                    see everything at once, nothing to download
  reverie style --content photo.jpg --style painting.jpg -o result.png
  reverie texture pebbles.jpg --size 512 --tileable -o tile.png
  reverie dream photo.jpg -o dream.png
  reverie text train --text book.txt --preset quick --out book
  reverie music compare --out study
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no such device, 4 weights or data missing or wrong, 130 interrupted")]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The verbs.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Make a page of sample pictures with what is inside the program
    Tour(TourArgs),
    /// Give one picture's content the manner of others
    Style(Box<StyleArgs>),
    /// Make a texture like some examples, of any size
    Texture(Box<TextureArgs>),
    /// Show more of what a layer already sees in a picture (DeepDream)
    Dream(Box<DreamArgs>),
    /// Make the picture that a channel of a layer looks for
    Imagine(Box<ImagineArgs>),
    /// Make a picture anew from what layers keep of it
    Invert(Box<InvertArgs>),
    /// Show the filters of the first layer, or what a layer makes of a picture
    Filters(Box<FiltersArgs>),
    /// Show which pixels made a network say what it says
    Saliency(Box<SaliencyArgs>),
    /// Show what excites a feature map, in one picture or in the nine best of a folder
    Deconv(Box<DeconvArgs>),
    /// Train a network to tell classes of pictures apart, measure one
    Classify(ClassifyArgs),
    /// Train recurrent networks on a text, let them write, look at their neurons
    Text(TextArgs),
    /// Compare recurrent networks on music, train one, let it play
    Music(MusicArgs),
    /// Say which digit was spoken, compare recurrent networks on raw sound
    Speech(SpeechArgs),
    /// Try out the small networks of the lecture, with figures against theory
    Lab(LabArgs),
    /// List the devices that can compute, and which one auto takes
    Devices(DevicesArgs),
    /// List, download, check and import the weights of networks
    Weights(WeightsArgs),
    /// List, download and check data sets
    Data(DataArgs),
    /// Show how a picture was made
    Inspect(InspectArgs),
    /// Write a completion script for a shell to stdout
    Completions(CompletionsArgs),
}

/// How much is said.
#[derive(Args, Debug, Clone, Default)]
pub struct TalkArgs {
    /// One JSON object a line on stdout; the last is the result
    #[arg(long, global = true, help_heading = "Output")]
    pub json: bool,
    /// Errors only
    #[arg(
        long,
        short,
        global = true,
        help_heading = "Output",
        conflicts_with = "verbose"
    )]
    pub quiet: bool,
    /// Say more
    #[arg(long, short, global = true, help_heading = "Output")]
    pub verbose: bool,
}

/// Where it is computed.
#[derive(Args, Debug, Clone)]
pub struct DeviceArgs {
    /// Which backend computes
    #[arg(
        long,
        value_enum,
        default_value_t,
        env = "REVERIE_BACKEND",
        help_heading = "Device"
    )]
    pub backend: Backend,
    /// Processor threads; all of them unless said otherwise
    #[arg(long, env = "REVERIE_THREADS", help_heading = "Device", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Our own operations on the processor: the best instructions it has, simpler ones, or none (off: everything runs on Burn's operations, to compare)
    #[arg(
        long,
        value_enum,
        default_value_t,
        env = "REVERIE_KERNELS",
        hide_short_help = true,
        help_heading = "Device"
    )]
    pub kernels: Kernels,
}

/// Which network looks.
#[derive(Args, Debug, Clone)]
pub struct NetArgs {
    /// Network: vgg-mini (inside the program, the default), a name that `reverie weights list` shows, or with --weights an architecture such as vgg19 or googlenet
    #[arg(long, env = "REVERIE_NET", help_heading = "What")]
    pub net: Option<String>,
    /// Weights file (.safetensors, .pth) for the network that --net names
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub weights: Option<PathBuf>,
    /// Folder with downloaded weights and data
    #[arg(long, value_name = "DIR", env = "REVERIE_DATA", help_heading = "What")]
    pub data_dir: Option<PathBuf>,
}

/// What happens to settings and files.
#[derive(Args, Debug, Clone)]
pub struct RunArgs {
    /// Settings file (TOML) that goes over the preset or the defaults
    #[arg(
        long,
        value_name = "FILE",
        env = "REVERIE_CONFIG",
        help_heading = "Settings"
    )]
    pub config: Option<PathBuf>,
    /// Any setting by its name, as in --print-config; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", help_heading = "Settings")]
    pub set: Vec<String>,
    /// Write the settings this run would use, as TOML that --config reads, and stop
    #[arg(long, help_heading = "Settings")]
    pub print_config: bool,
    /// Seed of all random numbers; 0 unless said otherwise
    #[arg(long, env = "REVERIE_SEED", help_heading = "Settings")]
    pub seed: Option<u64>,
    /// Check everything, print the plan and stop
    #[arg(long, help_heading = "Settings")]
    pub dry_run: bool,
    /// Stop after so many seconds and keep what there is
    #[arg(long, value_name = "SECONDS", help_heading = "Settings", value_parser = seconds)]
    pub time_budget: Option<f64>,
    /// Replace files that exist
    #[arg(long, help_heading = "Output")]
    pub force: bool,
}

/// How pictures are written.
#[derive(Args, Debug, Clone)]
pub struct PictureArgs {
    /// Leave the recipe out of the picture
    #[arg(long, help_heading = "Output")]
    pub no_metadata: bool,
    /// Bits of a colour in PNG and TIFF: 8 or 16
    #[arg(long, default_value_t = 8, help_heading = "Output", value_parser = bits)]
    pub bits: u16,
}

/// `reverie tour`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  reverie tour
  reverie tour --open
  reverie tour --only style --out /tmp/tour
  reverie tour --only hopfield --only esn
Sections:
  style regions texture dream film channels classes saliency deconv classify
  text music speech
  gradients memory variance universal hopfield elman esn ntm adding layernorm ode architectures")]
pub struct TourArgs {
    /// Folder for the page
    #[arg(
        long,
        short = 'o',
        value_name = "DIR",
        default_value = "reverie-out/tour"
    )]
    pub out: PathBuf,
    /// Only this section; may be repeated
    #[arg(long, value_name = "SECTION")]
    pub only: Vec<String>,
    /// Open the page in the browser when it is done
    #[arg(long)]
    pub open: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub talk: TalkArgs,
}

/// `reverie devices`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  reverie devices
  reverie devices --check --backend wgpu
  reverie devices --json")]
pub struct DevicesArgs {
    /// Compare the backend with the CPU, operation by operation
    #[arg(long)]
    pub check: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub talk: TalkArgs,
}

/// `reverie weights`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  reverie weights list
  reverie weights fetch vgg19
  reverie weights import my_vgg.pth --as mine --architecture vgg16 --convention torchvision")]
pub struct WeightsArgs {
    /// What to do
    #[command(subcommand)]
    pub action: WeightsAction,
    /// Folder with downloaded weights and data
    #[arg(long, value_name = "DIR", env = "REVERIE_DATA", global = true)]
    pub data_dir: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub talk: TalkArgs,
}

/// The verbs of `reverie weights`.
#[derive(Subcommand, Debug)]
pub enum WeightsAction {
    /// Show which weights are known and which are here
    List,
    /// Download weights and check them
    Fetch {
        /// Name, as in `list`
        name: String,
    },
    /// Check size, hash, every tensor, and a few activations
    Verify {
        /// Name, as in `list`
        name: String,
    },
    /// Convert a file of your own and give it a name
    Import {
        /// The file: .pth, .pt or .safetensors
        file: PathBuf,
        /// Name to give it
        #[arg(long = "as", value_name = "NAME")]
        name: String,
        /// Its network: vgg11, vgg13, vgg16, vgg19, with _bn for batch norm
        #[arg(long)]
        architecture: String,
        /// What its pictures look like
        #[arg(long, value_enum)]
        convention: Convention,
        /// Keep 32 bits a number instead of 16
        #[arg(long)]
        full_precision: bool,
        /// Replace weights of that name
        #[arg(long)]
        force: bool,
    },
    /// Print where the weights lie
    Path {
        /// Name, as in `list`
        name: String,
    },
}

/// What pictures must look like for a network.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Convention {
    /// RGB, 0..1, ImageNet mean and deviation
    Torchvision,
    /// BGR, 0..255, mean subtracted
    Caffe,
    /// RGB, -1..1
    Symmetric,
}

/// `reverie data`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  reverie data list
  reverie data fetch war-and-peace
  reverie data verify war-and-peace-gutenberg --json")]
pub struct DataArgs {
    /// What to do
    #[command(subcommand)]
    pub action: DataAction,
    /// Folder with downloaded weights and data
    #[arg(long, value_name = "DIR", env = "REVERIE_DATA", global = true)]
    pub data_dir: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub talk: TalkArgs,
}

/// The verbs of `reverie data`.
#[derive(Subcommand, Debug)]
pub enum DataAction {
    /// Show which data sets are known and which are here
    List,
    /// Download a data set and check it
    Fetch {
        /// Name, as in `list`
        name: String,
    },
    /// Check size and hash of every file
    Verify {
        /// Name, as in `list`
        name: String,
    },
}

/// `reverie inspect`.
#[derive(Args, Debug)]
pub struct InspectArgs {
    /// A PNG made by reverie
    pub picture: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub talk: TalkArgs,
}

/// `reverie completions`.
#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// Runs at once: as many as there are processor cores, unless said otherwise.
fn workers(asked: Option<u16>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.map_or_else(cores, usize::from)
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && value > 0.0 => Ok(value),
        _ => Err("seconds must be a number above 0".to_owned()),
    }
}

fn bits(text: &str) -> Result<u16, String> {
    match text {
        "8" => Ok(8),
        "16" => Ok(16),
        _ => Err("bits must be 8 or 16".to_owned()),
    }
}

fn channels(text: &str) -> Result<(usize, usize), String> {
    let help = "write a channel as 12 or a range as 0-15".to_owned();
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok((first, last)),
        _ => Err(help),
    }
}

fn sheet(text: &str) -> Result<(u32, u32), String> {
    let help = || "write columns and rows as 4x4".to_owned();
    let (columns, rows) = text.split_once('x').ok_or_else(help)?;
    match (columns.parse(), rows.parse()) {
        (Ok(columns), Ok(rows)) if columns > 0 && rows > 0 => Ok((columns, rows)),
        _ => Err(help()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a command line as a shell splits them; quotes keep blanks together.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quote = None;
        for letter in line.chars() {
            match (quote, letter) {
                (None, '\'' | '"') => quote = Some(letter),
                (Some(open), _) if open == letter => quote = None,
                (None, ' ') => words.push(String::new()),
                _ => {
                    if let Some(word) = words.last_mut() {
                        word.push(letter);
                    }
                }
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }

    /// Every command in the code blocks of a document.
    fn commands(text: &str) -> Vec<Vec<String>> {
        let mut is_code = false;
        let mut found = Vec::new();
        for line in text.lines() {
            if line.starts_with("```") {
                is_code = line == "```sh" || line == "```console";
                continue;
            }
            let line = line.strip_prefix("$ ").unwrap_or(line);
            let line = line.replace("cargo run --release -- ", "reverie ");
            if is_code && line.starts_with("reverie ") {
                let line = line.split(" #").next().unwrap_or_default();
                found.push(words(line.split(" | ").next().unwrap_or_default()));
            }
        }
        found
    }

    #[test]
    fn every_command_in_the_documents_parses() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut documents = vec![root.join("README.md")];
        for entry in std::fs::read_dir(root.join("docs")).unwrap() {
            documents.push(entry.unwrap().path());
        }
        let mut count = 0;
        for document in documents
            .iter()
            .filter(|path| path.extension().is_some_and(|e| e == "md"))
        {
            for command in commands(&std::fs::read_to_string(document).unwrap()) {
                if let Err(error) = Cli::try_parse_from(&command) {
                    let is_help = !error.use_stderr();
                    assert!(is_help, "{}: {command:?}: {error}", document.display());
                }
                count += 1;
            }
        }
        assert!(count > 40, "only {count} commands were found");
    }

    #[test]
    fn the_examples_of_the_help_parse() {
        use clap::CommandFactory;
        for command in Cli::command().get_subcommands() {
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            for line in help
                .lines()
                .filter_map(|line| line.strip_prefix("  reverie"))
            {
                let line = format!("reverie{line}");
                assert!(Cli::try_parse_from(words(&line)).is_ok(), "{line}");
            }
        }
    }
}
