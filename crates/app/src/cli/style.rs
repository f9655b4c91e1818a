//! Flags of `style` and `texture`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{DeviceArgs, NetArgs, PictureArgs, RunArgs, TalkArgs};

/// How much memory work may take.
#[derive(Args, Debug, Clone, Copy)]
pub struct MemoryArgs {
    /// Memory to get along with, as 900MB or 2GB: larger pictures are looked at in tiles, with the same result; what is free unless said otherwise
    #[arg(long, value_name = "LIMIT", help_heading = "Device", value_parser = bytes)]
    pub memory: Option<u64>,
}

/// How long to work at a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Quality {
    /// Two fifths of the preset's steps
    Fast,
    /// The preset's steps
    Normal,
    /// Three times the preset's steps
    Best,
}

/// What transfers and textures have in common.
#[derive(Args, Debug, Clone)]
pub struct MakingArgs {
    /// Repeat what this picture was made by; other flags go over its recipe
    #[arg(
        long,
        value_name = "PICTURE",
        conflicts_with = "preset",
        help_heading = "What"
    )]
    pub rerun: Option<PathBuf>,
    /// Named settings
    #[arg(long, help_heading = "Look")]
    pub preset: Option<String>,
    /// Steps: fast for a try, best for a print
    #[arg(long, value_enum, help_heading = "Look", conflicts_with = "steps")]
    pub quality: Option<Quality>,
    /// What a style is measured by: gram, moments, wasserstein or sliced
    #[arg(long, help_heading = "Look")]
    pub style_loss: Option<String>,
    /// Size of the style pictures relative to the result: larger gives larger strokes
    #[arg(long, help_heading = "Look")]
    pub style_scale: Option<f64>,
    /// Colours: free, chroma (the content's chroma, the result's luma), linear or histogram (the style is recoloured first), style-histogram (the result is given the style's at last)
    #[arg(long, help_heading = "Look")]
    pub colour: Option<String>,
    /// Start from content, style or noise
    #[arg(long, help_heading = "Look")]
    pub init: Option<String>,
    /// lbfgs, adam, or auto: L-BFGS up to a megapixel, Adam above
    #[arg(long, help_heading = "Optimiser")]
    pub optimizer: Option<String>,
    /// Steps at each size
    #[arg(long, help_heading = "Optimiser")]
    pub steps: Option<usize>,
    /// Step size
    #[arg(long, help_heading = "Optimiser")]
    pub rate: Option<f64>,
    /// Result: .png, .jpg, .webp or .tif; a folder for a film
    #[arg(
        long,
        short = 'o',
        value_name = "FILE",
        required_unless_present = "print_config",
        help_heading = "Output"
    )]
    pub out: Option<PathBuf>,
    /// Also save the picture every so many steps, with the step in its name
    #[arg(long, value_name = "STEPS", help_heading = "Output", value_parser = clap::value_parser!(u32).range(1..))]
    pub save_every: Option<u32>,
    /// Also write what went in and the result side by side
    #[arg(long, help_heading = "Output")]
    pub sheet: bool,
    /// Go on with the run that was broken off at this output
    #[arg(long, help_heading = "Output")]
    pub resume: bool,
    /// Stop after so many steps as if interrupted; --resume goes on
    #[arg(long, value_name = "STEPS", help_heading = "Output")]
    pub stop_after: Option<usize>,
    /// Also say how far style and content are: distances of features, whatever was optimised
    #[arg(long, help_heading = "Output")]
    pub measure: bool,
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

/// `reverie style`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie style --content town.jpg --style starry.jpg --net vgg16-hed -o night.png
  reverie style --content town.jpg --style a.jpg:2 --style b.jpg:1 --size 384 -o mixed.png
  reverie style --content me.jpg --style a.jpg --mask sky.png --style b.jpg --mask me.png -o 2.png
  reverie style --content me.jpg --style a.jpg --protect face.png --preset bold -o bold.png
  reverie style --content town.jpg --style a.jpg --size 3840 --memory 3GB --quality fast -o big.png
  reverie style --frames walk --flow walk-flow --style a.jpg --size 512 -o walk-styled
  reverie style --content town.jpg --style a.jpg --preset crowson --net vgg19 --dry-run -o x.png
  reverie style --rerun night.png -o again.png
