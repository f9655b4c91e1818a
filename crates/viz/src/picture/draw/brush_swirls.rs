//! A sheet full of brush strokes that follow a stream: whorls of yellow light in a blue night.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::noise::Noise;
use super::stroke::{Canvas, Stroke};
use super::{Colour, Picture, gradient, mix, rgb, shade};
use crate::picture::{Filter, resize};

/// Pixels of the canvas for each pixel of the picture, along a side.
const OVERSAMPLING: u32 = 2;

/// Whorls for each unit of area (a square as high as the picture).
const WHORLS: f32 = 7.0;

/// Layers from the ground up: radius and length of a stroke, and how many cover a place.
const LAYERS: [(f32, f32, f32); 4] = [
    (0.030, 0.26, 2.6),
    (0.017, 0.20, 2.4),
    (0.0105, 0.15, 2.2),
    (0.0065, 0.10, 0.9),
];

/// Pieces of the curve of a stroke.
const PIECES: usize = 12;

/// How strongly the light shows the relief of the paint.
const RELIEF: f32 = 0.55;

/// Between the whorls, along the stream.
const NIGHT: [Colour; 8] = [
    rgb(0x101d4d),
    rgb(0x16307a),
    rgb(0x1d4fa3),
    rgb(0x2f78bf),
    rgb(0x76b0d0),
    rgb(0x2a66b0),
    rgb(0x153a86),
    rgb(0x1f6f86),
];

/// From the heart of a whorl outwards.
const LIGHT: [Colour; 7] = [
    rgb(0xfff3c0),
    rgb(0xffdc54),
    rgb(0xf9b125),
    rgb(0xea7a1c),
    rgb(0xe9c55a),
    rgb(0x8fbfae),
    rgb(0x3d82bd),
];

/// Strokes of one seed.
///
/// # Panics
/// If a side is 0.
pub fn brush_swirls(width: u32, height: u32, seed: u64) -> Picture {
    let aspect = width as f32 / height as f32;
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let stream = Stream::new(&mut random, aspect);
    let (columns, rows) = (width * OVERSAMPLING, height * OVERSAMPLING);
    let coat = |x: f32, y: f32| shade(stream.colour(x / rows as f32, y / rows as f32, 0.5), 0.85);
    let mut canvas = Canvas::new(columns as usize, rows as usize, coat);
    for (radius, length, cover) in LAYERS {
        let count = cover * (aspect + 2.0 * radius) * (1.0 + 2.0 * radius) / (radius * length);
        for _ in 0..count as usize {
            let stroke = stream.stroke(&mut random, radius, length);
            canvas.paint(&scaled(stroke, rows as f32));
        }
    }
    // Thickness is in pixels, as are distances, so a slope does not depend on the size.
    let large = Picture::new(columns, rows, canvas.lit(RELIEF));
    resize(&large, width, height, Filter::Box)
}

struct Whorl {
    x: f32,
    y: f32,
    radius: f32,
    /// Positive turns one way, negative the other.
    spin: f32,
}

struct Stream {
    aspect: f32,
    whorls: Vec<Whorl>,
    bend: Noise,
    bands: Noise,
}

impl Stream {
    fn new(random: &mut Pcg64Mcg, aspect: f32) -> Self {
        let count = ((WHORLS * aspect).round() as usize).max(2);
        let mut whorls: Vec<Whorl> = Vec::new();
        // Large ones first; the small ones find what is left.
        for i in 0..count * 12 {
            let radius = if whorls.len() < 2 {
                0.21
            } else {
                random.random_range(0.06..0.13)
            };
            let (x, y) = (
                random.random_range(0.0..aspect),
                random.random_range(0.04..0.96),
            );
            let spin = if i % 2 == 0 { 1.0 } else { -1.0 };
            let room = |w: &Whorl| (w.x - x).hypot(w.y - y) > 1.15 * (w.radius + radius);
            if whorls.len() < count && whorls.iter().all(room) {
                whorls.push(Whorl { x, y, radius, spin });
            }
        }
        Self {
            aspect,
            whorls,
            bend: Noise::new(random.random()),
            bands: Noise::new(random.random()),
        }
    }

