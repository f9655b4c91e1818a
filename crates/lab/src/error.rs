//! What can go wrong, and whether settings lie in their range.

use std::fmt::Display;
use std::ops::{Bound, RangeBounds};

use reverie_model::recurrent::ConfigError;
use reverie_model::sequence::SequenceError;
use reverie_model::train::CheckpointError;

/// Errors of the experiments.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabError {
    /// A setting out of range.
    #[error("{name} is {value}; it must be {must}")]
    Setting {
        /// Its name.
        name: &'static str,
        /// What it was.
        value: String,
        /// What it must be.
        must: String,
    },
    /// Learning went wrong.
    #[error("{what} is no number at update {step}; a smaller rate may help")]
    Diverged {
        /// What is no number.
        what: &'static str,
        /// The update.
        step: u64,
    },
    /// Settings that make no network.
    #[error(transparent)]
    Network(#[from] ConfigError),
    /// A model of text that cannot be trained.
    #[error(transparent)]
    Text(#[from] SequenceError),
    /// A checkpoint that cannot be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Nothing to store.
    #[error("there are no patterns; a network stores at least one")]
    NoPatterns,
    /// Patterns that do not fit the same units.
    #[error(
        "{first} has {first_width}x{first_height} pixels and {other} has {width}x{height}; patterns of one network have the same size"
    )]
    PatternSize {
        /// The first pattern.
        first: String,
        /// Its columns.
        first_width: usize,
        /// Its rows.
        first_height: usize,
        /// The one that differs.
        other: String,
        /// Its columns.
        width: usize,
        /// Its rows.
        height: usize,
    },
    /// More than could ever be kept apart.
    #[error("{patterns} patterns are more than {units} units can store; use fewer or larger ones")]
    TooManyPatterns {
        /// How many patterns.
        patterns: usize,
        /// How many units.
        units: usize,
    },
    /// The pseudo-inverse rule asks for independent patterns.
    #[error(
        "the patterns depend on each other ({first} and {other} overlap by {overlap:.3}), so the pseudo-inverse rule cannot store them; leave one out"
    )]
    DependentPatterns {
        /// One of the two that are most alike.
        first: String,
        /// The other.
        other: String,
        /// How much they overlap, from -1 to 1.
        overlap: f64,
    },
}

impl LabError {
    /// A setting out of range.
    pub(crate) fn setting(
        name: &'static str,
        value: impl ToString,
        must: impl Into<String>,
    ) -> Self {
        Self::Setting {
            name,
            value: value.to_string(),
            must: must.into(),
        }
    }

    /// The same with the reason for the range.
    pub(crate) fn because(self, why: &str) -> Self {
        match self {
            Self::Setting { name, value, must } => {
                Self::setting(name, value, format!("{must}: {why}"))
            }
            other => other,
        }
    }
}

/// From zero, which is left out, to `most`.
pub(crate) fn up_to(most: f64) -> (Bound<f64>, Bound<f64>) {
    (Bound::Excluded(0.0), Bound::Included(most))
}

/// A setting that must lie in a range; the error says which.
pub(crate) fn within<T: PartialOrd + Display>(
    name: &'static str,
    value: T,
    range: impl RangeBounds<T>,
) -> Result<(), LabError> {
    if range.contains(&value) {
        return Ok(());
    }
    let must = match (range.start_bound(), range.end_bound()) {
        (Bound::Included(least), Bound::Included(most)) => format!("between {least} and {most}"),
        (least, most) => {
            let low = match least {
                Bound::Included(least) => Some(format!("at least {least}")),
                Bound::Excluded(least) => Some(format!("above {least}")),
                Bound::Unbounded => None,
            };
            let high = match most {
                Bound::Included(most) => Some(format!("at most {most}")),
                Bound::Excluded(most) => Some(format!("below {most}")),
                Bound::Unbounded => None,
            };
            low.into_iter()
                .chain(high)
                .collect::<Vec<_>>()
                .join(" and ")
        }
    };
    Err(LabError::setting(name, value, must))
}

/// A setting that must be a number above zero, however large.
pub(crate) fn positive(name: &'static str, value: f64) -> Result<(), LabError> {
    match value > 0.0 && value.is_finite() {
        true => Ok(()),
        false => Err(LabError::setting(name, value, "a finite number above 0")),
    }
}

/// A list that must not be empty.
pub(crate) fn some<T>(name: &'static str, list: &[T]) -> Result<(), LabError> {
    match list.is_empty() {
        true => Err(LabError::setting(name, "empty", "one or more")),
        false => Ok(()),
    }
}

/// A list that must grow from each number to the next.
pub(crate) fn rising<T: PartialOrd + std::fmt::Debug>(
    name: &'static str,
    list: &[T],
) -> Result<(), LabError> {
    match list.windows(2).all(|pair| pair[0] < pair[1]) {
        true => Ok(()),
        false => Err(LabError::setting(
            name,
            format!("{list:?}"),
            "in rising order",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_said_in_words() {
        let said = |found: Result<(), LabError>| found.unwrap_err().to_string();
        assert_eq!(
            said(within("steps", 0, 2..=500)),
            "steps is 0; it must be between 2 and 500"
        );
        assert_eq!(
            said(within("fits", 0, 1..)),
            "fits is 0; it must be at least 1"
        );
        let leak = |value| within("leak", value, up_to(1.0));
        assert_eq!(
            said(leak(1.5)),
            "leak is 1.5; it must be above 0 and at most 1"
        );
        assert!(leak(1.0).is_ok() && leak(0.0).is_err());
        assert_eq!(
            within("T", 0, 2..=9)
                .unwrap_err()
                .because("two are marked")
                .to_string(),
            "T is 0; it must be between 2 and 9: two are marked"
        );
        assert!(within("noise", f64::NAN, 0.0..=1.0).is_err());
        for value in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(said(positive("rate", value)).ends_with("a finite number above 0"));
        }
        assert_eq!(
            said(rising("units", &[8, 4])),
            "units is [8, 4]; it must be in rising order"
        );
        assert_eq!(
            said(some::<u8>("cells", &[])),
            "cells is empty; it must be one or more"
        );
    }
}
