//! A head in relief: skin in the light from one side.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::head::Head;
use super::{bump, touch};
use crate::picture::draw::noise::Noise;
use crate::picture::draw::paper::{Paper, Point, closed_curve, curve, swell};
use crate::picture::draw::{Colour, gradient, mix, rgb, smoothstep};

/// Skins, from the deepest shade to the highest light.
const SKINS: [[Colour; 6]; 4] = [
    [
        rgb(0x4f2a2c),
        rgb(0x8a4a3c),
        rgb(0xc07a5a),
        rgb(0xe2a982),
        rgb(0xf3cba6),
        rgb(0xfff0d8),
    ],
    [
        rgb(0x3a1f1e),
        rgb(0x6e3a2a),
        rgb(0xa0623f),
        rgb(0xc98b5e),
        rgb(0xe0ae80),
        rgb(0xf8dcb6),
    ],
    [
        rgb(0x24131a),
        rgb(0x46241f),
        rgb(0x71412c),
        rgb(0x98613f),
        rgb(0xb98258),
        rgb(0xe6bd90),
    ],
    [
        rgb(0x553034),
        rgb(0x955650),
        rgb(0xcb8a75),
        rgb(0xe8b297),
        rgb(0xf3cfb4),
        rgb(0xfbe9d6),
    ],
];
/// The darker ones of them.
const DARK_SKINS: std::ops::Range<usize> = 1..3;

const IRISES: [Colour; 4] = [rgb(0x5b4326), rgb(0x3a2a1c), rgb(0x4f7f93), rgb(0x56764a)];

/// Towards the window: left, up, and out of the picture.
const LIGHT: [f32; 3] = [-0.66, -0.42, 0.62];

/// The outline of the head without the hair, on the sheet of the head.
const OUTLINE: [Point; 18] = [
    (-0.10, -0.98),
    (-0.44, -0.84),
    (-0.64, -0.56),
    (-0.695, -0.28),
    (-0.690, -0.12),
    (-0.672, 0.00),
    (-0.694, 0.16),
    (-0.665, 0.36),
    (-0.585, 0.60),
    (-0.470, 0.80),
    (-0.330, 0.95),
    (-0.190, 1.00),
    (-0.030, 0.96),
    (0.200, 0.82),
    (0.440, 0.60),
    (0.585, 0.34),
    (0.640, 0.00),
    (0.600, -0.60),
];

const NECK: [Point; 12] = [
    (-0.26, 0.50),
    (-0.27, 1.00),
    (-0.31, 1.28),
    (-0.52, 1.46),
    (-0.80, 1.60),
    (-0.30, 2.30),
    (0.50, 2.30),
    (1.00, 1.58),
    (0.66, 1.42),
    (0.47, 1.22),
    (0.44, 0.90),
    (0.50, 0.40),
];
const EAR: [Point; 7] = [
    (0.54, -0.14),
    (0.66, -0.20),
    (0.75, -0.10),
    (0.74, 0.06),
    (0.68, 0.20),
    (0.61, 0.30),
    (0.54, 0.24),
];

/// The colours of a face.
pub(super) struct Face {
    pub(super) skin: [Colour; 6],
    pub(super) iris: Colour,
    pub(super) lips: Colour,
    pub(super) has_dark_hair: bool,
}

impl Face {
    pub(super) fn new(random: &mut Pcg64Mcg) -> Self {
        let which = random.random_range(0..SKINS.len());
        let skin = SKINS[which];
        let iris = random.random_range(0..IRISES.len());
        Self {
            skin,
            // Dark skin goes with dark eyes and hair.
            iris: IRISES[if DARK_SKINS.contains(&which) {
                iris % 2
            } else {
                iris
            }],
            has_dark_hair: DARK_SKINS.contains(&which),
            lips: mix(rgb(0xb5363c), skin[2], random.random_range(0.1..0.45)),
        }
    }

    /// Paint for a tone in `[0, 1]`.
    pub(super) fn paint(&self, tone: f32) -> Colour {
        gradient(&self.skin, tone)
    }

    pub(super) fn neck(&self, paper: &mut Paper, head: &Head, brush: &Noise) {
        let outline = closed_curve(&NECK, 6);
        paper.fill(&head.on_body(&outline), |x, y| {
            let (a, b) = head.back_to_body((x, y));
            let (chance, hairs) = touch(brush, x, y, 0.030, 1.2);
            let round = ((a - 0.06) / 0.48).clamp(-1.2, 1.2);
            let mut tone = 0.60 - 0.32 * round - 0.10 * round * round;
            // The shadow of the jaw.
            let edge = 1.16 + 0.26 * a - 0.30 * (a + 0.1) * (a + 0.1) + 0.03 * hairs;
            tone -= 0.26 * smoothstep(edge + 0.10, edge - 0.08, b);
            // The cords of the neck and the pit between the collar bones.
            tone -= 0.10 * bump(a + 0.20 - 0.15 * (b - 1.0), 0.05, b - 1.3, 0.22);
            tone -= 0.14 * bump(a + 0.05, 0.07, b - 1.52, 0.07);
            tone += 0.10 * bump(a + 0.36, 0.20, b - 1.56, 0.045);
            tone += 0.08 * bump(a - 0.36, 0.24, b - 1.57, 0.04);
            tone += 0.07 * (chance - 0.5) + 0.03 * hairs;
            (self.paint(tone.clamp(0.08, 0.9)), 1.0)
        });
    }

