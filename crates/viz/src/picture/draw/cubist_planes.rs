//! A sheet of facets: broken, overlapping planes of ochre and slate with dark lines between them.

use std::f32::consts::{FRAC_PI_2, PI};

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::facet::{Facet, Hatch, LEANS, turn};
use super::noise::Noise;
use super::paper::{Paper, Point, swell};
use super::{Colour, Picture, gradient, mix, rgb, shade, smoothstep};

/// Layers from the ground up: size of a facet, and how many times they cover the sheet.
const LAYERS: [(f32, f32); 5] = [
    (0.50, 2.0),
    (0.33, 1.6),
    (0.21, 1.15),
    (0.13, 0.50),
    (0.075, 0.14),
];

/// Families of paint, each from dark to light.
const OCHRE: [Colour; 5] = [
    rgb(0x2e2119),
    rgb(0x68482b),
    rgb(0xa9793f),
    rgb(0xd6b06c),
    rgb(0xf7ead0),
];
const SLATE: [Colour; 5] = [
    rgb(0x1b222c),
    rgb(0x35485a),
    rgb(0x5d7588),
    rgb(0xa3b3b4),
    rgb(0xf0ebdc),
];
const GREEN: [Colour; 5] = [
    rgb(0x22271f),
    rgb(0x474e3b),
    rgb(0x747a5c),
    rgb(0xaeae8e),
    rgb(0xf0ead2),
];
const EARTH: [Colour; 5] = [
    rgb(0x2a1a16),
    rgb(0x5a3226),
    rgb(0x8f5738),
    rgb(0xc79c77),
    rgb(0xf3e2c9),
];

const LINE: Colour = rgb(0x1c1613);
const CREAM: Colour = rgb(0xf6e8c6);

/// Planes of one seed.
///
/// # Panics
/// If a side is 0.
pub fn cubist_planes(width: u32, height: u32, seed: u64) -> Picture {
    let aspect = width as f32 / height as f32;
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let planes = Planes {
        tones: Noise::new(random.random()),
        hues: Noise::new(random.random()),
        brush: Noise::new(random.random()),
        aspect,
    };
    let mut paper = Paper::new(width, height, 2, |x, y| planes.ground(x, y));
    for (size, cover) in LAYERS {
        let count = (cover * (aspect + size) * (1.0 + size) / (size * size)).round();
        for _ in 0..count as usize {
            let facet = planes.facet(&mut random, size);
            planes.lay(&mut paper, &mut random, &facet);
        }
        if size > 0.1 {
            planes.scaffold(&mut paper, &mut random, size);
        }
    }
    paper.wash(|x, y, colour| planes.canvas(x, y, colour));
    paper.picture()
}

struct Planes {
    tones: Noise,
    hues: Noise,
    brush: Noise,
    aspect: f32,
}

impl Planes {
    fn ground(&self, x: f32, y: f32) -> Colour {
        let cloud = self.tones.fractal(x * 4.0, y * 4.0, 4);
        gradient(&OCHRE, 0.42 + 0.22 * cloud)
    }

    /// The paint that belongs to a place.
    fn paints(&self, x: f32, y: f32, chance: f32) -> [Colour; 5] {
        let hue = self.hues.fractal(x * 2.1, y * 2.1, 2) + 0.9 * (chance - 0.5);
        match hue {
            h if h < -0.28 => SLATE,
            h if h < -0.06 => GREEN,
            h if h < 0.34 => OCHRE,
            _ => EARTH,
        }
    }

    fn facet(&self, random: &mut Pcg64Mcg, size: f32) -> Facet {
        let centre = (
            random.random_range(-0.3 * size..self.aspect + 0.3 * size),
            random.random_range(-0.3 * size..1.0 + 0.3 * size),
        );
        // Neighbours lean alike, so that planes run on behind each other.
        let drift = 0.8 * self.tones.at(centre.0 * 1.3 + 60.0, centre.1 * 1.3);
        let tone = 0.50 + 0.34 * self.tones.fractal(centre.0 * 2.4, centre.1 * 2.4, 2);
        let paints = |chance: f32| self.paints(centre.0, centre.1, chance);
        Facet::new(random, centre, size, drift, tone, paints)
    }

    fn lay(&self, paper: &mut Paper, random: &mut Pcg64Mcg, facet: &Facet) {
        paper.fill(&facet.outline, |x, y| self.paint(facet, x, y));
        // Some of the edges are drawn, darkest on the hard side.
        for (a, b, hard) in facet.long_edges() {
            if random.random_bool(if hard { 0.75 } else { 0.2 }) {
                let thick = random.random_range(0.0016..0.0052);
                let beyond = random.random_range(-0.1..0.7_f32).max(0.0);
                let light = hard && random.random_bool(0.3);
                let colour = if light { CREAM } else { LINE };
                stroke(paper, a, b, thick, beyond, colour);
            }
        }
    }

