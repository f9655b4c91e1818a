//! Whose colours a result has: the photograph's, the painting's, or a mixture.

use super::matrix3::{Matrix3, apply, map_eigenvalues, product};
use super::{CHANNELS, Filter, Picture, luma_of, resize, to_unit};

/// Added to the variances before whitening, so that a grey or flat picture has a finite inverse:
/// the variance of rounding to a few steps of 8 bits.
const REGULARISER: f64 = 1e-5;

/// The brightness of `result` with the hues of `content`: a style without its palette.
///
/// A colour that would leave `[0, 1]` is drawn towards the grey of its brightness until it fits, so
/// brightness is exact and hues do not shift. A content of another size is resized first.
///
/// # Source
/// Gatys, Bethge, Hertzmann, Shechtman 2016, "Preserving color in neural artistic style transfer"
/// (arXiv 1606.05897), luminance-only transfer: the Y of YIQ from one, I and Q from the
/// other. They clip at the end; we desaturate.
pub fn keep_chroma(content: &Picture, result: &Picture) -> Picture {
    let content = resize(content, result.width(), result.height(), Filter::Lanczos3);
    let mut mixed = result.clone();
    for (colour, hue) in mixed.colours_mut().iter_mut().zip(content.colours()) {
        let (luma, grey) = (to_unit(luma_of(colour)), luma_of(hue));
        let chroma = hue.map(|value| value - grey);
        // Adding the same to all channels changes Y alone: the first column of YIQ to RGB is ones.
        let strength = chroma.iter().fold(1.0_f32, |strength, &c| {
            let room = if c > 0.0 { 1.0 - luma } else { luma };
            if c.abs() > room {
                strength.min(room / c.abs())
            } else {
                strength
            }
        });
        *colour = chroma.map(|c| to_unit(luma + strength * c));
    }
    mixed
}

/// `source` with its colours moved, all by the same linear map, so that their mean and covariance
/// are those of `target`. The sizes may differ; the result has that of `source`.
///
/// # Source
/// Gatys, Ecker, Bethge, Hertzmann, Shechtman 2016, "Controlling perceptual factors in neural style
/// transfer" (arXiv 1611.07865), colour control by histogram matching: `x' = A x + b` with
/// `A S A^T = T` for the covariances S of the source and T of the target; of all such A we take
/// `T^1/2 S^-1/2` with symmetric square roots. The diagonal of S is raised a little, and the result
/// is clamped to `[0, 1]`.
pub fn match_linear(source: &Picture, target: &Picture) -> Picture {
    let mapped = match_linear_unclamped(source.colours(), target.colours());
    let pixels = mapped
        .into_iter()
        .flat_map(|colour| colour.map(|value| to_unit(value as f32)));
    Picture::new(source.width(), source.height(), pixels.collect())
}

fn match_linear_unclamped(
    source: &[[f32; CHANNELS]],
    target: &[[f32; CHANNELS]],
) -> Vec<[f64; CHANNELS]> {
    let (source_mean, source_spread) = mean_and_covariance(source);
    let (target_mean, target_spread) = mean_and_covariance(target);
    let whiten = map_eigenvalues(&source_spread, |value| {
        1.0 / (value.max(0.0) + REGULARISER).sqrt()
    });
    let colour = map_eigenvalues(&target_spread, |value| value.max(0.0).sqrt());
    let map = product(&colour, &whiten);
    let moved = |colour: &[f32; CHANNELS]| {
        let centred = std::array::from_fn(|c| f64::from(colour[c]) - source_mean[c]);
        let mapped = apply(&map, centred);
        std::array::from_fn(|c| mapped[c] + target_mean[c])
    };
    source.iter().map(moved).collect()
}

fn mean_and_covariance(colours: &[[f32; CHANNELS]]) -> ([f64; CHANNELS], Matrix3) {
    let count = colours.len() as f64;
    let mut mean = [0.0; CHANNELS];
    for colour in colours {
        (0..CHANNELS).for_each(|c| mean[c] += f64::from(colour[c]) / count);
    }
    let mut spread = Matrix3::default();
    for colour in colours {
        let centred: [f64; CHANNELS] = std::array::from_fn(|c| f64::from(colour[c]) - mean[c]);
        for (row, x) in spread.iter_mut().zip(centred) {
            row.iter_mut()
                .zip(centred)
                .for_each(|(entry, y)| *entry += x * y / count);
        }
    }
    (mean, spread)
}

/// `source` with each channel stretched so that its values are as frequent as those of `target`.
/// The sizes may differ; the result has that of `source`.
///
/// What was brighter in a channel stays brighter, and equal values stay equal.
pub fn match_histogram(source: &Picture, target: &Picture) -> Picture {
    let mut mapped = source.clone();
    for channel in 0..CHANNELS {
        let from = sorted_channel(source, channel);
        let to = sorted_channel(target, channel);
        for colour in mapped.colours_mut() {
            colour[channel] = to_unit(same_rank(colour[channel], &from, &to));
        }
    }
    mapped
}

fn sorted_channel(picture: &Picture, channel: usize) -> Vec<f32> {
    let mut values: Vec<f32> = picture
        .colours()
        .iter()
        .map(|colour| colour[channel])
        .collect();
    values.sort_unstable_by(f32::total_cmp);
    values
}

