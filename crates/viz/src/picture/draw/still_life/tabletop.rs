//! Where a still life stands: a wooden table with a cloth, before a wall.

use super::skin::{Look, matt};
use super::vector::{Vector, unit, walk};
use crate::picture::draw::noise::Noise;
use crate::picture::draw::{Colour, gradient, mix, rgb, shade, smoothstep};

/// The front edge of the table, and the wall behind it.
const FRONT: f32 = 0.98;
const BACK: f32 = -1.35;

/// The cloth: its middle, the half sides, and how it is turned.
const MIDDLE: (f32, f32) = (-0.02, 0.34);
const HALF: (f32, f32) = (1.02, 0.80);

/// How much higher than its neighbourhood a fold is.
const FOLD: f32 = 0.07;

/// A place where a ray ends.
pub(super) struct Ground {
    pub(super) place: Vector,
    pub(super) normal: Vector,
    pub(super) look: Look,
    /// What small folds and edges leave of the light.
    pub(super) open: f32,
}

/// The colours of wall and cloth, and how the cloth lies.
pub(super) struct Tabletop {
    pub(super) noise: Noise,
    pub(super) wall: [Colour; 3],
    pub(super) stripes: Colour,
    /// Cosine and sine of the angle of the cloth.
    pub(super) turn: (f32, f32),
}

impl Tabletop {
    /// What a ray meets if nothing stands on the table; `light` points to the lamp.
    pub(super) fn ground(&self, eye: Vector, ray: Vector, light: Vector) -> Ground {
        let down = -eye[1] / ray[1];
        let at_top = walk(eye, ray, down);
        if ray[1] < 0.0 && (BACK..FRONT).contains(&at_top[2]) {
            return self.top(ray, at_top, light);
        }
        let at_depth = |z: f32| walk(eye, ray, (z - eye[2]) / ray[2]);
        if ray[1] < 0.0 && at_top[2] >= FRONT {
            self.front(at_depth(FRONT))
        } else {
            self.wall(at_depth(BACK), light)
        }
    }

    fn top(&self, ray: Vector, mut place: Vector, light: Vector) -> Ground {
        let edge = self.beyond_hem(place[0], place[2]);
        if edge < 0.0 {
            // Folds reach above the table: walk back to where the ray meets them.
            for _ in 0..3 {
                let back = (self.fold(place[0], place[2]) - place[1]) / ray[1];
                place = walk(place, ray, back);
            }
            let step = 0.006;
            let height = |dx: f32, dz: f32| self.fold(place[0] + dx, place[2] + dz);
            let slope_x = (height(step, 0.0) - height(-step, 0.0)) / (2.0 * step);
            let slope_z = (height(0.0, step) - height(0.0, -step)) / (2.0 * step);
            let shaded = [0.05, 0.11].map(|far: f32| {
                let over = walk(place, light, far);
                smoothstep(0.012, -0.006, self.fold(over[0], over[2]) - over[1])
            });
            return Ground {
                place,
                normal: unit([-slope_x, 1.0, -slope_z]),
                look: self.linen(place[0], place[2], edge),
                open: 0.45 + 0.55 * shaded[0] * shaded[1],
            };
        }
        let grain = self.noise.fractal(place[0] * 2.0, place[2] * 22.0, 3);
        Ground {
            place,
            normal: unit([0.0, 1.0, 0.10 * grain]),
            look: self.wood(place[0], place[2]),
            open: 0.45 + 0.55 * smoothstep(0.0, 0.05, edge),
        }
    }

    /// The front of the table, with the part of the cloth that hangs over it.
    fn front(&self, place: Vector) -> Ground {
        let [x, y, _] = place;
        let drop = FRONT - y;
        let edge = self.beyond_hem(x, drop);
        if edge < 0.0 {
            // Hanging folds, deeper the lower.
            let deep = smoothstep(0.0, 0.25, -y);
            let wave = |x: f32| self.noise.at(x * 3.4, 7.0) + 0.35 * self.noise.at(x * 8.0, 8.0);
            let slope = (wave(x + 0.01) - wave(x - 0.01)) / 0.02 * 0.09 * deep;
            let round = smoothstep(0.07, 0.0, -y);
            return Ground {
                place,
                normal: unit([-slope - 0.25, 2.0 * round + 0.2, 1.0]),
                look: self.linen(x, drop, edge),
                open: 1.0 - 0.16 * deep * smoothstep(-0.1, 0.5, wave(x)),
            };
        }
        let board = smoothstep(-0.10, -0.115, y);
        let mut look = self.wood(x, 0.6 + 0.5 * y);
        look.colour = shade(look.colour, 0.72 - 0.5 * board);
        Ground {
            place,
            normal: [0.0, 0.0, 1.0],
            look,
            open: 0.55 + 0.45 * smoothstep(0.0, 0.07, edge),
        }
    }

