//! What a portrait wears: a blouse, and sometimes a hat.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::head::Head;
use super::{bell, touch};
use crate::picture::draw::noise::Noise;
use crate::picture::draw::paper::{Paper, Point, closed_curve, curve};
use crate::picture::draw::{Colour, gradient, mix, rgb, shade, smoothstep};

/// Cloths, from shade to light.
const CLOTHS: [[Colour; 4]; 5] = [
    [rgb(0x3a1018), rgb(0x7d1f2a), rgb(0xb93a38), rgb(0xe57f62)],
    [rgb(0x14243a), rgb(0x274a73), rgb(0x4c7da6), rgb(0x9fc0d0)],
    [rgb(0x1d2f22), rgb(0x3c6142), rgb(0x6f9467), rgb(0xb5c69a)],
    [rgb(0x6b4a16), rgb(0xb27f22), rgb(0xe0b24a), rgb(0xf6dd98)],
    [rgb(0x6f6a66), rgb(0xa9a296), rgb(0xd9d1c1), rgb(0xf8f3e6)],
];

/// A blouse of one cloth, with stripes or without, and a hat of another.
pub(super) struct Costume {
    cloth: [Colour; 4],
    stripes: Option<Colour>,
    hat: Option<[Colour; 4]>,
}

impl Costume {
    pub(super) fn new(random: &mut Pcg64Mcg) -> Self {
        let which = random.random_range(0..CLOTHS.len());
        let hat = CLOTHS[(which + random.random_range(1..CLOTHS.len())) % CLOTHS.len()];
        Self {
            cloth: CLOTHS[which],
            stripes: random.random_bool(0.5).then(|| {
                if which == 4 {
                    rgb(0x27406b)
                } else {
                    rgb(0xefe4cc)
                }
            }),
            hat: random.random_bool(0.5).then_some(hat),
        }
    }

    pub(super) fn lay(&self, paper: &mut Paper, head: &Head, brush: &Noise) {
        let outline = [
            (-0.56, 1.42),
            (-0.95, 1.60),
            (-1.45, 1.78),
            (-1.78, 2.10),
            (-1.95, 2.70),
            (-2.0, 3.6),
            (2.2, 3.6),
            (2.15, 2.70),
            (1.98, 2.10),
            (1.62, 1.76),
            (1.10, 1.56),
            (0.74, 1.38),
            (0.62, 1.60),
            (0.38, 1.82),
            (0.06, 1.90),
            (-0.26, 1.80),
            (-0.46, 1.62),
        ];
        let outline = head.on_body(&closed_curve(&outline, 6));
        paper.fill(&outline, |x, y| (self.fabric(head, brush, x, y), 1.0));
        let hem = [
            (-0.56, 1.42),
            (-0.46, 1.62),
            (-0.26, 1.80),
            (0.06, 1.90),
            (0.38, 1.82),
            (0.62, 1.60),
            (0.74, 1.38),
        ];
        let path = head.on_body(&curve(&hem, 8));
        let width = head.long(0.07);
        paper.line(&path, |_| width, self.stripes.unwrap_or(self.cloth[2]));
        let thin = head.long(0.014);
        paper.line(&path, |_| thin, self.cloth[0]);
    }

    fn fabric(&self, head: &Head, brush: &Noise, x: f32, y: f32) -> Colour {
        let (a, b) = head.back_to_body((x, y));
        let (chance, hairs) = touch(brush, x, y, 0.036, 0.5);
        // Folds run from the shoulders to the breast.
        let from = |x: f32| {
            let (dx, dy) = (a - x, b - 1.45);
            brush.fractal(dy.atan2(dx) * 5.0 + x, dx.hypot(dy) * 0.9, 2)
        };
        let fold = from(-1.5) + (from(1.5) - from(-1.5)) * smoothstep(-0.5, 0.6, a);
        let round = smoothstep(1.7, -1.6, a + 0.35 * (b - 1.8));
        let arm = bell(a + 1.42, 0.07) * smoothstep(2.0, 2.4, b)
            + bell(a - 1.52, 0.07) * smoothstep(2.0, 2.4, b);
        let tone = 0.06 + 0.74 * round + 0.26 * fold + 0.10 * (chance - 0.5) + 0.05 * hairs
            - 0.3 * arm
            - 0.12 * smoothstep(1.8, 3.0, b);
        let colour = gradient(&self.cloth, tone.clamp(0.0, 1.0));
        let Some(stripe) = self.stripes else {
            return colour;
        };
        let sag = b - 0.10 * a * a - 0.03 * fold;
        let in_step = (sag / 0.20).rem_euclid(1.0) - 0.5;
        let line = smoothstep(0.19, 0.14, in_step.abs());
        mix(colour, shade(stripe, 0.42 + 0.68 * tone), 0.92 * line)
    }

    /// A soft round cap, pulled to one side.
    pub(super) fn hat(&self, paper: &mut Paper, head: &Head, brush: &Noise) {
        let Some(paints) = self.hat else {
            return;
        };
        let crown: [Point; 12] = [
            (-0.66, -0.66),
            (-0.80, -0.92),
            (-0.62, -1.22),
            (-0.16, -1.46),
            (0.42, -1.50),
            (0.96, -1.30),
            (1.26, -0.92),
            (1.24, -0.58),
            (1.02, -0.40),
            (0.72, -0.52),
            (0.24, -0.78),
            (-0.30, -0.82),
        ];
        let outline = head.on_sheet(&closed_curve(&crown, 6));
        paper.fill(&outline, |x, y| {
            let (a, b) = head.back((x, y));
            let (chance, hairs) = touch(brush, x, y, 0.034, -0.4);
            // Folds run out from the middle of the band, where they are too narrow to be seen.
            let (dx, dy) = (a - 0.15, b + 0.85);
            let out = dx.hypot(dy);
            let fold = brush.fractal(dy.atan2(dx) * 1.8, out * 1.5, 2) * smoothstep(0.1, 0.5, out);
            let lit = smoothstep(1.3, -0.9, a + 1.1 * (b + 1.0));
            let under = smoothstep(0.02, 0.22, b + 0.95 + 0.10 * a - 0.35 * a.max(0.0));
            let tone = 0.10 + 0.72 * lit + 0.16 * fold + 0.08 * (chance - 0.5) + 0.04 * hairs
                - 0.35 * under;
            (gradient(&paints, tone.clamp(0.0, 1.0)), 1.0)
        });
        let band = [
            (-0.66, -0.66),
            (-0.30, -0.80),
            (0.24, -0.76),
            (0.72, -0.50),
            (0.99, -0.36),
        ];
        let path = head.on_sheet(&curve(&band, 8));
        let width = head.long(0.10);
        let ends = |part: f32| (1.0 - (2.0 * part - 1.0).powi(6)).max(0.0);
        paper.line(&path, |part| width * ends(part), shade(paints[0], 0.9));
        let stalk = head.on_sheet(&curve(&[(0.30, -1.46), (0.33, -1.54), (0.38, -1.60)], 4));
        let width = head.long(0.05);
        paper.line(&stalk, |part| width * (1.0 - 0.4 * part), paints[1]);
    }
}
