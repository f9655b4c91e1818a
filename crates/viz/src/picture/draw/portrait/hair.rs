//! The hair of a portrait: masses in the light, with strands that follow them.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::bell;
use super::head::Head;
use crate::picture::draw::noise::Noise;
use crate::picture::draw::paper::{Paper, Point, closed_curve, curve, oval};
use crate::picture::draw::{Colour, gradient, mix, rgb, shade, smoothstep};

/// Colours of hair from shade to shine.
const HAIR: [[Colour; 4]; 5] = [
    [rgb(0x1d1216), rgb(0x3a2420), rgb(0x6a4230), rgb(0xb88a5c)],
    [rgb(0x100e14), rgb(0x211d28), rgb(0x3f3c4e), rgb(0x8d92a6)],
    [rgb(0x2f140f), rgb(0x6b2c17), rgb(0xa9522a), rgb(0xe09a56)],
    [rgb(0x4a3119), rgb(0x8a6230), rgb(0xc29a54), rgb(0xf0d899)],
    [rgb(0x2b1a12), rgb(0x5a361f), rgb(0x8f5d33), rgb(0xd0a064)],
];

/// The mass behind the head: pinned up, or falling to the shoulders.
const PINNED: [Point; 12] = [
    (-0.50, -0.92),
    (-0.10, -1.16),
    (0.30, -1.18),
    (0.66, -1.02),
    (0.90, -0.70),
    (1.00, -0.36),
    (0.98, -0.02),
    (0.86, 0.28),
    (0.70, 0.46),
    (0.56, 0.40),
    (0.40, 0.00),
    (-0.20, -0.50),
];
const FALLING: [Point; 16] = [
    (-0.50, -0.92),
    (-0.10, -1.16),
    (0.30, -1.18),
    (0.66, -1.02),
    (0.90, -0.68),
    (0.97, -0.20),
    (0.98, 0.30),
    (1.04, 0.80),
    (1.10, 1.30),
    (0.98, 1.70),
    (0.66, 1.74),
    (0.10, 1.50),
    (-0.46, 1.46),
    (-0.70, 1.20),
    (-0.62, 0.60),
    (-0.40, -0.40),
];

/// What lies over the forehead and the temples: on the side of the window, and on the other.
const FAR: [Point; 10] = [
    (-0.30, -1.06),
    (-0.58, -0.86),
    (-0.735, -0.52),
    (-0.765, -0.22),
    (-0.715, -0.02),
    (-0.695, -0.14),
    (-0.660, -0.32),
    (-0.560, -0.54),
    (-0.400, -0.70),
    (-0.22, -0.80),
];
const NEAR: [Point; 13] = [
    (-0.34, -1.05),
    (-0.05, -1.19),
    (0.32, -1.19),
    (0.66, -1.02),
    (0.88, -0.66),
    (0.92, -0.22),
    (0.84, 0.02),
    (0.70, 0.02),
    (0.60, -0.08),
    (0.47, -0.36),
    (0.22, -0.61),
    (-0.04, -0.74),
    (-0.24, -0.80),
];
const NEAR_FALLING: [Point; 19] = [
    (-0.34, -1.05),
    (-0.05, -1.19),
    (0.32, -1.19),
    (0.66, -1.02),
    (0.89, -0.66),
    (0.96, -0.18),
    (0.98, 0.30),
    (1.05, 0.80),
    (1.10, 1.26),
    (0.96, 1.62),
    (0.76, 1.50),
    (0.70, 1.10),
    (0.62, 0.72),
    (0.62, 0.36),
    (0.58, 0.00),
    (0.46, -0.36),
    (0.22, -0.61),
    (-0.04, -0.74),
    (-0.24, -0.80),
];

/// Hair of one colour, pinned up or falling.
pub(super) struct Hair {
    paints: [Colour; 4],
    pub(super) falling: bool,
    earring: Colour,
}

impl Hair {
    pub(super) fn new(random: &mut Pcg64Mcg, is_dark: bool) -> Self {
        let which = random.random_range(0..HAIR.len());
        Self {
            paints: HAIR[if is_dark { which % 2 } else { which }],
            falling: random.random_bool(0.5),
            earring: [rgb(0xe9e2d2), rgb(0xd9a93a), rgb(0x3f8f88)][random.random_range(0..3)],
        }
    }

    /// What is seen behind face and neck.
    pub(super) fn behind(&self, paper: &mut Paper, head: &Head, brush: &Noise) {
        let mass: &[Point] = if self.falling { &FALLING } else { &PINNED };
        let outline = head.on_sheet(&closed_curve(mass, 6));
        paper.fill(&outline, |x, y| {
            let (a, b) = head.back((x, y));
            let under = smoothstep(0.75, 0.45, a.abs()) * smoothstep(0.0, 0.6, b);
            let tone = self.fall(brush, a, b) - 0.06 - 0.28 * under;
            (gradient(&self.paints, tone), 1.0)
        });
        if !self.falling {
            self.bun(paper, head, brush);
        }
    }

