//! A running average of the image, which is calmer than its last step.

use burn::tensor::Tensor;

/// Exponential moving average, corrected for its start.
///
/// # Source
/// The correction is that of Adam's moments, Kingma and Ba 2015 (arXiv 1412.6980), section 3; used
/// on pictures by crowsonkb/style-transfer-pytorch.
#[derive(Clone, Debug)]
pub struct Average {
    /// Weight of the past in each update.
    pub decay: f64,
    /// The sum before correction, `[N]`.
    pub sum: Tensor<1>,
    /// `decay` to the power of the updates made.
    pub missing: f64,
}

impl Average {
    /// An average that has seen nothing but `values`.
    pub fn starting_at(values: &Tensor<1>, decay: f64) -> Self {
        let mut average = Self {
            decay,
            sum: values.clone().zeros_like(),
            missing: 1.0,
        };
        average.update(values);
        average
    }

    /// Takes one more list of numbers in.
    pub fn update(&mut self, values: &Tensor<1>) {
        self.missing *= self.decay;
        self.sum = self.sum.clone() * self.decay + values.clone() * (1.0 - self.decay);
    }

    /// The average, `[N]`.
    pub fn value(&self) -> Tensor<1> {
        self.sum.clone() / (1.0 - self.missing)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn the_average_of_a_constant_is_that_constant_from_the_start() {
        let values = Tensor::<1>::full([4], 0.75, &Device::flex());
        let mut average = Average::starting_at(&values, 0.99);
        for _ in 0..3 {
            let off = (average.value() - 0.75).abs().max().into_scalar::<f32>();
            assert!(off < 1e-6, "off by {off}");
            average.update(&values);
        }
    }
}
