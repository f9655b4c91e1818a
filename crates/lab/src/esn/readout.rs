//! The only trained part: a linear map from the units to the output.

use nalgebra::{DMatrix, DVector};

/// The ridges that [`Lessons::choose_ridge`] tries, as powers of ten.
const TRIED_RIDGES: std::ops::RangeInclusive<i32> = -10..=2;
/// Part of the lessons that the choice is judged on: one in so many, the last ones.
const JUDGED_PART: usize = 5;

/// The linear map that comes nearest to the targets, with small weights preferred.
#[derive(Clone, Debug)]
pub struct Readout {
    weights: DVector<f64>,
}

impl Readout {
    /// The output for these features.
    pub fn output(&self, features: &DVector<f64>) -> f64 {
        self.weights.dot(features)
    }

    /// The largest absolute weight: a large one makes a free run fragile.
    pub fn largest(&self) -> f64 {
        self.weights.amax()
    }
}

/// What the readout is fitted to.
///
/// # Shapes
/// - `features`: `[F, T]`, a column a step
/// - `targets`: `[T]`
#[derive(Clone, Debug)]
pub struct Lessons {
    /// What the readout sees.
    pub features: DMatrix<f64>,
    /// What it should say.
    pub targets: DVector<f64>,
}

impl Lessons {
    /// Ridge regression, w = (X X' + ridge I)^-1 X y, by the Cholesky decomposition.
    ///
    /// Answers with the ridge that was used: where the matrix is not positive definite in double
    /// precision, it is raised tenfold until it is.
    ///
    /// # Source
    /// Lukosevicius 2012, A practical guide to applying echo state networks, eq. 9.
    pub fn fit(&self, ridge: f64) -> (Readout, f64) {
        Equations::of(&self.features, &self.targets).solve(ridge)
    }

    /// The ridge with the smallest error on the last fifth, when the rest is fitted.
    pub fn choose_ridge(&self) -> f64 {
        let steps = self.targets.len();
        let fitted = steps - (steps / JUDGED_PART).max(1);
        let equations = Equations::of(
            &self.features.columns(0, fitted).into_owned(),
            &self.targets.rows(0, fitted).into_owned(),
        );
        let judged = self.features.columns(fitted, steps - fitted);
        let truth = self.targets.rows(fitted, steps - fitted);
        let error = |ridge: f64| {
            let (readout, used) = equations.solve(ridge);
            (
                (judged.tr_mul(&readout.weights) - truth).norm_squared(),
                used,
            )
        };
        let tried = TRIED_RIDGES.map(|power| error(10f64.powi(power)));
        let best = tried.min_by(|a, b| a.0.total_cmp(&b.0));
        best.expect("there are ridges to try").1
    }
}

/// The normal equations.
struct Equations {
    gram: DMatrix<f64>,
    right: DVector<f64>,
}

impl Equations {
    fn of(features: &DMatrix<f64>, targets: &DVector<f64>) -> Self {
        Self {
            gram: features * features.transpose(),
            right: features * targets,
        }
    }

    fn solve(&self, ridge: f64) -> (Readout, f64) {
        let mut ridge = ridge;
        assert!(
            self.gram.iter().all(|value| value.is_finite()),
            "the units are numbers"
        );
        loop {
            let mut gram = self.gram.clone();
            for i in 0..gram.nrows() {
                gram[(i, i)] += ridge;
            }
            if let Some(cholesky) = gram.clone().cholesky() {
                let mut weights = cholesky.solve(&self.right);
                // One step of refinement takes back what rounding lost.
                weights += cholesky.solve(&(&self.right - gram * &weights));
                return (Readout { weights }, ridge);
            }
            ridge *= 10.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lessons() -> Lessons {
        let features = DMatrix::from_fn(2, 40, |f, t| match f {
            0 => 1.0,
            _ => (t as f64 * 0.7).sin(),
        });
        let targets = DVector::from_fn(40, |t, _| 3.0 - 2.0 * features[(1, t)]);
        Lessons { features, targets }
    }

    #[test]
    fn a_line_is_found() {
        let (readout, used) = lessons().fit(1e-9);
        assert!((readout.output(&DVector::from_vec(vec![1.0, 0.5])) - 2.0).abs() < 1e-6);
        assert_eq!(used, 1e-9);
    }

    #[test]
    fn a_singular_problem_gets_a_larger_ridge() {
        let mut lessons = lessons();
        // Thirty times the same feature.
        lessons.features = DMatrix::from_fn(30, 40, |_, t| 1e4 * (t as f64 * 0.7).sin());
        let (readout, used) = lessons.fit(1e-14);
        assert!(used > 1e-14 && readout.largest().is_finite(), "{used}");
    }

    #[test]
    fn clean_lessons_choose_a_small_ridge() {
        assert!(lessons().choose_ridge() <= 1e-9);
    }
}
