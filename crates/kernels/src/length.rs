//! The length of gradients, which limits are measured by.

use burn::tensor::Tensor;

use crate::cpu::simd::{Lanes, Level, Vectorised};
use crate::host::{HostOp, Made, Needs, Seen, apply, serves, untracked};

/// Numbers that are added up in single precision before their sum goes on in double.
const STRETCH: usize = 4096;

/// Σ x², `[1]`, of `[N]` numbers, in one pass without a copy. No gradients run through it.
pub fn square_sum(values: Tensor<1>) -> Tensor<1> {
    let values = untracked(values);
    if !serves(&values) {
        return values.square().sum();
    }
    apply(SquareSum(crate::level()), vec![values.into_dispatch()])
}

#[derive(Debug)]
struct SquareSum(Level);

impl HostOp for SquareSum {
    fn forward(&self, inputs: &[&[f32]], _: &[bool]) -> Made {
        let stretches = inputs[0].chunks(STRETCH);
        let sum: f64 = stretches
            .map(|numbers| f64::from(self.0.run(Squares(numbers))))
            .sum();
        Made {
            values: vec![sum as f32],
            shape: vec![1],
            kept: None,
        }
    }

    fn needs(&self, _: &[bool]) -> Needs {
        Needs {
            inputs: vec![false],
            output: false,
        }
    }

    fn backward(&self, _: Seen<'_>, _: &[bool]) -> Vec<Option<Vec<f32>>> {
        unreachable!("its input is outside of any graph")
    }
}

struct Squares<'a>(&'a [f32]);

impl Vectorised for Squares<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<L: Lanes>(self) -> f32 {
        let mut sums = [L::zero(); 4];
        for (i, numbers) in self.0.chunks(L::COUNT).enumerate() {
            let x = L::load_some(numbers);
            sums[i % 4] = x.mul_add(x, sums[i % 4]);
        }
        ((sums[0] + sums[1]) + (sums[2] + sums[3])).sum()
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    #[test]
    fn it_is_the_sum_of_the_squares_at_every_level() {
        for count in [1, 15, 16, 17, 4095, 4096, 4097, 70_001] {
            let values: Vec<f32> = (0..count)
                .map(|i| ((i * 7919) % 1013) as f32 / 500.0 - 1.0)
                .collect();
            let exact: f64 = values.iter().map(|x| f64::from(*x).powi(2)).sum();
            let data = TensorData::new(values.clone(), [count]);
            let found: f32 = square_sum(Tensor::from_data(data, &Device::flex())).into_scalar();
            assert!(
                (f64::from(found) / exact - 1.0).abs() < 1e-6,
                "{count}: {found} {exact}"
            );
            for level in Level::available() {
                let found = SquareSum(level).forward(&[&values], &[false]).values[0];
                assert!(
                    (f64::from(found) / exact - 1.0).abs() < 1e-6,
                    "{level:?} {count}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_a_number_comes_through() {
        let data = TensorData::new(vec![1.0_f32, f32::NAN, 2.0], [3]);
        let found: f32 = square_sum(Tensor::from_data(data, &Device::flex())).into_scalar();
        assert!(found.is_nan());
    }
}
