//! One plane of a cubist sheet: its outline, its paint, and which of its sides is hard.

use std::f32::consts::FRAC_PI_2;

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::paper::Point;
use super::{Colour, smoothstep};

/// Directions of edges, as turns from upright; most planes lean one way or the other.
pub(super) const LEANS: [f32; 6] = [-0.62, -0.34, -0.10, 0.16, 0.42, 0.75];

/// One plane: hard on one side, and melting into its neighbours on the other.
pub(super) struct Facet {
    pub(super) outline: Vec<Point>,
    centre: Point,
    size: f32,
    /// Where the facet is hardest, as a direction of length 1; on the other side it melts away.
    towards: Point,
    pub(super) paints: [Colour; 5],
    /// Tone at the hard side and at the soft side.
    pub(super) tones: (f32, f32),
    pub(super) opacity: (f32, f32),
    /// The direction of the brush.
    pub(super) brush: Point,
    pub(super) hatch: Hatch,
    pub(super) number: f32,
}

/// What is drawn on a plane.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Hatch {
    None,
    Dark,
    Light,
    /// Short strokes side by side.
    Dabs,
}

impl Facet {
    /// A facet whose edges lean by `drift`, of about this size and tone; `paints` takes a chance.
    pub(super) fn new(
        random: &mut Pcg64Mcg,
        centre: Point,
        size: f32,
        drift: f32,
        tone: f32,
        paints: impl Fn(f32) -> [Colour; 5],
    ) -> Self {
        let size = size * random.random_range(0.7..1.3);
        let lean = 0.6 * LEANS[random.random_range(0..LEANS.len())] + drift;
        let other = 0.6 * LEANS[random.random_range(0..LEANS.len())] + drift;
        // One pair of edges is rather upright, the other rather level.
        let up = turn(lean + random.random_range(-0.06..0.06) - FRAC_PI_2);
        let level = turn(0.8 * other + random.random_range(-0.06..0.06));
        let long = random.random_range(0.7..2.0_f32).sqrt();
        let outline = outline(random, centre, size, up, level, long);
        let which: u8 = random.random_range(0..4);
        let towards = match which {
            0 => up,
            1 => (-up.0, -up.1),
            2 => level,
            _ => (-level.0, -level.1),
        };
        let swing =
            random.random_range(0.20..0.52) * if random.random_bool(0.55) { 1.0 } else { -1.0 };
        let solid = random.random_range(0.72..0.97);
        Self {
            outline,
            centre,
            size,
            towards,
            paints: paints(random.random()),
            tones: (tone + swing, tone - 0.35 * swing),
            opacity: (solid, random.random_range(-0.25..0.45_f32).max(0.0)),
            brush: turn(random.random_range(-0.5..0.5) + if which < 2 { 0.0 } else { lean }),
            hatch: match random.random_range(0..10_u8) {
                0 | 1 => Hatch::Dark,
                2 => Hatch::Light,
                3..=5 => Hatch::Dabs,
                _ => Hatch::None,
            },
            number: random.random_range(0.0..900.0),
        }
    }

    /// 1 at the hard side, 0 at the soft one.
    pub(super) fn hardness(&self, x: f32, y: f32) -> f32 {
        let (dx, dy) = (x - self.centre.0, y - self.centre.1);
        let towards = (dx * self.towards.0 + dy * self.towards.1) / self.size;
        smoothstep(-0.62, 0.62, towards)
    }

    /// The long edges, and whether they are on the hard side.
    pub(super) fn long_edges(&self) -> impl Iterator<Item = (Point, Point, bool)> {
        let next = self.outline.iter().cycle().skip(1);
        let edges = self.outline.iter().zip(next);
        edges
            .filter(|(a, b)| (a.0 - b.0).hypot(a.1 - b.1) > 0.3 * self.size)
            .map(|(&a, &b)| {
                let middle = ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
                (a, b, self.hardness(middle.0, middle.1) > 0.74)
            })
    }
}

/// Four corners, or three, or an edge bent to an arc.
fn outline(
    random: &mut Pcg64Mcg,
    (x, y): Point,
    size: f32,
    up: Point,
    level: Point,
    long: f32,
) -> Vec<Point> {
    let mut corner = |a: f32, b: f32| {
        let a = 0.5 * long * size * a * random.random_range(0.75..1.2);
        let b = 0.5 / long * size * b * random.random_range(0.75..1.2);
        (x + up.0 * a + level.0 * b, y + up.1 * a + level.1 * b)
    };
    let mut corners = vec![
        corner(1.0, -1.0),
        corner(1.0, 1.0),
        corner(-1.0, 1.0),
        corner(-1.0, -1.0),
    ];
    match random.random_range(0..12_u8) {
        0..=3 => {
            corners.remove(random.random_range(0..4));
        }
        4 | 5 => {
            // A quarter of a disc: the arc leads from `a` to `c` and leaves the corner `b` out.
            let (a, b, c) = (corners[3], corners[0], corners[1]);
            let inner = (a.0 + c.0 - b.0, a.1 + c.1 - b.1);
            let arc: Vec<Point> = (0..=10_u8)
                .map(|i| {
                    let (sin, cos) = (f32::from(i) / 10.0 * FRAC_PI_2).sin_cos();
                    (
                        inner.0 + (a.0 - inner.0) * cos + (c.0 - inner.0) * sin,
                        inner.1 + (a.1 - inner.1) * cos + (c.1 - inner.1) * sin,
                    )
                })
                .collect();
            corners.splice(0..1, arc[1..10].iter().copied());
        }
        _ => {}
    }
    corners
}

/// The direction of an angle.
pub(super) fn turn(angle: f32) -> Point {
    let (sin, cos) = angle.sin_cos();
    (cos, sin)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn a_facet_is_hard_on_one_side_only() {
        let mut random = Pcg64Mcg::seed_from_u64(1);
        for _ in 0..50 {
            let facet = Facet::new(&mut random, (0.5, 0.4), 0.3, 0.0, 0.5, |_| [[0.5; 3]; 5]);
            let at = |far: f32| {
                let (x, y) = facet.towards;
                facet.hardness(0.5 + far * x, 0.4 + far * y)
            };
            assert!(at(0.4) > 0.99 && at(-0.4) < 0.01);
            assert!(facet.outline.len() >= 3 && facet.long_edges().count() > 0);
        }
    }
}
