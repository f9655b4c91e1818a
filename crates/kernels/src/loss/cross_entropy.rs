//! Cross-entropy of a choice among symbols.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor};

use super::threads_for;
use crate::cpu::simd::{Lanes, Level, Vectorised, exp};
use crate::cpu::threads::{Shared, share};
use crate::host::{HostOp, Made, Needs, Seen, apply, serves};

/// −ln softmax(logits) at the target of every row, in nats.
///
/// # Shapes
/// `logits` is `[N, V]`, `targets` `[N]` with numbers below V; the answer is `[N]`.
///
/// # Panics
/// If a target is not below V.
pub fn cross_entropy(logits: Tensor<2>, targets: Tensor<1, Int>) -> Tensor<1> {
    if !serves(&logits) {
        return log_softmax(logits, 1)
            .gather(1, targets.unsqueeze_dim(1))
            .squeeze_dim::<1>(1)
            .neg();
    }
    let [rows, width] = logits.dims();
    let targets: Vec<usize> = targets
        .into_data()
        .iter::<i64>()
        .map(|target| usize::try_from(target).unwrap_or(usize::MAX))
        .collect();
    assert_eq!(targets.len(), rows, "one target a row");
    for target in &targets {
        assert!(*target < width, "target {target} of {width} symbols");
    }
    let op = CrossEntropy {
        level: crate::level(),
        width,
        targets,
    };
    apply(op, vec![logits.into_dispatch()])
}

#[derive(Debug)]
struct CrossEntropy {
    level: Level,
    /// V.
    width: usize,
    targets: Vec<usize>,
}

impl HostOp for CrossEntropy {
    fn forward(&self, inputs: &[&[f32]], _: &[bool]) -> Made {
        let rows = self.targets.len();
        let mut losses = vec![0.0; rows];
        let out = Shared::new(&mut losses);
        share(threads_for(rows * self.width), rows, |part| {
            // SAFETY: parts do not overlap.
            let losses = unsafe { out.slice(part.clone()) };
            self.level.run(Losses {
                logits: &inputs[0][part.start * self.width..part.end * self.width],
                targets: &self.targets[part],
                losses,
            });
        });
        Made {
            values: losses,
            shape: vec![rows],
            kept: None,
        }
    }

    fn needs(&self, _: &[bool]) -> Needs {
        Needs {
            inputs: vec![true],
            output: true,
        }
    }

    fn backward(&self, seen: Seen<'_>, _: &[bool]) -> Vec<Option<Vec<f32>>> {
        let rows = self.targets.len();
        let losses = seen.output.expect("it was asked for");
        let mut found = vec![0.0; rows * self.width];
        let out = Shared::new(&mut found);
        share(threads_for(rows * self.width), rows, |part| {
            let numbers = part.start * self.width..part.end * self.width;
            // SAFETY: parts do not overlap.
            let found = unsafe { out.slice(numbers.clone()) };
            self.level.run(Gradients {
                logits: &seen.input(0)[numbers],
                targets: &self.targets[part.clone()],
                losses: &losses[part.clone()],
                gradient: &seen.gradient[part],
                found,
            });
        });
        vec![Some(found)]
    }
}

/// ln Σ e^x − x\[target\], with the largest x taken out of the exponent.
struct Losses<'a> {
    logits: &'a [f32],
    targets: &'a [usize],
    losses: &'a mut [f32],
}

impl Vectorised for Losses<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let width = self.logits.len() / self.targets.len().max(1);
        let rows = self.logits.chunks_exact(width.max(1));
        for ((row, &target), loss) in rows.zip(self.targets).zip(self.losses) {
            // In this order, what is not a number comes through.
            let most = row.iter().fold(
                f32::NEG_INFINITY,
                |most, &x| {
                    if most > x { most } else { x }
                },
            );
            let (whole, rest) = row.split_at(row.len() / L::COUNT * L::COUNT);
            let mut sums = L::zero();
            for x in whole.chunks_exact(L::COUNT) {
                sums = sums + exp(L::load_some(x) - L::splat(most));
            }
            let mut tail = [0.0; crate::cpu::simd::MOST_LANES];
            exp(L::load_some(rest) - L::splat(most)).store_some(&mut tail[..rest.len()]);
            let sum = sums.sum() + tail.iter().sum::<f32>();
            *loss = sum.ln() + (most - row[target]);
        }
    }
}

/// (softmax − 1 at the target) · gradient of the row.
struct Gradients<'a> {
    logits: &'a [f32],
    targets: &'a [usize],
    losses: &'a [f32],
    gradient: &'a [f32],
    found: &'a mut [f32],
}

impl Vectorised for Gradients<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let width = self.logits.len() / self.targets.len().max(1);
        let rows = self.logits.chunks_exact(width.max(1));
        let rows = rows.zip(self.found.chunks_exact_mut(width.max(1)));
        for (number, (row, found)) in rows.enumerate() {
            let (target, gradient) = (self.targets[number], self.gradient[number]);
            // The loss says what the sum was: ln Σ e^x = loss + x[target].
            let shift = L::splat(self.losses[number] + row[target]);
            let scale = L::splat(gradient);
            for (x, to) in row.chunks(L::COUNT).zip(found.chunks_mut(L::COUNT)) {
                (exp(L::load_some(x) - shift) * scale).store_some(to);
            }
            found[target] -= gradient;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss::tests::{largest_difference, numbers, with_and_without};

    #[test]
    fn it_is_what_burns_operations_make_of_it() {
        for (rows, width) in [(1, 1), (3, 5), (50, 87), (400, 33)] {
            let targets: Vec<i32> = (0..rows).map(|i| (i * 7 % width) as i32).collect();
            let (fused, plain) = with_and_without(|device| {
                let logits = numbers([rows, width], 6.0, device).require_grad();
                let targets = Tensor::<1, Int>::from_ints(targets.as_slice(), device);
                let losses = cross_entropy(logits.clone(), targets);
                let weights = numbers([rows, 1], 1.0, device).squeeze_dim(1);
                let grads = (losses.clone() * weights).sum().backward();
                let gradient = logits.grad(&grads).unwrap();
                (losses.inner().unsqueeze_dim(1), gradient)
            });
            for (a, b) in [(fused.0, plain.0), (fused.1, plain.1)] {
                assert!(largest_difference(a, b) < 2e-6, "{rows}x{width}");
            }
        }
    }

    #[test]
    fn large_logits_do_not_overflow() {
        let device = burn::tensor::Device::flex();
        let logits = Tensor::<2>::from_floats([[1e4, -1e4], [-1e30, 0.0]], &device);
        let losses = cross_entropy(logits, Tensor::from_ints([1, 1], &device));
        assert_eq!(losses.into_data().try_to_vec::<f32>().unwrap(), [2e4, 0.0]);
    }

    #[test]
    fn what_is_not_a_number_comes_through() {
        let device = burn::tensor::Device::flex();
        let logits = Tensor::<2>::from_floats([[0.0, f32::NAN, 1.0]], &device);
        let losses = cross_entropy(logits, Tensor::from_ints([0], &device));
        assert!(losses.into_scalar::<f32>().is_nan());
    }
}
