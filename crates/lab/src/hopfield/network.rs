//! Weights between units.

use crate::numbers::sum_products;

/// Symmetric weights without a diagonal.
///
/// # Shapes
/// `[N, N]`, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    n_units: usize,
    values: Vec<f32>,
}

impl Weights {
    /// Takes `[N, N]` numbers; the diagonal becomes zero.
    ///
    /// # Panics
    /// If they are not as many, or not symmetric.
    pub fn new(n_units: usize, mut values: Vec<f32>) -> Self {
        assert_eq!(values.len(), n_units * n_units, "a weight for every pair");
        for unit in 0..n_units {
            values[unit * n_units + unit] = 0.0;
        }
        let weights = Self { n_units, values };
        for unit in 0..n_units {
            for other in 0..unit {
                let (there, back) = (weights.row(unit)[other], weights.row(other)[unit]);
                assert!(there == back, "weights are symmetric: {there} and {back}");
            }
        }
        weights
    }

    /// N.
    pub fn n_units(&self) -> usize {
        self.n_units
    }

    /// The weights of one unit, `[N]`.
    pub fn row(&self, unit: usize) -> &[f32] {
        &self.values[unit * self.n_units..(unit + 1) * self.n_units]
    }

    /// What a unit sees of the others: h_i = Σ_j w_ij s_j, summed in double precision.
    pub fn field(&self, unit: usize, units: &[i8]) -> f64 {
        let product = |weight, unit| f64::from(weight) * f64::from(unit);
        sum_products::<f32, i8, f64>(self.row(unit), units, product)
    }

    /// What every unit sees, `[N]`.
    pub fn fields(&self, units: &[i8]) -> Vec<f64> {
        (0..self.n_units)
            .map(|unit| self.field(unit, units))
            .collect()
    }

    /// E = -½ Σ_ij w_ij s_i s_j.
    pub fn energy(&self, units: &[i8]) -> f64 {
        energy(&self.fields(units), units)
    }
}

/// E from what the units see.
pub(super) fn energy(fields: &[f64], units: &[i8]) -> f64 {
    let products = fields
        .iter()
        .zip(units)
        .map(|(field, unit)| field * f64::from(*unit));
    -0.5 * products.sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_units_that_like_each_other_are_lowest_when_alike() {
        let weights = Weights::new(2, vec![5.0, 1.0, 1.0, 5.0]);
        assert_eq!(weights.row(0), [0.0, 1.0]);
        assert_eq!(weights.fields(&[1, -1]), [-1.0, 1.0]);
        assert_eq!(weights.energy(&[1, 1]), -1.0);
        assert_eq!(weights.energy(&[1, -1]), 1.0);
    }
}
