//! Total variation: how much neighbouring pixels differ.

use burn::tensor::Tensor;
use burn::tensor::ops::PadMode;
use reverie_model::vision::{Activations, Layer};

use super::{Objective, Rows};

/// Which neighbours are compared, and how the differences add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stencil {
    /// Half the sum of squared differences to the right and lower neighbour, on the scale 0..255:
    /// what neural-style's `-tv_weight` multiplies.
    Sum,
    /// Mean of squared differences to all eight neighbours with a repeated border, on the scale
    /// 0..1; diagonals count a quarter. As in crowsonkb/style-transfer-pytorch.
    NinePoint,
    /// The same where each border meets the one on the other side, for pictures that are laid side by
    /// side.
    NinePointAround,
}

impl Stencil {
    /// The same for a picture whose borders meet; the plain sum has no such form.
    pub fn around(self) -> Self {
        match self {
            Self::NinePoint | Self::NinePointAround => Self::NinePointAround,
            Self::Sum => Self::Sum,
        }
    }
}

/// Minus the total variation of the image: rewards calm surfaces.
///
/// # Source
/// Mahendran and Vedaldi 2015 (arXiv 1412.0035), eq. 4 with exponent 2.
#[derive(Clone, Copy, Debug)]
pub struct Smoothness(
    /// How differences add up.
    pub Stencil,
);

/// Total variation of images `[B, 3, H, W]`; zero for a flat image.
pub fn total_variation(image: Tensor<4>, stencil: Stencil) -> Tensor<1> {
    let [.., height, width] = image.dims();
    let rows = match stencil {
        Stencil::NinePointAround => {
            let last = image.clone().narrow(2, height - 1, 1);
            let first = image.clone().narrow(2, 0, 1);
            Rows {
                image: Tensor::cat(vec![last, image, first], 2),
                has_above: true,
                has_below: true,
                of: [width, height],
            }
        }
        Stencil::Sum | Stencil::NinePoint => Rows {
            image,
            has_above: false,
            has_below: false,
            of: [width, height],
        },
    };
    variation_of(&rows, stencil)
}

/// What some rows add to the total variation: their differences to the row above, to the row below
/// and among themselves, each counted for one of the rows.
fn variation_of(rows: &Rows, stencil: Stencil) -> Tensor<1> {
    let [batch, channels, shown, width] = rows.image.dims();
    let above = usize::from(rows.has_above);
    let own = shown - above - usize::from(rows.has_below);
    let [_, height] = rows.of;
    // Row by row first: a million squares one after the other lose digits in single precision.
    let squares = |ahead: Tensor<4>, here: Tensor<4>| (ahead - here).square().sum_dim(3).sum();
    match stencil {
        Stencil::Sum => {
            let image = &rows.image;
            let here = image.clone().narrow(2, above, own);
            let zero = || image.clone().sum() * 0.0;
            let across = match width {
                1 => zero(),
                _ => squares(
                    here.clone().narrow(3, 1, width - 1),
                    here.clone().narrow(3, 0, width - 1),
                ),
            };
            // The last row of all has none below.
            let pairs = own - usize::from(!rows.has_below);
            let down = match pairs {
                0 => zero(),
                _ => squares(
                    image.clone().narrow(2, above + 1, pairs),
                    image.clone().narrow(2, above, pairs),
                ),
            };
            (across + down) * (0.5 * 255.0 * 255.0)
        }
        Stencil::NinePoint => {
            // A border that is repeated differs from itself by nothing.
            let (up, down) = (1 - above, usize::from(!rows.has_below));
            let padded = rows.image.clone().pad((1, 1, up, down), PadMode::Edge);
            let window = |top: usize, left: usize, rows: usize, columns: usize| {
                padded.clone().narrow(2, top, rows).narrow(3, left, columns)
            };
            let here = || window(1, 1, own, width);
            // Diagonals between this row and the one above; those below the last row belong to it.
            let (pairs, columns) = (own + down, width + 1);
            let mean = |squares: Tensor<1>, rows: usize, columns: usize| {
                squares / (batch * channels * rows * columns) as f64
            };
            let straight = squares(window(1, 2, own, width), here())
                + squares(window(2, 1, own, width), here());
            let diagonal = squares(window(1, 1, pairs, columns), window(0, 0, pairs, columns))
                + squares(window(1, 0, pairs, columns), window(0, 1, pairs, columns));
            nine_point(
                mean(straight, height, width),
                mean(diagonal, height + 1, width + 1),
            )
        }
        Stencil::NinePointAround => {
            let here = || rows.image.clone().narrow(2, 1, own);
            let over = |across: i64| {
                let row = rows.image.clone().narrow(2, 0, own);
                row.roll(&[across], &[3])
            };
            let beside = here().roll(&[1], &[3]);
            let mean = |squares: Tensor<1>| squares / (batch * channels * height * width) as f64;
            let straight = squares(beside, here()) + squares(over(0), here());
            let diagonal = squares(over(1), here()) + squares(over(-1), here());
            nine_point(mean(straight), mean(diagonal))
        }
    }
}

/// From mean squared differences to straight and to diagonal neighbours.
fn nine_point(straight: Tensor<1>, diagonal: Tensor<1>) -> Tensor<1> {
    straight * (2.0 / 3.0) + diagonal * (2.0 / 12.0)
}

impl Objective for Smoothness {
    fn score(&self, seen: &Activations) -> Tensor<1> {
        total_variation(seen.image(), self.0).neg()
    }

    fn layers(&self) -> Vec<Layer> {
        Vec::new()
    }

    fn part(&self) -> &'static str {
        "smoothness"
    }

    fn score_rows(&self, rows: &Rows) -> Option<Tensor<1>> {
        Some(variation_of(rows, self.0).neg())
    }

    fn meets_around(&self) -> bool {
        self.0 == Stencil::NinePointAround
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};
    use reverie_model::rng::{normal, seeded};

    use super::*;
    use crate::tensor::values_of;

    fn image(height: usize, width: usize) -> Tensor<4> {
        let data = normal(&mut seeded(1), 3 * height * width);
        Tensor::from_data(
            TensorData::new(data, [1, 3, height, width]),
            &Device::flex(),
        )
    }

    #[test]
    fn rows_add_up_to_the_whole() {
        let image = image(7, 5);
        for stencil in [Stencil::Sum, Stencil::NinePoint, Stencil::NinePointAround] {
            let whole = values_of(total_variation(image.clone(), stencil))[0];
            let objective = Smoothness(stencil);
            for band in [1, 2, 3, 7] {
                let parts = Rows::bands(&image, band, objective.meets_around());
                let sum: f32 = parts
                    .map(|(_, rows)| -values_of(objective.score_rows(&rows).unwrap())[0])
                    .sum();
                assert!(
                    (sum - whole).abs() < 1e-5 * whole,
                    "{stencil:?} {band}: {sum} {whole}"
                );
            }
        }
    }

    #[test]
    fn around_no_border_is_special() {
        let image = image(6, 4);
        let variation = |image| values_of(total_variation(image, Stencil::NinePointAround))[0];
        let moved = variation(image.clone().roll(&[2, -1], &[2, 3]));
        assert!((moved - variation(image)).abs() < 1e-5 * moved);
    }
}
