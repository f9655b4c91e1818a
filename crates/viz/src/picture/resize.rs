//! Other sizes: resampling, fitting, cutting.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{F32, F32x3, InnerPixel};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

use super::{CHANNELS, Picture, check_size, to_unit};

/// How values between pixels are found. Making smaller, all but the first average over what each
/// new pixel covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Filter {
    /// The nearest pixel: hard edges, for showing single pixels.
    Nearest,
    /// The average of what is covered.
    Box,
    /// Straight lines between pixels: never leaves the range of the values.
    Bilinear,
    /// Cubic curves (Catmull-Rom): sharper, overshoots a little.
    Bicubic,
    /// A windowed sinc of three lobes: the sharpest, for photographs.
    #[default]
    Lanczos3,
}

impl Filter {
    fn to_algorithm(self) -> ResizeAlg {
        match self {
            Self::Nearest => ResizeAlg::Nearest,
            Self::Box => ResizeAlg::Convolution(FilterType::Box),
            Self::Bilinear => ResizeAlg::Convolution(FilterType::Bilinear),
            Self::Bicubic => ResizeAlg::Convolution(FilterType::CatmullRom),
            Self::Lanczos3 => ResizeAlg::Convolution(FilterType::Lanczos3),
        }
    }
}

/// The picture in another size, clamped to `[0, 1]`.
///
/// Resampling happens on the encoded values, as most programs do it.
///
/// # Panics
/// If `width` or `height` is 0.
pub fn resize(picture: &Picture, width: u32, height: u32, filter: Filter) -> Picture {
    assert!(
        width > 0 && height > 0,
        "a picture of {width}x{height} has no pixels"
    );
    if (width, height) == (picture.width(), picture.height()) {
        return picture.clone();
    }
    let source: Vec<F32x3> = picture.colours().iter().copied().map(F32x3::new).collect();
    let found = resample(
        &source,
        (picture.width(), picture.height()),
        (width, height),
        filter,
    );
    Picture::new(
        width,
        height,
        found
            .iter()
            .flat_map(|pixel| pixel.0.map(to_unit))
            .collect(),
    )
}

/// One plane of arbitrary numbers in another size, not clamped: alpha, or an optimiser's memory.
///
/// [`Filter::Bicubic`] and [`Filter::Lanczos3`] overshoot, so what must stay positive wants
/// [`Filter::Bilinear`].
///
/// # Shapes
/// - `data`: `[H, W]`
/// - returns: `[new_height, new_width]`
///
/// # Panics
/// If `data` has not `width * height` values, or a side is 0.
pub fn resize_plane(
    data: &[f32],
    width: u32,
    height: u32,
    new_width: u32,
    new_height: u32,
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
    let source: Vec<F32> = data.iter().copied().map(F32::new).collect();
    let found = resample(&source, (width, height), (new_width, new_height), filter);
    found.into_iter().map(|pixel| pixel.0).collect()
}

fn resample<P: PixelTrait + InnerPixel + Default>(
    source: &[P],
    (width, height): (u32, u32),
    size: (u32, u32),
    filter: Filter,
) -> Vec<P> {
    let whole = [0.0, 0.0, width.into(), height.into()];
    resample_part(source, (width, height), whole, size, filter)
}

/// The part that begins at a column and a row, so wide and so high, in another size. What lies
/// around it counts where a filter reads beyond it.
pub(super) fn resample_part<P: PixelTrait + InnerPixel + Default>(
    source: &[P],
    (width, height): (u32, u32),
    [left, top, across, down]: [f64; 4],
    (new_width, new_height): (u32, u32),
    filter: Filter,
) -> Vec<P> {
    let image = TypedImageRef::new(width, height, source).expect("the size was checked");
    let mut target = TypedImage::<P>::new(new_width, new_height);
    let options = ResizeOptions::new()
        .resize_alg(filter.to_algorithm())
        .crop(left, top, across, down)
        .use_alpha(false);
    Resizer::new()
        .resize_typed(&image, &mut target, &options)
        .expect("the part lies inside");
    target.pixels().to_vec()
}

/// The size whose longer side is at most `max_side`, with the same shape; never enlarged, and never
/// less than 1.
pub fn fit_size(width: u32, height: u32, max_side: u32) -> (u32, u32) {
    let longer = width.max(height).max(1);
    if longer <= max_side {
        return (width.max(1), height.max(1));
    }
    let scale = |side: u32| {
        let scaled = (u64::from(side) * u64::from(max_side) * 2 + u64::from(longer))
            / (2 * u64::from(longer));
        (scaled as u32).max(1)
    };
    (scale(width), scale(height))
}

/// The part of a picture that begins at column `x` and row `y`.
///
/// # Panics
/// If the part does not lie inside, or has no pixels.
pub fn crop(picture: &Picture, x: u32, y: u32, width: u32, height: u32) -> Picture {
    let inside = |at: u32, side: u32, whole: u32| u64::from(at) + u64::from(side) <= whole.into();
    assert!(
        inside(x, width, picture.width()) && inside(y, height, picture.height()),
        "a part of {width}x{height} at ({x}, {y}) is not inside a picture of {}x{}",
        picture.width(),
        picture.height()
    );
    let row = picture.width() as usize * CHANNELS;
    let columns = x as usize * CHANNELS..(x + width) as usize * CHANNELS;
    let rows = picture
        .pixels()
        .chunks_exact(row)
        .skip(y as usize)
        .take(height as usize);
    let pixels = rows
        .flat_map(|row| &row[columns.clone()])
        .copied()
        .collect();
    Picture::new(width, height, pixels)
}

