//! An old town at a river below hills, on a late summer afternoon.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::house::{House, row};
use super::noise::Noise;
use super::{Colour, Picture, gradient, mix, rgb, shade, smoothstep, supersampled};

/// Where the houses stand, where the water begins; the height of the picture is 1.
const STREET: f32 = 0.615;
const SHORE: f32 = 0.645;

const SKY: [Colour; 5] = [
    rgb(0x2c69b0),
    rgb(0x4f8fcc),
    rgb(0x8fbfe0),
    rgb(0xd5dfdc),
    rgb(0xf8dfae),
];

const SUN: Colour = rgb(0xfff3cf);
const GLOW: Colour = rgb(0xffd591);
const CLOUD: Colour = rgb(0xfff8ea);
const CLOUD_SHADE: Colour = rgb(0x93a5c2);
const STONE: Colour = rgb(0x9c9080);
const WATER: Colour = rgb(0x1d4a5c);

/// A ridge of hills: its height, how rugged it is, its colours in shade and sun, and the haze.
struct Ridge {
    top: f32,
    rise: f32,
    scale: f32,
    shaded: Colour,
    sunny: Colour,
    haze: f32,
}

const HAZE: Colour = rgb(0xc9d3dc);

const RIDGES: [Ridge; 3] = [
    Ridge {
        top: 0.285,
        rise: 0.085,
        scale: 2.3,
        shaded: rgb(0x55739f),
        sunny: rgb(0xa9aec0),
        haze: 0.35,
    },
    Ridge {
        top: 0.33,
        rise: 0.06,
        scale: 1.7,
        shaded: rgb(0x3c6660),
        sunny: rgb(0x96a877),
        haze: 0.22,
    },
    Ridge {
        top: 0.375,
        rise: 0.055,
        scale: 1.3,
        shaded: rgb(0x2c5430),
        sunny: rgb(0xa3b552),
        haze: 0.04,
    },
];

/// A town of one seed.
///
/// # Panics
/// If a side is 0.
pub fn landscape(width: u32, height: u32, seed: u64) -> Picture {
    let aspect = width as f32 / height as f32;
    let scene = Scene::new(aspect, seed);
    supersampled(width, height, 3, |x, y| scene.colour(x, y))
}

struct Tree {
    x: f32,
    y: f32,
    radius: f32,
    colour: Colour,
    number: f32,
}

struct Scene {
    noise: Noise,
    sun: (f32, f32),
    houses: Vec<House>,
    trees: Vec<Tree>,
    /// Places of the two boats.
    boats: [(f32, f32); 2],
}

impl Scene {
    fn new(aspect: f32, seed: u64) -> Self {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let noise = Noise::new(random.random());
        let sun = (
            aspect * random.random_range(0.72..0.86),
            random.random_range(0.16..0.24),
        );
        // Front row first: the first house that covers a place is the one that is seen.
        let mut houses = row(&mut random, aspect, STREET, 0.0);
        houses.push(House::tower(
            aspect * random.random_range(0.22..0.42),
            STREET - 0.02,
        ));
        houses.extend(row(&mut random, aspect, STREET - 0.055, 0.2));
        let greens = [rgb(0x4d7a34), rgb(0x6d9440), rgb(0x3d6b38), rgb(0x8a9a3c)];
        let count = (aspect * 7.0).ceil() as usize;
        let mut trees: Vec<Tree> = (0..count)
            .map(|i| {
                let radius = random.random_range(0.016..0.034);
                Tree {
                    x: aspect * (i as f32 + random.random_range(0.1..0.9)) / count as f32,
                    y: SHORE - 0.6 * radius,
                    radius,
                    colour: greens[random.random_range(0..greens.len())],
                    number: i as f32,
                }
            })
            .collect();
        let x = aspect * random.random_range(0.04..0.12);
        trees.insert(
            0,
            Tree {
                x,
                y: 0.545,
                radius: 0.105,
                colour: greens[1],
                number: 77.0,
            },
        );
        let boats = [
            (aspect * random.random_range(0.5..0.62), 0.80),
            (aspect * random.random_range(0.22..0.34), 0.725),
        ];
        Self {
            noise,
            sun,
            houses,
            trees,
            boats,
        }
    }

