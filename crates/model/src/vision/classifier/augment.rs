//! Pictures as they are learnt from: a part of each, in a mirror or not, in other colours.

use rand::RngExt as _;
use rayon::prelude::*;

use super::ClassifierConfig;
use crate::data::pictures::PictureSet;
use crate::rng::Rng;
use crate::weights::Preprocessing;

/// How one picture is changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Left and upper edge of what is seen, in pixels.
    from: [f32; 2],
    /// Width and height of it.
    size: [f32; 2],
    is_mirrored: bool,
    /// Factors on brightness, contrast and saturation.
    colour: [f32; 3],
}

impl View {
    /// All of the picture as it is.
    pub fn whole(side: usize) -> Self {
        Self {
            from: [0.0; 2],
            size: [side as f32; 2],
            is_mirrored: false,
            colour: [1.0; 3],
        }
    }

    /// A part of it, drawn.
    ///
    /// # Source
    /// Szegedy et al. 2015 (arXiv 1409.4842), section 6: a share of the area and a ratio of sides.
    pub fn draw(side: usize, config: &ClassifierConfig, rng: &mut Rng) -> Self {
        let mut uniform = |low: f64, high: f64| low + (high - low) * rng.random::<f64>();
        let area = uniform(config.crop_area, 1.0);
        let ratio = uniform(-1.0, 1.0) * config.crop_aspect.ln();
        let whole = side as f64;
        // Where the ratio would reach beyond the picture, the side ends with it.
        let side_of = |sign: f64| (area.sqrt() * (sign * 0.5 * ratio).exp()).min(1.0) * whole;
        let size = [side_of(1.0), side_of(-1.0)];
        let from = size.map(|size| uniform(0.0, whole - size) as f32);
        let is_mirrored = uniform(0.0, 1.0) < 0.5 && config.flip;
        let jitter = config.colour_jitter;
        let colour = std::array::from_fn(|_| uniform(1.0 - jitter, 1.0 + jitter) as f32);
        Self {
            from,
            size: size.map(|size| size as f32),
            is_mirrored,
            colour,
        }
    }
}

/// Some pictures of a set through views of them, `side` pixels large and prepared for a network that
/// sees RGB: `[B, 3, side, side]`.
pub fn batch(
    set: &PictureSet,
    places: &[usize],
    views: &[View],
    side: usize,
    preprocessing: &Preprocessing,
) -> Vec<f32> {
    let bytes = side * side * 3;
    let mut values = vec![0.0; places.len() * bytes];
    let pictures = values.par_chunks_mut(bytes.max(1));
    pictures
        .zip(places)
        .zip(views)
        .for_each(|((to, &place), view)| {
            let picture = (set.picture(place), set.side);
            see(picture, view, side, preprocessing, to);
        });
    values
}

/// One picture and its side through a view, planes of `[3, side, side]`.
fn see(
    (pixels, whole): (&[u8], usize),
    view: &View,
    side: usize,
    preprocessing: &Preprocessing,
    to: &mut [f32],
) {
    let plane = side * side;
    let most = (whole - 1) as f32;
    let place = |number: usize, axis: usize| {
        let step = view.size[axis] / side as f32;
        // The middle of a pixel lies half a pixel from its edge.
        (view.from[axis] + (number as f32 + 0.5) * step - 0.5).clamp(0.0, most)
    };
    let columns: Vec<(usize, usize, f32)> = (0..side)
        .map(|x| {
            let x = if view.is_mirrored { side - 1 - x } else { x };
            between(place(x, 0), whole)
        })
        .collect();
    let [brightness, contrast, saturation] = view.colour;
    let mut mean = 0.0;
    for y in 0..side {
        let (above, below, down) = between(place(y, 1), whole);
        for (x, &(left, right, along)) in columns.iter().enumerate() {
            let at = |row: usize, column: usize, colour: usize| {
                f32::from(pixels[(row * whole + column) * 3 + colour])
            };
            let rgb: [f32; 3] = std::array::from_fn(|colour| {
                let upper =
                    at(above, left, colour) * (1.0 - along) + at(above, right, colour) * along;
                let lower =
                    at(below, left, colour) * (1.0 - along) + at(below, right, colour) * along;
                (upper * (1.0 - down) + lower * down) / 255.0
            });
            let grey = grey(rgb);
            mean += grey;
            for (colour, value) in rgb.into_iter().enumerate() {
                to[colour * plane + y * side + x] = grey + (value - grey) * saturation;
            }
        }
    }
    mean /= plane as f32;
    let seen: [(f32, f32); 3] = std::array::from_fn(|channel| {
        // (x scale − mean) / std, behind contrast and brightness.
        let (scale, std) = (preprocessing.scale, preprocessing.std[channel]);
        (scale / std, preprocessing.mean[channel] / std)
    });
    let is_plain = view.colour == [1.0; 3];
    for (channel, values) in to.chunks_exact_mut(plane).enumerate() {
        let (gain, shift) = seen[channel];
        for value in values {
            let mut colour = *value;
            if !is_plain {
                colour = (brightness * (mean + (colour - mean) * contrast)).clamp(0.0, 1.0);
            }
            *value = colour * gain - shift;
        }
    }
}