/// The value of `to` with the rank that `value` has in `from`; both are sorted.
fn same_rank(value: f32, from: &[f32], to: &[f32]) -> f32 {
    let below = from.partition_point(|&other| other < value);
    let up_to = from.partition_point(|&other| other <= value);
    let middle = (below + up_to).saturating_sub(1) as f64 / 2.0;
    let rank = middle / (from.len() - 1).max(1) as f64 * (to.len() - 1) as f64;
    let (low, part) = (rank.floor() as usize, rank.fract() as f32);
    let high = (low + 1).min(to.len() - 1);
    to[low] + (to[high] - to[low]) * part
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    use super::*;

    /// Colours that hang together: red and green rise with each other, blue falls.
    fn cloud(width: u32, height: u32, seed: u64, centre: [f32; 3]) -> Picture {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        Picture::from_fn(width, height, |_, _| {
            let (a, b, c) = (
                random.random::<f32>(),
                random.random::<f32>(),
                random.random::<f32>(),
            );
            let mixed = [a - 0.5, 0.6 * a + 0.2 * b - 0.4, 0.3 * c - 0.4 * b + 0.05];
            std::array::from_fn(|i| centre[i] + 0.4 * mixed[i])
        })
    }

    #[test]
    fn a_linear_match_has_the_mean_and_covariance_of_the_target() {
        let source = cloud(40, 30, 1, [0.4, 0.5, 0.6]);
        let target = cloud(25, 35, 2, [0.6, 0.4, 0.3]);
        let mapped = match_linear_unclamped(source.colours(), target.colours());
        let mapped: Vec<[f32; 3]> = mapped.iter().map(|c| c.map(|value| value as f32)).collect();
        let (mean, spread) = mean_and_covariance(&mapped);
        let (target_mean, target_spread) = mean_and_covariance(target.colours());
        for (a, b) in mean.iter().zip(target_mean) {
            assert!((a - b).abs() < 1e-5, "{mean:?} is not {target_mean:?}");
        }
        for (a, b) in spread
            .as_flattened()
            .iter()
            .zip(target_spread.as_flattened())
        {
            assert!((a - b).abs() < 1e-4, "{spread:?} is not {target_spread:?}");
        }
    }

    #[test]
    fn matching_a_picture_to_itself_changes_nothing_visible() {
        let picture = cloud(30, 30, 3, [0.5; 3]);
        for found in [
            match_linear(&picture, &picture),
            match_histogram(&picture, &picture),
        ] {
            for (a, b) in found.pixels().iter().zip(picture.pixels()) {
                assert!((a - b).abs() < 1.0 / 255.0, "{a} is not {b}");
            }
        }
    }

    #[test]
    fn a_flat_source_takes_the_mean_of_the_target() {
        let flat = Picture::filled(4, 4, [0.3; 3]);
        let target = cloud(20, 20, 4, [0.6, 0.5, 0.4]);
        let (mean, _) = mean_and_covariance(target.colours());
        let found = match_linear(&flat, &target).get(1, 1);
        assert!(
            found
                .iter()
                .zip(mean)
                .all(|(a, b)| (f64::from(*a) - b).abs() < 1e-5)
        );
    }

    #[test]
    fn a_matched_histogram_has_the_values_of_the_target_in_the_order_of_the_source() {
        let source = Picture::new(3, 1, [[0.9; 3], [0.1; 3], [0.5; 3]].concat());
        let target = Picture::new(3, 1, [[0.2; 3], [0.3; 3], [0.4; 3]].concat());
        let found = match_histogram(&source, &target);
        assert_eq!(found.pixels(), [[0.4; 3], [0.2; 3], [0.3; 3]].concat());
        let flat = Picture::filled(5, 1, [0.7; 3]);
        assert_eq!(match_histogram(&flat, &target).get(4, 0), [0.3; 3]);
    }

    #[test]
    fn a_result_keeps_its_luma_and_takes_the_hue_of_the_content() {
        let content = cloud(12, 10, 5, [0.5; 3]);
        let result = cloud(12, 10, 6, [0.4, 0.6, 0.5]);
        let mixed = keep_chroma(&content, &result);
        for (a, b) in mixed.luma().iter().zip(result.luma()) {
            assert!((a - b).abs() < 1e-5, "{a} is not {b}");
        }
        for (mixed, hue) in mixed.colours().iter().zip(content.colours()) {
            let (a, b) = (mixed[0] - mixed[2], hue[0] - hue[2]);
            assert!(
                a * b >= -1e-6,
                "the hue turned around: {mixed:?} from {hue:?}"
            );
        }
    }

    #[test]
    fn a_colour_too_strong_for_its_brightness_fades_and_does_not_clip() {
        let content = Picture::filled(1, 1, [1.0, 0.0, 0.0]);
        let bright = Picture::filled(2, 2, [0.9; 3]);
        let mixed = keep_chroma(&content, &bright);
        assert_eq!((mixed.width(), mixed.height()), (2, 2));
        let [r, g, b] = mixed.get(0, 0);
        assert!(
            (r - 1.0).abs() < 1e-5 && (g - b).abs() < 1e-6 && g > 0.85,
            "{r} {g} {b}"
        );
        assert!((mixed.luma()[0] - 0.9).abs() < 1e-5);
    }
}