    fn colour(&self, x: f32, y: f32) -> Colour {
        if let Some(bank) = self.bank(x, y) {
            bank
        } else if let Some(boat) = self.boats.iter().find_map(|&boat| boat_colour(boat, x, y)) {
            boat
        } else if y > SHORE {
            shade(self.water(x, y), self.boat_shadow(x, y))
        } else {
            self.land(x, y)
        }
    }

    fn land(&self, x: f32, y: f32) -> Colour {
        if let Some(tree) = self.trees.iter().find_map(|tree| self.tree(tree, x, y)) {
            return tree;
        }
        if y > STREET {
            return self.quay(x, y);
        }
        let house = self
            .houses
            .iter()
            .find_map(|house| house.colour(x, y, &self.noise));
        house
            .or_else(|| self.hills(x, y))
            .unwrap_or_else(|| self.sky(x, y))
    }

    fn sky(&self, x: f32, y: f32) -> Colour {
        let base = gradient(&SKY, (y / 0.5).powf(0.9));
        let from_sun = (x - self.sun.0).hypot(y - self.sun.1);
        let base = mix(base, GLOW, 0.75 * (-from_sun * 5.5).exp());
        let density = |x: f32, y: f32| {
            let warp = self.noise.fractal(x * 2.0 + 3.0, y * 4.0, 2);
            // Flatter towards the horizon, as clouds are seen from the side there.
            let flat = 4.2 + 7.0 * y;
            let heap = self
                .noise
                .fractal(x * 2.7 + 0.45 * warp, y * flat + 0.5 * warp, 5);
            heap + 0.12 - 0.35 * (y - 0.18).abs()
        };
        let here = density(x, y);
        let (to_x, to_y) = (self.sun.0 - x, self.sun.1 - 0.1 - y);
        let step = 0.028 / to_x.hypot(to_y).max(0.05);
        let thinner = here - density(x + to_x * step, y + to_y * step);
        let light = smoothstep(-0.28, 0.22, thinner - 0.28 * (here - 0.2).max(0.0));
        let cloud = mix(
            CLOUD_SHADE,
            mix(CLOUD, GLOW, 0.5 * (-from_sun * 3.0).exp()),
            light,
        );
        let sky = mix(base, cloud, 0.93 * smoothstep(0.06, 0.36, here));
        let disc = 1.0 - smoothstep(0.030, 0.034, from_sun);
        mix(sky, SUN, (0.55 * (-from_sun * 16.0).exp() + disc).min(1.0))
    }

    fn hills(&self, x: f32, y: f32) -> Option<Colour> {
        RIDGES
            .iter()
            .zip(1_u8..=3)
            .rev()
            .find_map(|(ridge, number)| {
                let shift = 17.0 * f32::from(number);
                let top = |x: f32| {
                    let rolling = self.noise.fractal(x * ridge.scale + shift, shift, 4);
                    let trees = self.noise.fractal(x * 60.0 + shift, shift, 2).abs();
                    ridge.top - ridge.rise * rolling - 0.005 * f32::from(number) * trees
                };
                let height = top(x);
                (y >= height).then(|| self.hill(ridge, x, y, shift, y - height, number == 1))
            })
    }

    fn hill(&self, ridge: &Ridge, x: f32, y: f32, shift: f32, below: f32, far: bool) -> Colour {
        // Folds of the land, of which those that face right lie in the sun.
        let fold = |x: f32| self.noise.fractal(x * 4.0 + shift, y * 7.0 + 2.0 * x, 3);
        let slope = (fold(x + 0.012) - fold(x - 0.012)) / 0.024;
        let light = smoothstep(-4.5, 4.5, slope);
        let mut colour = mix(ridge.shaded, ridge.sunny, light);
        if !far {
            let field = self.noise.fractal(x * 6.0 + shift, y * 17.0, 2);
            let stripes = ((x * 0.5 + y * 2.0 + 0.05 * field) * 260.0).sin();
            let wheat = mix(colour, rgb(0xd9bf62), 0.55);
            colour = mix(
                colour,
                shade(wheat, 1.0 + 0.05 * stripes),
                smoothstep(0.16, 0.2, field),
            );
            let crowns = self.noise.fractal(x * 75.0, y * 95.0 + shift, 3);
            let wood = smoothstep(0.02, -0.1, field);
            let leaves = shade(mix(ridge.shaded, ridge.sunny, 0.25), 1.0 + 0.55 * crowns);
            colour = mix(colour, leaves, wood);
        }
        let air = ridge.haze + 1.1 * below * if far { 1.6 } else { 0.5 };
        mix(colour, HAZE, air.min(0.75))
    }

