//! Flags of `filters` and `invert`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{DeviceArgs, NetArgs, PictureArgs, RunArgs, TalkArgs, channels, sheet};

/// What black and white, or the two colours, stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TileScale {
    /// Every tile has its own scale
    #[default]
    Each,
    /// One scale for all, so that they can be compared
    All,
}

/// Which tile comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TileOrder {
    /// As in the network
    #[default]
    Number,
    /// The strongest first
    Strength,
}

/// `reverie filters`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  reverie filters -o filters.png
  reverie filters --net squeezenet --scale all --order strength -o filters.png
  reverie filters photo.jpg --layer relu2_1 -o maps.png
  reverie filters photo.jpg --net vgg16-hed --layer conv1_1 --channel 0-15 --sheet 4x4 -o maps.png
  reverie filters photo.jpg --net inception-trunk --layer mixed_4 --order strength -o maps.png
Without a picture these are the filters of the first layer, with one what a layer makes of it")]
pub struct FiltersArgs {
    /// Picture that a layer looks at; none for the filters themselves
    #[arg(value_name = "PICTURE")]
    pub source: Option<PathBuf>,
    /// Layer that looks, by its name in the literature; the first rectified one unless said otherwise
    #[arg(long, requires = "source", help_heading = "What")]
    pub layer: Option<String>,
    /// Channels, such as 12, 0-15 or 3,7-9; all unless said otherwise, of very many 256
    #[arg(long, value_name = "C[-D],…", value_delimiter = ',', help_heading = "What", value_parser = channels)]
    pub channel: Vec<(usize, usize)>,
    /// Longest side of the picture that the layer looks at, in pixels; never enlarged
    #[arg(long, default_value_t = 224, help_heading = "Look", value_parser = clap::value_parser!(u32).range(1..=65_535))]
    pub size: u32,
    /// What the ends of the colours stand for
    #[arg(long, value_enum, default_value_t, help_heading = "Look")]
    pub scale: TileScale,
    /// Which tile comes first
    #[arg(long, value_enum, default_value_t, help_heading = "Look")]
    pub order: TileOrder,
    /// Columns and rows of the contact sheet
    #[arg(long, value_name = "CxR", help_heading = "Output", value_parser = sheet)]
    pub sheet: Option<(u32, u32)>,
    /// Result: .png, .jpg, .webp or .tif
    #[arg(long, short = 'o', value_name = "FILE", help_heading = "Output")]
    pub out: PathBuf,
    /// Check everything, print the plan and stop
    #[arg(long, help_heading = "Settings")]
    pub dry_run: bool,
    /// Replace files that exist
    #[arg(long, help_heading = "Output")]
    pub force: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub net: NetArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub picture: PictureArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub talk: TalkArgs,
}

/// `reverie invert`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie invert photo.jpg -o inverted.png
  reverie invert photo.jpg --layers relu3_1 -o relu3_1.png
  reverie invert photo.jpg --net vgg16-hed --layers relu1_1,relu2_1,relu3_1 --sheet 2x2 -o sheet.png
  reverie invert photo.jpg --net squeezenet --steps 400 --set smoothness=2 -o inverted.png
  reverie invert photo.jpg --preset mahendran --time-budget 600 -o inverted.png
Presets: reverie (default), mahendran"
)]
pub struct InvertArgs {
    /// Picture that is made anew from what layers keep of it
    #[arg(value_name = "PICTURE", required_unless_present = "print_config")]
    pub source: Option<PathBuf>,
    /// Layers with commas between them; the last rectified one at every resolution unless said otherwise
    #[arg(
        long,
        value_name = "LAYERS",
        value_delimiter = ',',
        help_heading = "What"
    )]
    pub layers: Vec<String>,
    /// Named settings
    #[arg(long, help_heading = "Look")]
    pub preset: Option<String>,
    /// Longest side of the picture, in pixels; never enlarged
    #[arg(long, help_heading = "Look")]
    pub size: Option<u32>,
    /// Which numbers make the picture: pixels, fourier or pyramid
    #[arg(long, help_heading = "Look")]
    pub canvas: Option<String>,
    /// lbfgs or adam
    #[arg(long, help_heading = "Optimiser")]
    pub optimizer: Option<String>,
    /// Steps for every layer
    #[arg(long, help_heading = "Optimiser")]
    pub steps: Option<usize>,
    /// Step size
    #[arg(long, help_heading = "Optimiser")]
    pub rate: Option<f64>,
    /// Columns and rows of the contact sheet
    #[arg(long, value_name = "CxR", help_heading = "Output", value_parser = sheet)]
    pub sheet: Option<(u32, u32)>,
    /// Result: .png, .jpg, .webp or .tif
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
    pub net: NetArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub run: RunArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub picture: PictureArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub talk: TalkArgs,
}
