//! The step form of an L2 penalty.

use burn::tensor::Tensor;

use super::Constraint;
use crate::tensor::colour_like;

/// Pulls every pixel toward the mean picture of the network's training set: `x ← m + (1 − rate)(x − m)`.
///
/// # Source
/// L2 decay of Yosinski et al. 2015 (arXiv 1506.06579), section 3; the picture is the mean-subtracted
/// input, as in Simonyan et al. 2014.
#[derive(Clone, Copy, Debug)]
pub struct Decay {
    /// Share of the way that a step goes.
    pub rate: f64,
    /// The mean picture's colour, RGB in `[0, 1]`.
    pub toward: [f32; 3],
}

impl Constraint for Decay {
    fn apply(&mut self, _step: usize, image: Tensor<4>, _: Option<&Tensor<4>>) -> Tensor<4> {
        let pull = self.toward.map(|mean| mean * self.rate as f32);
        let pull = colour_like(pull, &image);
        image * (1.0 - self.rate) + pull
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn decay_moves_toward_the_mean_picture() {
        let image = Tensor::<4>::ones([1, 3, 1, 1], &Device::flex());
        let mut decay = Decay {
            rate: 0.25,
            toward: [0.2, 0.4, 0.6],
        };
        let values = crate::tensor::values_of(decay.apply(1, image, None));
        assert!(
            values
                .iter()
                .zip([0.8, 0.85, 0.9])
                .all(|(v, want)| (v - want).abs() < 1e-6)
        );
    }
}
