//! How near a picture came to the given one.

use burn::tensor::Tensor;

use crate::picture::{CHANNELS, Picture};
use crate::tensor::values_of;

/// Distance of feature maps `[1, C, H, W]` relative to the target, `‖F(x) − F(p)‖ / ‖F(p)‖`: 0 where
/// the layer sees no difference, 1 for maps that are zero. None where the target is zero everywhere.
pub fn feature_error(features: Tensor<4>, target: Tensor<4>) -> Option<f64> {
    let norm = |maps: Tensor<4>| f64::from(values_of(maps.square().sum())[0]).sqrt();
    let whole = norm(target.clone());
    (whole > 0.0).then(|| norm(features - target) / whole)
}

/// Root of the mean squared difference of two pictures, relative to that of `picture` and its own mean
/// colour: 0 for the same picture, 1 for one that is nothing but that colour. None where `picture` has
/// a single colour.
///
/// # Panics
/// If the sizes differ.
pub fn picture_error(found: &Picture, picture: &Picture) -> Option<f64> {
    let sizes = [found, picture].map(|one| (one.width(), one.height()));
    assert_eq!(sizes[0], sizes[1], "only pictures of one size are compared");
    let colours = picture.colours();
    let mut mean = [0.0; CHANNELS];
    for colour in colours {
        (0..CHANNELS).for_each(|c| mean[c] += f64::from(colour[c]) / colours.len() as f64);
    }
    let (mut off, mut contrast) = (0.0, 0.0);
    for (found, colour) in found.colours().iter().zip(colours) {
        for c in 0..CHANNELS {
            off += f64::from(found[c] - colour[c]).powi(2);
            contrast += (f64::from(colour[c]) - mean[c]).powi(2);
        }
    }
    // A single colour differs from its own mean by rounding only.
    let is_flat = contrast < 1e-12 * colours.len() as f64;
    (!is_flat).then(|| (off / contrast).sqrt())
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    #[test]
    fn the_mean_colour_is_off_by_one() {
        let picture = Picture::from_fn(4, 3, |x, y| [x as f32 / 4.0, y as f32 / 3.0, 0.25]);
        let mean = Picture::filled(4, 3, [0.375, 1.0 / 3.0, 0.25]);
        assert_eq!(picture_error(&picture, &picture), Some(0.0));
        let found = picture_error(&mean, &picture).unwrap();
        assert!((found - 1.0).abs() < 1e-6, "{found}");
        assert_eq!(picture_error(&picture, &mean), None);
    }

    #[test]
    fn features_are_measured_by_the_target() {
        let maps = |values: [f32; 2]| {
            let data = TensorData::new(values.to_vec(), [1, 2, 1, 1]);
            Tensor::<4>::from_data(data, &Device::flex())
        };
        let found = feature_error(maps([3.0, 2.0]), maps([3.0, 4.0])).unwrap();
        assert!((found - 0.4).abs() < 1e-6, "{found}");
        assert_eq!(feature_error(maps([1.0, 1.0]), maps([0.0, 0.0])), None);
    }
}
