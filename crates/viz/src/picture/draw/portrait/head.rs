//! The head of a portrait as a round body that is turned a little: where things on it are seen.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use crate::picture::draw::paper::Point;

/// The radius of the round that carries the face; half the height of the head is 1.
const ROUND: f32 = 0.98;

/// How far the face is turned from the viewer, in radians.
const TURN: f32 = 0.25;

/// Where the head is and how it leans.
///
/// Places on it are those of a face seen from the front: to its left and down, the eyes at height 0,
/// the chin at 1, the top of the skull at -1.
pub(super) struct Head {
    centre: Point,
    size: f32,
    lean: (f32, f32),
    mirrored: Option<f32>,
}

impl Head {
    pub(super) fn new(random: &mut Pcg64Mcg, aspect: f32, mirrored: bool) -> Self {
        let lean: f32 = random.random_range(-0.10..0.04);
        let size = random.random_range(0.232..0.248);
        Self {
            centre: (0.48 * aspect, 0.425),
            size,
            lean: lean.sin_cos(),
            mirrored: mirrored.then_some(aspect),
        }
    }

    /// From the sheet of the head (straight, not turned) to the picture.
    pub(super) fn place(&self, (x, y): Point) -> Point {
        // Leaning is around the pit of the neck.
        let (sin, cos) = self.lean;
        let (dx, dy) = (x, y - 1.4);
        self.body((dx * cos - dy * sin, dx * sin + dy * cos + 1.4))
    }

    /// From the sheet of the body, which does not lean, to the picture.
    pub(super) fn body(&self, (x, y): Point) -> Point {
        let x = self.centre.0 + x * self.size;
        let x = self.mirrored.map_or(x, |aspect| aspect - x);
        (x, self.centre.1 + y * self.size)
    }

    /// From the picture to the sheet of the head.
    pub(super) fn back(&self, at: Point) -> Point {
        let (x, y) = self.back_to_body(at);
        let (sin, cos) = self.lean;
        let (dx, dy) = (x, y - 1.4);
        (dx * cos + dy * sin, dy * cos - dx * sin + 1.4)
    }

    pub(super) fn back_to_body(&self, (x, y): Point) -> Point {
        let x = self.mirrored.map_or(x, |aspect| aspect - x);
        (
            (x - self.centre.0) / self.size,
            (y - self.centre.1) / self.size,
        )
    }

    /// Where a place of the face that stands out by `out` is seen, on the sheet of the head.
    pub(super) fn turned(&self, (u, v): Point, out: f32) -> Point {
        let angle = (u / ROUND).clamp(-1.0, 1.0).asin() - TURN;
        (ROUND * angle.sin() - out * TURN.sin(), v)
    }

    /// The place of the face that is seen at a place of the sheet of the head.
    pub(super) fn faced(&self, (x, y): Point) -> Point {
        let angle = (x / ROUND).clamp(-1.0, 1.0).asin() + TURN;
        (ROUND * angle.sin(), y)
    }

    /// Points of the face, in the picture.
    pub(super) fn on_face(&self, points: &[Point], out: f32) -> Vec<Point> {
        let place = |&point: &Point| self.place(self.turned(point, out));
        points.iter().map(place).collect()
    }

    /// Points of the sheet of the head, in the picture.
    pub(super) fn on_sheet(&self, points: &[Point]) -> Vec<Point> {
        points.iter().map(|&point| self.place(point)).collect()
    }

    pub(super) fn on_body(&self, points: &[Point]) -> Vec<Point> {
        points.iter().map(|&point| self.body(point)).collect()
    }

    /// A length of the head, in the picture.
    pub(super) fn long(&self, length: f32) -> f32 {
        length * self.size
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn there_and_back_is_the_same_place() {
        for mirrored in [false, true] {
            let head = Head::new(&mut Pcg64Mcg::seed_from_u64(4), 1.33, mirrored);
            let near = |a: Point, b: Point| (a.0 - b.0).hypot(a.1 - b.1) < 1e-5;
            let place = (0.31, -0.2);
            assert!(near(head.back(head.place(place)), place));
            assert!(near(head.back_to_body(head.body(place)), place));
            assert!(near(head.faced(head.turned(place, 0.0)), place));
        }
    }

    #[test]
    fn what_stands_out_is_seen_farther_to_the_side() {
        let head = Head::new(&mut Pcg64Mcg::seed_from_u64(4), 1.33, false);
        assert!(head.turned((0.0, 0.0), 0.2).0 < head.turned((0.0, 0.0), 0.0).0);
    }
}
