//! A woman in the light of a window, in broad touches of gouache.

mod costume;
mod face;
mod features;
mod hair;
mod head;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::noise::Noise;
use super::paper::Paper;
use super::{Colour, Picture, gradient, mix, rgb, shade, smoothstep};
use costume::Costume;
use face::Face;
use hair::Hair;
use head::Head;

/// Walls behind her, from shade to light.
const WALLS: [[Colour; 4]; 5] = [
    [rgb(0x16353b), rgb(0x2b5c5e), rgb(0x5b8f86), rgb(0xa9bfa0)],
    [rgb(0x5a2a22), rgb(0x9c4a30), rgb(0xcf7d48), rgb(0xe9b87c)],
    [rgb(0x1f2c4d), rgb(0x3b5583), rgb(0x7190b0), rgb(0xb9c6c8)],
    [rgb(0x4c4a24), rgb(0x858040), rgb(0xbcae66), rgb(0xe2d3a0)],
    [rgb(0x3d2740), rgb(0x74496a), rgb(0xae7f8e), rgb(0xdcb9ac)],
];

/// A portrait of one seed.
///
/// # Panics
/// If a side is 0.
pub fn portrait(width: u32, height: u32, seed: u64) -> Picture {
    let aspect = width as f32 / height as f32;
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let brush = Noise::new(random.random());
    let wall = WALLS[random.random_range(0..WALLS.len())];
    let mirrored = random.random_bool(0.5);
    let head = Head::new(&mut random, aspect, mirrored);
    let face = Face::new(&mut random);
    let hair = Hair::new(&mut random, face.has_dark_hair);
    let costume = Costume::new(&mut random);
    let mut paper = Paper::new(width, height, 2, |x, y| {
        let across = if mirrored { aspect - x } else { x };
        behind(&wall, &brush, across / aspect, across, y)
    });
    hair.behind(&mut paper, &head, &brush);
    face.neck(&mut paper, &head, &brush);
    costume.lay(&mut paper, &head, &brush);
    face.lay(&mut paper, &head, &brush, !hair.falling);
    hair.before(&mut paper, &head, &brush);
    costume.hat(&mut paper, &head, &brush);
    paper.wash(|x, y, colour| {
        let weave = brush.at(x * 190.0, y * 60.0) + brush.at(x * 60.0 + 50.0, y * 190.0);
        let paint = brush.fractal(x * 30.0, y * 60.0, 2);
        shade(colour, 1.0 + 0.022 * weave + 0.035 * paint)
    });
    paper.picture()
}

/// The wall: dark towards the window, light on the far side, in broad touches.
fn behind(wall: &[Colour; 4], brush: &Noise, part: f32, x: f32, y: f32) -> Colour {
    let (tone, streak) = touch(brush, x, y, 0.075, 0.9);
    let (fine, _) = touch(brush, x + 5.0, y, 0.038, 0.4);
    let light = smoothstep(0.05, 1.0, part + 0.25 * (0.6 - y));
    let place = 0.16 + 0.58 * light + 0.17 * (tone - 0.5) + 0.10 * (fine - 0.5) + 0.03 * streak;
    let low = smoothstep(0.55, 1.1, y);
    let colour = gradient(wall, place - 0.15 * low);
    // Some touches hold a little of another paint.
    let other = mix(colour, rgb(0xe2b070), 0.16);
    mix(colour, other, smoothstep(0.7, 0.95, tone))
}

/// The chance of the touch of a brush at a place, in `[0, 1)`, and the marks of its hairs.
fn touch(brush: &Noise, x: f32, y: f32, size: f32, angle: f32) -> (f32, f32) {
    let bend = angle + 0.5 * brush.at(x * 1.7 + 9.0, y * 1.7);
    let (sin, cos) = bend.sin_cos();
    let (u, v) = (x * cos + y * sin, y * cos - x * sin);
    let wave = 0.5 * brush.at(u / size * 0.6, v / size * 0.9 + 3.0);
    let row = (v / (0.5 * size) + wave).floor();
    let shift = 9.0 * brush.unit(row as i32, 77);
    let column = (u / (1.5 * size) + shift + 0.3 * wave).floor();
    let hairs = brush.at(u / size * 1.5, v / size * 12.0);
    (brush.unit(column as i32, row as i32), hairs)
}

/// A soft hill of height 1 and of this half width.
fn bell(value: f32, wide: f32) -> f32 {
    (-(value / wide).powi(2)).exp()
}

/// A soft hill over a plane.
fn bump(a: f32, wide: f32, b: f32, high: f32) -> f32 {
    bell((a / wide).hypot(b / high), 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_light_comes_from_one_side() {
        for seed in 0..6 {
            let luma = portrait(48, 64, seed).luma();
            // A band across the cheeks.
            let mean = |columns: std::ops::Range<usize>| {
                let band = (26..36).flat_map(|row| columns.clone().map(move |x| (row, x)));
                let values: Vec<f32> = band.map(|(row, x)| luma[row * 48 + x]).collect();
                values.iter().sum::<f32>() / values.len() as f32
            };
            let (left, right) = (mean(14..21), mean(26..33));
            assert!((left - right).abs() > 0.04, "{left} and {right}");
        }
    }
}
