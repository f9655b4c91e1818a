//! Flags of `deconv`.

use std::path::PathBuf;

use clap::Args;

use super::dreams::place;
use super::{DeviceArgs, NetArgs, PictureArgs, RunArgs, TalkArgs, channels};

/// Channels that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelRange {
    /// Every one of the layer.
    All,
    /// From the first to the last, both among them.
    Some(usize, usize),
}

/// `reverie deconv`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  reverie deconv photo.jpg --layer relu3_1 --channel 5 -o unit.png
  reverie deconv photo.jpg --net squeezenet --layer fire5 -o strongest.png
  reverie deconv photo.jpg --layer relu3_3 --channel 0-15 --whole --rule guided -o units.png
  reverie deconv --folder photos --out top
  reverie deconv --folder photos --channels 0-31 --resume --out top
  reverie deconv --folder set.tar.gz --net squeezenet --layers fire3,fire5,fire9 --out fires")]
pub struct DeconvArgs {
    /// Picture to look into
    #[arg(
        value_name = "PICTURE",
        required_unless_present_any = ["folder", "print_config"],
        conflicts_with = "folder"
    )]
    pub picture: Option<PathBuf>,
    /// Folder or .tar.gz of pictures: which of them excite every feature map most
    #[arg(long, value_name = "PATH", help_heading = "What")]
    pub folder: Option<PathBuf>,
    /// Layers, by their names in the literature; of a folder one for every resolution unless said otherwise
    #[arg(
        long,
        visible_alias = "layers",
        value_name = "LAYERS",
        value_delimiter = ',',
        help_heading = "What"
    )]
    pub layer: Vec<String>,
    /// Channels, such as 12, 0-15 or all; those that answer most strongly, or of a folder an even spread
    #[arg(
        long,
        visible_alias = "channels",
        value_name = "C[-D],…",
        value_delimiter = ',',
        help_heading = "What",
        value_parser = range
    )]
    pub channel: Vec<ChannelRange>,
    /// The unit at this column and row of the map, in place of the one that answers most strongly
    #[arg(
        long,
        value_name = "X,Y",
        conflicts_with = "folder",
        help_heading = "What",
        value_parser = place
    )]
    pub position: Option<(usize, usize)>,
    /// How rectifiers send signals back: deconvnet, guided or gradient
    #[arg(long, help_heading = "Look")]
    pub rule: Option<String>,
    /// Show the whole picture and all that comes back, not only what the unit can see
    #[arg(long, conflicts_with = "folder", help_heading = "Look")]
    pub whole: bool,
    /// Pixels: side of the squares cut from a folder's pictures, or longest side of one picture
    #[arg(long, help_heading = "Look")]
    pub size: Option<u32>,
    /// Pictures for every feature map
    #[arg(long, value_name = "N", help_heading = "Look")]
    pub top: Option<usize>,
    /// Feature maps of a layer where --channel names none
    #[arg(long, value_name = "N", help_heading = "Look")]
    pub count: Option<usize>,
    /// Result: of one picture a .png, .jpg, .webp or .tif; of a folder another folder
    #[arg(
        long,
        short = 'o',
        value_name = "PATH",
        required_unless_present = "print_config",
        help_heading = "Output"
    )]
    pub out: Option<PathBuf>,
    /// Go on with what stands in --out
    #[arg(long, conflicts_with = "picture", help_heading = "Output")]
    pub resume: bool,
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
    pub picture_args: PictureArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub talk: TalkArgs,
}

fn range(text: &str) -> Result<ChannelRange, String> {
    match text.trim() {
        "all" => Ok(ChannelRange::All),
        text => channels(text).map(|(first, last)| ChannelRange::Some(first, last)),
    }
}
