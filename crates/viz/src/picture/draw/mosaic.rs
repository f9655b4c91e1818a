//! A mosaic: glazed tiles that follow the lines of a picture, in dark grout.

use super::noise::Noise;
use super::{Colour, Picture, gradient, mix, rgb, shade, smoothstep, supersampled};

/// Tiles along the height of the picture.
const TILES: f32 = 28.0;

/// How far a tile's centre may lie from the middle of its cell, in cells.
const JITTER: f32 = 0.36;

/// Half the width of the grout, in cells.
const GROUT: f32 = 0.055;

const GROUT_COLOUR: Colour = rgb(0x2a2522);

/// From the heart of the flower outwards.
const FLOWER: [Colour; 7] = [
    rgb(0xfbe9a8),
    rgb(0xf4b83c),
    rgb(0xe2762a),
    rgb(0xb5352b),
    rgb(0x7a1f3d),
    rgb(0xe8dcc0),
    rgb(0x2f8f8b),
];

/// The sea around it, from trough to crest.
const SEA: [Colour; 6] = [
    rgb(0x12305c),
    rgb(0x1a4f8a),
    rgb(0x1f7fa6),
    rgb(0x37a8a4),
    rgb(0x9fd3b5),
    rgb(0xf1ead2),
];

/// Tiles of one seed: a flower whose petals turn into waves.
///
/// # Panics
/// If a side is 0.
pub fn mosaic(width: u32, height: u32, seed: u64) -> Picture {
    let mosaic = Mosaic {
        place: Noise::new(seed),
        second: Noise::new(seed ^ 0x55),
        pattern: Noise::new(seed ^ 0xaa),
        aspect: width as f32 / height as f32,
    };
    supersampled(width, height, 3, |x, y| mosaic.colour(x, y))
}

struct Mosaic {
    place: Noise,
    second: Noise,
    pattern: Noise,
    aspect: f32,
}

/// The tile that a point belongs to.
struct Hit {
    cell: (i32, i32),
    centre: (f32, f32),
    /// Distance to the nearest edge of the tile, in cells.
    edge: f32,
}

impl Mosaic {
    fn colour(&self, x: f32, y: f32) -> Colour {
        let hit = self.tile(x * TILES, y * TILES);
        let (dx, dy) = (x * TILES - hit.centre.0, y * TILES - hit.centre.1);
        let (i, j) = hit.cell;

        let base = self.design(
            hit.centre.0 / TILES,
            hit.centre.1 / TILES,
            self.second.unit(i, j),
        );
        // Every tile is a little tilted, and light comes from the upper left.
        let tilt = 0.22 * (self.second.unit(i + 500, j) - 0.5);
        let slope = (self.second.unit(i, j + 500) - 0.5) * dx - (0.3 + tilt) * dy - 0.2 * dx;
        let grain = 0.05 * self.pattern.fractal(x * 90.0, y * 90.0, 2);
        let rounded = smoothstep(GROUT, GROUT + 0.16, hit.edge);
        let lit = 0.8 + 0.2 * rounded + tilt + 0.22 * slope + grain;
        let glaze = (1.0 - ((dx + 0.17).powi(2) + (dy + 0.2).powi(2)) * 26.0).max(0.0);
        let tile = mix(shade(base, lit), [1.0; 3], 0.16 * glaze);

        let sand = 1.0 + 0.25 * self.pattern.fractal(x * 160.0, y * 160.0, 2);
        let open = smoothstep(GROUT - 0.012, GROUT + 0.012, hit.edge);
        mix(shade(GROUT_COLOUR, sand), tile, open)
    }

    /// What the picture shows at a place: the colour of the tile whose centre is there.
    fn design(&self, x: f32, y: f32, chance: f32) -> Colour {
        let (cx, cy) = (0.42 * self.aspect, 0.46);
        let (dx, dy) = (x - cx, y - cy);
        let (distance, angle) = (dx.hypot(dy), dy.atan2(dx));
        let wobble = 0.05 * self.pattern.at(x * 3.0, y * 3.0);
        let petals = 1.0 + 0.16 * (angle * 8.0 + distance * 5.0).cos();
        let ring = distance / (0.33 * petals) + wobble + 0.05 * (chance - 0.5);
        let colour = if ring < 1.0 {
            // Whole rings of one colour, as tiles come.
            let steps = FLOWER.len() as f32;
            FLOWER[((ring * steps) as usize).min(FLOWER.len() - 1)]
        } else {
            let bend = self.pattern.fractal(x * 1.7 + 9.0, y * 1.7, 2);
            let wave = (distance * 17.0 + bend * 5.0 + (angle * 2.0).sin()).sin() * 0.5 + 0.5;
            gradient(&SEA, 0.9 * wave.powf(1.3) + 0.22 * (chance - 0.5))
        };
        shade(colour, 0.9 + 0.22 * chance)
    }

    fn tile(&self, x: f32, y: f32) -> Hit {
        let (column, row) = (x.floor() as i32, y.floor() as i32);
        let around: [((i32, i32), (f32, f32)); 25] = std::array::from_fn(|n| {
            let cell = (column - 2 + n as i32 % 5, row - 2 + n as i32 / 5);
            (cell, self.centre(cell))
        });
        let distance = |(cx, cy): (f32, f32)| (cx - x).powi(2) + (cy - y).powi(2);
        let &(nearest, centre) = around
            .iter()
            .min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)))
            .expect("there are 25 cells");
        let edge = around
            .iter()
            .filter(|(cell, _)| *cell != nearest)
            .map(|&(_, (ox, oy))| {
                // Distance to the line half way between the two centres.
                let (nx, ny) = (ox - centre.0, oy - centre.1);
                let (mx, my) = ((ox + centre.0) / 2.0 - x, (oy + centre.1) / 2.0 - y);
                (mx * nx + my * ny) / nx.hypot(ny)
            })
            .fold(f32::INFINITY, f32::min);
        Hit {
            cell: nearest,
            centre,
            edge,
        }
    }

    fn centre(&self, (i, j): (i32, i32)) -> (f32, f32) {
        let offset = |value: f32| 0.5 + JITTER * (2.0 * value - 1.0);
        // Every other row is shifted, as tiles are laid.
        let shift = if j.rem_euclid(2) == 0 { 0.25 } else { -0.25 };
        let dx = offset(self.place.unit(i, j)) + shift;
        (
            i as f32 + dx,
            j as f32 + offset(self.place.unit(i + 1000, j)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_grout_between_tiles_and_colour_on_them() {
        let picture = mosaic(64, 48, 4);
        let luma = picture.luma();
        let dark = luma.iter().filter(|&&value| value < 0.2).count();
        let bright = luma.iter().filter(|&&value| value > 0.5).count();
        assert!(
            dark > luma.len() / 20 && bright > luma.len() / 5,
            "{dark} and {bright}"
        );
    }
}
