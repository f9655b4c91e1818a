//! Solid bodies by their distance from a place: fruit, jugs and bowls, and the shadows they cast.

use super::vector::{Vector, add, cross, dot, length, minus, times, unit, walk};
use crate::picture::draw::smoothstep;

/// A body of size 1 around the origin, upright along the second axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    Ball,
    Apple,
    Pear,
    Lemon,
    /// Half a lemon, with the cut upwards.
    Half,
    /// Turned on a wheel: heights and radii from the foot to the mouth, and whether it has a handle.
    Turned(&'static [(f32, f32)], bool),
    Bowl,
    Stick,
    Leaf,
}

/// A body in its place.
pub(super) struct Solid {
    pub(super) shape: Shape,
    pub(super) centre: Vector,
    pub(super) size: f32,
    /// The radii of a ball and of a pillar around it.
    radius: f32,
    waist: f32,
    /// Its own right, up and front.
    axes: [Vector; 3],
}

/// How many steps a ray may take along one body.
const STEPS: usize = 48;
const SHADOW_STEPS: usize = 20;

impl Solid {
    /// A body whose top points to `up`, turned around that axis.
    pub(super) fn new(shape: Shape, centre: Vector, size: f32, up: Vector, turn: f32) -> Self {
        let up = unit(up);
        let across = if up[2].abs() < 0.9 {
            [0.0, 0.0, 1.0]
        } else {
            [1.0, 0.0, 0.0]
        };
        let right = unit(cross(up, across));
        let front = cross(right, up);
        let (sin, cos) = turn.sin_cos();
        let turned = add(times(right, cos), times(front, sin));
        Self {
            shape,
            centre,
            size,
            radius: size * shape.reach(),
            waist: size * shape.waist(),
            axes: [turned, up, cross(turned, up)],
        }
    }

    /// A place or direction as the body sees it, in its own size.
    pub(super) fn local(&self, place: Vector) -> Vector {
        let from = times(minus(place, self.centre), 1.0 / self.size);
        self.axes.map(|axis| dot(axis, from))
    }

    /// About how far a place is from the surface; negative inside.
    pub(super) fn distance(&self, place: Vector) -> f32 {
        self.shape.distance(self.local(place)) * self.size
    }

    /// Whether no part of the body can shade another.
    pub(super) fn is_round(&self) -> bool {
        matches!(self.shape, Shape::Ball | Shape::Lemon | Shape::Half)
    }

    /// The radius of a ball around the body.
    pub(super) fn radius(&self) -> f32 {
        self.radius
    }

    /// At least so far is a place from the surface.
    pub(super) fn at_least(&self, place: Vector) -> f32 {
        length(minus(place, self.centre)) - self.radius
    }

    /// How far along a ray the body begins, if that is nearer than `limit`.
    pub(super) fn hit(&self, eye: Vector, ray: Vector, limit: f32) -> Option<f32> {
        let from = minus(eye, self.centre);
        let along = -dot(from, ray);
        let radius = self.radius;
        let half = radius * radius - dot(from, from) + along * along;
        if half <= 0.0 || along <= 0.0 || self.misses(from, ray, 0.0) {
            return None;
        }
        let half = half.sqrt();
        let mut far = along - half;
        if self.shape == Shape::Ball {
            return (far < limit).then_some(far);
        }
        let limit = limit.min(along + half);
        for _ in 0..STEPS {
            if far > limit {
                break;
            }
            let step = self.distance(walk(eye, ray, far));
            if step < 0.0006 {
                return Some(far);
            }
            far += step;
        }
        None
    }

    /// Whether a ray passes farther from the axis than the body is wide; `from` is relative to the
    /// centre.
    fn misses(&self, from: Vector, ray: Vector, soft: f32) -> bool {
        let side = cross(ray, self.axes[1]);
        let reach = self.waist + soft;
        dot(from, side).abs() > reach * length(side)
    }

    /// The direction away from the surface, of length 1.
    pub(super) fn normal(&self, place: Vector) -> Vector {
        if self.shape == Shape::Ball {
            return unit(minus(place, self.centre));
        }
        // Four corners of a tetrahedron are enough for a slope.
        let corners = [
            [1.0, -1.0, -1.0],
            [-1.0, -1.0, 1.0],
            [-1.0, 1.0, -1.0],
            [1.0, 1.0, 1.0],
        ];
        let step = 0.002;
        let pulls = corners.map(|c: Vector| times(c, self.distance(walk(place, c, step))));
        unit(pulls.into_iter().fold([0.0; 3], add))
    }

