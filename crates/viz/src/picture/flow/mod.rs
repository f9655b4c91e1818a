//! Optical flow between two frames of a film: where the things of one frame are in another.
//!
//! A style that is computed anew for every frame flickers. With the flow the finished previous frame
//! can be brought to the places of the new one, as its start and as what it should stay like, and
//! [`Flow::trust`] says where that makes sense. The flow itself is computed by other programs; we
//! read it from the Middlebury files that most of them write.
//!
//! | file | idea |
//! |---|---|
//! | here | [`Flow`]: a vector for every pixel |
//! | `file` | [`load_flow`], [`save_flow`]: Middlebury `.flo` |
//! | `carry` | [`Flow::warp`]: another frame's picture brought to this one |
//! | `trust` | [`Flow::trust`]: where the flow can be believed |

mod carry;
mod file;
mod trust;

use rayon::prelude::*;

pub use self::file::{MAX_FLOW_SIDE, load_flow, save_flow};
use super::check_size;
use crate::bilinear::taps;

/// The longest known part of a vector; longer ones stand for unknown in files.
const LONGEST: f32 = 1e9;

/// What an unknown vector is in memory.
const UNKNOWN: [f32; 2] = [f32::NAN; 2];

/// For every pixel of a frame how far to go to find the same thing in another frame.
///
/// # Shapes
/// The vectors are rows from top to bottom, from left to right in a row: `[H, W, 2]`.
///
/// # Units
/// Pixels: columns to the right, rows down. Both are NaN where nobody knows.
#[derive(Clone, Debug)]
pub struct Flow {
    width: u32,
    height: u32,
    vectors: Vec<[f32; 2]>,
}

impl Flow {
    /// A flow of the given vectors; one with a part that is not finite or beyond 1e9 in absolute value
    /// is unknown.
    ///
    /// # Panics
    /// If there are not `width * height` of them, or a side is 0.
    pub fn new(width: u32, height: u32, mut vectors: Vec<[f32; 2]>) -> Self {
        check_size(width, height, 1, vectors.len());
        for vector in &mut vectors {
            // Written so that NaN is unknown too.
            if !vector.iter().all(|part| part.abs() <= LONGEST) {
                *vector = UNKNOWN;
            }
        }
        Self {
            width,
            height,
            vectors,
        }
    }

    /// A flow whose vector at column `x` and row `y` is `vector(x, y)`, see [`Flow::new`].
    ///
    /// # Panics
    /// If a side is 0.
    pub fn from_fn(width: u32, height: u32, vector: impl Fn(u32, u32) -> [f32; 2]) -> Self {
        let rows = 0..height;
        let vectors = rows.flat_map(|y| (0..width).map(move |x| (x, y)));
        Self::new(width, height, vectors.map(|(x, y)| vector(x, y)).collect())
    }

    /// Columns.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The vectors, `[H, W, 2]`.
    pub fn vectors(&self) -> &[[f32; 2]] {
        &self.vectors
    }

    /// The vector at column `x` and row `y`, if it is known.
    ///
    /// # Panics
    /// If the pixel lies outside.
    pub fn get(&self, x: u32, y: u32) -> Option<[f32; 2]> {
        let (width, height) = (self.width, self.height);
        assert!(
            x < width && y < height,
            "pixel ({x}, {y}) lies outside a flow of {width}x{height}"
        );
        known(self.vectors[y as usize * width as usize + x as usize])
    }

    /// The same movement for frames of another size: interpolated bilinearly, the vectors scaled as
    /// the sides are. A pixel between known and unknown ones is unknown.
    ///
    /// Nothing is averaged: a much smaller flow skips vectors.
    ///
    /// # Panics
    /// If a side is 0.
    pub fn resized(&self, width: u32, height: u32) -> Self {
        assert!(
            width > 0 && height > 0,
            "a flow of {width}x{height} has no vectors"
        );
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let across = f64::from(self.width) / f64::from(width);
        let down = f64::from(self.height) / f64::from(height);
        let vectors = each_pixel(width, height, |x, y| {
            let [u, v] = self.between((x + 0.5) * across - 0.5, (y + 0.5) * down - 0.5);
            [(f64::from(u) / across) as f32, (f64::from(v) / down) as f32]
        });
        Self::new(width, height, vectors)
    }

    /// The vector between pixels, unknown if one that counts is; places outside get the edge.
    fn between(&self, x: f64, y: f64) -> [f32; 2] {
        between(&self.vectors, self.width, self.height, x, y)
    }

    /// Whether a place lies on the frame: its pixels are squares, so it goes on half a pixel beyond
    /// the centres of the outermost ones.
    fn covers(&self, x: f64, y: f64) -> bool {
        let inside = |at: f64, side: u32| at > -0.5 && at < f64::from(side) - 0.5;
        inside(x, self.width) && inside(y, self.height)
    }