    /// The direction of the stream at a place, of length 1.
    fn direction(&self, x: f32, y: f32) -> (f32, f32) {
        // The curl of a noise has no sources; to the right there is always some wind.
        let step = 0.01;
        let height = |x: f32, y: f32| self.bend.fractal(x * 1.9, y * 2.3, 2);
        let along_y = (height(x, y + step) - height(x, y - step)) / (2.0 * step);
        let along_x = (height(x + step, y) - height(x - step, y)) / (2.0 * step);
        let (mut u, mut v) = (0.9 + 0.55 * along_y, -0.55 * along_x);
        for whorl in &self.whorls {
            let (dx, dy) = (x - whorl.x, y - whorl.y);
            let distance = dx.hypot(dy);
            let near = distance / whorl.radius;
            let pull = 5.0 * (-(near * near) * 0.75).exp() * whorl.spin / distance.max(1e-4);
            // A little inwards, so that strokes wind up.
            u += -dy * pull - 0.16 * dx * pull.abs();
            v += dx * pull - 0.16 * dy * pull.abs();
        }
        let length = u.hypot(v).max(1e-6);
        (u / length, v / length)
    }

    /// The paint for a place; `chance` in `[0, 1)` varies it.
    fn colour(&self, x: f32, y: f32, chance: f32) -> Colour {
        let bend = self.bend.fractal(x * 1.9, y * 2.3, 2);
        let band = self.bands.fractal(x * 1.3, y * 2.6, 2);
        let phase = 0.5 + 0.9 * bend + 0.35 * band + 0.22 * (chance - 0.5);
        let night = gradient(&NIGHT, phase.rem_euclid(1.0));
        let gold = if band > 0.40 && chance > 0.6 {
            0.85
        } else {
            0.0
        };
        let night = mix(night, rgb(0xe9c04a), gold);
        let nearest = self
            .whorls
            .iter()
            .map(|w| (x - w.x).hypot(y - w.y) / w.radius)
            .fold(f32::INFINITY, f32::min);
        // Rings, frayed by chance.
        let ring = nearest + 0.16 * (chance - 0.5);
        if ring < 1.1 {
            gradient(&LIGHT, ring / 1.1)
        } else {
            night
        }
    }

    fn stroke(&self, random: &mut Pcg64Mcg, radius: f32, length: f32) -> Stroke {
        let margin = 2.0 * radius;
        let x = random.random_range(-margin..self.aspect + margin);
        let y = random.random_range(-margin..1.0 + margin);
        let chance: f32 = random.random();
        let colour = shade(self.colour(x, y, chance), random.random_range(0.86..1.14));
        let other = self.colour(x, y, random.random());
        let length = length * random.random_range(0.7..1.25);
        let radius = radius * random.random_range(0.75..1.25);
        let path = self.path(x, y, length);
        Stroke {
            path,
            radius,
            colour,
            other,
            bristles: Noise::new(random.random()),
        }
    }

    /// Half of the curve before the place and half after it.
    fn path(&self, x: f32, y: f32, length: f32) -> Vec<(f32, f32)> {
        let step = length / PIECES as f32;
        let walk = |sign: f32| {
            std::iter::successors(Some((x, y)), move |&(x, y)| {
                let (u, v) = self.direction(x, y);
                let (u, v) = self.direction(x + sign * u * step / 2.0, y + sign * v * step / 2.0);
                Some((x + sign * u * step, y + sign * v * step))
            })
        };
        let mut path: Vec<_> = walk(-1.0).skip(1).take(PIECES / 2).collect();
        path.reverse();
        path.extend(walk(1.0).take(PIECES / 2 + 1));
        path
    }
}

/// From heights of the picture to pixels of the canvas.
fn scaled(mut stroke: Stroke, rows: f32) -> Stroke {
    stroke.radius *= rows;
    stroke
        .path
        .iter_mut()
        .for_each(|(x, y)| (*x, *y) = (*x * rows, *y * rows));
    stroke
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_turns_around_a_whorl() {
        let noise = Noise::new(1);
        let whorl = Whorl {
            x: 0.5,
            y: 0.5,
            radius: 0.2,
            spin: 1.0,
        };
        let stream = Stream {
            aspect: 1.0,
            whorls: vec![whorl],
            bend: noise,
            bands: noise,
        };
        let (above, below) = (stream.direction(0.5, 0.4).0, stream.direction(0.5, 0.6).0);
        assert!(
            above > 0.5 && below < -0.5,
            "{above} above and {below} below"
        );
    }

    #[test]
    fn blue_and_yellow_are_both_there() {
        let picture = brush_swirls(32, 24, 1);
        let colours = picture.colours();
        let blue = colours.iter().filter(|c| c[2] > c[0] + 0.15).count();
        let yellow = colours.iter().filter(|c| c[0] > c[2] + 0.2).count();
        assert!(
            blue > colours.len() / 4 && yellow > colours.len() / 10,
            "{blue} and {yellow}"
        );
    }
}