Presets: reverie (default), gentle, bold, lecture-style, gatys, johnson, crowson"
)]
pub struct StyleArgs {
    /// Picture that gives the things
    #[arg(long, value_name = "PICTURE", required_unless_present_any = ["rerun", "print_config", "frames"], help_heading = "What")]
    pub content: Option<PathBuf>,
    /// Picture that gives the manner, with an optional weight after a colon; may be repeated
    #[arg(long, value_name = "PICTURE[:WEIGHT]", required_unless_present_any = ["rerun", "print_config"], help_heading = "What")]
    pub style: Vec<String>,
    /// Where a style counts: a picture that is white there; one for each --style, in their order
    #[arg(long, value_name = "PICTURE", help_heading = "What")]
    pub mask: Vec<PathBuf>,
    /// What stays as it is, to the bit: a picture that is white there
    #[arg(long, value_name = "PICTURE", help_heading = "What")]
    pub protect: Option<PathBuf>,
    /// Folder with the frames of a film, which are made one after the other, each from the one before
    #[arg(long, value_name = "DIR", conflicts_with_all = ["content", "rerun"], help_heading = "Film")]
    pub frames: Option<PathBuf>,
    /// Folder with the movement of each frame but the first, named as the frame: walk-02.flo says for each pixel of walk-02.png where it was in the frame before; walk-02-forward.flo, if it is there, says the opposite and tells what was hidden
    #[arg(long, value_name = "DIR", requires = "frames", help_heading = "Film")]
    pub flow: Option<PathBuf>,
    /// Longest side of the result, in pixels
    #[arg(long, help_heading = "Look")]
    pub size: Option<u32>,
    /// How strongly the style wins; 1 is the preset's own balance, at every size
    #[arg(long, help_heading = "Look")]
    pub strength: Option<f64>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub making: MakingArgs,
}

/// `reverie texture`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Examples:
  reverie texture pebbles.jpg -o more.png
  reverie texture pebbles.jpg --size 1024x256 --net vgg16-hed -o frieze.png
  reverie texture pebbles.jpg --tileable --size 512 -o tile.png
  reverie texture pebbles.jpg:2 moss.jpg --style-scale 0.5 -o both.png
  reverie texture pebbles.jpg --preset deeptextures --net vgg19 --dry-run -o x.png
  reverie texture --rerun tile.png --seed 2 -o other.png
Presets: reverie (default), deeptextures"
)]
pub struct TextureArgs {
    /// Pictures to be like, each with an optional weight after a colon
    #[arg(value_name = "PICTURE[:WEIGHT]", required_unless_present_any = ["rerun", "print_config"], help_heading = "What")]
    pub examples: Vec<String>,
    /// Pixels across and down, as 1024x512; one number for a square
    #[arg(long, value_name = "SIZE", help_heading = "Look", value_parser = form)]
    pub size: Option<(u32, u32)>,
    /// Let the borders meet, so that copies can be laid side by side
    #[arg(long, help_heading = "Look")]
    pub tileable: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub making: MakingArgs,
}

/// Bytes as people write them.
fn bytes(text: &str) -> Result<u64, String> {
    let help = || "write memory as 900MB or 2.5GB".to_owned();
    let lower = text.trim().to_ascii_lowercase();
    let lower = lower.strip_suffix('b').unwrap_or(&lower);
    let units = [("k", 1e3), ("m", 1e6), ("g", 1e9), ("t", 1e12)];
    let unit = units.iter().find(|(unit, _)| lower.ends_with(unit));
    let Some((unit, factor)) = unit else {
        return Err(help());
    };
    let number: f64 = lower
        .trim_end_matches(unit)
        .trim()
        .parse()
        .map_err(|_| help())?;
    match number.is_finite() && number > 0.0 {
        true => Ok((number * factor) as u64),
        false => Err(help()),
    }
}

/// A size as `512` or `1024x512`.
fn form(text: &str) -> Result<(u32, u32), String> {
    let help = || "write the size as 512 or 1024x512, in pixels".to_owned();
    let (width, height) = text.split_once('x').unwrap_or((text, text));
    let side = |text: &str| text.trim().parse::<u32>().map_err(|_| help());
    match (side(width)?, side(height)?) {
        (0, _) | (_, 0) => Err("size must be at least 1 pixel".to_owned()),
        sides => Ok(sides),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_sizes_are_read_as_people_write_them() {
        assert_eq!(bytes("900MB"), Ok(900_000_000));
        assert_eq!(bytes("2.5g"), Ok(2_500_000_000));
        for wrong in ["", "12", "GB", "-1GB", "nanGB", "2 bananas"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
        assert_eq!(form("512"), Ok((512, 512)));
        assert_eq!(form("1024x256"), Ok((1024, 256)));
        for wrong in ["0", "10x0", "x", "ten", "-3"] {
            assert!(form(wrong).is_err(), "{wrong}");
        }
    }
}
