//! A mean over seeds, and whether two of them differ.

use super::words::nats;
use crate::report::number::NOTHING;

/// A difference of more than so many pooled deviations is called beyond the spread over seeds.
///
/// With three seeds each, two means of equal distributions are further apart in about 7 % of all
/// cases (two-sided t test with 4 degrees of freedom).
pub const BEYOND: f64 = 2.0;

/// A number over seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Arithmetic mean.
    pub mean: f64,
    /// Sample deviation, dividing by the count less one; none for a single seed.
    pub deviation: Option<f64>,
    /// Seeds.
    pub count: usize,
}

impl Spread {
    /// Mean and deviation of these values; none if there are none.
    pub fn of(values: &[f64]) -> Option<Self> {
        let count = values.len();
        if count == 0 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / count as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Some(Self {
            mean,
            deviation: (count > 1).then(|| (squares / (count - 1) as f64).sqrt()),
            count,
        })
    }

    /// `8.59 ± 0.02`, or without the deviation where there is none.
    pub fn text(&self) -> String {
        if !self.mean.is_finite() {
            return NOTHING.to_owned();
        }
        match self.deviation {
            Some(deviation) if deviation.is_finite() => {
                format!("{} ± {}", nats(self.mean), nats(deviation))
            }
            _ => nats(self.mean),
        }
    }
}

/// How a mean lies to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// How much lower the first mean is, in the unit of the means; below zero if it is higher.
    pub lower_by: f64,
    /// The deviation that both share; none where a mean has fewer than two seeds.
    pub pooled: Option<f64>,
}

impl Gap {
    /// The gap from one mean down to another.
    pub fn between(first: Spread, second: Spread) -> Self {
        Self {
            lower_by: second.mean - first.mean,
            pooled: pooled(first, second),
        }
    }

    /// Whether seeds alone do not explain the gap; none where the spread is not known.
    pub fn is_beyond(&self) -> Option<bool> {
        self.pooled
            .map(|pooled| self.lower_by.abs() > BEYOND * pooled)
    }
}

/// Root of the mean variance, weighted by degrees of freedom.
fn pooled(first: Spread, second: Spread) -> Option<f64> {
    let weighted = |spread: Spread| {
        let freedom = spread.count.checked_sub(1).filter(|freedom| *freedom > 0)? as f64;
        let deviation = spread.deviation.filter(|deviation| deviation.is_finite())?;
        Some((freedom * deviation.powi(2), freedom))
    };
    let (first, second) = (weighted(first)?, weighted(second)?);
    Some(((first.0 + second.0) / (first.1 + second.1)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_seed_has_no_deviation() {
        let one = Spread::of(&[8.59]).unwrap();
        assert_eq!((one.text().as_str(), one.deviation), ("8.59", None));
        assert_eq!(Spread::of(&[]), None);
    }

    #[test]
    fn mean_and_deviation_are_those_of_the_sample() {
        let three = Spread::of(&[1.0, 2.0, 3.0]).unwrap();
        assert_eq!(three.text(), "2.00 ± 1.00");
        assert_eq!(three.count, 3);
    }

    #[test]
    fn what_is_no_number_is_a_dash() {
        assert_eq!(Spread::of(&[1.0, f64::INFINITY]).unwrap().text(), NOTHING);
    }

    #[test]
    fn a_gap_is_measured_in_pooled_deviations() {
        let spread = |mean, deviation, count| Spread {
            mean,
            deviation: Some(deviation),
            count,
        };
        let gap = Gap::between(spread(8.0, 0.1, 3), spread(8.5, 0.2, 3));
        assert!((gap.lower_by - 0.5).abs() < 1e-12);
        assert!((gap.pooled.unwrap() - 0.025_f64.sqrt()).abs() < 1e-12);
        assert_eq!(gap.is_beyond(), Some(true));
        let near = Gap::between(spread(8.3, 0.1, 3), spread(8.5, 0.2, 3));
        assert_eq!(near.is_beyond(), Some(false));
    }

    #[test]
    fn one_seed_says_nothing_about_the_spread() {
        let one = Spread::of(&[8.0]).unwrap();
        let three = Spread::of(&[9.0, 9.1, 9.2]).unwrap();
        assert_eq!(Gap::between(one, three).is_beyond(), None);
    }
}
