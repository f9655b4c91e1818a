//! Flags of `reverie classify`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{DeviceArgs, NetArgs, RunArgs, TalkArgs};

/// `reverie classify`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  reverie classify train --data my-pictures --out mine
  reverie classify train --data tiny-imagenet50 --out vgg-mini
  reverie classify eval --data tiny-imagenet50 --weights mine/network.safetensors
The class of a picture is the name of the folder it lies in.")]
pub struct ClassifyArgs {
    /// What to do
    #[command(subcommand)]
    pub action: ClassifyAction,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub talk: TalkArgs,
}

/// The verbs of `reverie classify`.
#[derive(Subcommand, Debug)]
pub enum ClassifyAction {
    /// Train a VGG to tell classes of pictures apart
    Train(Box<ClassifyTrainArgs>),
    /// Measure how often a network is right
    Eval(ClassifyEvalArgs),
}

/// Where the pictures are.
#[derive(Args, Debug)]
pub struct PictureSetArgs {
    /// Folders or .tar.gz files with a folder of pictures for every class, with commas between them, or the name of a known set; folders train and val above the classes say which are measured on, else a tenth is kept back
    #[arg(
        long,
        value_name = "PATHS",
        value_delimiter = ',',
        help_heading = "What"
    )]
    pub data: Vec<String>,
    /// File with a line for every class: its folder, a blank, what people call it
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub names: Option<PathBuf>,
    /// Most pictures that may be damaged, in percent; they are skipped and named
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 10.0,
        help_heading = "What"
    )]
    pub max_damaged: f64,
}

/// `reverie classify train`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie classify train --data my-pictures --out mine
  reverie classify train --data train.tar.gz,val.tar.gz --names classes.txt --out tiny
  reverie classify train --data my-pictures --set network=vgg11 --set stages=[] --out vgg11
  reverie classify train --data my-pictures --out mine --resume
Presets: vgg-mini (default)
In the folder: network.safetensors (finished, half precision), checkpoint.safetensors, report.json, classes.md"
)]
pub struct ClassifyTrainArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub pictures: PictureSetArgs,
    /// Folder with downloaded data
    #[arg(long, value_name = "DIR", env = "REVERIE_DATA", help_heading = "What")]
    pub data_dir: Option<PathBuf>,
    /// Named settings
    #[arg(long, help_heading = "Settings")]
    pub preset: Option<String>,
    /// Passes over the pictures
    #[arg(long, value_name = "N", help_heading = "Settings")]
    pub epochs: Option<u64>,
    /// Folder for the network, its checkpoint and what was measured
    #[arg(
        long,
        short = 'o',
        value_name = "DIR",
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

/// `reverie classify eval`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  reverie classify eval --data tiny-imagenet50
  reverie classify eval --data my-pictures --weights mine/network.safetensors
Where folders say what is measured on, only that is; else every picture is.")]
pub struct ClassifyEvalArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub pictures: PictureSetArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub net: NetArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
}
