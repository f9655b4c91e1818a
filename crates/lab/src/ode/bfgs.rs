//! BFGS for a short list of numbers in double precision.
use nalgebra::{DMatrix, DVector};

/// Goes down by BFGS with a backtracking line search until nothing is gained, at most `most` steps;
/// `visit` sees the numbers after each.
///
/// # Source
/// Nocedal and Wright 2006, algorithm 6.1 with the sufficient decrease of 3.4; a step whose curvature is
/// not positive leaves the matrix as it was.
pub fn bfgs(
    numbers: &mut [f64],
    most: usize,
    loss: impl Fn(&[f64]) -> (f64, Vec<f64>),
    mut visit: impl FnMut(&[f64], f64),
) {
    let n = numbers.len();
    let mut inverse = DMatrix::<f64>::identity(n, n);
    let mut is_scaled = false;
    let mut place = DVector::from_column_slice(numbers);
    let (mut value, slope) = loss(place.as_slice());
    let mut slope = DVector::from_vec(slope);
    for _ in 0..most {
        let mut direction = -(&inverse * &slope);
        let mut descent = direction.dot(&slope);
        if descent >= 0.0 {
            inverse = DMatrix::identity(n, n);
            direction = -slope.clone();
            descent = direction.dot(&slope);
        }
        // The first step is not longer than a hundredth: nothing is known of the scale yet.
        let mut length = match is_scaled {
            true => 1.0,
            false => (0.01 / direction.norm()).min(1.0),
        };
        let found = (0..40).find_map(|_| {
            let next = &place + length * &direction;
            let (next_value, next_slope) = loss(next.as_slice());
            let is_lower = next_value <= value + 1e-4 * length * descent;
            length /= 2.0;
            is_lower.then(|| (next, next_value, DVector::from_vec(next_slope)))
        });
        let Some((next, next_value, next_slope)) = found else {
            break;
        };
        let step = &next - &place;
        let change = &next_slope - &slope;
        let curvature = step.dot(&change);
        if curvature > 1e-300 {
            if !is_scaled {
                inverse *= curvature / change.norm_squared();
                is_scaled = true;
            }
            let left = DMatrix::identity(n, n) - &step * change.transpose() / curvature;
            inverse = &left * &inverse * left.transpose() + &step * step.transpose() / curvature;
        }
        let gain = value - next_value;
        (place, value, slope) = (next, next_value, next_slope);
        visit(place.as_slice(), value);
        if gain <= 1e-15 * value {
            break;
        }
    }
    numbers.copy_from_slice(place.as_slice());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rosenbrock(at: &[f64]) -> (f64, Vec<f64>) {
        let (a, b) = (1.0 - at[0], at[1] - at[0] * at[0]);
        let slope = vec![-2.0 * a - 400.0 * at[0] * b, 200.0 * b];
        (a * a + 100.0 * b * b, slope)
    }

    #[test]
    fn bfgs_finds_the_end_of_the_banana() {
        let mut numbers = vec![-1.2, 1.0];
        bfgs(&mut numbers, 200, rosenbrock, |_, _| ());
        assert!(
            numbers.iter().all(|value| (value - 1.0).abs() < 1e-6),
            "{numbers:?}"
        );
    }
}