/// The middle square of a picture, as large as its shorter side, at `side` pixels.
///
/// # Panics
/// If `side` is 0.
pub fn middle_square(picture: &Picture, side: u32, filter: Filter) -> Picture {
    let (width, height) = (picture.width(), picture.height());
    let shorter = width.min(height);
    let (left, top) = ((width - shorter) / 2, (height - shorter) / 2);
    match width == height {
        true => resize(picture, side, side, filter),
        false => resize(
            &crop(picture, left, top, shorter, shorter),
            side,
            side,
            filter,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILTERS: [Filter; 5] = [
        Filter::Nearest,
        Filter::Box,
        Filter::Bilinear,
        Filter::Bicubic,
        Filter::Lanczos3,
    ];

    fn ramp(width: u32, height: u32) -> Picture {
        Picture::from_fn(width, height, |x, y| {
            [
                (x as f32 + 0.5) / width as f32,
                (y as f32 + 0.5) / height as f32,
                0.25,
            ]
        })
    }

    #[test]
    fn one_colour_stays_that_colour_at_every_size() {
        let plain = Picture::filled(7, 5, [0.1, 0.5, 0.9]);
        for filter in FILTERS {
            for (width, height) in [(1, 1), (3, 9), (14, 10), (7, 5)] {
                let found = resize(&plain, width, height, filter);
                assert_eq!((found.width(), found.height()), (width, height));
                for (a, b) in found.pixels().iter().zip([0.1, 0.5, 0.9].iter().cycle()) {
                    assert!((a - b).abs() < 1e-5, "{filter:?}: {a} is not {b}");
                }
            }
        }
    }

    #[test]
    fn a_smooth_ramp_survives_making_it_larger_and_smaller() {
        let found = resize(
            &resize(&ramp(32, 24), 64, 48, Filter::Bicubic),
            32,
            24,
            Filter::Box,
        );
        for (a, b) in found.pixels().iter().zip(ramp(32, 24).pixels()) {
            assert!((a - b).abs() < 0.02, "{a} is not {b}");
        }
    }

    #[test]
    fn a_sharp_edge_never_leaves_the_range_of_a_picture() {
        let edge = Picture::from_fn(8, 8, |x, _| [if x < 4 { 0.0 } else { 1.0 }; 3]);
        let found = resize(&edge, 31, 17, Filter::Lanczos3);
        assert!(
            found
                .pixels()
                .iter()
                .all(|value| (0.0..=1.0).contains(value))
        );
    }

    #[test]
    fn planes_are_not_clamped() {
        let found = resize_plane(&[-3.0, 5.0], 2, 1, 1, 1, Filter::Box);
        assert!((found[0] - 1.0).abs() < 1e-6, "{found:?}");
        let found = resize_plane(&[-3.0; 6], 3, 2, 6, 4, Filter::Bilinear);
        assert!(
            found.iter().all(|value| (value + 3.0).abs() < 1e-5),
            "{found:?}"
        );
    }

    #[test]
    fn the_nearest_filter_repeats_pixels() {
        let found = resize_plane(&[1.0, 2.0], 2, 1, 4, 1, Filter::Nearest);
        assert_eq!(found, [1.0, 1.0, 2.0, 2.0]);
    }

    #[test]
    fn fitting_keeps_the_shape_and_never_enlarges() {
        assert_eq!(fit_size(4000, 3000, 512), (512, 384));
        assert_eq!(fit_size(3000, 4000, 512), (384, 512));
        assert_eq!(fit_size(100, 80, 512), (100, 80));
        assert_eq!(fit_size(10_000, 3, 512), (512, 1));
        assert_eq!(fit_size(u32::MAX, u32::MAX, 7), (7, 7));
    }

    #[test]
    fn cropping_takes_the_pixels_that_were_there() {
        let whole = ramp(6, 5);
        let part = crop(&whole, 2, 1, 3, 4);
        assert_eq!((part.width(), part.height()), (3, 4));
        assert_eq!(part.get(0, 0), whole.get(2, 1));
        assert_eq!(part.get(2, 3), whole.get(4, 4));
    }

    #[test]
    fn a_square_is_cut_from_the_middle_of_the_longer_side() {
        let whole = ramp(9, 4);
        let found = middle_square(&whole, 4, Filter::Lanczos3);
        assert_eq!(found, crop(&whole, 2, 0, 4, 4));
        let larger = middle_square(&ramp(3, 30), 12, Filter::Lanczos3);
        assert_eq!((larger.width(), larger.height()), (12, 12));
    }

    #[test]
    #[should_panic(expected = "a part of 3x1 at (4, 0) is not inside a picture of 6x5")]
    fn cropping_outside_panics_with_the_numbers() {
        crop(&ramp(6, 5), 4, 0, 3, 1);
    }
}