    /// Panics unless the other thing, named `what`, has the size of this flow.
    fn check_same_size(&self, what: &str, width: u32, height: u32) {
        assert!(
            (width, height) == (self.width, self.height),
            "{what} of {width}x{height} does not belong to a flow of {}x{}",
            self.width,
            self.height
        );
    }
}

/// The vector, unless it is unknown.
fn known(vector: [f32; 2]) -> Option<[f32; 2]> {
    (!vector[0].is_nan()).then_some(vector)
}

/// `value(x, y)` for every pixel, row by row, spread over rayon's threads.
fn each_pixel<T: Send>(
    width: u32,
    height: u32,
    value: impl Fn(f64, f64) -> T + Sync + Send,
) -> Vec<T> {
    let (width, height) = (width as usize, height as usize);
    let pixels = (0..width * height).into_par_iter();
    pixels
        .map(|i| value((i % width) as f64, (i / width) as f64))
        .collect()
}

/// The value between the pixels of a plane; places outside get the edge. Neighbours without weight
/// do not count, so that NaN beside a place that is a pixel's centre does no harm.
fn between<const N: usize>(
    values: &[[f32; N]],
    width: u32,
    height: u32,
    x: f64,
    y: f64,
) -> [f32; N] {
    let (width, height) = (width as usize, height as usize);
    let mut sum = [0.0; N];
    for (row, part) in taps(y, height) {
        for (column, share) in taps(x, width) {
            let weight = part * share;
            if weight > 0.0 {
                for (sum, value) in sum.iter_mut().zip(values[row * width + column]) {
                    *sum += weight * f64::from(value);
                }
            }
        }
    }
    sum.map(|sum| sum as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_or_no_number_is_unknown() {
        let long = 1.1e9_f32;
        let vectors = vec![
            [1.0, -2.0],
            [long, 0.0],
            [0.0, -long],
            [f32::NAN, 0.0],
            [0.0, f32::INFINITY],
            [1e9, -1e9],
        ];
        let flow = Flow::new(3, 2, vectors);
        let found: Vec<_> = (0..6).map(|i| flow.get(i % 3, i / 3)).collect();
        let last = Some([1e9, -1e9]);
        assert_eq!(found, [Some([1.0, -2.0]), None, None, None, None, last]);
        assert!(flow.vectors()[1].iter().all(|part| part.is_nan()));
    }

    #[test]
    fn a_shift_means_the_same_in_another_size() {
        let flow = Flow::from_fn(12, 8, |_, _| [3.0, -2.0]);
        for (width, height) in [(24, 16), (6, 4), (5, 20), (1, 1), (12, 8)] {
            let other = flow.resized(width, height);
            assert_eq!((other.width(), other.height()), (width, height));
            for &[u, v] in other.vectors() {
                let (across, down) = (u / width as f32, v / height as f32);
                assert!((across - 3.0 / 12.0).abs() < 1e-6, "{across}");
                assert!((down + 2.0 / 8.0).abs() < 1e-6, "{down}");
            }
        }
    }

    #[test]
    fn vectors_are_interpolated_between_centres_and_unknown_ones_stay_unknown() {
        let flow = Flow::from_fn(2, 1, |x, _| [4.0 * x as f32, 1.0]);
        let wide = flow.resized(4, 1);
        // 0, 1, 3 and 4 as by hand, twice as long in columns.
        let columns: Vec<_> = wide.vectors().iter().map(|vector| vector[0]).collect();
        assert_eq!(columns, [0.0, 2.0, 6.0, 8.0]);
        assert!(wide.vectors().iter().all(|vector| vector[1] == 1.0));

        let hole = Flow::from_fn(3, 3, |x, y| match (x, y) {
            (1, 1) => UNKNOWN,
            _ => [1.0, 1.0],
        });
        let large = hole.resized(9, 9);
        assert_eq!(large.get(4, 4), None);
        assert_eq!(large.get(3, 3), None);
        assert_eq!(large.get(1, 4), Some([3.0, 3.0]));
        assert_eq!(hole.resized(3, 3).get(1, 1), None);
        // Every third pixel is the centre of an old one.
        let back = large.resized(3, 3);
        assert_eq!(back.get(1, 1), None);
        assert_eq!(back.get(0, 0), Some([1.0, 1.0]));
    }

    #[test]
    #[should_panic(expected = "a picture of 2x2 with 1 channels has 4 values, not 3")]
    fn a_wrong_count_panics_with_the_numbers() {
        Flow::new(2, 2, vec![[0.0; 2]; 3]);
    }
}