    pub(super) fn lay(&self, paper: &mut Paper, head: &Head, brush: &Noise, has_ear: bool) {
        if has_ear {
            self.ear(paper, head);
        }
        let outline = head.on_sheet(&closed_curve(&OUTLINE, 6));
        paper.fill(&outline, |x, y| (self.flesh(head, brush, x, y), 1.0));
        self.features(paper, head);
    }

    /// The skin at a place of the picture.
    fn flesh(&self, head: &Head, brush: &Noise, x: f32, y: f32) -> Colour {
        let (chance, hairs) = touch(brush, x, y, 0.022, 0.7);
        let (a, b) = head.back((x, y));
        let (u, v) = head.faced((a, b));
        let step = 0.012;
        let height = |a: f32, b: f32| relief(head, a, b);
        let slope_a = (height(a + step, b) - height(a - step, b)) / (2.0 * step);
        let slope_b = (height(a, b + step) - height(a, b - step)) / (2.0 * step);
        let long = (1.0 + slope_a * slope_a + slope_b * slope_b).sqrt();
        let facing = (LIGHT[2] - LIGHT[0] * slope_a - LIGHT[1] * slope_b) / long;
        let mut tone = 0.20 + 0.70 * smoothstep(-0.30, 1.0, facing) + 0.10 * (chance - 0.5);
        // The side away from the window, with a little light from the wall at its edge.
        tone -= 0.20 * smoothstep(0.00, 0.46, a - 0.16 * b);
        let rim = smoothstep(0.50, 0.64, a);
        tone += 0.09 * rim + 0.03 * hairs;
        let colour = self.paint(tone.clamp(0.06, 0.97));
        // Red where the blood is near, yellow on the forehead, cool at the jaw.
        let red = bump(u.abs() - 0.43, 0.20, v - 0.30, 0.17)
            + 0.7 * bump(u, 0.12, v - 0.30, 0.12)
            + 0.4 * bump(u, 0.2, v - 0.9, 0.12);
        let cool = 0.5 * smoothstep(0.55, 0.95, v) * smoothstep(0.2, 0.5, a);
        let colour = mix(colour, mix(colour, rgb(0xd0503f), 0.5), 0.50 * red.min(1.0));
        let colour = mix(colour, mix(colour, rgb(0x6f8290), 0.4), cool + 0.35 * rim);
        mix(
            colour,
            mix(colour, rgb(0xf5d48c), 0.3),
            0.5 * smoothstep(-0.3, -0.6, v),
        )
    }

    fn ear(&self, paper: &mut Paper, head: &Head) {
        let outline = head.on_sheet(&closed_curve(&EAR, 6));
        paper.fill(&outline, |x, y| {
            let (a, b) = head.back((x, y));
            let tone = 0.36 + 0.18 * smoothstep(0.62, 0.74, a) - 0.10 * b;
            (mix(self.paint(tone), rgb(0xb04a3a), 0.22), 1.0)
        });
        let fold = head.on_sheet(&curve(
            &[(0.60, -0.10), (0.685, -0.10), (0.69, 0.02), (0.63, 0.14)],
            6,
        ));
        let width = head.long(0.035);
        paper.line(&fold, |part| width * swell(part), self.paint(0.14));
    }
}

/// How far the head stands out at a place of its sheet.
fn relief(head: &Head, a: f32, b: f32) -> f32 {
    let (u, v) = head.faced((a, b));
    let side = u.abs();
    let rest = (1.0 - ((a + 0.02) / 0.80).powi(2) - ((b - 0.02) / 1.16).powi(2)).max(0.0);
    let mut out = 0.78 * rest.sqrt();
    // Brow, sockets, eyes, cheek bones.
    out += 0.050 * bump(side - 0.26, 0.26, v + 0.22, 0.09);
    out -= 0.105 * bump(side - 0.27, 0.15, v + 0.035, 0.12);
    out += 0.055 * bump(side - 0.315, 0.12, v, 0.075);
    out += 0.060 * bump(side - 0.44, 0.19, v - 0.24, 0.16);
    // The nose stands out so far that it is seen beside its root.
    let ridge = 0.05 + 0.21 * smoothstep(-0.20, 0.27, v);
    let ridge = ridge * smoothstep(-0.30, -0.05, v) * smoothstep(0.415, 0.33, v);
    let root = head.faced((a + 0.55 * ridge * 0.3, b)).0;
    out += ridge * bump(root, 0.085 + 0.03 * smoothstep(0.1, 0.3, v), 0.0, 1.0);
    out += 0.055 * bump(root.abs() - 0.115, 0.05, v - 0.325, 0.055);
    // Mouth and chin.
    out += 0.070 * bump(u, 0.26, v - 0.56, 0.18);
    out += 0.035 * bump(u, 0.20, v - 0.545, 0.038);
    out += 0.050 * bump(u, 0.15, v - 0.640, 0.045);
    out -= 0.035 * bump(u, 0.16, v - 0.755, 0.055);
    out + 0.075 * bump(u, 0.17, v - 0.90, 0.10)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn the_nose_stands_out_and_the_eyes_lie_deep() {
        let head = Head::new(&mut Pcg64Mcg::seed_from_u64(1), 0.75, false);
        let at = |u: f32, v: f32| {
            let (a, b) = head.turned((u, v), 0.0);
            relief(&head, a, b)
        };
        assert!(at(0.0, 0.28) > at(0.25, 0.28) + 0.1);
        // Between lower lip and chin the head is hollow.
        assert!(2.0 * at(0.0, 0.76) < at(0.0, 0.65) + at(0.0, 0.87));
        assert!(at(0.25, -0.22) > at(0.25, -0.05));
    }
}