    /// How much of a lamp in the direction `light` is seen past the body; the lamp is as broad as
    /// `spread` at distance 1.
    pub(super) fn lets_through(&self, place: Vector, light: Vector, spread: f32) -> f32 {
        let from = minus(place, self.centre);
        let along = -dot(from, light);
        let radius = self.radius;
        if along < -radius {
            return 1.0;
        }
        let beside = (dot(from, from) - along * along).max(0.0).sqrt();
        let soft = spread * along.max(0.0);
        if beside > radius + soft || self.misses(from, light, soft) {
            return 1.0;
        }
        if self.shape == Shape::Ball {
            let blur = soft.max(0.004);
            return if along < 0.0 {
                1.0
            } else {
                smoothstep(radius - blur, radius + blur, beside)
            };
        }
        let (mut far, mut open) = (0.012_f32.max(along - radius), 1.0_f32);
        for _ in 0..SHADOW_STEPS {
            let step = self.distance(walk(place, light, far));
            open = open.min(0.5 + 0.5 * step / (spread * far + 0.004));
            if open <= 0.0 || far > along + radius {
                break;
            }
            far += step.max(0.016);
        }
        smoothstep(0.0, 1.0, open)
    }
}

impl Shape {
    /// The radius of a ball around the body.
    fn reach(self) -> f32 {
        match self {
            Self::Ball | Self::Half => 1.0,
            Self::Bowl => 1.02,
            Self::Turned(..) => 1.12,
            _ => 1.06,
        }
    }

    /// The radius of a pillar around the body.
    fn waist(self) -> f32 {
        match self {
            Self::Pear => 0.64,
            Self::Lemon => 0.72,
            Self::Turned(_, true) => 0.82,
            Self::Turned(profile, false) => profile.iter().map(|stop| stop.1).fold(0.0, f32::max),
            Self::Stick => 0.45,
            _ => self.reach(),
        }
    }

    fn distance(self, [x, y, z]: Vector) -> f32 {
        let around = both(x, z);
        match self {
            Self::Ball => length([x, y, z]) - 1.0,
            Self::Apple => {
                // A ring so thick that it has only a dimple, narrower below, with five faint ribs.
                let narrow = around * (1.06 - 0.16 * y);
                // The cosine of five times the angle, out of the cosine of the angle.
                let cos = x / around.max(1e-6);
                let five = cos * (5.0 + cos * cos * (16.0 * cos * cos - 20.0));
                let ribs = 0.01 * five * (1.0 - y);
                0.85 * (both(narrow - 0.36, 1.02 * y) - 0.60 - ribs)
            }
            Self::Pear => {
                let belly = both(around, y + 0.38) - 0.60;
                let neck = both(around, y - 0.46) - 0.28;
                blend(belly, neck, 0.42)
            }
            Self::Lemon => {
                let body = 0.66 * (length([x / 0.70, y / 0.84, z / 0.70]) - 1.0);
                blend(body, both(around, y.abs() - 0.86) - 0.10, 0.16)
            }
            Self::Half => (length([x, y, z]) - 1.0).max(y),
            Self::Turned(profile, handle) => turned(profile, handle, [x, y, z]),
            Self::Bowl => {
                let shell = (length([x, 1.25 * (y - 0.35), z]) - 0.93).abs() - 0.035;
                let foot = (around - 0.36).abs().max((y + 0.40).abs()) - 0.07;
                0.8 * shell.max(y - 0.35).min(foot)
            }
            Self::Stick => {
                let bend = x - 0.25 * y * y;
                let thick = 0.10 + 0.06 * y.max(0.0);
                0.8 * (length([bend, z, (y.abs() - 0.9).max(0.0)]) - thick)
            }
            Self::Leaf => {
                let height = y + 0.35 * x * x - 0.25 * z.abs();
                let width = 0.40 * (1.0 - x * x).max(0.0) + 0.001;
                0.6 * (z.abs() - width)
                    .max(height.abs() - 0.025)
                    .max(x.abs() - 1.0)
            }
        }
    }
}

