//! What came back, as a picture.

use burn::tensor::Tensor;
use reverie_model::vision::Field;

use super::patch;
use crate::picture::Picture;
use crate::tensor::values_of;

/// The share of all numbers that the scale is wide enough for; the few beyond it are clipped, as a
/// single bright pixel would leave the rest grey.
const WITHIN: f64 = 0.99;

/// A signal that arrived at one picture.
///
/// # Shapes
/// `values` are `[3, H, W]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Projection {
    /// The signals of a batch, `[B, 3, H, W]`, one by one.
    pub fn each(images: Tensor<4>) -> Vec<Self> {
        let [_, channels, height, width] = images.dims();
        let one = |values: &[f32]| Self {
            width,
            height,
            values: values.to_vec(),
        };
        let values = values_of(images);
        values
            .chunks_exact(channels * height * width)
            .map(one)
            .collect()
    }

    /// How strong it is: the root of the sum of all squares.
    pub fn norm(&self) -> f64 {
        let squares = self.values.iter().map(|value| f64::from(*value).powi(2));
        squares.sum::<f64>().sqrt()
    }

    /// All of it, about mid grey. Every projection has its own scale, the same up and down and for all
    /// three colours, so that no more than one number in 100 of those that are not nothing is clipped.
    pub fn picture(&self) -> Picture {
        let scale = self.scale(|_| true);
        self.drawn(scale)
    }

    /// The part of it that belongs to a [`patch`], with a scale of its own.
    pub fn patch(&self, field: Field) -> Picture {
        let across = field.left..field.left.saturating_add_unsigned(field.width);
        let down = field.top..field.top.saturating_add_unsigned(field.height);
        let is_inside = |place: usize| {
            let (x, y) = (place % self.width, place / self.width % self.height);
            across.contains(&(x as isize)) && down.contains(&(y as isize))
        };
        patch(&self.drawn(self.scale(is_inside)), field)
    }

    fn scale(&self, is_inside: impl Fn(usize) -> bool) -> f32 {
        let sizes = self.values.iter().map(|value| value.abs()).enumerate();
        let inside = sizes.filter(|(place, size)| is_inside(*place) && *size > 0.0);
        let mut sizes: Vec<f32> = inside.map(|(_, size)| size).collect();
        if sizes.is_empty() {
            return 1.0;
        }
        let place = ((sizes.len() as f64 * WITHIN).ceil() as usize).clamp(1, sizes.len()) - 1;
        *sizes.select_nth_unstable_by(place, f32::total_cmp).1
    }

    fn drawn(&self, scale: f32) -> Picture {
        let grey = |value: &f32| 0.5 + 0.5 * value / scale;
        let planes: Vec<f32> = self.values.iter().map(grey).collect();
        Picture::from_planar(self.width as u32, self.height as u32, &planes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn projection(values: Vec<f32>) -> Projection {
        Projection {
            width: 20,
            height: 10,
            values,
        }
    }

    #[test]
    fn nothing_is_grey_and_both_signs_go_equally_far() {
        let silent = projection(vec![0.0; 600]).picture();
        assert!(silent.pixels().iter().all(|value| *value == 0.5));
        let mut values = vec![0.0; 600];
        (values[0], values[1], values[2]) = (-2.0, 2.0, 1.0);
        let found = projection(values).picture();
        let reds = [0, 1, 2, 3].map(|x| found.get(x, 0)[0]);
        assert_eq!(reds, [0.0, 1.0, 0.75, 0.5]);
    }

    #[test]
    fn one_bright_number_does_not_darken_the_rest() {
        let mut values: Vec<f32> = (0..600).map(|i| (i % 7) as f32 - 3.0).collect();
        values[5] = 1000.0;
        let found = projection(values).picture();
        assert_eq!(found.get(0, 0)[0], 0.0);
        assert_eq!(found.get(5, 0)[0], 1.0);
        assert!((found.get(1, 0)[0] - 1.0 / 6.0).abs() < 1e-6);
    }

    #[test]
    fn a_patch_has_its_own_scale() {
        let mut values = vec![0.0; 600];
        (values[0], values[19]) = (4.0, 1.0);
        let field = Field {
            left: 18,
            top: -1,
            width: 3,
            height: 3,
        };
        let found = projection(values).patch(field);
        assert_eq!((found.width(), found.height()), (3, 3));
        assert_eq!(found.get(1, 1)[0], 1.0);
        assert_eq!(found.get(2, 1), [0.5; 3]);
    }
}
