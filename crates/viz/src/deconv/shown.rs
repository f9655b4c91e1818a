//! What came back, as a picture.

use burn::tensor::Tensor;
use reverie_model::vision::Field;

use crate::picture::{Filter, Picture, fit_size, resize_plane};
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

    /// The part of it that belongs to a [`patch`](super::patch()): nothing beyond the border, all of it if
    /// it lies in the field.
    pub fn cut(&self, field: Field) -> Self {
        if field.holds(self.width, self.height) {
            return self.clone();
        }
        let mut values = Vec::with_capacity(field.width * field.height * 3);
        for plane in self.values.chunks_exact(self.width * self.height) {
            for y in field.top..field.top.saturating_add_unsigned(field.height) {
                for x in field.left..field.left.saturating_add_unsigned(field.width) {
                    let inside = usize::try_from(x).ok().zip(usize::try_from(y).ok());
                    let inside = inside.filter(|(x, y)| *x < self.width && *y < self.height);
                    values.push(inside.map_or(0.0, |(x, y)| plane[y * self.width + x]));
                }
            }
        }
        Self {
            width: field.width,
            height: field.height,
            values,
        }
    }

    /// The same with its longer side at so many pixels at most. It is made smaller before it becomes a
    /// picture, since neighbours of opposite signs cancel, and a picture of them would be grey.
    pub fn within(&self, side: u32) -> Self {
        let (width, height) = (self.width as u32, self.height as u32);
        let (new_width, new_height) = fit_size(width, height, side);
        let shrink = |plane: &[f32]| {
            resize_plane(plane, width, height, new_width, new_height, Filter::Bicubic)
        };
        let planes = self.values.chunks_exact(self.width * self.height);
        Self {
            width: new_width as usize,
            height: new_height as usize,
            values: planes.flat_map(shrink).collect(),
        }
    }

    /// It as a picture, about mid grey. Every projection has its own scale, the same up and down and for
    /// all three colours, so that no more than one number in 100 of those that are not nothing is clipped.
    pub fn picture(&self) -> Picture {
        let scale = self.scale();
        let grey = |value: &f32| 0.5 + 0.5 * value / scale;
        let planes: Vec<f32> = self.values.iter().map(grey).collect();
        Picture::from_planar(self.width as u32, self.height as u32, &planes)
    }

    fn scale(&self) -> f32 {
        let sizes = self.values.iter().map(|value| value.abs());
        let mut sizes: Vec<f32> = sizes.filter(|size| *size > 0.0).collect();
        if sizes.is_empty() {
            return 1.0;
        }
        let place = ((sizes.len() as f64 * WITHIN).ceil() as usize).clamp(1, sizes.len()) - 1;
        *sizes.select_nth_unstable_by(place, f32::total_cmp).1
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
    fn a_part_has_its_own_scale_and_nothing_beyond_the_border() {
        let mut values = vec![0.0; 600];
        (values[0], values[19]) = (4.0, 1.0);
        let field = Field {
            left: 18,
            top: -1,
            width: 3,
            height: 3,
        };
        let found = projection(values).cut(field).picture();
        assert_eq!((found.width(), found.height()), (3, 3));
        assert_eq!(found.get(1, 1)[0], 1.0);
        assert_eq!(found.get(2, 1), [0.5; 3]);
        let all = projection(vec![1.0; 600]);
        let field = Field {
            left: -2,
            width: 22,
            height: 11,
            ..field
        };
        assert_eq!(all.cut(field), all);
    }

    #[test]
    fn what_is_made_smaller_keeps_its_contrast() {
        // Mostly lines that cancel each other, and a weak patch.
        let value = |place: usize| {
            let (x, y) = (place % 20, place / 20 % 10);
            let line = if x % 2 == 0 { 4.0 } else { -4.0 };
            line + if y < 5 { 1.0 } else { -1.0 }
        };
        let all = projection((0..600).map(value).collect());
        let small = all.within(5);
        assert_eq!((small.width, small.height), (5, 3));
        let found = small.picture();
        assert!(
            found.get(2, 0)[0] > 0.85 && found.get(2, 2)[0] < 0.15,
            "{found:?}"
        );
        assert_eq!(all.within(64), all);
    }
}
