//! Recalls as an animation.

use std::path::Path;

use reverie_lab::hopfield::{Hopfield, Pattern};
use reverie_viz::picture::animation::{AnimationOptions, write_animation};
use reverie_viz::picture::{Filter, Picture, PictureError, SheetOptions, contact_sheet, resize};

/// Frames a second of the animation.
const FRAME_RATE: f64 = 10.0;
/// Frames that the cue and the end stand still.
const STILL: usize = 8;
/// Pixels of the longest side of a picture in the animation, about.
const SHOWN: u32 = 128;

/// Bright, dark and unknown units as a picture of one pixel each.
pub fn picture(units: &[i8], width: usize) -> Picture {
    let height = units.len() / width;
    Picture::from_fn(width as u32, height as u32, |x, y| {
        match units[y as usize * width + x as usize] {
            1 => [0.96, 0.95, 0.92],
            -1 => [0.13, 0.13, 0.17],
            _ => [0.62, 0.62, 0.64],
        }
    })
}

/// All recalls side by side, below what was stored; written to a file where one is asked for.
///
/// # Errors
/// If it cannot be drawn or written.
pub fn film(
    found: &Hopfield,
    patterns: &[Pattern],
    file: Option<&Path>,
    force: bool,
) -> anyhow::Result<Vec<u8>> {
    let moments = found.recalled.iter().map(|one| one.recall.moments.len());
    let n_moments = moments.max().unwrap_or(1);
    let frames = (0..n_moments + 2 * STILL).map(|number| {
        let at = number.saturating_sub(STILL).min(n_moments - 1);
        Ok::<Picture, PictureError>(frame(found, patterns, at))
    });
    let options = AnimationOptions {
        frames_per_second: FRAME_RATE,
        overwrite: true,
        ..AnimationOptions::default()
    };
    let folder = tempfile::tempdir()?;
    let whole = folder.path().join("recall.gif");
    write_animation(frames.clone(), &whole, &options)?;
    if let Some(file) = file {
        let options = AnimationOptions {
            overwrite: force,
            ..options
        };
        write_animation(frames, file, &options)?;
    }
    Ok(std::fs::read(whole)?)
}

fn frame(found: &Hopfield, patterns: &[Pattern], at: usize) -> Picture {
    let large = |units: &[i8], pattern: &Pattern| {
        let side = pattern.width.max(pattern.height) as u32;
        let times = (SHOWN / side).max(1);
        let (width, height) = (pattern.width as u32 * times, pattern.height as u32 * times);
        resize(
            &picture(units, pattern.width),
            width,
            height,
            Filter::Nearest,
        )
    };
    let pairs = || found.recalled.iter().zip(patterns);
    let stored = pairs().map(|(one, pattern)| (large(&pattern.units, pattern), one.name.clone()));
    let recalled = pairs().map(|(one, pattern)| {
        let moments = &one.recall.moments;
        let moment = &moments[at.min(moments.len() - 1)];
        let overlap = pattern.overlap(&moment.units);
        (
            large(&moment.units, pattern),
            format!("overlap {overlap:.2}"),
        )
    });
    let tiles: Vec<(Picture, String)> = stored.chain(recalled).collect();
    let options = SheetOptions {
        columns: found.recalled.len(),
        ..SheetOptions::default()
    };
    contact_sheet(&tiles, &options)
}
