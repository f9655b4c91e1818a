//! Pixels that hardly matter become the mean colour.

use burn::tensor::{Tensor, TensorData};

use super::Constraint;
use crate::tensor::{colour_like, values_of};

/// Sets the pixels that differ least from the mean picture to its colour, so that only the main
/// object is left.
///
/// A pixel's norm is `sqrt(Σ_c (x − m)_c²)` over its colours.
///
/// # Source
/// Yosinski et al. 2015 (arXiv 1506.06579), section 3, "Clipping pixels with small norm".
#[derive(Clone, Copy, Debug)]
pub struct NormClip {
    /// Share of the pixels that is set, in percent, rounded to whole pixels; 0 switches it off.
    pub percent: f64,
    /// The mean picture's colour `m`, RGB in `[0, 1]`.
    pub toward: [f32; 3],
}

/// Sets the pixels that the score would miss least to the mean colour.
///
/// A pixel's contribution is `|Σ_c (x − m)_c · ∂score/∂x_c|`: how much the score changes when the
/// pixel becomes the mean colour, to first order.
///
/// # Source
/// Yosinski et al. 2015 (arXiv 1506.06579), section 3, "Clipping pixels with small contribution".
/// The gradient is that of the last look, as in their program; the absolute value is the paper's
/// (the program leaves it out).
///
/// # Panics
/// [`apply`](Constraint::apply) panics without a gradient.
#[derive(Clone, Copy, Debug)]
pub struct ContributionClip {
    /// Share of the pixels that is set, in percent, rounded to whole pixels; 0 switches it off.
    pub percent: f64,
    /// The mean picture's colour `m`, RGB in `[0, 1]`.
    pub toward: [f32; 3],
}

impl Constraint for NormClip {
    fn apply(&mut self, _step: usize, image: Tensor<4>, _: Option<&Tensor<4>>) -> Tensor<4> {
        if self.percent <= 0.0 {
            return image;
        }
        let away = image.clone() - colour_like(self.toward, &image);
        let norms = away.square().sum_dim(1);
        without_lowest(image, norms, self.percent, self.toward)
    }
}

impl Constraint for ContributionClip {
    fn apply(&mut self, _step: usize, image: Tensor<4>, gradient: Option<&Tensor<4>>) -> Tensor<4> {
        if self.percent <= 0.0 {
            return image;
        }
        let gradient = gradient.expect("a scene hands the gradient to whoever needs it");
        let away = image.clone() - colour_like(self.toward, &image);
        let contributions = (away * gradient.clone()).sum_dim(1).abs();
        without_lowest(image, contributions, self.percent, self.toward)
    }

    fn needs_gradient(&self) -> bool {
        self.percent > 0.0
    }
}

/// The image with the colour `toward` wherever `measure` `[B, 1, H, W]` is among the lowest
/// `percent` of its image. Pixels that are equal at the threshold all stay.
fn without_lowest(
    image: Tensor<4>,
    measure: Tensor<4>,
    percent: f64,
    toward: [f32; 3],
) -> Tensor<4> {
    let dims = measure.dims();
    let pixels = dims[2] * dims[3];
    let count = (percent / 100.0 * pixels as f64).round() as usize;
    // Ranks are taken on the host: no backend sorts on the device faster than this is read back.
    let mut mask = values_of(measure);
    for one in mask.chunks_exact_mut(pixels) {
        let threshold = if count < pixels {
            let mut order = one.to_vec();
            *order.select_nth_unstable_by(count, f32::total_cmp).1
        } else {
            f32::INFINITY
        };
        for value in one {
            *value = if *value < threshold { 0.0 } else { 1.0 };
        }
    }
    let mask = TensorData::new(mask, dims);
    let mask = Tensor::<4>::from_data(mask, (&image.device(), image.dtype()));
    let colour = colour_like(toward, &image);
    image * mask.clone() + colour * (mask.neg() + 1.0)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    const MEAN: [f32; 3] = [0.5, 0.4, 0.3];

    /// Pixel `i` of `n` is `i / n` away from the mean in its second colour.
    fn ramp(pixels: usize) -> Tensor<4> {
        let values = (0..3 * pixels).map(|i| {
            let (colour, pixel) = (i / pixels, i % pixels);
            let away = if colour == 1 {
                pixel as f32 / pixels as f32
            } else {
                0.0
            };
            MEAN[colour] + away
        });
        let data = TensorData::new(values.collect::<Vec<f32>>(), [1, 3, 1, pixels]);
        Tensor::from_data(data, &Device::flex())
    }

    fn untouched(before: &Tensor<4>, after: Tensor<4>) -> Vec<bool> {
        let pixels = before.dims()[3];
        let (before, after) = (values_of(before.clone()), values_of(after));
        let kept = |i: usize| (0..3).all(|c| before[c * pixels + i] == after[c * pixels + i]);
        let mean = |i: usize| (0..3).all(|c| after[c * pixels + i] == MEAN[c]);
        (0..pixels)
            .map(|i| {
                assert!(kept(i) || mean(i), "pixel {i} is neither kept nor mean");
                kept(i) && !mean(i)
            })
            .collect()
    }

    #[test]
    fn the_smallest_pixels_become_the_mean_colour() {
        let image = ramp(10);
        let mut clip = NormClip {
            percent: 30.0,
            toward: MEAN,
        };
        let kept = untouched(&image, clip.apply(1, image.clone(), None));
        assert_eq!(kept, [[false; 3].as_slice(), &[true; 7]].concat());
        clip.percent = 100.0;
        let kept = untouched(&image, clip.apply(1, image.clone(), None));
        assert_eq!(kept, [false; 10]);
    }

    #[test]
    fn pixels_of_large_norm_that_the_score_ignores_go_first() {
        let image = ramp(10);
        let mut gradient = vec![0.0f32; 30];
        (10..20).for_each(|i| gradient[i] = if i < 16 { -1.0 } else { 0.01 });
        let gradient = TensorData::new(gradient, [1, 3, 1, 10]);
        let gradient = Tensor::from_data(gradient, &Device::flex());
        let mut clip = ContributionClip {
            percent: 50.0,
            toward: MEAN,
        };
        let kept = untouched(&image, clip.apply(1, image.clone(), Some(&gradient)));
        let mut expected = [false; 10];
        expected[1..6].fill(true);
        assert_eq!(kept, expected);
    }

    #[test]
    fn nothing_is_clipped_at_zero_percent_and_every_image_of_a_batch_has_its_own_threshold() {
        let image = ramp(10);
        let off = NormClip {
            percent: 0.0,
            toward: MEAN,
        };
        assert!(untouched(&image, { off }.apply(1, image.clone(), None))[1]);
        let mean = colour_like(MEAN, &image);
        let faint = (image.clone() - mean.clone()) * 0.01 + mean;
        let both = Tensor::cat(vec![image.clone(), faint.clone()], 0);
        let mut half = NormClip {
            percent: 50.0,
            toward: MEAN,
        };
        let alone = [image, faint].map(|image| half.apply(1, image, None));
        let together = half.apply(1, both, None);
        let alone = Tensor::cat(alone.to_vec(), 0);
        assert_eq!(values_of(together), values_of(alone));
    }
}
