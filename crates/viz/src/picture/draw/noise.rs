//! Smooth random functions of the place.

use std::f32::consts::FRAC_1_SQRT_2;

/// Cosine and sine of the sixteenths of a turn.
const DIRECTIONS: [(f32, f32); 16] = [
    (1.0, 0.0),
    (0.923_879_5, 0.382_683_43),
    (FRAC_1_SQRT_2, FRAC_1_SQRT_2),
    (0.382_683_43, 0.923_879_5),
    (0.0, 1.0),
    (-0.382_683_43, 0.923_879_5),
    (-FRAC_1_SQRT_2, FRAC_1_SQRT_2),
    (-0.923_879_5, 0.382_683_43),
    (-1.0, 0.0),
    (-0.923_879_5, -0.382_683_43),
    (-FRAC_1_SQRT_2, -FRAC_1_SQRT_2),
    (-0.382_683_43, -0.923_879_5),
    (0.0, -1.0),
    (0.382_683_43, -0.923_879_5),
    (FRAC_1_SQRT_2, -FRAC_1_SQRT_2),
    (0.923_879_5, -0.382_683_43),
];

/// A random function that is the same for the same seed, smooth, and varies over lengths of about 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noise {
    seed: u64,
}

impl Noise {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// Gradient noise, about `[-1, 1]` with mean 0.
    ///
    /// # Source
    /// Perlin 2002, "Improving noise", with sixteen directions chosen by a hash in place of his table.
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        let (cell_x, cell_y) = (x.floor(), y.floor());
        let (fx, fy) = (x - cell_x, y - cell_y);
        let corner = |dx: i32, dy: i32| {
            let bits = self.hash(cell_x as i32 + dx, cell_y as i32 + dy);
            let (cos, sin) = DIRECTIONS[(bits >> 60) as usize];
            cos * (fx - dx as f32) + sin * (fy - dy as f32)
        };
        let fade = |t: f32| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
        let (u, v) = (fade(fx), fade(fy));
        let top = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * u;
        let bottom = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * u;
        (top + (bottom - top) * v) * std::f32::consts::SQRT_2
    }

    /// Noise with finer noise added, each of `octaves` half as large and half as strong.
    pub(super) fn fractal(&self, x: f32, y: f32, octaves: u32) -> f32 {
        (0..octaves)
            .map(|octave| {
                let scale = (1 << octave) as f32;
                let layer = Self {
                    seed: self.seed.wrapping_add(u64::from(octave)),
                };
                layer.at(x * scale, y * scale) / scale
            })
            .sum()
    }

    /// An even random number in `[0, 1)` for a pair of whole numbers.
    pub(super) fn unit(&self, x: i32, y: i32) -> f32 {
        (self.hash(x, y) >> 40) as f32 / (1 << 24) as f32
    }

    /// The finaliser of SplitMix64 over the three numbers.
    fn hash(&self, x: i32, y: i32) -> u64 {
        let place = u64::from(x as u32) << 32 | u64::from(y as u32);
        let mut z = place ^ self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_smooth_bounded_and_zero_at_the_lattice() {
        let noise = Noise::new(5);
        assert_eq!(noise.at(3.0, -2.0), 0.0);
        for i in 0..2000 {
            let x = i as f32 * 0.01 - 7.0;
            let (here, next) = (noise.at(x, 0.3), noise.at(x + 0.001, 0.3));
            assert!(
                here.abs() <= 1.0 && (here - next).abs() < 0.01,
                "{here} and then {next}"
            );
        }
    }

    #[test]
    fn even_numbers_have_the_mean_of_even_numbers() {
        let noise = Noise::new(1);
        let sum: f32 = (0..1000).map(|i| noise.unit(i % 40 - 20, i / 40)).sum();
        assert!((sum / 1000.0 - 0.5).abs() < 0.05, "{sum}");
    }
}
