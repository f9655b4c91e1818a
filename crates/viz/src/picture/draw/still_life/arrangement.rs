//! What stands on the table of a still life, and where.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::skin::Skin;
use super::solid::{Shape, Solid};
use super::tabletop::Tabletop;
use super::vector::{Vector, add, dot, length, minus, times, unit, walk};
use crate::picture::draw::noise::Noise;
use crate::picture::draw::{Colour, rgb};

/// A body and its surface.
pub(super) struct Thing {
    pub(super) solid: Solid,
    pub(super) skin: Skin,
    pub(super) number: f32,
}

/// The things of one seed, and the table they stand on.
pub(super) struct Arrangement {
    pub(super) things: Vec<Thing>,
    pub(super) tabletop: Tabletop,
}

/// Things in a group.
const GROUP: usize = 11;

const UP: Vector = [0.0, 1.0, 0.0];

/// Things that stand together, and a ball around all of them.
pub(super) struct Group {
    pub(super) first: usize,
    pub(super) things: Vec<Thing>,
    centre: Vector,
    radius: f32,
}

impl Group {
    /// The things in groups of neighbours, so that a ray asks few of them.
    pub(super) fn split(mut things: Vec<Thing>) -> Vec<Self> {
        let mut groups = Vec::new();
        let mut first = 0;
        while !things.is_empty() {
            let rest = things.split_off(things.len().min(GROUP));
            groups.push(Self::new(first, things));
            first += GROUP;
            things = rest;
        }
        groups
    }

    fn new(first: usize, things: Vec<Thing>) -> Self {
        let part = 1.0 / things.len() as f32;
        let middle = |sum, thing: &Thing| walk(sum, thing.solid.centre, part);
        let centre = things.iter().fold([0.0; 3], middle);
        // What a body is at most away from a place is what the place is not within.
        let reach =
            |thing: &Thing| length(minus(thing.solid.centre, centre)) + thing.solid.radius();
        let radius = things.iter().map(reach).fold(0.0, f32::max);
        Self {
            first,
            things,
            centre,
            radius,
        }
    }

    /// Whether a ray may meet any of them; `spread` is how much it widens.
    pub(super) fn may_meet(&self, from: Vector, ray: Vector, spread: f32) -> bool {
        let to = minus(self.centre, from);
        let along = dot(to, ray);
        let reach = self.radius + spread * along.max(0.0);
        along > -self.radius && dot(to, to) - along * along < reach * reach
    }

    /// At least so far is a place from all of them.
    pub(super) fn at_least(&self, place: Vector) -> f32 {
        length(minus(place, self.centre)) - self.radius
    }
}

/// A round jug with a neck.
const JUG: [(f32, f32); 9] = [
    (-1.00, 0.34),
    (-0.93, 0.36),
    (-0.60, 0.52),
    (-0.25, 0.60),
    (0.10, 0.54),
    (0.40, 0.36),
    (0.64, 0.28),
    (0.86, 0.30),
    (0.97, 0.37),
];

/// A wine bottle.
const BOTTLE: [(f32, f32); 9] = [
    (-1.00, 0.25),
    (-0.95, 0.285),
    (-0.40, 0.285),
    (0.05, 0.280),
    (0.28, 0.20),
    (0.46, 0.105),
    (0.90, 0.092),
    (0.92, 0.115),
    (1.00, 0.112),
];

const WALLS: [[Colour; 3]; 4] = [
    [rgb(0x2d3b40), rgb(0x5d7172), rgb(0x9aa894)],
    [rgb(0x3b2f2a), rgb(0x7d6248), rgb(0xb89a6c)],
    [rgb(0x27364f), rgb(0x56708c), rgb(0x9fb0b4)],
    [rgb(0x343a2b), rgb(0x6c7352), rgb(0xadab7c)],
];
const GLAZES: [Colour; 4] = [rgb(0x2f6b5d), rgb(0x2a4f86), rgb(0xb98a35), rgb(0x8f3b2a)];
const STRIPES: [Colour; 3] = [rgb(0x2f4f8c), rgb(0xa5352c), rgb(0x3f6b52)];
const GRAPES: [Colour; 3] = [rgb(0x5a2052), rgb(0x33306a), rgb(0x9db03c)];
const APPLES: [(Colour, Colour); 3] = [
    (rgb(0xe0b348), rgb(0xb3201f)),
    (rgb(0xb8bf4a), rgb(0xc8402b)),
    (rgb(0xd88a3a), rgb(0x97151f)),
];