    fn wall(&self, place: Vector, light: Vector) -> Ground {
        let [x, y, _] = place;
        let cloud = self.noise.fractal(x * 1.6, y * 1.9, 4);
        let brush = self.noise.fractal(x * 7.0 + 0.4 * cloud, y * 4.0, 3);
        let tone = 0.45 + 0.12 * x + 0.30 * cloud + 0.14 * brush;
        let bump = self.noise.fractal(x * 9.0, y * 9.0, 2);
        Ground {
            place,
            normal: unit([0.10 * bump, 0.08 * brush, 1.0]),
            look: matt(gradient(&self.wall, tone)),
            open: pane(x, y, light) * (0.55 + 0.45 * smoothstep(0.0, 0.5, y)),
        }
    }

    fn wood(&self, x: f32, z: f32) -> Look {
        let plank = (z / 0.34).floor();
        let shift = 9.0 * self.noise.unit(plank as i32, 3);
        let rings = self.noise.fractal(x * 0.9 + shift, z * 7.0, 2);
        let grain = (rings * 26.0).sin() * 0.5 + 0.5;
        let fine = self.noise.fractal(x * 5.0, z * 70.0, 2);
        let joint = smoothstep(
            0.0,
            0.012,
            (z / 0.34 - plank).min(plank + 1.0 - z / 0.34) * 0.34,
        );
        let board = mix(rgb(0x6e4526), rgb(0xa06d3c), 0.6 * grain + 0.25 * fine);
        let board = shade(board, 0.88 + 0.24 * self.noise.unit(plank as i32, 9));
        Look {
            colour: shade(board, 0.45 + 0.55 * joint),
            gloss: 0.10,
            clear: 0.0,
        }
    }

    fn linen(&self, x: f32, z: f32, edge: f32) -> Look {
        let (u, v) = self.on_cloth(x, z);
        let weave = 0.5 * (self.noise.at(u * 170.0, v * 30.0) + self.noise.at(u * 30.0, v * 170.0));
        let cream = shade(rgb(0xe3d9c6), 1.0 + 0.09 * weave);
        // Bands run along the hem.
        let from_hem = -edge;
        let band = |middle: f32, half: f32| {
            smoothstep(half + 0.004, half - 0.004, (from_hem - middle).abs())
        };
        let bands = band(0.105, 0.026)
            .max(band(0.160, 0.007))
            .max(band(0.050, 0.007));
        let hem = 1.0 - 0.22 * smoothstep(0.012, 0.0, from_hem);
        matt(shade(mix(cream, self.stripes, 0.88 * bands), hem))
    }

    fn on_cloth(&self, x: f32, z: f32) -> (f32, f32) {
        let (dx, dz) = (x - MIDDLE.0, z - MIDDLE.1);
        let (cos, sin) = self.turn;
        (dx * cos + dz * sin, dz * cos - dx * sin)
    }

    /// How far outside the cloth a place is; negative inside.
    fn beyond_hem(&self, x: f32, z: f32) -> f32 {
        let (u, v) = self.on_cloth(x, z);
        let wave = 0.03 * self.noise.at(u * 2.6 + 30.0, v * 2.6);
        (u.abs() - HALF.0).max(v.abs() - HALF.1) + wave
    }

    /// The height of the cloth above the table.
    fn fold(&self, x: f32, z: f32) -> f32 {
        let (u, v) = self.on_cloth(x, z);
        let ridge = |a: f32, b: f32| (1.0 - 1.6 * self.noise.at(a, b).abs()).max(0.0);
        let broad = ridge(u * 1.5 + 0.6 * v, v * 1.1 + 5.0);
        let fine = ridge(u * 3.1 - 1.2 * v + 20.0, v * 2.0);
        // Two creases of the press, at right angles.
        let crease =
            (1.0 - 22.0 * (u - 0.33).abs()).max(0.0) + (1.0 - 22.0 * (v - 0.2).abs()).max(0.0);
        FOLD * (broad * broad * broad + 0.28 * fine * fine + 0.10 * crease)
    }
}

/// How much of the light that comes through the panes of a window reaches a place on the wall.
fn pane(x: f32, y: f32, light: Vector) -> f32 {
    // Upright bars stay upright, level ones sink away from the window.
    let across = x - 0.30;
    let up = y - 1.02 - across * light[1] / light[0];
    let soft = 0.07;
    let frame = smoothstep(0.86 + soft, 0.86 - soft, across.abs())
        * smoothstep(0.58 + soft, 0.58 - soft, up.abs());
    let bars = smoothstep(0.01, 0.09, across.abs()).min(smoothstep(0.01, 0.09, (up - 0.1).abs()));
    0.22 + 0.78 * frame * (0.25 + 0.75 * bars)
}
