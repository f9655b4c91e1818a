//! A picture zoomed, turned and shifted a little: how a dream moves from frame to frame.

use rayon::prelude::*;

use super::{CHANNELS, Picture, to_unit};

/// Pixels along a side that one cubic curve goes by.
const TAPS: usize = 4;

/// A movement of everything that is in a picture: zoomed and turned about the middle, then shifted.
///
/// The default moves nothing.
///
/// # Units
/// Degrees and pixels, see the fields.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Warp {
    /// How many times larger things become; below 1 they become smaller.
    pub zoom: f64,
    /// Degrees, counter-clockwise.
    pub turn: f64,
    /// Pixels to the right, pixels down.
    pub shift: [f64; 2],
}

impl Default for Warp {
    fn default() -> Self {
        Self {
            zoom: 1.0,
            turn: 0.0,
            shift: [0.0; 2],
        }
    }
}

/// The picture after a movement, in the same size, clamped to `[0, 1]`.
///
/// Every new pixel asks where it comes from; between pixels a cubic curve is drawn through the
/// encoded values, as [`resize`](super::resize()) does it. Beyond its borders the picture goes on as
/// its own mirror image (with the border pixels twice), so that no black comes in. Nothing is
/// averaged: a zoom well below 1 skips pixels.
///
/// The rows are spread over rayon's threads; the numbers are the same whatever their count.
///
/// # Panics
/// If the zoom is not above 0, or a number is not finite.
///
/// # Source
/// Catmull, Rom 1974, A class of local interpolating splines; as a convolution Keys 1981, Cubic
/// convolution interpolation for digital image processing, eq. 15 (a = -1/2).
pub fn warp(picture: &Picture, warp: &Warp) -> Picture {
    let Warp { zoom, turn, shift } = *warp;
    assert!(
        zoom > 0.0
            && [zoom, turn, shift[0], shift[1]]
                .iter()
                .all(|v| v.is_finite()),
        "a picture cannot be moved by {warp:?}"
    );
    let (width, height) = (picture.width(), picture.height());
    let middle = [f64::from(width - 1) / 2.0, f64::from(height - 1) / 2.0];
    let (sin, cos) = turn.to_radians().sin_cos();
    let mut moved = picture.clone();
    let rows = moved.colours_mut().par_chunks_exact_mut(width as usize);
    rows.enumerate().for_each(|(row, pixels)| {
        let down = row as f64 - middle[1] - shift[1];
        for (column, pixel) in pixels.iter_mut().enumerate() {
            let right = column as f64 - middle[0] - shift[0];
            // Rows count downwards, so the turn back has its signs the other way round.
            let x = middle[0] + (right * cos - down * sin) / zoom;
            let y = middle[1] + (right * sin + down * cos) / zoom;
            *pixel = sample(picture, x, y);
        }
    });
    moved
}

/// The colour between pixels.
fn sample(picture: &Picture, x: f64, y: f64) -> [f32; CHANNELS] {
    let (columns, across) = taps(x, picture.width());
    let (rows, along) = taps(y, picture.height());
    let colours = picture.colours();
    let mut sum = [0.0; CHANNELS];
    for (row, weight) in rows.into_iter().zip(along) {
        let start = row * picture.width() as usize;
        for (column, share) in columns.into_iter().zip(across) {
            for (sum, value) in sum.iter_mut().zip(colours[start + column]) {
                *sum += weight * share * value;
            }
        }
    }
    sum.map(to_unit)
}

