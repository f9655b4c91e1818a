//! The largest eigenvalues of a sparse matrix.

use nalgebra::{Complex, DMatrix};

use super::Sparse;
use crate::numbers::{dot, length};

/// Up to this size all eigenvalues are computed; above, those at the edge (a Krylov space).
const WHOLE_UP_TO: usize = 200;
/// Up to this size all are shown.
const SHOWN_UP_TO: usize = 2000;
/// Dimensions of the Krylov space above that size.
const KRYLOV: usize = 200;

/// The spectral radius: the largest absolute value of an eigenvalue. Zero for a matrix without cycles.
pub fn spectral_radius(matrix: &Sparse) -> f64 {
    let values = if matrix.size() <= WHOLE_UP_TO {
        eigenvalues(matrix)
    } else {
        edge(matrix)
    };
    values
        .iter()
        .map(|value| value.re.hypot(value.im))
        .fold(0.0, f64::max)
}

/// All eigenvalues, by the QR algorithm on the dense matrix; the time grows with the cube of the size.
pub fn eigenvalues(matrix: &Sparse) -> Vec<Complex<f64>> {
    matrix
        .dense()
        .complex_eigenvalues()
        .iter()
        .copied()
        .collect()
}

/// All eigenvalues, or those at the edge where all would take minutes.
pub(super) fn spectrum(matrix: &Sparse) -> Vec<Complex<f64>> {
    match matrix.size() <= SHOWN_UP_TO {
        true => eigenvalues(matrix),
        false => edge(matrix),
    }
}

/// The eigenvalues at the edge of the spectrum: those of the matrix restricted to a Krylov space.
///
/// A power iteration would not do: the largest eigenvalue of a random real matrix is mostly one of a
/// complex pair, with neighbours almost as large.
///
/// # Source
/// Arnoldi 1951; Saad 2011, Numerical methods for large eigenvalue problems, algorithm 6.2.
fn edge(matrix: &Sparse) -> Vec<Complex<f64>> {
    let n = matrix.size();
    let mut basis: Vec<Vec<f64>> = vec![vec![1.0 / (n as f64).sqrt(); n]];
    let mut hessenberg = DMatrix::zeros(KRYLOV, KRYLOV);
    for step in 0..KRYLOV {
        let mut next = vec![0.0; n];
        matrix.add_product(&basis[step], &mut next);
        // Twice, because one pass of Gram-Schmidt loses orthogonality to rounding.
        for _ in 0..2 {
            for (row, vector) in basis.iter().enumerate() {
                let part = dot(vector, &next);
                hessenberg[(row, step)] += part;
                next.iter_mut()
                    .zip(vector)
                    .for_each(|(a, b)| *a -= part * b);
            }
        }
        let norm = length(&next);
        if step + 1 == KRYLOV || norm < 1e-12 {
            hessenberg = hessenberg.resize(step + 1, step + 1, 0.0);
            break;
        }
        hessenberg[(step + 1, step)] = norm;
        next.iter_mut().for_each(|value| *value /= norm);
        basis.push(next);
    }
    hessenberg.complex_eigenvalues().iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use reverie_model::rng::seeded;

    use super::*;

    #[test]
    fn the_edge_has_the_largest_eigenvalue() {
        for seed in 0..3 {
            let matrix = Sparse::random(300, 0.05, &mut seeded(seed));
            let largest = |values: Vec<Complex<f64>>| {
                let sizes = values.iter().map(|value| value.re.hypot(value.im));
                sizes.fold(0.0, f64::max)
            };
            let (edge, all) = (largest(edge(&matrix)), largest(eigenvalues(&matrix)));
            assert!((edge / all - 1.0).abs() < 1e-6, "{edge} {all}");
        }
    }

    #[test]
    fn a_ring_has_its_factor_as_radius() {
        // One entry a row: the rows of a cycle multiply.
        let mut matrix = Sparse::random(1, 1.0, &mut seeded(1));
        let entry = matrix.dense()[(0, 0)];
        matrix.scale(0.5 / entry);
        assert!((spectral_radius(&matrix) - 0.5).abs() < 1e-12);
    }
}
