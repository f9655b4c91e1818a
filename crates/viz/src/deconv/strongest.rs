//! Where every channel answers most strongly.

use burn::tensor::Tensor;
use rayon::prelude::*;

use super::Unit;
use crate::tensor::values_of;

/// The strongest answer of a channel in one picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// What it says there.
    pub activation: f32,
    /// Position across, from 0.
    pub column: usize,
    /// Position down, from 0.
    pub row: usize,
}

impl Peak {
    /// The unit that says it.
    pub fn unit(&self, channel: usize) -> Unit {
        Unit {
            channel,
            column: self.column,
            row: self.row,
        }
    }
}

/// The strongest position of every channel in every picture: of several that are equally strong the
/// first, row by row from the top, each from the left.
///
/// # Shapes
/// - `features`: `[B, C, H, W]`
/// - returns: B lists of C
///
/// # Panics
/// If there are no positions.
pub fn strongest(features: Tensor<4>) -> Vec<Vec<Peak>> {
    let [batch, channels, height, width] = features.dims();
    assert!(height * width > 0, "feature maps of {width}x{height}");
    // Channels last is how most networks have them already, and goes through memory in one sweep.
    let values = values_of(features.permute([0, 2, 3, 1]));
    let size = channels * height * width;
    let one = |picture: usize| {
        let positions = values[picture * size..][..size].chunks_exact(channels);
        let mut best = vec![(f32::NEG_INFINITY, 0_u32); channels];
        for (place, answers) in (0_u32..).zip(positions) {
            for ((most, at), answer) in best.iter_mut().zip(answers) {
                if *answer > *most {
                    (*most, *at) = (*answer, place);
                }
            }
        }
        let peak = |(activation, place): (f32, u32)| Peak {
            activation,
            column: place as usize % width,
            row: place as usize / width,
        };
        best.into_iter().map(peak).collect()
    };
    (0..batch).into_par_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    #[test]
    fn of_equals_the_first_in_reading_order_wins() {
        let maps = [
            // Two channels of 2x3, of two pictures.
            [1.0, 5.0, 0.0, 5.0, 5.0, 2.0],
            [-3.0, -2.0, -2.0, -9.0, -2.0, -4.0],
            [0.0; 6],
            [0.0, 0.0, 0.0, 0.0, 0.0, 1e-9],
        ];
        let data = TensorData::new(maps.concat(), [2, 2, 2, 3]);
        let found = strongest(Tensor::from_data(data, &Device::flex()));
        let told = |peak: &Peak| (peak.activation, peak.column, peak.row);
        let told: Vec<_> = found.iter().flatten().map(told).collect();
        assert_eq!(told, [(5.0, 1, 0), (-2.0, 1, 0), (0.0, 0, 0), (1e-9, 2, 1)]);
    }
}
