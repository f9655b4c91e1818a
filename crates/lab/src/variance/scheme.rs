//! How the weights of a layer are drawn.

use nalgebra::DMatrix;
use reverie_model::rng::{Rng, normal};
use serde::{Deserialize, Serialize};

/// A rule for σ², the variance of weights, or for the whole matrix.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// σ² = 2 / (n_in + n_out): half way between what signals and what gradients ask for (Glorot,
    /// Bengio 2010, eq. 12).
    Xavier,
    /// σ² = 2 / n_in: twice, because relu lets half through (He et al. 2015, eq. 10).
    He,
    /// σ² = 1 / n_in: signals stay.
    Forward,
    /// σ² = 1 / n_out: gradients stay.
    Backward,
    /// A random rotation (Saxe, McClelland, Ganguli 2014).
    Orthogonal,
    /// n_in σ² is this.
    Gain(f64),
}

impl Scheme {
    /// Those with a name of their own.
    pub const NAMED: [Self; 3] = [Self::Xavier, Self::He, Self::Orthogonal];

    /// Its name.
    pub fn name(self) -> String {
        match self {
            Self::Xavier => "Xavier".to_owned(),
            Self::He => "He".to_owned(),
            Self::Forward => "1/n_in".to_owned(),
            Self::Backward => "1/n_out".to_owned(),
            Self::Orthogonal => "orthogonal".to_owned(),
            Self::Gain(gain) => format!("nσ² = {gain:.2}"),
        }
    }

    /// σ² of a layer from so many units to so many.
    pub fn weight_variance(self, n_in: usize, n_out: usize) -> f64 {
        let (n_in, n_out) = (n_in as f64, n_out as f64);
        match self {
            Self::Xavier => 2.0 / (n_in + n_out),
            Self::He => 2.0 / n_in,
            Self::Forward => 1.0 / n_in,
            Self::Backward => 1.0 / n_out,
            // The rows or columns, whichever are fewer, have length one.
            Self::Orthogonal => 1.0 / n_in.max(n_out),
            Self::Gain(gain) => gain / n_in,
        }
    }

    /// Weights, `[n_out, n_in]`.
    pub fn draw(self, n_in: usize, n_out: usize, rng: &mut Rng) -> DMatrix<f64> {
        let std = match self {
            Self::Orthogonal => 1.0,
            _ => self.weight_variance(n_in, n_out).sqrt(),
        };
        let draws = normal(rng, n_in * n_out).into_iter();
        let values: Vec<f64> = draws.map(|draw| f64::from(draw) * std).collect();
        let drawn = DMatrix::from_vec(n_out, n_in, values);
        match self {
            Self::Orthogonal => rotation(drawn),
            _ => drawn,
        }
    }
}

/// The rotation next to a matrix of normal draws: Q of its QR, with signs that make every rotation
/// as likely as every other (Mezzadri 2007, arXiv math-ph/0609050).
fn rotation(drawn: DMatrix<f64>) -> DMatrix<f64> {
    if drawn.nrows() < drawn.ncols() {
        return rotation(drawn.transpose()).transpose();
    }
    let qr = drawn.qr();
    let (mut q, r) = (qr.q(), qr.r());
    for (mut column, pivot) in q.column_iter_mut().zip(r.diagonal().iter()) {
        if *pivot < 0.0 {
            column.neg_mut();
        }
    }
    q
}

#[cfg(test)]
mod tests {
    use reverie_model::rng::seeded;

    use super::*;

    #[test]
    fn rotations_keep_lengths_whatever_their_shape() {
        for (n_in, n_out) in [(6, 6), (4, 9), (9, 4)] {
            let drawn = Scheme::Orthogonal.draw(n_in, n_out, &mut seeded(1));
            let product = match n_in <= n_out {
                true => drawn.transpose() * &drawn,
                false => &drawn * drawn.transpose(),
            };
            let few = n_in.min(n_out);
            assert!((product - DMatrix::identity(few, few)).amax() < 1e-12);
        }
    }

    #[test]
    fn weights_have_their_variance() {
        for scheme in [
            Scheme::Xavier,
            Scheme::He,
            Scheme::Forward,
            Scheme::Backward,
            Scheme::Orthogonal,
            Scheme::Gain(1.7),
        ] {
            let drawn = scheme.draw(150, 100, &mut seeded(2));
            let found = drawn.norm_squared() / 15_000.0;
            let ratio = found / scheme.weight_variance(150, 100);
            assert!((ratio - 1.0).abs() < 0.05, "{scheme:?}: {ratio}");
        }
    }
}
