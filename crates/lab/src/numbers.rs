//! Sums and means of lists, which several experiments need.

use std::ops::{Add, AddAssign, Mul};

/// Products that are summed side by side, so that the processor may do them at once.
const LANES: usize = 8;

/// Σ a b over two lists of equal length.
pub fn dot<F>(a: &[F], b: &[F]) -> F
where
    F: Copy + Default + Add<Output = F> + AddAssign + Mul<Output = F>,
{
    sum_products(a, b, |a, b| a * b)
}

/// The sum of what `product` makes of the pairs of two lists of equal length; all three may be of
/// different types.
pub fn sum_products<A, B, F>(a: &[A], b: &[B], product: impl Fn(A, B) -> F) -> F
where
    A: Copy,
    B: Copy,
    F: Copy + Default + Add<Output = F> + AddAssign,
{
    let mut lanes = [F::default(); LANES];
    let (heads_a, heads_b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let tail = heads_a.remainder().iter().zip(heads_b.remainder());
    let mut sum = tail.fold(F::default(), |sum, (&a, &b)| sum + product(a, b));
    for (a, b) in heads_a.zip(heads_b) {
        for ((lane, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += product(a, b);
        }
    }
    for lane in lanes {
        sum += lane;
    }
    sum
}

/// The length of a vector, √Σ a².
pub fn length(values: &[f64]) -> f64 {
    dot(values, values).sqrt()
}

/// The mean; zero of an empty list.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Mean and variance, the mean squared distance from the mean; both zero of an empty list.
pub fn moments(values: &[f64]) -> (f64, f64) {
    let mean = mean(values);
    let squares = values.iter().map(|value| (value - mean).powi(2));
    (mean, squares.sum::<f64>() / values.len().max(1) as f64)
}

/// The mean of lists of equal length, place by place.
pub fn mean_by_place(lists: &[impl AsRef<[f64]>]) -> Vec<f64> {
    by_place(lists, |values| values)
}

/// The geometric mean of lists of equal length, place by place, with everything below `floor`
/// counted as `floor`; a floor of zero lets one zero make all of the place zero.
pub fn geometric_by_place(lists: &[impl AsRef<[f64]>], floor: f64) -> Vec<f64> {
    let logs = by_place(lists, |value| value.max(floor).ln());
    logs.into_iter().map(f64::exp).collect()
}

fn by_place(lists: &[impl AsRef<[f64]>], of: impl Fn(f64) -> f64) -> Vec<f64> {
    let places = lists.first().map_or(0, |list| list.as_ref().len());
    let at = |place: usize| {
        let sum: f64 = lists.iter().map(|list| of(list.as_ref()[place])).sum();
        sum / lists.len() as f64
    };
    (0..places).map(at).collect()
}

/// The place of the largest number, the first of equals; zero of an empty list.
pub fn largest(values: &[f32]) -> usize {
    let better = |best: usize, at: usize| if values[at] > values[best] { at } else { best };
    (0..values.len()).fold(0, better)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_any_length_are_summed() {
        for length in [0, 1, 7, 8, 15, 16, 17, 40] {
            let (a, b): (Vec<f32>, Vec<f32>) = (0..length)
                .map(|i| (i as f32, if i % 2 == 0 { 1.0 } else { -2.0 }))
                .unzip();
            let expected: f32 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
            assert_eq!(dot(&a, &b), expected, "{length}");
            let wide = sum_products(&a, &b, |a, b| f64::from(a) * f64::from(b));
            assert_eq!(wide, f64::from(expected), "{length}");
        }
        assert_eq!(length(&[3.0, 0.0, -4.0]), 5.0);
    }

    #[test]
    fn means_are_those_of_their_lists() {
        assert_eq!((mean(&[1.0, 2.0, 6.0]), mean(&[])), (3.0, 0.0));
        assert_eq!(moments(&[1.0, 3.0]), (2.0, 1.0));
        assert_eq!((largest(&[-1.0, 4.0, 4.0]), largest(&[])), (1, 0));
        assert_eq!(mean_by_place(&[[1.0, 5.0], [3.0, 6.0]]), [2.0, 5.5]);
        let geometric = geometric_by_place(&[[1.0, 0.0], [4.0, 1.0]], 0.0);
        assert!((geometric[0] - 2.0).abs() < 1e-12 && geometric[1] == 0.0);
        let geometric = geometric_by_place(&[[0.0], [1.0]], 1e-4);
        assert!((geometric[0] - 1e-2).abs() < 1e-12);
    }
}
