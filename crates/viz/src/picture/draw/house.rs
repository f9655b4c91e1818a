//! Old houses at a river: gables, tiled roofs, timber and windows.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::noise::Noise;
use super::{Colour, mix, rgb, shade, smoothstep};

const WALLS: [Colour; 9] = [
    rgb(0xe8cf9a),
    rgb(0xf1e6cf),
    rgb(0xd99a6c),
    rgb(0xc9d3d6),
    rgb(0xe3b95f),
    rgb(0xb9573f),
    rgb(0xd8dcc0),
    rgb(0x9db7c4),
    rgb(0xe9d8d0),
];

const ROOFS: [Colour; 5] = [
    rgb(0xa9492f),
    rgb(0x8d3b2b),
    rgb(0xb9603a),
    rgb(0x77443a),
    rgb(0x9a5236),
];

const SHUTTERS: [Colour; 4] = [rgb(0x3f6a4c), rgb(0x7a2f2b), rgb(0x35597a), rgb(0x6b4a2f)];

const TIMBER: Colour = rgb(0x5a3a27);
const GLASS: Colour = rgb(0x2c3b4a);
const LAMP: Colour = rgb(0xffd27a);
const FRAME: Colour = rgb(0xf3eee2);
const HAZE: Colour = rgb(0xd3d2cc);

/// Height of a floor, in heights of the picture like all lengths here.
const FLOOR: f32 = 0.041;

/// Width that a window with its wall takes.
const BAY: f32 = 0.028;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Roof {
    /// The gable faces the river.
    Gable,
    /// The ridge runs along the river.
    Side,
    /// A tower's spire.
    Spire,
}

/// One house seen from the river.
#[derive(Clone, Debug)]
pub(super) struct House {
    left: f32,
    width: f32,
    /// Where the wall ends, as a height of the picture: smaller is higher.
    eave: f32,
    base: f32,
    roof_height: f32,
    roof: Roof,
    wall: Colour,
    tiles: Colour,
    shutters: Option<Colour>,
    has_timber: bool,
    /// Left edge of the chimney.
    chimney: f32,
    number: i32,
    haze: f32,
}

impl House {
    /// The tower of the town, with its spire.
    pub(super) fn tower(left: f32, base: f32) -> Self {
        Self {
            left,
            width: 0.062,
            eave: 0.285,
            base,
            roof_height: 0.165,
            roof: Roof::Spire,
            wall: rgb(0xd9c8a6),
            tiles: rgb(0x4f6e66),
            shutters: None,
            has_timber: false,
            chimney: left - 1.0,
            number: -7,
            haze: 0.12,
        }
    }

    /// The colour at a place; nothing where the house is not.
    pub(super) fn colour(&self, x: f32, y: f32, noise: &Noise) -> Option<Colour> {
        let across = (x - self.left) / self.width;
        if y > self.base || !(-0.1..=1.1).contains(&across) {
            return None;
        }
        let colour = match self.on_roof(x, y, across, noise) {
            Some(tiles) => tiles,
            None if self.is_wall(across, y) => self.wall(x, y, across, noise),
            None if self.is_chimney(x, y) => shade(self.tiles, 0.72),
            None => return None,
        };
        // Light comes from the right.
        let lit = 0.84 + 0.22 * smoothstep(0.0, 1.0, across);
        Some(mix(shade(colour, lit), HAZE, self.haze))
    }

    /// Height of the outline of the roof above a point across the house.
    fn outline(&self, across: f32) -> f32 {
        let from_middle = (across - 0.5).abs() * 2.0;
        match self.roof {
            Roof::Gable => self.eave - self.roof_height * (1.0 - from_middle),
            Roof::Spire => self.eave - self.roof_height * (1.0 - from_middle).powf(1.5),
            Roof::Side => self.eave - self.roof_height,
        }
    }

    fn is_wall(&self, across: f32, y: f32) -> bool {
        let top = if self.roof == Roof::Gable {
            self.outline(across)
        } else {
            self.eave
        };
        (0.0..=1.0).contains(&across) && y >= top
    }

    fn is_chimney(&self, x: f32, y: f32) -> bool {
        let ridge = self.eave - self.roof_height;
        let across = (self.chimney + 0.005 - self.left) / self.width;
        (self.chimney..self.chimney + 0.011).contains(&x)
            && y > ridge - 0.014
            && y < self.outline(across) + 0.01
    }

