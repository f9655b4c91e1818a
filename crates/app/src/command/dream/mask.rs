//! Where a dream may change the picture.

use std::path::Path;

use reverie_viz::picture::{Filter, LUMA_WEIGHTS, resize_plane};

use crate::command::shared;
use crate::output::Output;

/// The brightness of a mask, row by row, at the size of the picture: 1 where the dream may change it.
///
/// # Errors
/// A file that is no picture.
pub fn open(
    path: &Path,
    (width, height): (u32, u32),
    full: (u32, u32),
    output: &Output,
) -> anyhow::Result<Vec<f32>> {
    let mask = shared::load_picture(path, output)?.picture;
    let own = (mask.width(), mask.height());
    if own != full && own != (width, height) {
        output.warn(&format!(
            "{} has {}x{} pixels and the picture {}x{}: it is stretched over the picture",
            path.display(),
            own.0,
            own.1,
            full.0,
            full.1
        ));
    }
    let grey: Vec<f32> = mask
        .pixels()
        .chunks_exact(3)
        .map(|rgb| {
            rgb.iter()
                .zip(LUMA_WEIGHTS)
                .map(|(value, weight)| value * weight)
                .sum()
        })
        .collect();
    let mut fitted = resize_plane(&grey, own.0, own.1, width, height, Filter::Bilinear);
    fitted
        .iter_mut()
        .for_each(|value| *value = value.clamp(0.0, 1.0));
    Ok(fitted)
}
