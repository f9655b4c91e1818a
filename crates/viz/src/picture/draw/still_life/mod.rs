//! Fruit, a bowl and a jug on a cloth, in the light of a window to the side.

mod arrangement;
mod skin;
mod solid;
mod tabletop;
mod vector;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::{Colour, Picture, mix, smoothstep, supersampled};
use arrangement::{Arrangement, Group, Thing};
use skin::Look;
use tabletop::{Ground, Tabletop};
use vector::{Vector, add, cross, dot, minus, mirrored, times, unit, walk};

const EYE: Vector = [0.0, 1.62, 4.6];
const LOOKED_AT: Vector = [0.0, 0.41, 0.0];

/// The height of the picture, as seen at distance 1.
const VIEW: f32 = 0.425;

/// Towards the window, and how broad it is at distance 1.
const WINDOW: Vector = [-0.84, 0.50, 0.22];
const BREADTH: f32 = 0.10;

/// The light of the window, of the room, and what comes back from table and walls; linear.
const KEY: Colour = [2.75, 2.36, 1.78];
const ROOM: Colour = [0.125, 0.165, 0.25];
const BACK: Colour = [0.25, 0.17, 0.10];

/// A still life of one seed.
///
/// # Panics
/// If a side is 0.
pub fn still_life(width: u32, height: u32, seed: u64) -> Picture {
    let aspect = width as f32 / height as f32;
    let scene = Scene::new(aspect, seed);
    supersampled(width, height, 2, |x, y| scene.colour(x, y))
}

struct Scene {
    groups: Vec<Group>,
    tabletop: Tabletop,
    aspect: f32,
    mirrored: bool,
    /// Right, up and into the picture.
    camera: [Vector; 3],
    window: Vector,
    zoom: f32,
}

/// A place that is seen, and how it takes the light.
struct Seen {
    place: Vector,
    normal: Vector,
    look: Look,
    open: f32,
    /// The body, as it does not shade itself where it is round.
    thing: Option<usize>,
}

impl Scene {
    fn new(aspect: f32, seed: u64) -> Self {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let Arrangement { things, tabletop } = Arrangement::new(&mut random);
        let into = unit(minus(LOOKED_AT, EYE));
        let right = unit(cross(into, [0.0, 1.0, 0.0]));
        Self {
            groups: Group::split(things),
            tabletop,
            aspect,
            mirrored: random.random_bool(0.5),
            camera: [right, cross(right, into), into],
            window: unit(WINDOW),
            // A narrow picture steps back, so that nothing is cut off.
            zoom: VIEW * (1.30 / aspect).max(1.0),
        }
    }

    fn colour(&self, x: f32, y: f32) -> Colour {
        let across = x - 0.5 * self.aspect;
        let across = if self.mirrored { -across } else { across };
        let [right, up, into] = self.camera;
        let sideways = add(
            times(right, across * self.zoom),
            times(up, (0.5 - y) * self.zoom),
        );
        let ray = unit(add(into, sideways));
        let seen = self.look(ray);
        let light = self.light(&seen, ray);
        // As film does it: light never burns out at once.
        light.map(|value| (1.0 - (-1.25 * value).exp()).max(0.0).powf(1.0 / 2.2))
    }

    /// All things that may be met on a way, with their numbers.
    fn along(
        &self,
        from: Vector,
        ray: Vector,
        spread: f32,
    ) -> impl Iterator<Item = (usize, &Thing)> {
        let groups = self.groups.iter();
        groups
            .filter(move |group| group.may_meet(from, ray, spread))
            .flat_map(|group| (group.first..).zip(&group.things))
    }

    fn look(&self, ray: Vector) -> Seen {
        let mut first = None;
        let mut far = f32::INFINITY;
        for (i, thing) in self.along(EYE, ray, 0.0) {
            if let Some(hit) = thing.solid.hit(EYE, ray, far) {
                far = hit;
                first = Some((i, thing));
            }
        }
        let Some((i, thing)) = first else {
            let ground = self.tabletop.ground(EYE, ray, self.window);
            let Ground {
                place,
                normal,
                look,
                open,
            } = ground;
            return Seen {
                place,
                normal,
                look,
                open,
                thing: None,
            };
        };
        let place = walk(EYE, ray, far);
        let local = thing.solid.local(place);
        Seen {
            place,
            normal: thing.solid.normal(place),
            look: thing.skin.look(local, thing.number, &self.tabletop.noise),
            open: 1.0,
            thing: Some(i),
        }
    }

