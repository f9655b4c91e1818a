//! The largest eigenvalues of a sparse matrix.

use nalgebra::{Complex, DMatrix};

use super::Sparse;

/// Up to this size all eigenvalues are computed; above, those at the edge (a Krylov space).
const WHOLE_UP_TO: usize = 200;
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
        let length = dot(&next, &next).sqrt();
        if step + 1 == KRYLOV || length < 1e-12 {
            hessenberg = hessenberg.resize(step + 1, step + 1, 0.0);
            break;
        }
        hessenberg[(step + 1, step)] = length;
        next.iter_mut().for_each(|value| *value /= length);
        basis.push(next);
    }
    hessenberg.complex_eigenvalues().iter().copied().collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
