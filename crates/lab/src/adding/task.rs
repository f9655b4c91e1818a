//! The sequences.

use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use reverie_model::recurrent::Sequence;
use reverie_model::rng::Rng;

/// Mean squared error of always saying 1: Var(U1 + U2) of two even numbers between 0 and 1.
pub const TRIVIAL_ERROR: f64 = 1.0 / 6.0;

/// Sequences side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct AddingBatch {
    /// T.
    pub steps: usize,
    /// `[T, B, 2]`: number and mark.
    pub inputs: Vec<f32>,
    /// `[B]`: the sum of both marked numbers.
    pub sums: Vec<f32>,
}

impl AddingBatch {
    /// Draws `batch` sequences of `steps` steps, one mark in the first half and one in the second.
    ///
    /// # Panics
    /// For less than two steps.
    pub fn draw(steps: usize, batch: usize, rng: &mut Rng) -> Self {
        assert!(
            steps >= 2,
            "two marks need two steps, and there are {steps}"
        );
        let half = steps / 2;
        let mut inputs = vec![0.0; steps * batch * 2];
        let mut sums = vec![0.0; batch];
        for (case, sum) in sums.iter_mut().enumerate() {
            let marks = [rng.random_range(0..half), rng.random_range(half..steps)];
            for step in 0..steps {
                let number = rng.random::<f32>();
                let at = (step * batch + case) * 2;
                inputs[at] = number;
                if marks.contains(&step) {
                    inputs[at + 1] = 1.0;
                    *sum += number;
                }
            }
        }
        Self {
            steps,
            inputs,
            sums,
        }
    }

    /// The inputs on a device.
    pub fn sequence(&self, device: &Device) -> Sequence {
        let shape = [self.steps, self.sums.len(), 2];
        Sequence::ByTime(Tensor::from_data(
            TensorData::new(self.inputs.clone(), shape),
            device,
        ))
    }

    /// The sums on a device, `[B, 1]`.
    pub fn targets(&self, device: &Device) -> Tensor<2> {
        let shape = [self.sums.len(), 1];
        Tensor::from_data(TensorData::new(self.sums.clone(), shape), device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reverie_model::rng::seeded;

    #[test]
    fn the_sum_is_that_of_the_two_marked_numbers() {
        for steps in [2, 3, 10] {
            let batch = AddingBatch::draw(steps, 7, &mut seeded(1));
            for case in 0..7 {
                let at = |step: usize| (step * 7 + case) * 2;
                let marked: Vec<usize> = (0..steps)
                    .filter(|s| batch.inputs[at(*s) + 1] == 1.0)
                    .collect();
                assert_eq!(marked.len(), 2);
                assert!(marked[0] < steps / 2 && marked[1] >= steps / 2);
                let sum: f32 = marked.iter().map(|s| batch.inputs[at(*s)]).sum();
                assert!((sum - batch.sums[case]).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn who_always_says_one_is_wrong_by_a_sixth() {
        let batch = AddingBatch::draw(4, 50_000, &mut seeded(2));
        let error = batch
            .sums
            .iter()
            .map(|s| f64::from(s - 1.0).powi(2))
            .sum::<f64>()
            / 50_000.0;
        assert!((error - TRIVIAL_ERROR).abs() < 0.003, "{error}");
    }
}
