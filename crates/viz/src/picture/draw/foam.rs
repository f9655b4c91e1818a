//! The foam of a breaking wave: a cap along the crest that ends in claws.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::paper::{Paper, Point, along, normal, ribbon, swell};
use super::{Colour, mix, rgb};

const SHADOW: Colour = rgb(0x9dbfcb);

/// The pieces that the foam of one wave is put together from.
pub(super) struct Foam {
    size: f32,
    /// 1 for a wave that breaks to the right, -1 to the left.
    side: f32,
    ink: Colour,
    paper: Colour,
    /// Bent tapering pieces: the path, and the width at its beginning.
    claws: Vec<(Vec<Point>, f32)>,
    caps: Vec<Vec<Point>>,
}

impl Foam {
    pub(super) fn new(size: f32, side: f32, ink: Colour, paper: Colour) -> Self {
        Self {
            size,
            side,
            ink,
            paper,
            claws: Vec::new(),
            caps: Vec::new(),
        }
    }

    /// Foam along the crest, from the back over the tip to the hollow side.
    pub(super) fn crest(&mut self, random: &mut Pcg64Mcg, back: &[Point], hollow: &[Point]) {
        let from = (back.len() as f32 * 0.46) as usize;
        let over = (hollow.len() as f32 * 0.80) as usize;
        let rim: Vec<Point> = back[from..]
            .iter()
            .chain(hollow[over..].iter().rev())
            .copied()
            .collect();
        let count = 12;
        for i in 0..count {
            let part = (i as f32 + random.random_range(0.25..0.75)) / count as f32;
            // Strongest where the crest tips over.
            let strong = 0.35 + 0.65 * (1.0 - ((part - 0.62) / 0.5).powi(2)).max(0.0);
            let at = along(&rim, part);
            let near = ((part * (rim.len() - 1) as f32) as usize).min(rim.len() - 1);
            let (nx, ny) = normal(&rim, near);
            let (nx, ny) = (nx * self.side, ny * self.side);
            // Forward along the crest and a little outwards.
            let (tx, ty) = (-ny * self.side, nx * self.side);
            let lift = random.random_range(0.5..1.2);
            let angle = (ty + lift * ny).atan2(tx + lift * nx);
            let length = self.size * random.random_range(0.24..0.38) * strong;
            let width = self.size * random.random_range(0.058..0.08) * strong.sqrt();
            self.claw(random, at, angle, length, width, 2);
            // Trickles down the face.
            let inner = angle + self.side * random.random_range(1.7..2.2);
            self.claw(random, at, inner, 0.40 * length, 0.8 * width, 1);
        }
        let thick = |part: f32| self.size * (0.012 + 0.095 * swell(part));
        self.caps.push(ribbon(&rim, thick));
    }

    /// A bent finger with smaller ones on it.
    fn claw(
        &mut self,
        random: &mut Pcg64Mcg,
        from: Point,
        angle: f32,
        length: f32,
        width: f32,
        depth: u32,
    ) {
        let pieces = 7;
        // Claws bend down, the more the farther out.
        let bend = self.side * random.random_range(1.5..2.7);
        let mut path = vec![from];
        let (mut x, mut y) = from;
        for i in 0..pieces {
            let part = i as f32 / pieces as f32;
            let (sin, cos) = (angle + bend * part * part).sin_cos();
            x += cos * length / pieces as f32;
            y += sin * length / pieces as f32;
            path.push((x, y));
        }
        if depth > 0 {
            for part in [0.22, 0.42, 0.62, 0.80] {
                let at = along(&path, part);
                let heading = angle + bend * part * part;
                let away = random.random_range(0.4..1.1);
                let away = if random.random_bool(0.72) {
                    -away
                } else {
                    away
                };
                let smaller = random.random_range(0.36..0.58) * (1.2 - 0.5 * part);
                self.claw(
                    random,
                    at,
                    heading + self.side * away,
                    length * smaller,
                    width * 0.62,
                    depth - 1,
                );
            }
        }
        self.claws.push((path, width));
    }

    /// Lays the foam on the sheet: one outline of ink around all of it.
    pub(super) fn lay(&self, paper: &mut Paper) {
        let ink = 0.020 * self.size;
        let taper = |width: f32| move |part: f32| width * (1.0 - part).max(0.0).powf(0.62);
        let around = |width: f32| move |part: f32| taper(width)(part) + ink * (1.1 - 0.5 * part);
        for (path, width) in &self.claws {
            paper.fill_plain(&ribbon(path, around(*width)), self.ink);
        }
        for (path, width) in &self.claws {
            paper.fill_plain(&ribbon(path, taper(*width)), self.paper);
        }
        for cap in &self.caps {
            paper.fill_plain(cap, self.paper);
        }
        let pale = mix(SHADOW, self.paper, 0.15);
        for (path, width) in &self.claws {
            let shaded = self.beside(path, -0.22 * width);
            paper.line(&shaded[1..], |part| 0.34 * width * (1.0 - part), pale);
            let cut = self.beside(path, -0.42 * width);
            let thin = |part: f32| 0.006 * self.size * (1.0 - part) * (4.0 * part).min(1.0);
            paper.line(&cut[1..], thin, self.ink);
        }
    }

    /// A path moved sideways, towards the hollow side where `away` is negative.
    fn beside(&self, path: &[Point], away: f32) -> Vec<Point> {
        let moved = |i: usize| {
            let (nx, ny) = normal(path, i);
            let away = away * self.side;
            (path[i].0 + nx * away, path[i].1 + ny * away)
        };
        (0..path.len()).map(moved).collect()
    }
}