impl Arrangement {
    pub(super) fn new(random: &mut Pcg64Mcg) -> Self {
        let noise = Noise::new(random.random());
        let wall = WALLS[random.random_range(0..WALLS.len())];
        let stripes = STRIPES[random.random_range(0..STRIPES.len())];
        let (sin, cos) = random.random_range(0.30..0.52_f32).sin_cos();
        let mut table = Table {
            random,
            things: Vec::new(),
        };
        table.vessels();
        let grapes = GRAPES[table.random.random_range(0..GRAPES.len())];
        table.bowl(grapes);
        table.before_the_bowl(grapes);
        Self {
            things: table.things,
            tabletop: Tabletop {
                noise,
                wall,
                stripes,
                turn: (cos, sin),
            },
        }
    }
}

/// A table that is being laid.
struct Table<'a> {
    random: &'a mut Pcg64Mcg,
    things: Vec<Thing>,
}

impl Table<'_> {
    fn put(&mut self, shape: Shape, skin: Skin, centre: Vector, size: f32, up: Vector) {
        let turn = self.random.random_range(0.0..6.3);
        self.put_turned(shape, skin, centre, size, up, turn);
    }

    fn put_turned(
        &mut self,
        shape: Shape,
        skin: Skin,
        centre: Vector,
        size: f32,
        up: Vector,
        turn: f32,
    ) {
        self.things.push(Thing {
            solid: Solid::new(shape, centre, size, up, turn),
            skin,
            number: self.things.len() as f32 * 1.7,
        });
    }

    /// A place near `centre`.
    fn near(&mut self, centre: Vector, reach: f32) -> Vector {
        let mut off = || self.random.random_range(-reach..reach);
        [centre[0] + off(), centre[1], centre[2] + off()]
    }

    fn vessels(&mut self) {
        let glaze = GLAZES[self.random.random_range(0..GLAZES.len())];
        let size = self.random.random_range(0.58..0.66);
        let at = self.near([-0.70, size, -0.48], 0.05);
        let handle = self.random.random_range(2.5..3.7);
        let skin = Skin::Glaze(glaze, rgb(0xa8714a));
        self.put_turned(Shape::Turned(&JUG, true), skin, at, size, UP, handle);
        let size = self.random.random_range(0.60..0.66);
        let at = self.near([1.08, size, -0.72], 0.06);
        let glass = if self.random.random_bool(0.6) {
            rgb(0x2e4d2a)
        } else {
            rgb(0x5a3418)
        };
        // The label looks to the front.
        let turn = self.random.random_range(-0.4..0.4);
        let bottle = Shape::Turned(&BOTTLE, false);
        self.put_turned(bottle, Skin::Glass(glass), at, size, UP, turn);
    }

    fn bowl(&mut self, grapes: Colour) {
        let paint = STRIPES[self.random.random_range(0..STRIPES.len())];
        let (x, z) = (self.random.random_range(0.22..0.34), -0.18);
        let size = 0.56;
        self.put(
            Shape::Bowl,
            Skin::Painted(paint),
            [x, 0.47 * size, z],
            size,
            UP,
        );
        let top = 0.47 * size + 0.30 * size;
        self.apple([x - 0.27, top + 0.02, z + 0.10], 0.205);
        self.apple([x + 0.06, top + 0.03, z + 0.22], 0.195);
        self.pear([x + 0.02, top + 0.22, z - 0.12], 0.27, [-0.35, 1.0, 0.15]);
        self.apple([x + 0.28, top + 0.02, z - 0.10], 0.20);
        // The bunch hangs over the rim.
        let from = [x + 0.30, top + 0.20, z + 0.18];
        self.bunch(grapes, from, [x + 0.60, 0.07, z + 0.52], 44);
    }

    fn before_the_bowl(&mut self, grapes: Colour) {
        let at = self.near([-0.42, 0.165, 0.48], 0.05);
        let lean = [self.random.random_range(0.6..1.0), 0.16, 0.4];
        self.put(Shape::Lemon, Skin::Lemon, at, 0.205, lean);
        let at = self.near([-0.06, 0.145, 0.70], 0.03);
        self.put(Shape::Half, Skin::Cut, at, 0.160, [-0.40, 0.45, 0.85]);
        let at = self.near([-0.92, 0.175, 0.22], 0.05);
        self.apple(at, 0.20);
        let at = self.near([0.52, 0.150, 0.66], 0.03);
        self.pear_lying(at);
        for _ in 0..3 {
            let size = self.random.random_range(0.058..0.068);
            let at = self.near([0.98, size, 0.60], 0.16);
            let skin = Skin::Grape(grapes);
            self.put(Shape::Ball, skin, at, size, UP);
        }
    }

    fn apple(&mut self, at: Vector, size: f32) {
        let (ground, blush) = APPLES[self.random.random_range(0..APPLES.len())];
        let mut lean = || self.random.random_range(-0.35..0.35);
        let up = unit([lean(), 1.0, 0.25 + lean()]);
        self.put(Shape::Apple, Skin::Apple(ground, blush), at, size, up);
        let stem = add(at, times(up, 0.62 * size));
        self.put(Shape::Stick, Skin::Bark, stem, 0.36 * size, up);
    }

    fn pear(&mut self, at: Vector, size: f32, up: Vector) {
        let ground = [rgb(0xc9b648), rgb(0xa9b04a), rgb(0xd6a741)][self.random.random_range(0..3)];
        self.put(Shape::Pear, Skin::Pear(ground), at, size, up);
        let stem = add(at, times(unit(up), 0.84 * size));
        self.put(Shape::Stick, Skin::Bark, stem, 0.22 * size, up);
    }

    fn pear_lying(&mut self, at: Vector) {
        let side = self.random.random_range(0.7..1.0);
        self.pear(at, 0.265, [side, 0.22, 0.5]);
    }

    /// Grapes from `from` to `to`, many above and few below, none inside another.
    fn bunch(&mut self, colour: Colour, from: Vector, to: Vector, count: usize) {
        let mut laid: Vec<Vector> = Vec::new();
        for _ in 0..40 * count {
            if laid.len() == count {
                break;
            }
            let part: f32 = self.random.random_range(0.0..1.0);
            let wide = 0.145 * (1.0 - 0.45 * part);
            let mut off = || self.random.random_range(-wide..wide);
            let bow = 0.22 * (part * (1.0 - part)) * 4.0;
            let at = [
                from[0] + (to[0] - from[0]) * part + off(),
                (from[1] + (to[1] - from[1]) * part + bow * 0.5 + off()).max(0.066),
                from[2] + (to[2] - from[2]) * part + off() + 0.3 * bow,
            ];
            let room = |other: &Vector| {
                let away: f32 = (0..3).map(|c| (at[c] - other[c]).powi(2)).sum();
                away > 0.086 * 0.086
            };
            if laid.iter().all(room) {
                laid.push(at);
                let size = self.random.random_range(0.062..0.072);
                self.put(Shape::Ball, Skin::Grape(colour), at, size, UP);
            }
        }
        self.put(
            Shape::Stick,
            Skin::Bark,
            add(from, [-0.05, 0.12, 0.0]),
            0.11,
            [-0.5, 1.0, 0.2],
        );
        self.put_turned(
            Shape::Leaf,
            Skin::Leaf,
            add(from, [0.06, 0.13, 0.02]),
            0.21,
            [-0.25, 1.0, 0.5],
            0.4,
        );
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn things(seed: u64) -> Vec<Thing> {
        Arrangement::new(&mut Pcg64Mcg::seed_from_u64(seed)).things
    }

    #[test]
    fn nothing_reaches_through_the_table() {
        for thing in (0..5).flat_map(things) {
            let [x, _, z] = thing.solid.centre;
            let below = thing.solid.distance([x, -0.06, z]);
            assert!(below > 0.0, "{:?}", thing.solid.shape);
        }
    }

    #[test]
    fn groups_keep_all_things_inside_and_in_order() {
        let groups = Group::split(things(1));
        let mut count = 0;
        for group in &groups {
            assert_eq!(group.first, count);
            count += group.things.len();
            for thing in &group.things {
                assert!(group.at_least(thing.solid.centre) < 0.0);
                assert!(group.may_meet([0.0, 9.0, 0.0], between(thing), 0.0));
            }
        }
        assert_eq!(count, things(1).len());
    }

    /// From high above to a thing.
    fn between(thing: &Thing) -> Vector {
        unit(minus(thing.solid.centre, [0.0, 9.0, 0.0]))
    }
}
