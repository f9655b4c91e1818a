//! What the things of a still life look like close by: peel, glaze, glass.

use std::f32::consts::TAU;

use super::vector::Vector;
use crate::picture::draw::noise::Noise;
use crate::picture::draw::{Colour, gradient, mix, rgb, shade, smoothstep};

/// The surface of a thing.
#[derive(Clone, Copy, Debug)]
pub(super) enum Skin {
    /// The ground colour, and the side that ripened in the sun.
    Apple(Colour, Colour),
    Pear(Colour),
    Lemon,
    /// The cut face of a lemon.
    Cut,
    Grape(Colour),
    /// Glazed from the shoulder down to a ragged edge; bare clay below.
    Glaze(Colour, Colour),
    /// White glaze with painted bands.
    Painted(Colour),
    Glass(Colour),
    Bark,
    Leaf,
}

/// How a place takes the light.
pub(super) struct Look {
    pub(super) colour: Colour,
    /// How clearly the window is mirrored.
    pub(super) gloss: f32,
    /// How much light passes through.
    pub(super) clear: f32,
}

/// A place that does not shine.
pub(super) fn matt(colour: Colour) -> Look {
    shining(colour, 0.0, 0.0)
}

fn shining(colour: Colour, gloss: f32, clear: f32) -> Look {
    Look {
        colour,
        gloss,
        clear,
    }
}

/// The cut of a lemon from the peel inwards.
const FROM_EDGE: [Colour; 5] = [
    rgb(0xf7e08a),
    rgb(0xf3d964),
    rgb(0xf0cf4c),
    rgb(0xf5ecc8),
    rgb(0xf0c62a),
];

impl Skin {
    /// The part of the light that passes through the whole thing.
    pub(super) fn lets_pass(self) -> f32 {
        match self {
            Self::Glass(_) => 0.30,
            Self::Grape(_) => 0.12,
            _ => 0.0,
        }
    }

    /// The look at a place of the body, in its own size; `number` tells bodies apart.
    pub(super) fn look(self, [x, y, z]: Vector, number: f32, noise: &Noise) -> Look {
        let around = x.hypot(z);
        let spot = Spot {
            x,
            y,
            z,
            around,
            cos: x / around.max(1e-6),
            sin: z / around.max(1e-6),
            number,
            noise,
        };
        match self {
            Self::Apple(ground, blush) => spot.apple(ground, blush),
            Self::Pear(ground) => spot.pear(ground),
            Self::Lemon => spot.lemon(),
            // The peel goes around the cut.
            Self::Cut if y < -0.015 => spot.lemon(),
            Self::Cut => spot.cut(),
            Self::Grape(colour) => {
                let bloom = 0.04 + 0.22 * smoothstep(-0.1, 0.5, spot.blotch());
                shining(mix(colour, rgb(0x9a9ab8), bloom), 0.55, 0.55)
            }
            Self::Glaze(glaze, clay) => spot.glaze(glaze, clay),
            Self::Painted(paint) => spot.painted(paint),
            Self::Glass(colour) => spot.glass(colour),
            Self::Bark => matt(shade(rgb(0x55402a), 1.0 + 0.5 * spot.blotch())),
            Self::Leaf => spot.leaf(),
        }
    }
}

/// A place on a body.
struct Spot<'a> {
    x: f32,
    y: f32,
    z: f32,
    /// The distance from the axis.
    around: f32,
    /// The direction from the axis: a pair of numbers has no seam where an angle jumps.
    cos: f32,
    sin: f32,
    number: f32,
    noise: &'a Noise,
}

