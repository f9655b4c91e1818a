//! The likelihood of many yes-or-no answers.

use burn::tensor::Tensor;
use burn::tensor::activation::softplus;

use super::threads_for;
use crate::cpu::simd::{Lanes, Level, Vectorised, exp, ln_1p, sigmoid};
use crate::cpu::threads::{Shared, share};
use crate::host::{HostOp, Made, Needs, Seen, apply, serves};

/// Negative log-likelihood of independent yes-or-no answers, summed over each row, in nats:
/// Σ ln(1 + e^x) − t·x, with x the logit of "yes" and t what came.
///
/// # Shapes
/// `logits` and `targets` are `[N, D]`, targets 0 or 1 (or between); the answer is `[N]`. Targets
/// receive no gradient.
///
/// # Source
/// Boulanger-Lewandowski, Bengio, Vincent 2012 (arXiv 1206.6392), for piano rolls.
pub fn bernoulli_nll(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let targets = targets.detach();
    if !serves(&logits) {
        let sums = softplus(logits.clone(), 1.0) - logits * targets;
        return sums.sum_dim(1).squeeze_dim(1);
    }
    let [rows, width] = logits.dims();
    assert_eq!(targets.dims(), [rows, width], "a target for every logit");
    let op = Bernoulli {
        level: crate::level(),
        rows,
        width,
    };
    apply(op, vec![logits.into_dispatch(), targets.into_dispatch()])
}

#[derive(Debug)]
struct Bernoulli {
    level: Level,
    rows: usize,
    /// D.
    width: usize,
}

impl HostOp for Bernoulli {
    fn forward(&self, inputs: &[&[f32]], _: &[bool]) -> Made {
        let mut losses = vec![0.0; self.rows];
        let out = Shared::new(&mut losses);
        share(threads_for(self.rows * self.width), self.rows, |part| {
            let numbers = part.start * self.width..part.end * self.width;
            self.level.run(Losses {
                logits: &inputs[0][numbers.clone()],
                targets: &inputs[1][numbers],
                // SAFETY: parts do not overlap.
                losses: unsafe { out.slice(part) },
            });
        });
        Made {
            values: losses,
            shape: vec![self.rows],
            kept: None,
        }
    }

    fn needs(&self, _: &[bool]) -> Needs {
        Needs {
            inputs: vec![true, true],
            output: false,
        }
    }

    fn backward(&self, seen: Seen<'_>, _: &[bool]) -> Vec<Option<Vec<f32>>> {
        let mut found = vec![0.0; self.rows * self.width];
        let out = Shared::new(&mut found);
        share(threads_for(self.rows * self.width), self.rows, |part| {
            let numbers = part.start * self.width..part.end * self.width;
            self.level.run(Gradients {
                logits: &seen.input(0)[numbers.clone()],
                targets: &seen.input(1)[numbers.clone()],
                gradient: &seen.gradient[part],
                // SAFETY: parts do not overlap.
                found: unsafe { out.slice(numbers) },
            });
        });
        vec![Some(found), None]
    }
}

/// max(x, 0) − t·x + ln(1 + e^−|x|): the same sum without large exponents.
struct Losses<'a> {
    logits: &'a [f32],
    targets: &'a [f32],
    losses: &'a mut [f32],
}

impl Vectorised for Losses<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let width = (self.logits.len() / self.losses.len().max(1)).max(1);
        let rows = self.logits.chunks_exact(width);
        let rows = rows.zip(self.targets.chunks_exact(width));
        for ((x, t), loss) in rows.zip(self.losses) {
            let mut sum = 0.0;
            for (x, t) in x.chunks(L::COUNT).zip(t.chunks(L::COUNT)) {
                let count = x.len();
                let (x, t) = (L::load_some(x), L::load_some(t));
                let most = L::zero().max(x);
                let size = most + most - x;
                let costs = most - t * x + ln_1p(exp(L::zero() - size));
                let mut lanes = [0.0; crate::cpu::simd::MOST_LANES];
                costs.store_some(&mut lanes[..count]);
                sum += lanes.iter().sum::<f32>();
            }
            *loss = sum;
        }
    }
}

/// (σ(x) − t) · gradient of the row.
struct Gradients<'a> {
    logits: &'a [f32],
    targets: &'a [f32],
    gradient: &'a [f32],
    found: &'a mut [f32],
}

impl Vectorised for Gradients<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let width = (self.logits.len() / self.gradient.len().max(1)).max(1);
        let rows = self.logits.chunks_exact(width);
        let rows = rows.zip(self.targets.chunks_exact(width));
        let rows = rows.zip(self.found.chunks_exact_mut(width));
        for (((x, t), to), &gradient) in rows.zip(self.gradient) {
            let parts = x.chunks(L::COUNT).zip(t.chunks(L::COUNT));
            for ((x, t), to) in parts.zip(to.chunks_mut(L::COUNT)) {
                let difference = sigmoid(L::load_some(x)) - L::load_some(t);
                (difference * L::splat(gradient)).store_some(to);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss::tests::{largest_difference, numbers, with_and_without};

    #[test]
    fn it_is_what_burns_operations_make_of_it() {
        for (rows, width) in [(1, 1), (7, 88), (300, 41)] {
            let (fused, plain) = with_and_without(|device| {
                let logits = numbers([rows, width], 5.0, device).require_grad();
                let targets = numbers([rows, width], 1.0, device)
                    .greater_elem(0.4)
                    .float();
                let losses = bernoulli_nll(logits.clone(), targets);
                let weights = numbers([rows, 1], 1.0, device).squeeze_dim(1);
                let grads = (losses.clone() * weights).sum().backward();
                let gradient = logits.grad(&grads).unwrap();
                (losses.inner().unsqueeze_dim(1), gradient)
            });
            assert!(largest_difference(fused.0, plain.0) < 3e-7 * width as f32 + 1e-6);
            assert!(largest_difference(fused.1, plain.1) < 1e-6);
        }
    }

    #[test]
    fn certainty_costs_what_it_should() {
        let device = burn::tensor::Device::flex();
        let logits = Tensor::<2>::from_floats([[1e4, -1e4], [1e4, -1e4]], &device);
        let targets = Tensor::<2>::from_floats([[1.0, 0.0], [0.0, 1.0]], &device);
        let losses = bernoulli_nll(logits, targets).into_data();
        let losses = losses.try_to_vec::<f32>().unwrap();
        assert!(losses[0] < 1e-30 && losses[1] == 2e4, "{losses:?}");
    }
}
