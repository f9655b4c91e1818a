//! Eyes, nose and mouth of a portrait, drawn on the turned face.

use super::bump;
use super::face::Face;
use super::head::Head;
use crate::picture::draw::paper::{Paper, Point, closed_curve, curve, ribbon, swell};
use crate::picture::draw::{Colour, mix, rgb, shade, smoothstep};

const DARK: Colour = rgb(0x21161a);

/// Half the width of an eye, and how far its middle is from that of the face.
const EYE: f32 = 0.155;
const APART: f32 = 0.315;

/// The upper edge of the upper lip, where the lips meet, and the lower edge of the lower lip.
const BOW: [Point; 7] = [
    (-0.245, 0.545),
    (-0.15, 0.534),
    (-0.055, 0.514),
    (0.0, 0.528),
    (0.055, 0.514),
    (0.15, 0.534),
    (0.245, 0.545),
];
const SEAM: [Point; 7] = [
    (-0.245, 0.545),
    (-0.15, 0.580),
    (-0.06, 0.584),
    (0.0, 0.592),
    (0.06, 0.584),
    (0.15, 0.580),
    (0.245, 0.545),
];
const BELOW: [Point; 7] = [
    (-0.245, 0.545),
    (-0.16, 0.628),
    (-0.08, 0.670),
    (0.0, 0.682),
    (0.08, 0.670),
    (0.16, 0.628),
    (0.245, 0.545),
];

/// How far the lips stand out.
const LIPS: f32 = 0.08;

impl Face {
    pub(super) fn features(&self, paper: &mut Paper, head: &Head) {
        for side in [-1.0, 1.0] {
            self.eye(paper, head, side);
            self.brow(paper, head, side);
            self.nostril(paper, head, side);
        }
        // The shadow on the far side of the bridge.
        let bridge = [
            (0.075, -0.06),
            (0.066, 0.04),
            (0.074, 0.14),
            (0.100, 0.24),
            (0.125, 0.30),
        ];
        let width = head.long(0.045);
        let line = head.on_face(&curve(&bridge, 6), 0.06);
        let outline = ribbon(&line, |part| width * swell(part));
        paper.fill(&outline, |_, _| (self.skin[1], 0.30));
        self.mouth(paper, head);
    }

    /// An eye; `side` is -1 for that of the lit side.
    fn eye(&self, paper: &mut Paper, head: &Head, side: f32) {
        let (upper, lower) = (lid(side, -0.078), lid(side, 0.046));
        let mut almond = upper.clone();
        almond.extend(lower.iter().rev());
        let middle = side * APART;
        // She looks past the viewer, from under the lid.
        let gaze = (middle + 0.010, -0.020);
        let light = if side > 0.0 { 0.80 } else { 1.0 };
        paper.fill(&head.on_face(&almond, 0.0), |x, y| {
            let (u, v) = head.faced(head.back((x, y)));
            let ball = self.eyeball(u - gaze.0, v - gaze.1, (u - middle) / EYE);
            (shade(ball, light), 1.0)
        });
        // The lashes are thickest outside.
        let lash = head.long(0.042);
        let lashes = |part: f32| {
            let ends = (1.0 - (2.0 * part - 1.0).powi(8)).max(0.0);
            lash * (0.35 + 0.75 * part) * ends
        };
        paper.line(&head.on_face(&upper, 0.0), lashes, DARK);
        let fold = lid(side, -0.135);
        let fold: Vec<Point> = fold.iter().map(|&(u, v)| (u, v - 0.012)).collect();
        let thin = head.long(0.020);
        let fold = head.on_face(&fold[1..16], 0.0);
        let colour = mix(self.skin[0], self.skin[1], 0.4);
        paper.line(&fold, |part| thin * swell(part), colour);
        let low = head.on_face(&lower[3..], 0.0);
        let colour = mix(self.skin[1], self.skin[0], 0.4);
        paper.line(&low, |part| 0.8 * thin * swell(part), colour);
    }

    /// The white, the iris and the pupil; places relative to the middle of the iris.
    fn eyeball(&self, u: f32, v: f32, across: f32) -> Colour {
        let from = u.hypot(v);
        let under_lid = smoothstep(0.0, -0.075, v);
        let white = shade(rgb(0xf2ebe0), 0.94 - 0.14 * across.abs() - 0.30 * under_lid);
        let iris = mix(
            shade(self.iris, 1.5 + 3.0 * v),
            shade(self.iris, 0.45),
            smoothstep(0.045, 0.074, from),
        );
        let iris = shade(iris, 1.0 - 0.45 * under_lid);
        let colour = mix(white, iris, smoothstep(0.080, 0.072, from));
        let colour = mix(colour, DARK, smoothstep(0.040, 0.032, from));
        let glint = (u + 0.028).hypot(v + 0.030);
        mix(colour, [1.0, 1.0, 0.97], smoothstep(0.022, 0.014, glint))
    }

