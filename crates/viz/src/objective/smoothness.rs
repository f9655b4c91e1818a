//! Total variation: how much neighbouring pixels differ.

use burn::tensor::Tensor;
use burn::tensor::ops::PadMode;
use reverie_model::vision::{Activations, Layer};

use super::Objective;

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
    match stencil {
        Stencil::Sum => {
            let [_, _, height, width] = image.dims();
            let along = |dim: usize, length: usize| {
                if length < 2 {
                    return None;
                }
                let ahead = image.clone().narrow(dim, 1, length - 1);
                let here = image.clone().narrow(dim, 0, length - 1);
                Some((ahead - here).square().sum())
            };
            let zero = || image.clone().sum() * 0.0;
            let both = along(2, height).unwrap_or_else(zero) + along(3, width).unwrap_or_else(zero);
            both * (0.5 * 255.0 * 255.0)
        }
        Stencil::NinePoint => {
            let [_, _, height, width] = image.dims();
            let padded = image.pad((1, 1, 1, 1), PadMode::Edge);
            let window = |top: usize, left: usize, rows: usize, columns: usize| {
                padded.clone().narrow(2, top, rows).narrow(3, left, columns)
            };
            let (rows, columns) = (height + 1, width + 1);
            let across = window(1, 2, height, width) - window(1, 1, height, width);
            let down = window(2, 1, height, width) - window(1, 1, height, width);
            let falling = window(1, 1, rows, columns) - window(0, 0, rows, columns);
            let rising = window(1, 0, rows, columns) - window(0, 1, rows, columns);
            nine_point([across, down, falling, rising])
        }
        Stencil::NinePointAround => {
            let moved = |down, across| image.clone().roll(&[down, across], &[2, 3]);
            let to = |down, across| moved(down, across) - image.clone();
            nine_point([to(0, 1), to(1, 0), to(1, 1), to(1, -1)])
        }
    }
}

/// From the differences to the neighbours across, down, and on both diagonals.
fn nine_point(differences: [Tensor<4>; 4]) -> Tensor<1> {
    let [across, down, falling, rising] = differences.map(|difference| difference.square().mean());
    (across + down) * (2.0 / 3.0) + (falling + rising) * (2.0 / 12.0)
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
}
