//! Flags of `dream` and `imagine`.

use std::path::PathBuf;

use clap::Args;

use super::{DeviceArgs, MemoryArgs, NetArgs, PictureArgs, RunArgs, TalkArgs, channels, sheet};

/// Settings that dreams and channel pictures share.
#[derive(Args, Debug)]
pub struct AscentArgs {
    /// Layer, by its name in the literature; dream takes several: mixed_3,mixed_5:2
    #[arg(long, help_heading = "What")]
    pub layer: Option<String>,
    /// Named settings
    #[arg(long, help_heading = "Look")]
    pub preset: Option<String>,
    /// Longest side of the picture, in pixels; a dream makes pictures smaller, never larger
    #[arg(long, help_heading = "Look")]
    pub size: Option<u32>,
    /// Number of sizes from coarse to fine; 1 switches octaves off
    #[arg(long, help_heading = "Look")]
    pub octaves: Option<usize>,
    /// Ratio of neighbouring sizes
    #[arg(long, help_heading = "Look")]
    pub octave_scale: Option<f64>,
    /// Steps at each size
    #[arg(long, help_heading = "Optimiser")]
    pub steps: Option<usize>,
    /// Mean change of a pixel in one step (0 black, 1 white)
    #[arg(long, help_heading = "Optimiser")]
    pub rate: Option<f64>,
    /// Farthest random move before each look, in pixels; 0 is off
    #[arg(long, help_heading = "Look")]
    pub jitter: Option<usize>,
    /// L2: share of the way toward the mean picture in each step; 0 is off
    #[arg(long, help_heading = "Look")]
    pub decay: Option<f64>,
    /// Standard deviation of the Gaussian blur, in pixels; 0 is off
    #[arg(long, help_heading = "Look")]
    pub blur: Option<f64>,
    /// Steps between two blurs
    #[arg(long, help_heading = "Look")]
    pub blur_every: Option<usize>,
    /// Keep pixels valid after every step: true or false
    #[arg(long, help_heading = "Look")]
    pub clip: Option<bool>,
}

/// Dreams that move.
#[derive(Args, Debug, Clone)]
pub struct FilmArgs {
    /// A film: every frame is dreamt on the one before, enlarged by this factor (1.05 without one)
    #[arg(
        long,
        value_name = "FACTOR",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "1.05",
        help_heading = "Film"
    )]
    pub zoom: Option<f64>,
    /// Turn from frame to frame, in degrees against the clock
    #[arg(long, value_name = "DEGREES", help_heading = "Film")]
    pub turn: Option<f64>,
    /// Move from frame to frame, in pixels to the right and down
    #[arg(long, value_name = "X,Y", help_heading = "Film", value_parser = shift)]
    pub shift: Option<(f64, f64)>,
    /// Frames of the film; 100 unless said otherwise
    #[arg(long, value_name = "N", help_heading = "Film", value_parser = clap::value_parser!(u32).range(1..=99_999))]
    pub frames: Option<u32>,
    /// Frames a second
    #[arg(long, default_value_t = 15.0, help_heading = "Film", value_parser = frame_rate)]
    pub fps: f64,
    /// Share of the last dream in the next frame of a video, from 0 to 1
    #[arg(long, value_name = "SHARE", help_heading = "Film", value_parser = share)]
    pub blend: Option<f64>,
    /// Keep brightness and contrast of the first frame: true or false
    #[arg(long, default_value_t = true, action = clap::ArgAction::Set, help_heading = "Film")]
    pub steady: bool,
    /// Go on with the frames that are there
    #[arg(long, help_heading = "Film")]
    pub resume: bool,
}

/// `reverie dream`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie dream clouds.jpg -o dream.png
  reverie dream clouds.jpg --net vgg16-hed --layer relu4_2 --size 640 -o dream.png
  reverie dream clouds.jpg --net inception-trunk --layer mixed_4 --guide flowers.jpg -o guided.png
  reverie dream clouds.jpg --net squeezenet --class goldfish -o goldfish.png
  reverie dream clouds.jpg --net inception-trunk --layer mixed_4 --zoom --frames 90 -o zoom.gif
  reverie dream frames/ --net inception-trunk --layer mixed_3 --blend 0.5 -o film/