    fn brow(&self, paper: &mut Paper, head: &Head, side: f32) {
        let points = [
            (0.125, -0.205),
            (0.22, -0.248),
            (0.34, -0.272),
            (0.44, -0.252),
            (0.52, -0.195),
        ];
        let path = curve(&points.map(|(u, v)| (side * u, v)), 6);
        let width = head.long(0.060);
        let taper =
            |part: f32| width * (1.0 - part).max(0.0).powf(0.55) * smoothstep(-0.1, 0.12, part);
        let outline = ribbon(&head.on_face(&path, 0.03), taper);
        let colour = mix(rgb(0x3a2520), self.skin[0], 0.35);
        paper.fill(&outline, |_, _| (colour, 0.8));
    }

    /// The hole of the nose on one side, and the wing around it.
    fn nostril(&self, paper: &mut Paper, head: &Head, side: f32) {
        let hole = [
            (0.035, 0.375),
            (0.075, 0.352),
            (0.115, 0.368),
            (0.075, 0.388),
        ];
        let hole = closed_curve(&hole.map(|(u, v)| (side * u, v)), 5);
        let deep = mix(self.skin[0], DARK, 0.3);
        paper.fill(&head.on_face(&hole, 0.13), |_, _| (deep, 0.85));
        let wing = [(0.135, 0.27), (0.168, 0.32), (0.158, 0.375), (0.125, 0.385)];
        let wing = curve(&wing.map(|(u, v)| (side * u, v)), 5);
        // In the light a dark line would be too hard.
        let (width, tone) = if side > 0.0 {
            (0.020, 0.22)
        } else {
            (0.014, 0.42)
        };
        let width = head.long(width);
        let line = head.on_face(&wing, 0.08);
        paper.line(&line, |part| width * swell(part), self.paint(tone));
    }

    fn mouth(&self, paper: &mut Paper, head: &Head) {
        let light = |a: f32| 0.90 - 0.30 * smoothstep(-0.25, 0.25, a);
        paper.fill(&lip(head, &BOW, &SEAM), |x, y| {
            let (a, _) = head.back((x, y));
            (shade(self.lips, 0.80 * light(a)), 0.95)
        });
        paper.fill(&lip(head, &SEAM, &BELOW), |x, y| {
            let (a, b) = head.back((x, y));
            let (u, v) = head.faced((a + 0.3 * LIPS, b));
            let shine = bump(u + 0.05, 0.09, v - 0.632, 0.022);
            let colour = shade(self.lips, 1.12 * light(a));
            (mix(colour, self.skin[5], 0.45 * shine), 0.95)
        });
        let width = head.long(0.022);
        let seam = head.on_face(&curve(&SEAM, 6), LIPS);
        let colour = mix(self.lips, DARK, 0.68);
        paper.line(&seam, |part| width * (0.5 + 0.5 * swell(part)), colour);
        // Corners that smile a little.
        for side in [-1.0, 1.0] {
            let corner = [
                (side * 0.232, 0.552),
                (side * 0.256, 0.540),
                (side * 0.270, 0.522),
            ];
            let path = head.on_face(&curve(&corner, 4), LIPS);
            let colour = mix(self.skin[1], self.skin[2], 0.4);
            paper.line(&path, |part| 0.8 * width * (1.0 - part), colour);
        }
    }
}

/// The edge of a lid from the nose outwards, so far below the middle of the eye.
fn lid(side: f32, below: f32) -> Vec<Point> {
    let point = |i: u8| {
        let t = f32::from(i) / 8.0 - 1.0;
        let round = (1.0 - t * t).max(0.0).powf(0.75);
        // Almonds: upper lids are highest near the nose, and the corners outside are a little higher.
        let lean = if below < 0.0 { 1.0 - 0.12 * t } else { 1.0 };
        (side * (APART + EYE * t), below * round * lean - 0.022 * t)
    };
    (0..=16).map(point).collect()
}

/// The outline between two edges of the lips.
fn lip(head: &Head, above: &[Point], below: &[Point]) -> Vec<Point> {
    let mut outline = curve(above, 6);
    outline.extend(curve(below, 6).iter().rev());
    head.on_face(&outline, LIPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lids_meet_in_the_corners() {
        for side in [-1.0, 1.0] {
            let (upper, lower) = (lid(side, -0.08), lid(side, 0.05));
            assert_eq!((upper[0], upper[16]), (lower[0], lower[16]));
            assert!(upper[8].1 < lower[8].1);
        }
    }
}