/// A vessel of a profile, hollow at the mouth.
fn turned(profile: &[(f32, f32)], handle: bool, [x, y, z]: Vector) -> f32 {
    let around = both(x, z);
    let (low, high) = (profile[0].0, profile[profile.len() - 1].0);
    let radius = radius_at(profile, y);
    let side = 0.72 * (around - radius);
    let body = side.max(y - high).max(low - y);
    // The mouth is a hole as deep as one looks.
    let hole = (0.72 * (around - (radius - 0.035))).max(high - 0.16 - y);
    let vessel = body.max(-hole);
    if !handle {
        return vessel;
    }
    let (ring_x, ring_y) = (x - 0.42, (y - 0.30) * 0.82);
    let ring = both(both(ring_x, ring_y) - 0.30, 0.8 * z) - 0.052;
    let outside = radius - 0.03 - around;
    vessel.min(0.85 * ring.max(outside))
}

/// The radius of a profile at a height, smooth through its stops.
pub(super) fn radius_at(profile: &[(f32, f32)], y: f32) -> f32 {
    let last = profile.len() - 1;
    let next = profile.partition_point(|stop| stop.0 < y).clamp(1, last);
    let slope = |i: usize| {
        let (low, high) = (profile[i.saturating_sub(1)], profile[(i + 1).min(last)]);
        (high.1 - low.1) / (high.0 - low.0)
    };
    let (low, high) = (profile[next - 1], profile[next]);
    let wide = high.0 - low.0;
    let t = ((y - low.0) / wide).clamp(0.0, 1.0);
    let (m, n) = (slope(next - 1) * wide, slope(next) * wide);
    let rise = high.1 - low.1;
    low.1 + t * (m + t * (3.0 * rise - 2.0 * m - n + t * (m + n - 2.0 * rise)))
}

/// The length of two sides together; `hypot` is safer with huge numbers, and slow.
fn both(a: f32, b: f32) -> f32 {
    (a * a + b * b).sqrt()
}

/// The nearer of two distances, with a smooth joint.
fn blend(a: f32, b: f32, joint: f32) -> f32 {
    let mixed = (joint - (a - b).abs()).max(0.0) / joint;
    a.min(b) - mixed * mixed * joint * 0.25
}

#[cfg(test)]
mod tests {
    use super::*;

    const UP: Vector = [0.0, 1.0, 0.0];

    #[test]
    fn a_ray_meets_a_body_on_its_surface() {
        for shape in [
            Shape::Ball,
            Shape::Apple,
            Shape::Pear,
            Shape::Lemon,
            Shape::Bowl,
        ] {
            let solid = Solid::new(shape, [0.3, 0.1, -0.2], 0.5, [0.2, 1.0, 0.1], 0.7);
            let (eye, ray) = ([0.3, 0.0, 4.0], [0.0, 0.0, -1.0]);
            let place = walk(eye, ray, solid.hit(eye, ray, 9.0).unwrap());
            assert!(solid.distance(place).abs() < 0.002, "{shape:?}");
            assert!(solid.normal(place)[2] > 0.2, "{shape:?}");
            assert!(solid.hit(eye, ray, 1.0).is_none());
            assert!(solid.hit(eye, [0.0, 1.0, 0.0], 9.0).is_none());
        }
    }

    #[test]
    fn a_body_shades_what_is_behind_it() {
        for shape in [Shape::Ball, Shape::Apple] {
            let solid = Solid::new(shape, [0.0; 3], 0.5, UP, 0.0);
            assert!(solid.lets_through([0.0, -2.0, 0.0], UP, 0.05) < 0.01);
            assert!(solid.lets_through([0.0, 2.0, 0.0], UP, 0.05) > 0.99);
            assert!(solid.lets_through([2.0, -2.0, 0.0], UP, 0.05) > 0.99);
        }
    }

    #[test]
    fn a_profile_passes_its_stops() {
        let profile = [(-1.0, 0.2), (0.0, 0.6), (1.0, 0.4)];
        assert_eq!(radius_at(&profile, 0.0), 0.6);
        assert_eq!(radius_at(&profile, 7.0), 0.4);
        assert!((0.38..0.5).contains(&radius_at(&profile, -0.5)));
    }
}