    fn on_roof(&self, x: f32, y: f32, across: f32, noise: &Noise) -> Option<Colour> {
        let overhang = 0.005 / self.width;
        let outside = across < -overhang || across > 1.0 + overhang;
        let outline = self.outline(across);
        match self.roof {
            Roof::Gable => {
                // Only the edge of the roof is seen from the front.
                let below = y - outline;
                let edge = !outside && (-0.007..0.0035).contains(&below) && y < self.eave + 0.009;
                edge.then(|| shade(self.tiles, if across > 0.5 { 1.0 } else { 0.72 }))
            }
            Roof::Spire => {
                let inside = (0.0..=1.0).contains(&across) && y >= outline && y < self.eave;
                let side = if across > 0.5 { 1.1 } else { 0.72 };
                let seam = if (y / 0.012).fract() < 0.12 {
                    0.88
                } else {
                    1.0
                };
                inside.then(|| shade(self.tiles, side * seam))
            }
            Roof::Side => {
                if outside || y < outline || y > self.eave + 0.003 {
                    return None;
                }
                if let Some(dormer) = self.on_dormer(x, y) {
                    return Some(dormer);
                }
                let row = (y / 0.0062).floor();
                let in_row = (y / 0.0062).fract();
                let tile = noise.unit((x / 0.0052 + 0.5 * (row % 2.0)) as i32, row as i32);
                let weather = noise.fractal(x * 24.0, y * 24.0, 2);
                let lit = 0.86 + 0.16 * tile + 0.12 * weather + 0.14 * in_row;
                Some(shade(self.tiles, lit))
            }
        }
    }

    /// A small window in the roof under a gable of its own.
    fn on_dormer(&self, x: f32, y: f32) -> Option<Colour> {
        let count = (self.width / 0.055).floor().max(1.0);
        let step = self.width / count;
        let from_middle = ((x - self.left).rem_euclid(step) - step / 2.0).abs();
        let sill = self.eave - 0.16 * self.roof_height;
        let top = sill - 0.020;
        let roof = top - 0.010 * (1.0 - from_middle / 0.012);
        if from_middle > 0.013 || y > sill || y < roof {
            None
        } else if y < roof + 0.004 {
            Some(shade(self.tiles, 1.12))
        } else if from_middle < 0.0052 && (top + 0.003..sill - 0.003).contains(&y) {
            Some(GLASS)
        } else {
            (from_middle < 0.010).then_some(shade(self.wall, 0.96))
        }
    }

    fn wall(&self, x: f32, y: f32, across: f32, noise: &Noise) -> Colour {
        let plaster = 1.0 + 0.07 * noise.fractal(x * 42.0, y * 42.0, 3);
        let below_eave = y - if self.roof == Roof::Gable {
            self.outline(across)
        } else {
            self.eave
        };
        let shadow = 0.72 + 0.28 * smoothstep(0.002, 0.018, below_eave);
        let damp = 1.0 - 0.18 * smoothstep(self.base - 0.022, self.base, y);
        let wall = shade(self.wall, plaster * shadow * damp);

        let floor = ((self.base - y) / FLOOR).floor();
        let in_floor = (self.base - y) / FLOOR - floor;
        let bays = (self.width / BAY).floor().max(1.0);
        let bay = (across * bays).floor();
        let in_bay = across * bays - bay;
        let bay_width = self.width / bays;
        // Distances from the middle of the window.
        let (dx, dy) = (
            ((in_bay - 0.5) * bay_width).abs(),
            ((in_floor - 0.52) * FLOOR).abs(),
        );

        let top = self.base - (floor + 0.9) * FLOOR;
        let at = |bay: f32| self.outline((bay + 0.5) / bays + 0.4 / bays * (across - 0.5).signum());
        let has_room = if self.roof == Roof::Gable {
            top > at(bay) + 0.004
        } else {
            top > self.eave
        };
        if floor == 0.0 && bay == (self.number.rem_euclid(5) as f32).min(bays - 1.0) {
            let arch = in_floor < 0.74 - 3.0 * (in_bay - 0.5).powi(2);
            if arch && dx < 0.0078 {
                return shade(TIMBER, if dx < 0.0006 { 0.6 } else { 0.95 });
            }
        } else if has_room
            && let Some(window) = self.window(dx, dy, bay as i32, floor as i32, noise)
        {
            return window;
        }
        if self.has_timber && floor >= 1.0 {
            let beam = !(0.06..=0.94).contains(&in_floor) || !(0.05..=0.95).contains(&in_bay);
            let brace = (in_bay - in_floor).abs() < 0.07 && bay == 0.0
                || (in_bay + in_floor - 1.0).abs() < 0.07 && bay == bays - 1.0;
            if beam || brace {
                return shade(TIMBER, 0.9 + 0.2 * shadow * plaster - 0.1);
            }
        } else if floor >= 1.0 && in_floor < 0.05 {
            return shade(wall, 0.9);
        }
        wall
    }

