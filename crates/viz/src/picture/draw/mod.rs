//! Seven pictures of our own, drawn by formula: something to begin with before anything is downloaded.
//!
//! Each depends on a size and a seed only. Sizes are relative to the height, so the same seed shows
//! the same picture at every size, wider or narrower with its shape.
//!
//! | function | shows | good as |
//! |---|---|---|
//! | [`landscape`] | an old town at a river below hills | content |
//! | [`still_life`] | fruit, a bowl and a jug on a cloth | content |
//! | [`portrait`] | a woman in the light of a window | content |
//! | [`brush_swirls`] | thick curved strokes of blue, yellow and orange | style |
//! | [`mosaic`] | glazed tiles in dark grout | style |
//! | [`woodcut_waves`] | breaking waves in the flat blues of a print from wood | style |
//! | [`cubist_planes`] | broken planes of ochre and slate, hatched and outlined | style |

mod brush_swirls;
mod cubist_planes;
mod facet;
mod foam;
mod house;
mod landscape;
mod mosaic;
mod noise;
mod paper;
mod portrait;
mod still_life;
mod stroke;
mod woodcut_waves;

pub use brush_swirls::brush_swirls;
pub use cubist_planes::cubist_planes;
pub use landscape::landscape;
pub use mosaic::mosaic;
pub use portrait::portrait;
pub use still_life::still_life;
pub use woodcut_waves::woodcut_waves;

use super::{CHANNELS, Picture};

/// A colour, sRGB-encoded, in `[0, 1]`.
type Colour = [f32; CHANNELS];

/// A colour in the notation of web pages, such as `0xff8000`.
const fn rgb(hex: u32) -> Colour {
    [
        (hex >> 16 & 255) as f32 / 255.0,
        (hex >> 8 & 255) as f32 / 255.0,
        (hex & 255) as f32 / 255.0,
    ]
}

/// From `a` at 0 to `b` at 1.
fn mix(a: Colour, b: Colour, part: f32) -> Colour {
    std::array::from_fn(|c| a[c] + (b[c] - a[c]) * part)
}

/// A colour made brighter or darker.
fn shade(colour: Colour, factor: f32) -> Colour {
    colour.map(|value| value * factor)
}

/// 0 at `low`, 1 at `high`, a smooth step between, and level beyond; `low` may be the larger one.
fn smoothstep(low: f32, high: f32, value: f32) -> f32 {
    let t = ((value - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// The colour of a list of stops, at 0 the first and at 1 the last.
fn gradient(stops: &[Colour], at: f32) -> Colour {
    let last = stops.len() - 1;
    let place = at.clamp(0.0, 1.0) * last as f32;
    let i = (place as usize).min(last.saturating_sub(1));
    mix(stops[i], stops[(i + 1).min(last)], place - i as f32)
}

/// A picture of a function of the place, with edges smoothed by `per_side` squared samples a pixel.
///
/// # Units
/// The height of the picture is 1; `x` goes from 0 to the aspect ratio and `y` from 0 to 1.
fn supersampled(
    width: u32,
    height: u32,
    per_side: u32,
    colour: impl Fn(f32, f32) -> Colour,
) -> Picture {
    let step = 1.0 / (height * per_side) as f32;
    let samples = (per_side * per_side) as f32;
    Picture::from_fn(width, height, |px, py| {
        let mut sum = [0.0; CHANNELS];
        for (i, j) in (0..per_side).flat_map(|j| (0..per_side).map(move |i| (i, j))) {
            let x = ((px * per_side + i) as f32 + 0.5) * step;
            let y = ((py * per_side + j) as f32 + 0.5) * step;
            let found = colour(x, y);
            (0..CHANNELS).for_each(|c| sum[c] += found[c].clamp(0.0, 1.0));
        }
        sum.map(|value| value / samples)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{Filter, resize};

    const PICTURES: [fn(u32, u32, u64) -> Picture; 7] = [
        landscape,
        still_life,
        portrait,
        brush_swirls,
        mosaic,
        woodcut_waves,
        cubist_planes,
    ];

    #[test]
    fn a_seed_is_a_picture() {
        for draw in PICTURES {
            let picture = draw(12, 8, 1);
            assert_eq!((picture.width(), picture.height()), (12, 8));
            assert!(
                picture
                    .pixels()
                    .iter()
                    .all(|value| (0.0..=1.0).contains(value))
            );
            assert_eq!(picture, draw(12, 8, 1));
            assert_ne!(picture, draw(12, 8, 2));
        }
    }

    #[test]
    fn another_size_is_the_same_picture() {
        for draw in PICTURES {
            let (small, large) = (draw(20, 15, 3), draw(60, 45, 3));
            let shrunk = resize(&large, 20, 15, Filter::Box);
            let pairs = small.pixels().iter().zip(shrunk.pixels());
            let mean = pairs.map(|(a, b)| (a - b).abs()).sum::<f32>() / small.pixels().len() as f32;
            assert!(mean < 0.06, "the pictures differ by {mean}");
        }
    }

    #[test]
    fn the_smallest_picture_can_be_drawn() {
        for draw in PICTURES {
            assert_eq!(draw(1, 1, 0).pixels().len(), 3);
        }
    }

    #[test]
    fn a_gradient_passes_its_stops() {
        let stops = [rgb(0x000000), rgb(0xff0000), rgb(0xffffff)];
        assert_eq!(gradient(&stops, 0.5), [1.0, 0.0, 0.0]);
        assert_eq!(gradient(&stops, 2.0), [1.0; 3]);
        assert_eq!(gradient(&stops[..1], 0.7), [0.0; 3]);
    }
}