/// The four pixels around a place on a side of `length` pixels, and what each adds.
fn taps(at: f64, length: u32) -> ([usize; TAPS], [f32; TAPS]) {
    // The picture and its mirror image together come again and again.
    let period = 2 * i64::from(length);
    let at = at.rem_euclid(period as f64);
    let first = at.floor() as i64 - 1;
    let places = std::array::from_fn(|i| {
        let place = (first + i as i64).rem_euclid(period);
        place.min(period - 1 - place) as usize
    });
    let t = at - at.floor();
    let weights = [
        ((-0.5 * t + 1.0) * t - 0.5) * t,
        (1.5 * t - 2.5) * t * t + 1.0,
        ((-1.5 * t + 2.0) * t + 0.5) * t,
        (0.5 * t - 0.5) * t * t,
    ];
    (places, weights.map(|weight| weight as f32))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Smooth waves; turned by half a turn it is its own negative.
    fn waves(width: u32, height: u32) -> Picture {
        let wave = |at: u32, length: u32, waves: f64| {
            let at = (f64::from(at) - f64::from(length - 1) / 2.0) / f64::from(length);
            (at * waves * std::f64::consts::TAU).sin()
        };
        Picture::from_fn(width, height, |x, y| {
            let (a, b) = (wave(x, width, 1.5), wave(y, height, 2.0));
            [a, b, (a + b) / 2.0].map(|value| (0.5 + 0.4 * value) as f32)
        })
    }

    fn zoomed(zoom: f64) -> Warp {
        Warp {
            zoom,
            ..Warp::default()
        }
    }

    fn mean(picture: &Picture) -> f64 {
        let sum: f64 = picture.pixels().iter().map(|&value| f64::from(value)).sum();
        sum / picture.pixels().len() as f64
    }

    /// The largest difference, leaving out so many pixels at every border.
    fn difference(a: &Picture, b: &Picture, border: u32) -> f32 {
        let mut largest = 0.0_f32;
        for y in border..a.height() - border {
            for x in border..a.width() - border {
                for (a, b) in a.get(x, y).into_iter().zip(b.get(x, y)) {
                    largest = largest.max((a - b).abs());
                }
            }
        }
        largest
    }

    #[test]
    fn no_movement_leaves_every_number_alone() {
        for (width, height) in [(1, 1), (2, 7), (33, 20)] {
            let picture = waves(width, height);
            assert_eq!(warp(&picture, &Warp::default()), picture);
        }
    }

    #[test]
    fn one_colour_stays_that_colour() {
        let plain = Picture::filled(9, 6, [0.1, 0.5, 0.9]);
        for movement in [
            zoomed(0.3),
            zoomed(1.07),
            Warp {
                zoom: 1.02,
                turn: 33.0,
                shift: [1e6 + 0.3, -7.6],
            },
        ] {
            assert!(difference(&warp(&plain, &movement), &plain, 0) < 1e-6);
        }
    }

    #[test]
    fn a_shift_moves_things_right_and_down_and_mirrors_the_border() {
        let picture = waves(12, 8);
        let movement = Warp {
            shift: [2.0, 1.0],
            ..Warp::default()
        };
        let moved = warp(&picture, &movement);
        assert_eq!(moved.get(5, 4), picture.get(3, 3));
        assert_eq!(moved.get(1, 4), picture.get(0, 3));
        assert_eq!(moved.get(0, 4), picture.get(1, 3));
        assert_eq!(moved.get(5, 0), picture.get(3, 0));
    }

    #[test]
    fn a_turn_goes_against_the_clock_and_four_of_them_come_back() {
        let picture = waves(21, 21);
        let quarter = Warp {
            turn: 90.0,
            ..Warp::default()
        };
        let once = warp(&picture, &quarter);
        // What was at the right edge is at the top now.
        let (top, right) = (once.get(6, 0), picture.get(20, 6));
        assert!(top.iter().zip(right).all(|(a, b)| (a - b).abs() < 1e-5));
        let mut turned = once;
        for _ in 0..3 {
            turned = warp(&turned, &quarter);
        }
        assert!(difference(&turned, &picture, 1) < 1e-5);
    }

    #[test]
    fn a_zoom_enlarges_about_the_middle_and_keeps_the_mean() {
        let picture = waves(64, 48);
        let near = warp(&picture, &zoomed(1.05));
        assert!((mean(&near) / mean(&picture) - 1.0).abs() < 1e-3);
        let edge = Picture::from_fn(40, 40, |x, _| [if x < 24 { 0.0 } else { 1.0 }; 3]);
        // The edge is 4 pixels right of the middle and goes twice as far away.
        let doubled = warp(&edge, &zoomed(2.0));
        assert!(doubled.get(26, 20)[0] < 0.05 && doubled.get(29, 20)[0] > 0.95);
    }

    #[test]
    fn a_zoom_and_its_opposite_leave_the_middle_of_a_smooth_picture() {
        let picture = waves(96, 80);
        let there = Warp {
            zoom: 1.05,
            turn: 3.0,
            shift: [0.0; 2],
        };
        let back = Warp {
            zoom: 1.0 / 1.05,
            turn: -3.0,
            shift: [0.0; 2],
        };
        let found = warp(&warp(&picture, &there), &back);
        assert!(difference(&found, &picture, 10) < 2e-3);
    }

    #[test]
    fn the_numbers_do_not_depend_on_the_threads() {
        let picture = waves(50, 37);
        let movement = Warp {
            zoom: 1.03,
            turn: 1.5,
            shift: [0.4, -0.7],
        };
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            pool.build().unwrap().install(|| warp(&picture, &movement))
        };
        assert_eq!(with(1), with(3));
    }

    #[test]
    #[should_panic(expected = "a picture cannot be moved by Warp { zoom: 0.0")]
    fn a_zoom_of_nothing_panics_with_the_numbers() {
        warp(&waves(4, 4), &zoomed(0.0));
    }
}
