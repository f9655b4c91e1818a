//! Functions that units apply, with their slopes and the first terms of their series.

use serde::{Deserialize, Serialize};

/// f.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Function {
    /// x.
    Linear,
    /// α x + β.
    Affine {
        /// The slope.
        alpha: f64,
        /// The value at zero.
        beta: f64,
    },
    /// tanh x = x - x³/3 + 2x⁵/15 - …
    Tanh,
    /// 1 / (1 + e^-x) = 1/2 + x/4 - x³/48 + x⁵/480 - …
    Sigmoid,
    /// x where x ≥ 0, else 0.
    Relu,
}

/// The first terms of a series.
pub type Polynomial = fn(f64) -> f64;

impl Function {
    /// Those that networks use.
    pub const USED: [Self; 4] = [Self::Linear, Self::Tanh, Self::Relu, Self::Sigmoid];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Affine { .. } => "affine",
            Self::Tanh => "tanh",
            Self::Sigmoid => "sigmoid",
            Self::Relu => "relu",
        }
    }

    /// f(x).
    pub fn value(self, x: f64) -> f64 {
        match self {
            Self::Linear => x,
            Self::Affine { alpha, beta } => alpha * x + beta,
            Self::Tanh => x.tanh(),
            Self::Sigmoid => 1.0 / (1.0 + (-x).exp()),
            Self::Relu => x.max(0.0),
        }
    }

    /// f'(x).
    pub fn slope(self, x: f64) -> f64 {
        match self {
            Self::Linear => 1.0,
            Self::Affine { alpha, .. } => alpha,
            Self::Tanh => 1.0 - x.tanh().powi(2),
            Self::Sigmoid => {
                let s = self.value(x);
                s * (1.0 - s)
            }
            Self::Relu => f64::from(u8::from(x > 0.0)),
        }
    }

    /// α and β of the straight line that it is near zero; of relu the line where x ≥ 0.
    pub fn line(self) -> (f64, f64) {
        match self {
            Self::Affine { alpha, beta } => (alpha, beta),
            Self::Sigmoid => (0.25, 0.5),
            _ => (1.0, 0.0),
        }
    }

    /// The series up to x³, and what stands before x⁵; none where there is no such series.
    pub fn series(self) -> Option<(Polynomial, f64)> {
        match self {
            Self::Tanh => Some((|x| x - x.powi(3) / 3.0, 2.0 / 15.0)),
            Self::Sigmoid => Some((|x| 0.5 + x / 4.0 - x.powi(3) / 48.0, 1.0 / 480.0)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_those_of_the_values() {
        let affine = Function::Affine {
            alpha: 0.7,
            beta: 0.2,
        };
        for function in Function::USED.into_iter().chain([affine]) {
            for x in [-2.0, -0.5, 0.3, 1.7] {
                let step = 1e-6;
                let rise = function.value(x + step) - function.value(x - step);
                let error = (rise / (2.0 * step) - function.slope(x)).abs();
                assert!(error < 1e-8, "{function:?} {x}: {error}");
            }
        }
    }

    #[test]
    fn the_series_leave_a_fifth_power() {
        for function in [Function::Tanh, Function::Sigmoid] {
            let (series, fifth) = function.series().unwrap();
            let x = 0.02_f64;
            let rest = (function.value(x) - series(x)) / x.powi(5);
            assert!(
                (rest / fifth - 1.0).abs() < 0.01,
                "{function:?}: {rest} {fifth}"
            );
        }
    }
}
