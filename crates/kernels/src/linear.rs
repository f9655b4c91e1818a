//! A linear layer with its bias: what reads a recurrent network out.

use burn::tensor::Tensor;

use crate::cpu::product::{Into, Matrix, Sizes, multiply_all};
use crate::cpu::simd::Level;
use crate::host::{HostOp, Made, Needs, Seen, apply, serves};

/// x W + b in one operation.
///
/// # Shapes
/// `input` is `[N, K]`, `weights` `[K, V]`, `bias` `[V]`; the answer is `[N, V]`.
///
/// # Panics
/// If the shapes do not fit together.
pub fn linear(input: Tensor<2>, weights: Tensor<2>, bias: Tensor<1>) -> Tensor<2> {
    if !serves(&input) {
        return input.matmul(weights) + bias.unsqueeze();
    }
    let [rows, d_input] = input.dims();
    let [k, d_output] = weights.dims();
    assert_eq!(d_input, k, "a row of weights for every number of an input");
    assert_eq!(bias.dims(), [d_output], "a bias for every column");
    let op = Linear {
        level: crate::level(),
        rows,
        d_input,
        d_output,
    };
    let inputs = vec![
        input.into_dispatch(),
        weights.into_dispatch(),
        bias.into_dispatch(),
    ];
    apply(op, inputs)
}

#[derive(Debug)]
struct Linear {
    level: Level,
    /// N.
    rows: usize,
    /// K.
    d_input: usize,
    /// V.
    d_output: usize,
}

impl HostOp for Linear {
    fn forward(&self, inputs: &[&[f32]], _: &[bool]) -> Made {
        let Self {
            rows,
            d_input,
            d_output,
            ..
        } = *self;
        let mut values = inputs[2].repeat(rows);
        let sizes = Sizes {
            m: rows,
            n: d_output,
            k: d_input,
        };
        let (left, right) = (
            Matrix::rows(inputs[0], d_input),
            Matrix::rows(inputs[1], d_output),
        );
        multiply_all(self.level, sizes, left, right, &mut values, Into::Add);
        Made {
            values,
            shape: vec![rows, d_output],
            kept: None,
        }
    }

    fn needs(&self, is_tracked: &[bool]) -> Needs {
        Needs {
            // The gradient of either factor is made of the other.
            inputs: vec![is_tracked[1], is_tracked[0], false],
            output: false,
        }
    }

    fn backward(&self, seen: Seen<'_>, is_tracked: &[bool]) -> Vec<Option<Vec<f32>>> {
        let Self {
            rows,
            d_input,
            d_output,
            level,
        } = *self;
        let upstream = Matrix::rows(seen.gradient, d_output);
        let d_rows = is_tracked[0].then(|| {
            let mut found = vec![0.0; rows * d_input];
            let sizes = Sizes {
                m: rows,
                n: d_input,
                k: d_output,
            };
            let right = Matrix::rows(seen.input(1), d_output).transposed();
            multiply_all(level, sizes, upstream, right, &mut found, Into::Replace);
            found
        });
        let d_weights = is_tracked[1].then(|| {
            let mut found = vec![0.0; d_input * d_output];
            let sizes = Sizes {
                m: d_input,
                n: d_output,
                k: rows,
            };
            let left = Matrix::rows(seen.input(0), d_input).transposed();
            multiply_all(level, sizes, left, upstream, &mut found, Into::Replace);
            found
        });
        let d_bias = is_tracked[2].then(|| {
            let mut found = vec![0.0; d_output];
            for row in seen.gradient.chunks_exact(d_output.max(1)) {
                found.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
            }
            found
        });
        vec![d_rows, d_weights, d_bias]
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    fn numbers<const D: usize>(shape: [usize; D], seed: u32, device: &Device) -> Tensor<D> {
        let count: usize = shape.iter().product();
        let draw = |i: usize| {
            let x = (i as u32 ^ seed.wrapping_mul(0x9e37_79b9)).wrapping_mul(2_654_435_761);
            (x.wrapping_mul(x | 1) >> 8) as f32 / 8_388_608.0 - 1.0
        };
        let values: Vec<f32> = (0..count).map(draw).collect();
        Tensor::from_data(TensorData::new(values, shape), device)
    }

    #[test]
    fn it_is_a_product_and_a_sum_and_so_are_its_gradients() {
        let device = Device::flex().autodiff();
        for (n, k, v) in [
            (1, 1, 1),
            (3, 5, 2),
            (130, 17, 88),
            (500, 128, 87),
            (40, 33, 420),
        ] {
            let x = numbers([n, k], 1, &device).require_grad();
            let w = numbers([k, v], 2, &device).require_grad();
            let b = numbers([v], 3, &device).require_grad();
            let weights = numbers([n, v], 4, &device);
            let run = |y: Tensor<2>| {
                let gradients = (y.clone() * weights.clone()).sum().backward();
                let flat = |t: Tensor<2>| t.reshape([-1]);
                [
                    flat(y.inner()),
                    flat(x.grad(&gradients).unwrap()),
                    flat(w.grad(&gradients).unwrap()),
                    b.grad(&gradients).unwrap(),
                ]
            };
            let ours = run(linear(x.clone(), w.clone(), b.clone()));
            let burns = run(x.clone().matmul(w.clone()) + b.clone().unsqueeze());
            for (number, (ours, burns)) in ours.into_iter().zip(burns).enumerate() {
                let most: f32 = burns.clone().abs().max().into_scalar();
                let off: f32 = (ours - burns).abs().max().into_scalar();
                assert!(
                    off <= 4e-6 * most.max(1.0),
                    "{n} {k} {v}, {number}: {off} of {most}"
                );
            }
        }
    }
}