impl Spot<'_> {
    fn blotch(&self) -> f32 {
        let place = (self.x * 2.3 + self.number, self.y * 2.3 + self.z);
        self.noise.fractal(place.0, place.1, 3)
    }

    /// Small spots, so many in a length of 1.
    fn flecks(&self, count: f32) -> f32 {
        let across = self.x + 0.27 * self.z;
        self.noise.at(across * count, self.y * count + self.number)
    }

    /// Noise that changes around the axis and hardly along it.
    fn streaks(&self, count: f32, octaves: u32) -> f32 {
        let along = 0.2 * self.y * count + self.number;
        let (u, v) = (self.cos * count + along, self.sin * count + along);
        self.noise.fractal(u, v, octaves)
    }

    fn apple(&self, ground: Colour, blush: Colour) -> Look {
        let ripe = 0.55 + 0.5 * self.cos + 0.55 * self.streaks(4.2, 3) + 0.25 * self.blotch();
        let dimple = smoothstep(0.34, 0.10, self.around) * smoothstep(0.0, 0.3, self.y);
        let peel = mix(ground, blush, smoothstep(0.18, 0.92, ripe));
        let peel = mix(peel, ground, 0.4 * smoothstep(0.52, 0.7, self.flecks(15.0)));
        shining(
            mix(peel, rgb(0x8a8a3a), 0.85 * dimple),
            0.55 * (1.0 - dimple),
            0.0,
        )
    }

    fn pear(&self, ground: Colour) -> Look {
        let blotch = self.blotch();
        let rust = smoothstep(0.15, 0.6, 0.6 * blotch + 0.5 * self.sin);
        let peel = mix(ground, rgb(0xb8642c), 0.55 * rust);
        let fleck = smoothstep(0.40, 0.6, self.flecks(26.0));
        let peel = mix(peel, rgb(0x6d5a22), 0.35 * fleck);
        shining(shade(peel, 1.0 + 0.12 * blotch), 0.28, 0.0)
    }

    fn lemon(&self) -> Look {
        let pores = self.flecks(12.0) + 0.5 * self.flecks(24.0);
        let tip = smoothstep(0.66, 0.95, self.y.abs());
        let peel = mix(rgb(0xf2c81e), rgb(0xa9a83a), 0.5 * tip);
        shining(shade(peel, 1.0 + 0.14 * pores), 0.36, 0.0)
    }

    /// Segments of juice between white skins.
    fn cut(&self) -> Look {
        let (out, angle) = (self.around, self.sin.atan2(self.cos));
        let segment = (angle / TAU * 9.0).rem_euclid(1.0) - 0.5;
        let skin = (0.5 - segment.abs()) * out * 0.70;
        let juice = smoothstep(0.012, 0.05, skin)
            * smoothstep(0.82, 0.76, out)
            * smoothstep(0.08, 0.16, out);
        let fibres = self.noise.at(angle * 20.0, out * 4.0);
        let flesh = shade(rgb(0xf3d75a), 1.0 + 0.16 * fibres);
        let white = gradient(&FROM_EDGE, (1.0 - out) / 0.14);
        shining(mix(white, flesh, juice), 0.35 * juice, 0.2)
    }

    fn glaze(&self, glaze: Colour, clay: Colour) -> Look {
        let bare = smoothstep(-0.40, -0.46, self.y + 0.20 * self.streaks(1.8, 2));
        let dark = 0.25 * smoothstep(0.35, 0.9, self.y);
        let glaze = shade(glaze, 1.0 + 0.26 * self.streaks(4.0, 3) - dark);
        let rings = (self.y * 90.0).sin();
        let clay = shade(clay, 1.0 + 0.10 * rings + 0.16 * self.blotch());
        shining(mix(glaze, clay, bare), 0.75 * (1.0 - bare), 0.0)
    }

    /// Bands and a wreath of leaves in one colour on white.
    fn painted(&self, paint: Colour) -> Look {
        let at = self.y + 0.012 * self.streaks(4.0, 1);
        let band =
            |middle: f32, half: f32| smoothstep(half + 0.012, half - 0.004, (at - middle).abs());
        let bands = band(0.28, 0.026)
            .max(band(0.20, 0.010))
            .max(band(-0.25, 0.018));
        let turns = self.sin.atan2(self.cos) * 9.0 / TAU;
        let (across, along) = (turns.rem_euclid(1.0) - 0.5, (at - 0.01) / 0.15);
        let half = 0.20 * (1.0 - along * along).max(0.0);
        let leaf = (across - 0.12 * along).abs() - half;
        let wreath = smoothstep(0.03, -0.02, leaf) * f32::from(along.abs() < 1.0);
        let brush = 0.85 + 0.3 * self.flecks(9.0);
        let white = shade(rgb(0xece6d6), 1.0 + 0.05 * self.streaks(3.0, 2));
        let part = (bands.max(wreath) * brush).clamp(0.0, 1.0);
        shining(mix(white, paint, part), 0.8, 0.0)
    }

    /// A bottle with a seal, and a label that looks to the front.
    fn glass(&self, colour: Colour) -> Look {
        let y = self.y;
        if !(-0.62..-0.12).contains(&y) || self.z < -0.12 {
            let seal = smoothstep(0.60, 0.61, y);
            let colour = mix(colour, rgb(0x6b1f1c), seal);
            return shining(colour, 1.0 - 0.4 * seal, 0.85 - 0.65 * seal);
        }
        let rules = [-0.57, -0.17, -0.40].map(|at: f32| smoothstep(0.016, 0.008, (y - at).abs()));
        let words = smoothstep(0.05, 0.25, self.noise.at(self.x * 34.0, self.number));
        let words = words * f32::from((y + 0.29).abs() < 0.05);
        let ink = rules.into_iter().fold(0.8 * words, f32::max);
        matt(mix(rgb(0xe2d3ac), rgb(0x5a2a20), 0.85 * ink))
    }

    fn leaf(&self) -> Look {
        let middle = smoothstep(0.05, 0.01, self.z.abs());
        let veins = smoothstep(0.12, 0.02, ((self.x - self.z.abs()) * 5.0).fract().abs());
        let green = shade(rgb(0x4f7a35), 1.0 + 0.4 * self.blotch());
        let vein = middle.max(0.6 * veins);
        shining(mix(green, rgb(0x9fb068), 0.6 * vein), 0.12, 0.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peel_has_no_seam_around_the_axis() {
        let noise = Noise::new(3);
        let red = rgb(0xb3201f);
        let skins = [
            Skin::Apple(rgb(0xe0b348), red),
            Skin::Pear(red),
            Skin::Glaze(red, rgb(0xa8714a)),
            Skin::Painted(red),
        ];
        for skin in skins {
            let at = |z: f32| skin.look([-0.6, 0.1, z], 2.0, &noise).colour;
            let (a, b) = (at(-1e-5), at(1e-5));
            assert!((0..3).all(|c| (a[c] - b[c]).abs() < 0.01), "{skin:?}");
        }
    }
}
