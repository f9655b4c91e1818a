//! Three by three: just enough linear algebra for colours.

/// A matrix of three rows.
pub(crate) type Matrix3 = [[f64; 3]; 3];

/// Sweeps of Jacobi's method; three by three is exact to rounding after about five.
const SWEEPS: usize = 12;

/// The matrix product.
pub(crate) fn product(a: &Matrix3, b: &Matrix3) -> Matrix3 {
    let entry = |i: usize, j: usize| (0..3).map(|k| a[i][k] * b[k][j]).sum();
    std::array::from_fn(|i| std::array::from_fn(|j| entry(i, j)))
}

/// A matrix applied to a vector.
pub(crate) fn apply(a: &Matrix3, v: [f64; 3]) -> [f64; 3] {
    a.map(|row| row.iter().zip(v).map(|(x, y)| x * y).sum())
}

/// Eigenvalues, and the matrix whose columns are their eigenvectors, of a symmetric matrix.
///
/// # Source
/// Jacobi's cyclic method, as in Golub and Van Loan, Matrix Computations, section 8.5.
pub(crate) fn eigen(symmetric: &Matrix3) -> ([f64; 3], Matrix3) {
    let mut a = *symmetric;
    let mut vectors = identity();
    for _ in 0..SWEEPS {
        for (p, q) in [(0, 1), (0, 2), (1, 2)] {
            if a[p][q] == 0.0 {
                continue;
            }
            let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
            let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
            let c = 1.0 / t.hypot(1.0);
            let mut turn = identity();
            (turn[p][p], turn[q][q]) = (c, c);
            (turn[p][q], turn[q][p]) = (t * c, -t * c);
            a = product(&transpose(&turn), &product(&a, &turn));
            vectors = product(&vectors, &turn);
        }
    }
    ([a[0][0], a[1][1], a[2][2]], vectors)
}

/// The symmetric matrix with the same eigenvectors and `change(eigenvalue)` for each eigenvalue.
pub(crate) fn map_eigenvalues(symmetric: &Matrix3, change: impl Fn(f64) -> f64) -> Matrix3 {
    let (values, vectors) = eigen(symmetric);
    let scaled = vectors.map(|row| std::array::from_fn(|i| row[i] * change(values[i])));
    product(&scaled, &transpose(&vectors))
}

fn identity() -> Matrix3 {
    std::array::from_fn(|i| std::array::from_fn(|j| f64::from(u8::from(i == j))))
}

fn transpose(a: &Matrix3) -> Matrix3 {
    std::array::from_fn(|i| std::array::from_fn(|j| a[j][i]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: Matrix3 = [[2.0, -1.0, 0.0], [-1.0, 2.0, -1.0], [0.0, -1.0, 2.0]];

    fn assert_near(a: &Matrix3, b: &Matrix3) {
        for (x, y) in a.as_flattened().iter().zip(b.as_flattened()) {
            assert!((x - y).abs() < 1e-12, "{a:?} is not {b:?}");
        }
    }

    #[test]
    fn eigenvalues_of_the_second_difference_are_known() {
        let (mut values, vectors) = eigen(&EXAMPLE);
        values.sort_by(f64::total_cmp);
        let root = std::f64::consts::SQRT_2;
        for (found, expected) in values.iter().zip([2.0 - root, 2.0, 2.0 + root]) {
            assert!((found - expected).abs() < 1e-12, "{values:?}");
        }
        assert_near(&product(&vectors, &transpose(&vectors)), &identity());
    }

    #[test]
    fn a_root_times_itself_is_the_matrix() {
        let root = map_eigenvalues(&EXAMPLE, f64::sqrt);
        assert_near(&root, &transpose(&root));
        assert_near(&product(&root, &root), &EXAMPLE);
        let inverse = map_eigenvalues(&EXAMPLE, |value| 1.0 / value);
        assert_near(&product(&inverse, &EXAMPLE), &identity());
    }

    #[test]
    fn equal_eigenvalues_and_zero_are_no_trouble() {
        for diagonal in [[0.0; 3], [1.0, 1.0, 1.0], [3.0, 0.0, 3.0]] {
            let matrix = std::array::from_fn(|i| {
                std::array::from_fn(|j| if i == j { diagonal[i] } else { 0.0 })
            });
            assert_near(&map_eigenvalues(&matrix, |value| value), &matrix);
        }
    }
}
