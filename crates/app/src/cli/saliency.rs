//! Flags of `reverie saliency`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{DeviceArgs, NetArgs, PictureArgs, RunArgs, TalkArgs};

/// How a map is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Show {
    /// What suits the method
    Auto,
    /// Bright where it matters
    Heat,
    /// Red speaks for the class, blue against it
    Signed,
    /// The signal in its own colours on grey
    Signal,
    /// Heat over the picture
    Overlay,
    /// The picture where it matters, black elsewhere
    Masked,
    /// All of these side by side
    All,
}

/// `reverie saliency`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie saliency cat.jpg --net squeezenet --method smoothgrad -o why.png
  reverie saliency cat.jpg --class mushroom --method grad-cam,occlusion -o two.png
  reverie saliency cat.jpg --method all --curves -o why
  reverie saliency cat.jpg --method vanilla,guided-backprop --sanity -o sane.png
  reverie saliency photos --method grad-cam,rise --curves -o page
Methods: vanilla, gradient-x-input, smoothgrad, integrated-gradients, guided-backprop, deconvnet,
  grad-cam, occlusion, rise, or all of them
A result that ends in .png, .jpg, .webp or .tif is a picture; without an ending it is a folder
with a page. A folder of pictures may hold 500"
)]
pub struct SaliencyArgs {
    /// A picture, or a folder of pictures
    #[arg(
        value_name = "PICTURE",
        required_unless_present = "print_config",
        help_heading = "What"
    )]
    pub picture: Option<PathBuf>,
    /// Methods with commas between them, or all
    #[arg(
        long,
        value_name = "M,…",
        value_delimiter = ',',
        default_value = "vanilla",
        help_heading = "What"
    )]
    pub method: Vec<String>,
    /// What is explained: a class, by its name or a part of it; the likeliest one without it
    #[arg(long, value_name = "NAME", help_heading = "What")]
    pub class: Option<String>,
    /// Explain a channel of this layer instead of a class
    #[arg(
        long,
        value_name = "LAYER",
        conflicts_with = "class",
        requires = "channel",
        help_heading = "What"
    )]
    pub layer: Option<String>,
    /// Which channel of the layer
    #[arg(long, value_name = "C", requires = "layer", help_heading = "What")]
    pub channel: Option<usize>,
    /// Shorter side of the picture, in pixels; what the network learnt from, or 224, without it
    #[arg(long, help_heading = "Look", value_parser = clap::value_parser!(u32).range(1..=65_535))]
    pub size: Option<u32>,
    /// How the maps are shown
    #[arg(long, value_enum, default_value = "auto", help_heading = "Look")]
    pub show: Show,
    /// Replace the weights by random ones, layer by layer from the top, and say how much of each map stays
    #[arg(long, help_heading = "Checks")]
    pub sanity: bool,
    /// Take away and add pixels by their importance, and say how the network's answer follows
    #[arg(long, help_heading = "Checks")]
    pub curves: bool,
    /// Also write the raw numbers of every map for NumPy, beside the pictures
    #[arg(long, help_heading = "Output")]
    pub npy: bool,
    /// Result: a picture (.png, .jpg, .webp, .tif), or a folder for a page
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
    pub picture_args: PictureArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub talk: TalkArgs,
}