    fn paint(&self, facet: &Facet, x: f32, y: f32) -> (Colour, f32) {
        let part = facet.hardness(x, y);
        let (bx, by) = facet.brush;
        let (u, v) = (x * bx + y * by, y * bx - x * by);
        let streak = self.brush.at(u * 14.0 + facet.number, v * 130.0);
        let broad = self.brush.fractal(u * 9.0 + facet.number, v * 30.0, 2);
        let mut tone = facet.tones.1 + (facet.tones.0 - facet.tones.1) * part;
        tone += 0.05 * streak + 0.09 * broad;
        let mut opacity = facet.opacity.1 + (facet.opacity.0 - facet.opacity.1) * part;
        if facet.hatch == Hatch::Dabs {
            let (dab, cover) = self.dab(u, v, facet.number);
            tone += 0.20 * (dab - 0.5);
            // Towards the soft side single dabs stand on what is below.
            opacity = (opacity + 0.55 * (cover - 0.35)).clamp(0.0, 0.97);
        }
        let colour = gradient(&facet.paints, tone);
        let ink = match facet.hatch {
            Hatch::Dark => LINE,
            Hatch::Light => CREAM,
            _ => return (colour, (opacity + 0.10 * streak).clamp(0.0, 1.0)),
        };
        let line = self.hatching(facet, u, v);
        (mix(colour, ink, 0.62 * line), opacity.max(0.55 * line))
    }

    /// The tone of the short stroke at a place, and how much it covers.
    fn dab(&self, u: f32, v: f32, number: f32) -> (f32, f32) {
        let (long, high) = (0.030, 0.0115);
        let wave = 0.9 * self.brush.at(u * 11.0, v * 9.0 + number);
        let row = (v / high + wave).floor();
        let shift = self.brush.unit(row as i32, number as i32);
        let place = u / long + 7.0 * shift;
        let chance = self
            .brush
            .unit(place.floor() as i32 + 31 * number as i32, row as i32);
        let (a, b) = (place - place.floor() - 0.5, v / high + wave - row - 0.5);
        let fray = 0.2 * self.brush.at(u * 60.0, v * 160.0);
        // Pointed at the ends, and frayed.
        let out = 0.5 * (4.0 * (a.abs().powi(3) + b * b)).cbrt();
        (chance, smoothstep(0.60, 0.36, out + fray))
    }

    /// How much of a hatching line lies at a place.
    fn hatching(&self, facet: &Facet, u: f32, v: f32) -> f32 {
        let step = 0.0105;
        let wobble = 0.18 * self.brush.at(u * 9.0 + facet.number, v * 20.0);
        let phase = (v / step + wobble).rem_euclid(1.0) - 0.5;
        let pressure = 0.5 + 0.7 * self.brush.at(u * 7.0, v * 45.0 + facet.number);
        let wide = 0.08 + 0.14 * pressure;
        smoothstep(wide + 0.06, wide - 0.04, phase.abs()) * pressure.clamp(0.0, 1.0)
    }

    /// Long dark lines and arcs that hold the planes together.
    fn scaffold(&self, paper: &mut Paper, random: &mut Pcg64Mcg, size: f32) {
        let count = (self.aspect * 0.5 / size).round() as usize;
        for i in 0..count {
            let (x, y) = (
                random.random_range(0.0..self.aspect),
                random.random_range(0.0..1.0_f32),
            );
            let thick = random.random_range(0.0024..0.0078);
            let lean = LEANS[random.random_range(0..LEANS.len())] - FRAC_PI_2;
            let long = size * random.random_range(0.7..1.6);
            if i % 2 == 0 {
                let from = random.random_range(-PI..PI);
                let sweep = random.random_range(1.0..2.6);
                let radius = 0.42 * long;
                let point = |i: u8| {
                    let (sin, cos) = (from + sweep * f32::from(i) / 24.0).sin_cos();
                    (x + radius * cos, y + radius * sin)
                };
                let path: Vec<Point> = (0..=24).map(point).collect();
                paper.line(&path, |part| thick * swell(part).powf(0.45), LINE);
            } else {
                let (cos, sin) = turn(lean);
                let end = (x + long * cos, y + long * sin);
                stroke(paper, (x, y), end, thick, 0.0, LINE);
            }
        }
    }

    /// The weave of the canvas, and the varnish that darkens the corners.
    fn canvas(&self, x: f32, y: f32, colour: Colour) -> Colour {
        let weave = self.brush.at(x * 210.0, y * 60.0) + self.brush.at(x * 60.0 + 50.0, y * 210.0);
        let ridge = self.brush.fractal(x * 34.0, y * 80.0, 2);
        let lit = 1.0 + 0.045 * weave + 0.05 * ridge;
        let corner = ((x / self.aspect - 0.5).abs().max((y - 0.5).abs()) * 2.0).powi(4);
        shade(mix(colour, shade(colour, 0.72), 0.5 * corner), lit)
    }
}

/// A drawn line from `a` to `b`, a part longer at the end.
fn stroke(paper: &mut Paper, a: Point, b: Point, thick: f32, beyond: f32, colour: Colour) {
    let point = |i: u8| {
        let part = f32::from(i) / 8.0 * (1.0 + beyond);
        (a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part)
    };
    let path: Vec<Point> = (0..=8).map(point).collect();
    paper.line(&path, |part| thick * swell(part).powf(0.45), colour);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warm_and_cool_planes_are_both_there() {
        for seed in 0..4 {
            let picture = cubist_planes(64, 48, seed);
            let colours = picture.colours();
            let warm = colours.iter().filter(|c| c[0] > c[2] + 0.12).count();
            let cool = colours.iter().filter(|c| c[2] > c[0] + 0.02).count();
            assert!(
                warm > colours.len() / 5 && cool > colours.len() / 20,
                "{warm} and {cool}"
            );
        }
    }
}