Presets: soft (default), deepdream, lecture-dream, zoom (with --zoom)"
)]
pub struct DreamArgs {
    /// Picture to dream on, or a folder with the frames of a video
    #[arg(value_name = "PICTURE", required_unless_present = "print_config")]
    pub source: Option<PathBuf>,
    /// Channels of the layer, such as 12 or 3,7-9; the whole layer unless said otherwise
    #[arg(long, value_name = "C[-D],…", value_delimiter = ',', help_heading = "What", value_parser = channels)]
    pub channel: Vec<(usize, usize)>,
    /// A class instead of a layer, by its name or a part of it
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with_all = ["channel", "layer", "guide"],
        help_heading = "What"
    )]
    pub class: Option<String>,
    /// Picture whose features are looked for in the dream
    #[arg(
        long,
        value_name = "PICTURE",
        conflicts_with = "channel",
        help_heading = "What"
    )]
    pub guide: Option<PathBuf>,
    /// Picture that is white where the dream may change something and black where it may not
    #[arg(long, value_name = "PICTURE", help_heading = "What")]
    pub mask: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub film: FilmArgs,
    /// Result: .png, .jpg, .webp or .tif; of a film .gif, .png (animated), .mp4, or a folder for all
    #[arg(
        long,
        short = 'o',
        value_name = "FILE",
        required_unless_present = "print_config",
        help_heading = "Output"
    )]
    pub out: Option<PathBuf>,
    /// Also write the picture before and after side by side
    #[arg(long, help_heading = "Output")]
    pub sheet: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub ascent: AscentArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub net: NetArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub device: DeviceArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub memory: MemoryArgs,
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

/// `reverie imagine`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie imagine --layer conv2_1 --channel 5 -o channel.png
  reverie imagine --layer conv3_1 --channel 0-15 --sheet 4x4 -o sheet.png
  reverie imagine --class mushroom,candle,espresso --sheet 3x1 -o classes.png
  reverie imagine --net squeezenet --class goldfish,dumbbell --judge vgg-mini -o two.png
  reverie imagine --net squeezenet,vgg-mini --class goldfish,koala -o side-by-side.png
  reverie imagine --net inception-trunk --layer mixed_4 --channel 12 --preset lucid -o channel.png
Presets: channel (default), class, imagenet, lucid, yosinski-1, yosinski-2, yosinski-3, yosinski-4
With --class the default is class, and imagenet for a network of ImageNet"
)]
pub struct ImagineArgs {
    /// Channels, such as 12, 0-15 or 3,7-9
    #[arg(long, value_name = "C[-D],…", value_delimiter = ',', default_value = "0", help_heading = "What", value_parser = channels)]
    pub channel: Vec<(usize, usize)>,
    /// Only the neuron at this place of the channel's map, the middle without one
    #[arg(
        long,
        value_name = "X,Y",
        num_args = 0..=1,
        require_equals = true,
        help_heading = "What",
        value_parser = place
    )]
    pub neuron: Option<Option<(usize, usize)>>,
    /// Several channels at once, each with a weight: 3:1,17:-0.5
    #[arg(
        long,
        value_name = "C:W,…",
        value_delimiter = ',',
        conflicts_with_all = ["channel", "neuron"],
        help_heading = "What",
        value_parser = weighted
    )]
    pub direction: Vec<(usize, f32)>,
    /// Classes instead of channels, by name or a part of it, with commas between them; all is every class
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        conflicts_with_all = ["channel", "layer", "neuron", "direction"],
        help_heading = "What"
    )]
    pub class: Vec<String>,
    /// Another network that is asked what it sees in the pictures of classes: a name, or a file of classify train
    #[arg(long, value_name = "NET", requires = "class", help_heading = "What")]
    pub judge: Option<String>,
    /// Which numbers make the picture: pixels, fourier or pyramid
    #[arg(long, help_heading = "Look")]
    pub canvas: Option<String>,
    /// Pictures made at once of each goal; --set diversity=W keeps them apart
    #[arg(long, value_name = "N", help_heading = "Look")]
    pub variants: Option<usize>,
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
    pub ascent: AscentArgs,
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

pub(super) fn place(text: &str) -> Result<(usize, usize), String> {
    let both = text.split_once(',');
    let both = both.and_then(|(x, y)| Some((x.trim().parse().ok()?, y.trim().parse().ok()?)));
    both.ok_or_else(|| "write a place as column and row: 3,5".to_owned())
}

fn weighted(text: &str) -> Result<(usize, f32), String> {
    let (channel, weight) = text.split_once(':').unwrap_or((text, "1"));
    match (channel.trim().parse(), weight.trim().parse::<f32>()) {
        (Ok(channel), Ok(weight)) if weight.is_finite() => Ok((channel, weight)),
        _ => Err("write channels with weights as 3:1,17:-0.5".to_owned()),
    }
}

fn shift(text: &str) -> Result<(f64, f64), String> {
    let both = text.split_once(',');
    let both = both.and_then(|(x, y)| Some((x.trim().parse().ok()?, y.trim().parse().ok()?)));
    let both = both.filter(|(x, y): &(f64, f64)| x.is_finite() && y.is_finite());
    both.ok_or_else(|| "write a shift as pixels to the right and down: 2,-1".to_owned())
}

fn frame_rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.1..=100.0).contains(&value) => Ok(value),
        _ => Err("frames a second must be between 0.1 and 100".to_owned()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("a share must be between 0 and 1".to_owned()),
    }
}

impl FilmArgs {
    /// Whether a film is asked for rather than a picture.
    pub fn is_asked(&self) -> bool {
        self.zoom.is_some() || self.turn.is_some() || self.shift.is_some() || self.frames.is_some()
    }
}
