//! A sheet full of breaking waves, as printed from wood: flat blues, ink lines, claws of foam.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::foam::Foam;
use super::noise::Noise;
use super::paper::{Paper, Point, along, curve, oval, swell};
use super::{Colour, Picture, gradient, mix, rgb, shade, smoothstep};

const PAPER: Colour = rgb(0xefe3c6);
const INK: Colour = rgb(0x131c33);

/// The sky over the farthest waves, from the top down.
const SKY: [Colour; 4] = [rgb(0xb9b79c), rgb(0xd9cfae), rgb(0xefe0bd), rgb(0xf3ddb4)];

/// The stripes of a wave, from its back to its hollow side: how broad, and of what colour.
const STRIPES: [(f32, Colour); 13] = [
    (0.30, rgb(0x1d3a6e)),
    (0.03, rgb(0xe3e4d0)),
    (0.07, rgb(0x16264c)),
    (0.07, rgb(0x86b0c2)),
    (0.14, rgb(0x25568f)),
    (0.03, rgb(0xd8dfd0)),
    (0.09, rgb(0x1a2f5e)),
    (0.10, rgb(0xa6c7ce)),
    (0.05, rgb(0x3d74a2)),
    (0.07, rgb(0x1a3266)),
    (0.06, rgb(0xdde2d2)),
    (0.07, rgb(0x2a5f96)),
    (0.09, rgb(0x14213f)),
];

/// The outline of a wave that breaks to the right, from the trough behind it to the tip of the
/// crest; then the hollow side, from the trough before it to the tip. Width and height are 1.
const BACK: [Point; 10] = [
    (-0.62, -0.55),
    (-0.28, -0.26),
    (0.02, 0.02),
    (0.24, 0.34),
    (0.41, 0.66),
    (0.59, 0.89),
    (0.78, 0.97),
    (0.94, 0.90),
    (1.04, 0.74),
    (1.05, 0.58),
];
const HOLLOW: [Point; 10] = [
    (1.42, -0.60),
    (1.10, -0.26),
    (0.90, -0.04),
    (0.76, 0.16),
    (0.68, 0.38),
    (0.69, 0.57),
    (0.77, 0.69),
    (0.88, 0.72),
    (0.98, 0.68),
    (1.05, 0.58),
];

/// Rows of waves from the farthest to the nearest: the height of the troughs and the size.
const ROWS: [(f32, f32); 6] = [
    (0.145, 0.155),
    (0.275, 0.20),
    (0.435, 0.255),
    (0.635, 0.32),
    (0.875, 0.395),
    (1.16, 0.44),
];

/// Waves of one seed.
///
/// # Panics
/// If a side is 0.
pub fn woodcut_waves(width: u32, height: u32, seed: u64) -> Picture {
    let aspect = width as f32 / height as f32;
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let print = Print {
        grain: Noise::new(random.random()),
        aspect,
        mirrored: random.random_bool(0.5),
    };
    let mut paper = Paper::new(width, height, 3, |x, y| {
        let cloud = print.grain.fractal(x * 2.0, y * 9.0, 3);
        gradient(&SKY, y * 5.0 + 0.12 * cloud)
    });
    for (trough, size) in ROWS {
        print.row(&mut paper, &mut random, trough, size);
    }
    paper.wash(|x, y, colour| print.pressed(x, y, colour));
    paper.picture()
}

struct Print {
    grain: Noise,
    aspect: f32,
    mirrored: bool,
}

/// Where a wave stands, and how its shape departs from the plain one.
struct Wave {
    left: f32,
    trough: f32,
    width: f32,
    height: f32,
    lean: f32,
}

impl Wave {
    fn place(&self, (u, v): Point, print: &Print) -> Point {
        let u = u + self.lean * v * v;
        print.turned((self.left + u * self.width, self.trough - v * self.height))
    }

    /// A line of the body: at 0 the back, at 1 the hollow side, both ending in the tip.
    fn flow(&self, part: f32, print: &Print) -> Vec<Point> {
        let (back, hollow) = (curve(&BACK, 8), curve(&HOLLOW, 8));
        let between = |(a, b): (&Point, &Point)| {
            self.place((a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part), print)
        };
        back.iter().zip(&hollow).map(between).collect()
    }
}

impl Print {
    /// Half of the seeds break to the left.
    fn turned(&self, (x, y): Point) -> Point {
        (if self.mirrored { self.aspect - x } else { x }, y)
    }

    fn row(&self, paper: &mut Paper, random: &mut Pcg64Mcg, trough: f32, size: f32) {
        self.swell(paper, random, trough - 0.25 * size, size);
        let mut waves = Vec::new();
        let mut left = -size * random.random_range(0.6..1.6);
        while left < self.aspect + 0.3 * size {
            let large = random.random_range(0.6..1.2_f32);
            let width = 1.25 * size * large * random.random_range(0.92..1.1);
            waves.push(Wave {
                left,
                trough: trough + size * random.random_range(-0.10..0.10),
                width,
                height: 1.05 * size * large,
                lean: random.random_range(-0.06..0.12),
            });
            left += width * random.random_range(0.98..1.25);
        }
        for wave in waves.iter().rev() {
            self.wave(paper, random, wave, size);
        }
    }

