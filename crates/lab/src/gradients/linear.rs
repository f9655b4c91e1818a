//! Powers of a matrix.

use nalgebra::DMatrix;
use reverie_model::rng::{Rng, normal};

/// The largest absolute value of the eigenvalues.
pub fn spectral_radius(matrix: &DMatrix<f64>) -> f64 {
    let values = matrix.complex_eigenvalues();
    values
        .iter()
        .map(|value| value.re.hypot(value.im))
        .fold(0.0, f64::max)
}

/// A random matrix of `n` rows with this spectral radius: normal draws, scaled.
///
/// # Panics
/// If the draw has no eigenvalue but zero, which normal draws do not have.
pub fn with_radius(n: usize, radius: f64, rng: &mut Rng) -> DMatrix<f64> {
    let draws = normal(rng, n * n).into_iter().map(f64::from);
    let drawn = DMatrix::from_vec(n, n, draws.collect());
    let found = spectral_radius(&drawn);
    assert!(found > 0.0, "a matrix of {n} rows without an eigenvalue");
    drawn * (radius / found)
}

/// ln(‖W^k‖ / √n) in the Frobenius norm for k from 0 to `lags`: 0 for k = 0.
pub fn log_powers(matrix: &DMatrix<f64>, lags: usize) -> Vec<f64> {
    let n = matrix.nrows();
    let mut power = DMatrix::identity(n, n);
    let mut log = 0.0;
    let mut logs = vec![0.0];
    for _ in 0..lags {
        power = matrix * power;
        // Scaled back at every step, so that nothing leaves the range of numbers.
        let norm = power.norm() / (n as f64).sqrt();
        power /= norm;
        log += norm.ln();
        logs.push(log);
    }
    logs
}

/// The slope of the straight line nearest to values at `from`, `from + 1`, …; no number for less than
/// two of them.
pub fn slope(values: &[f64], from: usize) -> f64 {
    let part = &values[from.min(values.len())..];
    let n = part.len() as f64;
    let (x, y) = ((n - 1.0) / 2.0, part.iter().sum::<f64>() / n);
    let pairs = || {
        part.iter()
            .enumerate()
            .map(|(at, value)| (at as f64 - x, value - y))
    };
    let (top, bottom) = pairs().fold((0.0, 0.0), |(top, bottom), (dx, dy)| {
        (top + dx * dy, bottom + dx * dx)
    });
    top / bottom
}

#[cfg(test)]
mod tests {
    use reverie_model::rng::seeded;

    use super::*;

    #[test]
    fn the_radius_is_the_one_asked_for() {
        for radius in [0.5, 1.0, 1.7] {
            let found = spectral_radius(&with_radius(20, radius, &mut seeded(1)));
            assert!((found - radius).abs() < 1e-9, "{found}");
        }
        let turn = DMatrix::from_row_slice(2, 2, &[0.0, -2.0, 2.0, 0.0]);
        assert!((spectral_radius(&turn) - 2.0).abs() < 1e-12);
    }

    /// The bar of the experiment: 5 %.
    #[test]
    fn the_slope_is_the_logarithm_of_the_radius() {
        for radius in [0.8, 0.95, 1.05, 1.3] {
            let matrix = with_radius(32, radius, &mut seeded(2));
            let found = slope(&log_powers(&matrix, 300), 100);
            let off = (found / radius.ln() - 1.0).abs();
            assert!(off < 0.05, "{radius}: {found} {}", radius.ln());
        }
    }

    #[test]
    fn a_line_has_its_slope() {
        assert!((slope(&[9.0, 1.0, 3.0, 5.0], 1) - 2.0).abs() < 1e-12);
    }
}