    fn window(&self, dx: f32, dy: f32, bay: i32, floor: i32, noise: &Noise) -> Option<Colour> {
        const HALF: (f32, f32) = (0.0058, 0.0110);
        const FRAME_WIDTH: f32 = 0.0017;
        if dy > HALF.1 + FRAME_WIDTH {
            return None;
        }
        if dx > HALF.0 + FRAME_WIDTH {
            let shutter = dx < HALF.0 + FRAME_WIDTH + 0.0045;
            return self.shutters.filter(|_| shutter).map(|colour| {
                shade(
                    colour,
                    if (dy / 0.0022).fract() < 0.3 {
                        0.8
                    } else {
                        1.0
                    },
                )
            });
        }
        if dx > HALF.0 || dy > HALF.1 || dx < 0.0007 || (dy - 0.003).abs() < 0.0006 {
            return Some(FRAME);
        }
        let chance = noise.unit(self.number * 31 + bay, floor);
        let glass = if chance > 0.86 {
            LAMP
        } else {
            mix(GLASS, rgb(0x8fb0c8), 0.5 * chance)
        };
        Some(shade(glass, 1.0 - 12.0 * dy))
    }
}

/// A row of houses from the left edge to `aspect`; `haze` says how far away it is.
pub(super) fn row(random: &mut Pcg64Mcg, aspect: f32, base: f32, haze: f32) -> Vec<House> {
    let mut houses: Vec<House> = Vec::new();
    let mut left = -random.random_range(0.02..0.07);
    while left < aspect + 0.02 {
        let number = houses.len() as i32;
        let roof = if random.random_bool(0.58) {
            Roof::Gable
        } else {
            Roof::Side
        };
        let width = match roof {
            Roof::Gable => random.random_range(0.086..0.125),
            _ => random.random_range(0.11..0.165),
        };
        let floors = random.random_range(3..=4) as f32;
        let roof_height = match roof {
            Roof::Gable => width * random.random_range(0.68..0.95),
            _ => random.random_range(0.062..0.085),
        };
        // No two neighbours in the same colours.
        let before = houses.last().map(|house| (house.wall, house.tiles));
        let wall = pick(random, &WALLS, before.map(|colours| colours.0));
        let tiles = pick(random, &ROOFS, before.map(|colours| colours.1));
        let shutters = random
            .random_bool(0.6)
            .then(|| pick(random, &SHUTTERS, None));
        let has_timber = random.random_bool(0.42);
        houses.push(House {
            left,
            width,
            eave: base - floors * FLOOR - random.random_range(0.002..0.012),
            base,
            roof_height,
            roof,
            wall,
            tiles,
            shutters: shutters.filter(|_| !has_timber),
            has_timber,
            chimney: left + width * random.random_range(0.2..0.75),
            number,
            haze,
        });
        left += width + random.random_range(0.0..0.003);
    }
    houses
}

fn pick(random: &mut Pcg64Mcg, colours: &[Colour], not: Option<Colour>) -> Colour {
    let free: Vec<Colour> = colours
        .iter()
        .copied()
        .filter(|&c| Some(c) != not)
        .collect();
    free[random.random_range(0..free.len())]
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn a_row_reaches_from_edge_to_edge_in_changing_colours() {
        let row = row(&mut Pcg64Mcg::seed_from_u64(1), 1.5, 0.6, 0.0);
        assert!(row[0].left < 0.0 && row.last().unwrap().left + row.last().unwrap().width > 1.5);
        assert!(row.windows(2).all(|pair| pair[0].wall != pair[1].wall));
    }

    #[test]
    fn a_house_ends_at_its_outline() {
        let noise = Noise::new(1);
        let tower = House::tower(0.5, 0.6);
        assert!(tower.colour(0.53, 0.4, &noise).is_some());
        assert!(tower.colour(0.53, 0.61, &noise).is_none());
        assert!(tower.colour(0.505, 0.15, &noise).is_none());
        assert!(tower.colour(0.7, 0.4, &noise).is_none());
    }
}
