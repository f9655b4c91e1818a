//! Other sizes of what can be laid side by side.

use fast_image_resize::pixels::F32;

use super::check_size;
use super::resize::{Filter, resample_part};

/// Pixels that the widest filter, [`Filter::Lanczos3`], reads to either side.
const WIDEST: u32 = 3;

/// One plane of arbitrary numbers whose borders meet in another size, as
/// [`resize_plane`](super::resize_plane): beyond each border lies the other side, so that the borders of
/// what comes out meet, too.
///
/// # Shapes
/// - `data`: `[H, W]`
/// - returns: `[new_height, new_width]`
///
/// # Panics
/// If `data` has not `width * height` values, or a side is 0.
pub fn resize_wrapped(
    data: &[f32],
    (width, height): (u32, u32),
    (new_width, new_height): (u32, u32),
    filter: Filter,
) -> Vec<f32> {
    check_size(width, height, 1, data.len());
    assert!(
        new_width > 0 && new_height > 0,
        "a plane of {new_width}x{new_height} has no values"
    );
    if (width, height) == (new_width, new_height) {
        return data.to_vec();
    }
    let (across, down) = (reach(width, new_width), reach(height, new_height));
    let (columns, rows) = (width + 2 * across, height + 2 * down);
    // As many times around as it takes.
    let turned = |at: u32, reach: u32, side: u32| {
        (i64::from(at) - i64::from(reach)).rem_euclid(side.into()) as usize
    };
    let source: Vec<F32> = (0..rows)
        .map(|row| turned(row, down, height) * width as usize)
        .flat_map(|row| (0..columns).map(move |column| row + turned(column, across, width)))
        .map(|place| F32::new(data[place]))
        .collect();
    let part = [across, down, width, height].map(f64::from);
    let found = resample_part(
        &source,
        (columns, rows),
        part,
        (new_width, new_height),
        filter,
    );
    found.into_iter().map(|pixel| pixel.0).collect()
}

/// Pixels beyond a border that the widest filter reads.
fn reach(side: u32, new_side: u32) -> u32 {
    side.div_ceil(new_side).max(1) * WIDEST + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_borders_meet_no_place_is_special() {
        let rolled = |data: &[f32], width: usize, [x, y]: [usize; 2]| -> Vec<f32> {
            let height = data.len() / width;
            let places = (0..height).flat_map(|row| (0..width).map(move |column| (column, row)));
            places
                .map(|(column, row)| data[(row + y) % height * width + (column + x) % width])
                .collect()
        };
        let data: Vec<f32> = (0..48).map(|i| ((i * 29) % 17) as f32).collect();
        for filter in [
            Filter::Box,
            Filter::Bilinear,
            Filter::Bicubic,
            Filter::Lanczos3,
        ] {
            for (size, factor) in [((16, 12), 2.0), ((24, 18), 3.0), ((4, 3), 0.5)] {
                let found = resize_wrapped(&data, (8, 6), size, filter);
                let moved = rolled(&data, 8, [6, 4]);
                let moved = resize_wrapped(&moved, (8, 6), size, filter);
                let step = [6.0, 4.0].map(|by: f32| (by * factor) as usize);
                let expected = rolled(&found, size.0 as usize, step);
                for (a, b) in moved.iter().zip(&expected) {
                    assert!((a - b).abs() < 1e-4, "{filter:?} {size:?}: {a} is not {b}");
                }
            }
        }
        // Smaller than what the filter reads.
        let found = resize_wrapped(&[1.0, 3.0], (1, 2), (3, 4), Filter::Lanczos3);
        let sum: f32 = found.iter().sum();
        assert!((sum / 12.0 - 2.0).abs() < 1e-5, "{found:?}");
    }
}