/// The pixels on both sides of a place, and how far it is from the first.
fn between(place: f32, side: usize) -> (usize, usize, f32) {
    let low = place.floor();
    let first = low as usize;
    (first, (first + 1).min(side - 1), place - low)
}

/// Rec. 601 luma.
fn grey([red, green, blue]: [f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;

    fn plain() -> Preprocessing {
        Preprocessing {
            mean: [0.0; 3],
            std: [1.0; 3],
            ..Preprocessing::torchvision()
        }
    }

    fn ramp(side: usize) -> PictureSet {
        let mut set = PictureSet::new(side);
        let pixels: Vec<u8> = (0..side * side)
            .flat_map(|i| [(i % side * 10) as u8, (i / side * 10) as u8, 30])
            .collect();
        set.push("ramp".to_owned(), 0, &pixels);
        set
    }

    #[test]
    fn the_whole_picture_is_seen_as_it_is() {
        let set = ramp(8);
        let seen = batch(&set, &[0], &[View::whole(8)], 8, &plain());
        for (i, pixel) in set.picture(0).chunks_exact(3).enumerate() {
            for (colour, &byte) in pixel.iter().enumerate() {
                let value = seen[colour * 64 + i];
                assert!((value - f32::from(byte) / 255.0).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_smaller_look_is_the_mean_of_what_it_covers() {
        let set = ramp(8);
        let seen = batch(&set, &[0], &[View::whole(8)], 4, &plain());
        assert_eq!(seen.len(), 3 * 16);
        for y in 0..4 {
            for x in 0..4 {
                // A ramp of 10 a pixel, seen at the middle of two pixels.
                let values = [20.0 * x as f32 + 5.0, 20.0 * y as f32 + 5.0, 30.0];
                for (colour, value) in values.into_iter().enumerate() {
                    let found = seen[colour * 16 + y * 4 + x] * 255.0;
                    assert!((found - value).abs() < 1e-3, "{found} for {value}");
                }
            }
        }
    }

    #[test]
    fn a_mirror_turns_columns_around() {
        let set = ramp(8);
        let mirrored = View {
            is_mirrored: true,
            ..View::whole(8)
        };
        let [seen, turned] =
            [View::whole(8), mirrored].map(|view| batch(&set, &[0], &[view], 8, &plain()));
        for row in 0..24 {
            for x in 0..8 {
                let (a, b) = (seen[row * 8 + x], turned[row * 8 + 7 - x]);
                assert!((a - b).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn drawn_parts_stay_inside_and_are_as_large_as_they_should() {
        let config = ClassifierConfig::default();
        let mut rng = seeded(3);
        let mut areas = 0.0;
        for _ in 0..500 {
            let view = View::draw(64, &config, &mut rng);
            for axis in 0..2 {
                assert!(view.from[axis] >= 0.0);
                assert!(view.from[axis] + view.size[axis] <= 64.001);
            }
            areas += view.size[0] * view.size[1] / 4096.0;
            let ratio = view.size[0] / view.size[1];
            assert!((0.79..1.27).contains(&ratio), "{ratio}");
        }
        assert!((0.70..0.80).contains(&(areas / 500.0)), "{areas}");
    }

    #[test]
    fn grey_has_no_colour_to_change() {
        let mut set = PictureSet::new(2);
        set.push("grey".to_owned(), 0, &[100; 12]);
        let view = View {
            colour: [1.0, 0.5, 1.4],
            ..View::whole(2)
        };
        let seen = batch(&set, &[0], &[view], 2, &plain());
        assert!(
            seen.iter()
                .all(|value| (value - 100.0 / 255.0).abs() < 1e-6)
        );
    }
}