    /// The wall between the street and the water.
    fn quay(&self, x: f32, y: f32) -> Colour {
        let row = ((y - STREET) / 0.0075).floor();
        let shifted = x / 0.021 + 0.5 * (row % 2.0);
        let stone = self.noise.unit(shifted as i32, row as i32);
        let joint = (shifted.fract() < 0.06) || ((y - STREET) / 0.0075).fract() < 0.12;
        let grain = self.noise.fractal(x * 70.0, y * 90.0, 2);
        let wet = 1.0 - 0.45 * smoothstep(SHORE - 0.012, SHORE, y);
        let moss = smoothstep(0.1, 0.5, self.noise.at(x * 14.0, y * 20.0));
        let colour = mix(STONE, rgb(0x6f7a4a), 0.6 * moss);
        let lit = if joint {
            0.66
        } else {
            0.84 + 0.24 * stone + 0.15 * grain
        };
        let kerb = if y < STREET + 0.004 { 1.25 } else { 1.0 };
        shade(colour, lit * wet * kerb)
    }

    fn tree(&self, tree: &Tree, x: f32, y: f32) -> Option<Colour> {
        let (dx, dy) = ((x - tree.x) / tree.radius, (y - tree.y) / tree.radius);
        let crown = dx.hypot(dy * 1.08);
        if crown > 1.45 {
            let stem = dx.abs() < 0.07 && dy > 0.0 && y < SHORE - 0.004;
            return stem.then_some(rgb(0x4a3829));
        }
        let lumps = self
            .noise
            .fractal(dx * 1.9 + 20.0 * tree.number, dy * 1.9, 2);
        let leaves = self.noise.fractal(x * 85.0, y * 85.0 + tree.number, 3);
        if crown > 1.0 + 0.3 * lumps + 0.22 * leaves {
            let stem = dx.abs() < 0.07 && dy > 0.0 && y < SHORE - 0.004;
            return stem.then_some(rgb(0x4a3829));
        }
        let light = 0.78 + 0.26 * dx - 0.26 * dy + 0.55 * lumps + 0.5 * leaves;
        let sun = mix(
            tree.colour,
            rgb(0xe3d873),
            0.35 * smoothstep(0.75, 1.5, light),
        );
        Some(mix(
            shade(rgb(0x1c3a26), 0.9),
            sun,
            smoothstep(0.1, 1.05, light),
        ))
    }

    fn water(&self, x: f32, y: f32) -> Colour {
        let depth = (y - SHORE) / (1.0 - SHORE);
        // Ripples are seen flatter far away: their rows grow with the distance from the shore.
        let far = 1.0 / (0.06 + depth);
        let swell = self.noise.fractal(x * 5.0 + 4.0, 9.0 * far.ln() * 2.2, 2);
        let ripple = self
            .noise
            .fractal(x * (9.0 + 7.0 * far.min(6.0)), 46.0 * far.ln(), 3);
        let bend = (0.35 * swell + ripple) * (0.004 + 0.016 * depth);
        let mirror_y = SHORE - (y - SHORE) * 1.12 - 1.3 * bend;
        let mirrored = self.land(x + 0.9 * bend, mirror_y.clamp(0.0, SHORE - 0.001));
        let tint = 0.20 + 0.34 * depth + 0.16 * ripple;
        let water = mix(shade(mirrored, 0.9), WATER, tint.clamp(0.05, 0.85));
        // Crests catch the sky, most of all below the sun.
        let path = (-((x - self.sun.0) / 0.10).powi(2)).exp();
        let crest = smoothstep(0.34 - 0.12 * path, 0.62, ripple + 0.25 * swell);
        let shown = mix(
            water,
            mix(rgb(0xbfd6e2), SUN, path),
            (0.30 + 0.5 * path) * crest,
        );
        shade(shown, 0.55 + 0.45 * smoothstep(0.0, 0.012, y - SHORE))
    }

