//! A window into the image.

use burn::tensor::Tensor;
use rand::RngExt;
use reverie_model::rng::Rng;

use super::Transform;

/// Shows the image without `by` of its rows and columns: a window at a random place.
///
/// At least one row and one column are left. Draws two numbers: the rows left out above, then the
/// columns left out on the left.
///
/// # Source
/// lucid's `transform.jitter`, which is a crop of a padded image.
#[derive(Clone, Copy, Debug)]
pub struct Crop {
    /// Rows and columns left out, in pixels, both sides together; 0 switches it off.
    pub by: usize,
}

impl Transform for Crop {
    fn apply(&mut self, image: Tensor<4>, rng: &mut Rng) -> Tensor<4> {
        if self.by == 0 {
            return image;
        }
        let [_, _, height, width] = image.dims();
        let mut window = |side: usize| {
            let out = self.by.min(side - 1);
            (rng.random_range(0..=out as u64) as usize, side - out)
        };
        let ((top, rows), (left, columns)) = (window(height), window(width));
        image.narrow(2, top, rows).narrow(3, left, columns)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Int};
    use reverie_model::rng::seeded;

    use super::*;
    use crate::tensor::values_of;

    #[test]
    fn windows_are_whole_and_reach_every_corner() {
        let image = Tensor::<1, Int>::arange(0..15, &Device::flex()).float();
        let image = image.reshape([1, 1, 3, 5]);
        let mut rng = seeded(1);
        let mut corners = std::collections::BTreeSet::new();
        for _ in 0..60 {
            let window = Crop { by: 2 }.apply(image.clone(), &mut rng);
            assert_eq!(window.dims(), [1, 1, 1, 3]);
            let values = values_of(window);
            assert_eq!(values, [values[0], values[0] + 1.0, values[0] + 2.0]);
            corners.insert(values[0] as usize);
        }
        assert_eq!(Vec::from_iter(corners), [0, 1, 2, 5, 6, 7, 10, 11, 12]);
        let last = Crop { by: 9 }.apply(image, &mut rng);
        assert_eq!(last.dims(), [1, 1, 1, 1]);
    }
}
