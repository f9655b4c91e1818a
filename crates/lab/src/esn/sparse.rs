//! A matrix with few entries a row.

use nalgebra::DMatrix;
use rand::RngExt;
use reverie_model::rng::{self, Rng};

/// A square matrix of which only the entries that are not zero are stored, row by row.
#[derive(Clone, Debug)]
pub struct Sparse {
    /// Where each row's entries begin in the two lists below; one more than there are rows.
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f64>,
}

impl Sparse {
    /// A random `n` times `n` matrix: every row has the same number of entries, at least one, at random
    /// columns, with standard normal values.
    ///
    /// # Panics
    /// If `density` is not in (0, 1].
    pub fn random(n: usize, density: f64, rng: &mut Rng) -> Self {
        assert!(density > 0.0 && density <= 1.0, "a density of {density}");
        let per_row = ((n as f64 * density).round() as usize).clamp(1, n);
        let mut order: Vec<u32> = (0..n as u32).collect();
        let mut columns = Vec::with_capacity(n * per_row);
        for _ in 0..n {
            // The first draws of a shuffle: columns without repetition.
            for place in 0..per_row {
                let other = rng.random_range(place..n);
                order.swap(place, other);
            }
            let mut chosen = order[..per_row].to_vec();
            chosen.sort_unstable();
            columns.extend(chosen);
        }
        let values = rng::normal(rng, columns.len());
        Self {
            starts: (0..=n).map(|row| row * per_row).collect(),
            columns,
            values: values.into_iter().map(f64::from).collect(),
        }
    }

    /// Number of rows, which is that of columns.
    pub fn size(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of stored entries.
    pub fn entries(&self) -> usize {
        self.values.len()
    }

    /// Multiplies every entry by `factor`.
    pub fn scale(&mut self, factor: f64) {
        self.values.iter_mut().for_each(|value| *value *= factor);
    }

    /// The product with `vector`, added to `sum`.
    pub fn add_product(&self, vector: &[f64], sum: &mut [f64]) {
        for (row, sum) in sum.iter_mut().enumerate() {
            let span = self.starts[row]..self.starts[row + 1];
            let entries = self.columns[span.clone()].iter().zip(&self.values[span]);
            *sum += entries
                .map(|(column, value)| value * vector[*column as usize])
                .sum::<f64>();
        }
    }

    /// The same matrix with its zeros.
    pub fn dense(&self) -> DMatrix<f64> {
        let n = self.size();
        let mut dense = DMatrix::zeros(n, n);
        for row in 0..n {
            for at in self.starts[row]..self.starts[row + 1] {
                dense[(row, self.columns[at] as usize)] = self.values[at];
            }
        }
        dense
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_that_of_the_dense_matrix() {
        let mut rng = rng::seeded(1);
        let sparse = Sparse::random(7, 0.4, &mut rng);
        assert_eq!(sparse.entries(), 7 * 3);
        let vector: Vec<f64> = (0..7).map(|i| f64::from(i) - 2.5).collect();
        let mut sum = vec![1.0; 7];
        sparse.add_product(&vector, &mut sum);
        let dense = sparse.dense() * nalgebra::DVector::from_vec(vector);
        for (a, b) in sum.iter().zip(dense.iter()) {
            assert!((a - 1.0 - b).abs() < 1e-12);
        }
    }

    #[test]
    fn the_thinnest_matrix_has_one_entry_a_row() {
        assert_eq!(Sparse::random(5, 1e-9, &mut rng::seeded(2)).entries(), 5);
    }
}