    /// What a boat leaves of the light on the water under it.
    fn boat_shadow(&self, x: f32, y: f32) -> f32 {
        let waves = 0.12 * self.noise.at(x * 30.0, y * 110.0);
        let under = |&(at_x, at_y): &(f32, f32)| {
            let size = boat_size(at_y);
            let away = ((x - at_x) / (1.02 * size)).hypot((y - at_y - 0.2 * size) / (0.24 * size));
            1.0 - 0.62 * smoothstep(1.12, 0.8, away + waves)
        };
        self.boats.iter().map(under).product()
    }

    /// The near bank, in the lower left, with grass and flowers.
    fn bank(&self, x: f32, y: f32) -> Option<Colour> {
        let edge =
            0.905 + 0.14 * x * x - 0.03 * (x * 5.0).sin() + 0.012 * self.noise.at(x * 9.0, 3.0);
        let lean = x + 0.10 * (y - edge);
        let blade =
            self.noise.at(lean * 130.0, y * 3.0).abs() + 0.6 * self.noise.at(lean * 47.0, 8.0);
        let top = edge - 0.034 * blade.max(0.0);
        if y < top {
            return None;
        }
        let light = self.noise.fractal(lean * 105.0, y * 14.0, 2);
        let patch = self.noise.fractal(x * 6.0, y * 9.0, 2);
        let deep = smoothstep(-0.01, 0.09, y - edge);
        let grass = mix(
            rgb(0x8fa843),
            rgb(0x2f5a2a),
            (0.25 + 0.65 * deep - 0.5 * patch).clamp(0.0, 1.0),
        );
        let grass = shade(grass, 0.9 + 0.55 * light);
        let (cell_x, cell_y) = ((x / 0.021).floor(), (y / 0.021).floor());
        let chance = |shift: i32| self.noise.unit(cell_x as i32 + shift, cell_y as i32);
        let centre = (0.3 + 0.4 * chance(300), 0.3 + 0.4 * chance(600));
        let away = (x / 0.021 - cell_x - centre.0).hypot(y / 0.021 - cell_y - centre.1);
        let flowers = [rgb(0xf6e05a), rgb(0xf4f1e4), rgb(0xd9483b), rgb(0xb7a0e0)];
        let petal = chance(0) > 0.62 - 0.5 * patch && y > edge && away < 0.13 + 0.12 * chance(900);
        Some(if petal {
            flowers[(chance(1200) * 4.0) as usize % 4]
        } else {
            grass
        })
    }
}

/// Nearer boats are larger.
fn boat_size(at_y: f32) -> f32 {
    0.030 + 0.28 * (at_y - SHORE)
}

/// A rowing boat.
fn boat_colour((at_x, at_y): (f32, f32), x: f32, y: f32) -> Option<Colour> {
    let size = boat_size(at_y);
    let (dx, dy) = ((x - at_x) / size, (y - at_y) / size);
    if dx.abs() > 1.0 {
        return None;
    }
    let rim = -0.10 - 0.20 * dx.abs().powi(3);
    let keel = 0.20 * (1.0 - dx.powi(4));
    if dy > rim && dy < keel {
        let inside = dy < rim + 0.10 * (1.0 - dx * dx);
        let plank = ((dy - rim) / 0.09).fract() < 0.16;
        return Some(match (dy < rim + 0.03, inside, plank) {
            (true, _, _) => rgb(0xe8d9b8),
            (_, true, _) => rgb(0x4b2f22),
            (_, _, true) => rgb(0x6e2c22),
            _ => shade(rgb(0xa9432f), 1.05 + 0.25 * dx),
        });
    }
    None
}