    /// A knot at the back of the head.
    fn bun(&self, paper: &mut Paper, head: &Head, brush: &Noise) {
        let (cx, cy) = (0.92, -0.62);
        let outline = oval((cx, cy), 0.33, 0.36);
        paper.fill(&head.on_sheet(&outline), |x, y| {
            let (a, b) = head.back((x, y));
            let (dx, dy) = (a - cx, b - cy);
            let out = dx.hypot(dy) / 0.35;
            let winding = brush.fractal(out * 5.0 + dy.atan2(dx) * 0.6, dy.atan2(dx) * 0.8, 3);
            let lit = smoothstep(0.8, -0.9, (dx + 1.2 * dy) / 0.35);
            let tone = 0.12 + 0.42 * lit + 0.22 * winding - 0.12 * out * out;
            (gradient(&self.paints, tone), 1.0)
        });
    }

    /// What falls over the forehead, to both sides of a parting.
    pub(super) fn before(&self, paper: &mut Paper, head: &Head, brush: &Noise) {
        let near: &[Point] = if self.falling { &NEAR_FALLING } else { &NEAR };
        for mass in [&FAR[..], near] {
            let outline = head.on_sheet(&closed_curve(mass, 6));
            paper.fill(&outline, |x, y| (self.strands(head, brush, x, y), 1.0));
        }
        self.loose(paper, head);
        if !self.falling {
            self.jewel(paper, head);
        }
    }

    /// Hair combed from the parting to the back, then falling.
    fn strands(&self, head: &Head, brush: &Noise, x: f32, y: f32) -> Colour {
        let (a, b) = head.back((x, y));
        // Around the parting, strands are rays; the angle says which, the distance how far along.
        let (dx, dy) = (a + 0.42, (b + 1.12) * 1.1);
        let (ray, out) = (dy.atan2(dx), dx.hypot(dy));
        let strand = brush.fractal(ray * 11.0, out * 1.2, 3);
        let lock = brush.at(ray * 4.0 + 7.0, out * 0.9);
        // The skull is round: a band of shine where it faces the window.
        let band = bell(out - 0.42 - 0.08 * lock, 0.20) + 0.5 * bell(out - 0.95, 0.20);
        let side = smoothstep(0.0, 0.85, a + 0.2 * b);
        let combed =
            0.32 + 0.26 * strand + 0.14 * lock + 0.34 * band * (1.0 - 0.6 * side) - 0.18 * side;
        let falls = if self.falling {
            smoothstep(-0.50, 0.15, b)
        } else {
            0.0
        };
        let tone = combed + (self.fall(brush, a, b) - combed) * falls;
        gradient(&self.paints, tone)
    }

    /// The tone of hair that hangs, in waves that grow towards the ends.
    fn fall(&self, brush: &Noise, a: f32, b: f32) -> f32 {
        let wave = 0.06 * (b * 5.2 + 1.2 * a.signum()).sin() * smoothstep(0.0, 0.9, b);
        let across = a + wave;
        let strand = brush.fractal(across * 10.0 + 0.4 * b, b * 0.8, 3);
        let lock = brush.at(across * 4.5, b * 0.7 + 8.0);
        let shine = bell(b - 0.45 - 0.1 * lock, 0.22) + 0.8 * bell(b - 1.25 - 0.1 * lock, 0.20);
        0.27 + 0.26 * strand + 0.22 * lock + 0.22 * shine
    }

    /// Single strands that left the others.
    fn loose(&self, paper: &mut Paper, head: &Head) {
        let strands: [[Point; 4]; 3] = [
            [
                (-0.30, -0.80),
                (-0.52, -0.62),
                (-0.66, -0.36),
                (-0.70, -0.02),
            ],
            [(-0.20, -0.79), (0.12, -0.66), (0.38, -0.40), (0.55, -0.02)],
            [(0.58, -0.06), (0.56, 0.16), (0.58, 0.36), (0.54, 0.54)],
        ];
        for (points, tone) in strands.iter().zip([0.8, 0.62, 0.35]) {
            let path = head.on_sheet(&curve(points, 6));
            let width = head.long(0.020);
            let colour = gradient(&self.paints, tone);
            paper.line(&path, |part| width * (1.0 - part).max(0.0).sqrt(), colour);
        }
    }

    fn jewel(&self, paper: &mut Paper, head: &Head) {
        let (cx, cy, radius) = (0.615, 0.40, 0.068);
        let outline = oval((cx, cy), radius, 1.25 * radius);
        paper.fill(&head.on_sheet(&outline), |x, y| {
            let (a, b) = head.back((x, y));
            let (dx, dy) = ((a - cx) / radius, (b - cy) / radius);
            let lit = smoothstep(1.4, -1.0, dx + dy);
            let shine = bell((dx + 0.35).hypot(dy + 0.4), 0.28);
            (
                mix(shade(self.earring, 0.40 + 0.65 * lit), [1.0; 3], shine),
                1.0,
            )
        });
    }
}