    /// The water that the waves of a row rise from, with lines along it.
    fn swell(&self, paper: &mut Paper, random: &mut Pcg64Mcg, top: f32, size: f32) {
        let phase = random.random_range(0.0..6.0);
        let line = |depth: f32| -> Vec<Point> {
            let point = |i: i32| {
                let x = i as f32 * 0.02 - 0.1;
                let roll =
                    (x * 4.2 / size + phase).sin() + 0.5 * (x * 7.9 / size + 2.0 * phase).sin();
                self.turned((
                    x,
                    top + depth + 0.05 * size * roll / (1.0 + 3.0 * depth / size),
                ))
            };
            (0..(self.aspect / 0.02) as i32 + 12).map(point).collect()
        };
        let mut outline = line(0.0);
        let (first, last) = (outline[0].0, outline[outline.len() - 1].0);
        outline.extend([(last, 2.0), (first, 2.0)]);
        paper.fill(&outline, |_, y| {
            let depth = (y - top) / size;
            (
                mix(rgb(0x2a5b8f), rgb(0x16294e), smoothstep(0.0, 0.9, depth)),
                1.0,
            )
        });
        for i in 0..14 {
            let depth = size * (0.01 + 0.085 * i as f32);
            let colour = [INK, rgb(0x86b0c2), rgb(0x3f79a6)][i % 3];
            let thick = size * [0.012, 0.016, 0.010][i % 3];
            let wander = random.random_range(0.0..6.0);
            let width = |part: f32| thick * (0.7 + 0.5 * (part * 23.0 + wander).sin());
            paper.line(&line(depth), width, colour);
        }
    }

    fn wave(&self, paper: &mut Paper, random: &mut Pcg64Mcg, wave: &Wave, size: f32) {
        let whole: f32 = STRIPES.iter().map(|stripe| stripe.0).sum();
        let far = 0.34 * smoothstep(0.42, 0.16, size);
        let mut from = 0.0;
        for (part, colour) in STRIPES {
            let to = from + part / whole;
            let mut outline = wave.flow(from, self);
            outline.extend(wave.flow(to, self).iter().rev());
            paper.fill(&outline, |_, y| {
                // Paler towards the trough, as the printer wipes the block.
                let low = smoothstep(-0.05, 0.75, (y - wave.trough) / size + 0.35);
                let colour = mix(colour, rgb(0x7fa9bd), 0.32 * low);
                (mix(colour, rgb(0xb4c6c0), far), 1.0)
            });
            from = to;
        }
        for i in 1..18 {
            let swing = random.random_range(0.4..1.0);
            let width = |part: f32| size * 0.011 * swing * swell(part);
            paper.line(&wave.flow(i as f32 / 18.0, self), width, INK);
        }
        let thick = |part: f32| size * (0.012 + 0.020 * swell(part));
        paper.line(&wave.flow(0.0, self), thick, INK);
        paper.line(&wave.flow(1.0, self), thick, INK);
        let (back, hollow) = (wave.flow(0.0, self), wave.flow(1.0, self));
        let side = if self.mirrored { -1.0 } else { 1.0 };
        let mut foam = Foam::new(size, side, INK, PAPER);
        foam.crest(random, &back, &hollow);
        foam.lay(paper);
        self.spray(paper, random, along(&back, 0.93), size);
    }

    /// Drops that fly before a crest.
    fn spray(&self, paper: &mut Paper, random: &mut Pcg64Mcg, tip: Point, size: f32) {
        let side = if self.mirrored { -1.0 } else { 1.0 };
        for _ in 0..9 {
            let (ahead, up) = (
                random.random_range(-0.45..0.42_f32),
                random.random_range(-0.16..0.40_f32),
            );
            let radius = size * random.random_range(0.006..0.016);
            let at = (tip.0 + side * ahead * size, tip.1 - (up + 0.12) * size);
            paper.fill_plain(&oval(at, radius + 0.006 * size, radius + 0.006 * size), INK);
            paper.fill_plain(&oval(at, radius, radius), PAPER);
        }
    }

    /// What the wood and the paper do to a colour.
    fn pressed(&self, x: f32, y: f32, colour: Colour) -> Colour {
        let rings = self.grain.fractal(x * 1.3, y * 5.0, 2);
        let wood = self
            .grain
            .at(x * 5.0 + 1.5 * rings, y * 120.0 + 26.0 * rings);
        let fibre = self.grain.fractal(x * 90.0, y * 70.0, 2);
        let dark = 1.0 - colour.iter().sum::<f32>() / 3.0;
        let worn = smoothstep(0.30, 0.75, 0.55 * wood + 0.5 * fibre);
        let colour = mix(colour, PAPER, 0.30 * dark * worn);
        shade(colour, 1.0 + 0.05 * wood * dark + 0.035 * fibre)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blue_water_and_pale_foam_are_both_there() {
        for seed in 0..3 {
            let picture = woodcut_waves(64, 48, seed);
            let colours = picture.colours();
            let blue = colours.iter().filter(|c| c[2] > c[0] + 0.15).count();
            let foam = colours.iter().filter(|c| c[0] > 0.7 && c[0] > c[2]).count();
            assert!(
                blue > colours.len() / 3 && foam > colours.len() / 20,
                "{blue} and {foam}"
            );
        }
    }

    #[test]
    fn back_and_hollow_side_meet_in_the_tip() {
        assert_eq!(BACK[BACK.len() - 1], HOLLOW[HOLLOW.len() - 1]);
    }
}