    fn light(&self, seen: &Seen, ray: Vector) -> Colour {
        let Seen {
            place,
            normal,
            look,
            open,
            thing,
        } = seen;
        let facing = dot(*normal, self.window);
        let start = walk(*place, *normal, 0.004);
        let passed = if facing > -0.12 {
            self.passed(start, *thing)
        } else {
            0.0
        };
        let direct = smoothstep(-0.12, 1.05, facing) * 1.05 * passed * open;
        let hollow = self.hollow(*place, *normal, *thing) * (0.35 + 0.65 * open);
        let above = 0.5 + 0.5 * normal[1];
        let colour = look.colour.map(|value| value.clamp(0.0, 1.0).powf(2.2));
        // Light that went through a grape or a bottle leaves on the far side.
        let through = look.clear * smoothstep(0.25, -0.75, facing) * 0.35;
        let mut light: Colour = std::array::from_fn(|c| {
            let around = ROOM[c] * above + BACK[c] * (1.0 - above);
            let thinned = 1.0 - 0.75 * look.clear * look.gloss;
            let base = KEY[c] * direct * thinned + around * hollow;
            colour[c] * (base + KEY[c] * through)
        });
        if look.gloss > 0.0 {
            let shine = self.shine(ray, *normal, look.gloss, passed * open, hollow);
            light = add(light, shine);
        }
        light
    }

    /// What is mirrored: the panes of the window, and at a flat angle the room.
    fn shine(&self, ray: Vector, normal: Vector, gloss: f32, passed: f32, hollow: f32) -> Colour {
        let to = mirrored(ray, normal);
        let side = unit(cross(self.window, [0.0, 1.0, 0.0]));
        let over = cross(side, self.window);
        let ahead = dot(to, self.window).max(0.0);
        let (a, b) = (
            dot(to, side) / (ahead + 1e-3),
            dot(to, over) / (ahead + 1e-3),
        );
        let soft = 0.30 - 0.22 * gloss;
        let pane = smoothstep(0.30 + soft, 0.30 - soft * 0.3, a.abs())
            * smoothstep(0.40 + soft, 0.40 - soft * 0.3, b.abs());
        let bar = smoothstep(0.02, 0.05, a.abs()).min(smoothstep(0.02, 0.05, (b - 0.08).abs()));
        let bar = 1.0 - gloss * gloss * (1.0 - bar);
        let window = pane * bar * gloss * gloss * passed * f32::from(ahead > 0.1);
        let flat = (1.0 + dot(ray, normal)).clamp(0.0, 1.0).powi(4) * gloss * hollow;
        let room = mix(BACK, ROOM, smoothstep(-0.3, 0.6, to[1]));
        std::array::from_fn(|c| KEY[c] * 0.75 * window + 0.9 * room[c] * flat)
    }

    /// How much of the window is seen from a place.
    fn passed(&self, place: Vector, thing: Option<usize>) -> f32 {
        let mut open = 1.0;
        for (i, other) in self.along(place, self.window, BREADTH) {
            if thing == Some(i) && other.solid.is_round() {
                continue;
            }
            let light = other.solid.lets_through(place, self.window, BREADTH);
            // A coloured shadow is not black.
            open *= light + (1.0 - light) * other.skin.lets_pass();
            if open < 0.01 {
                break;
            }
        }
        open
    }

    /// How open the surroundings of a place are: dark in corners and under things.
    fn hollow(&self, place: Vector, normal: Vector, thing: Option<usize>) -> f32 {
        [0.07, 0.22]
            .into_iter()
            .map(|far| {
                let at = walk(place, normal, far);
                let mut near = if thing.is_some() { at[1].min(far) } else { far };
                for group in self.groups.iter().filter(|group| group.at_least(at) < far) {
                    for other in &group.things {
                        if other.solid.at_least(at) < near {
                            near = near.min(other.solid.distance(at));
                        }
                    }
                }
                0.30 + 0.70 * (near / far).clamp(0.0, 1.0)
            })
            .product()
    }
}

#[cfg(test)]
mod tests {
    use super::skin::matt;
    use super::*;
    use crate::picture::CHANNELS;

    #[test]
    fn things_are_brighter_on_the_side_of_the_window() {
        let scene = Scene::new(1.33, 1);
        for group in &scene.groups {
            assert!(group.at_least(EYE) > 1.0);
        }
        let seen = |normal: Vector| Seen {
            place: [0.0, 3.0, 2.0],
            normal,
            look: matt([0.5; CHANNELS]),
            open: 1.0,
            thing: None,
        };
        let bright = |normal: Vector| {
            scene
                .light(&seen(normal), [0.0, 0.0, -1.0])
                .iter()
                .sum::<f32>()
        };
        assert!(bright([-1.0, 0.0, 0.0]) > 3.0 * bright([1.0, 0.0, 0.0]));
    }
}
