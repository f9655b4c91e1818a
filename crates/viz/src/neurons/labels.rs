//! What is true of a text at every character.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// Characters on either side (yes and no) below which a property is not measured.
pub const MIN_EACH: usize = 20;

/// A property of each character of a text, `[T]`.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// More or less of something, in its own unit; measured by a correlation.
    Graded(Vec<f32>),
    /// Yes or no; measured by the area under the ROC curve.
    YesNo(Vec<bool>),
}

/// Why a property cannot be measured in a passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// It is nowhere true, or nowhere above nothing.
    Never,
    /// It is true, or the same, everywhere.
    Always,
    /// It is true, false or different at too few characters.
    TooFew {
        /// Characters there are.
        found: usize,
    },
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("it does not occur"),
            Self::Always => f.write_str("it is the same everywhere"),
            Self::TooFew { found } => {
                write!(
                    f,
                    "it varies at {found} characters only, and {MIN_EACH} are needed"
                )
            }
        }
    }
}

impl Labels {
    /// Why they cannot be measured, if they cannot: less than [`MIN_EACH`] characters differ from
    /// the others.
    pub fn absence(&self) -> Option<Absence> {
        let (total, most, level_is_zero) = match self {
            Self::YesNo(labels) => {
                let yes = labels.iter().filter(|label| **label).count();
                (labels.len(), yes.max(labels.len() - yes), yes == 0)
            }
            Self::Graded(values) => {
                let mut counts = BTreeMap::<u32, usize>::new();
                values
                    .iter()
                    .for_each(|v| *counts.entry(v.to_bits()).or_default() += 1);
                let most = counts.values().copied().max().unwrap_or(0);
                (values.len(), most, values.iter().all(|v| *v == 0.0))
            }
        };
        match total - most {
            0 if level_is_zero => Some(Absence::Never),
            0 => Some(Absence::Always),
            found if found < MIN_EACH => Some(Absence::TooFew { found }),
            _ => None,
        }
    }

    /// Whether each character is one where the property is true; graded ones have no such thing.
    pub fn yes(&self) -> Option<&[bool]> {
        match self {
            Self::YesNo(labels) => Some(labels),
            Self::Graded(_) => None,
        }
    }

    /// Whether character `t` has another label than the one before it, `[T]`.
    pub(crate) fn changes(&self) -> Vec<bool> {
        fn differ<T: PartialEq>(all: &[T]) -> Vec<bool> {
            (0..all.len())
                .map(|t| t > 0 && all[t] != all[t - 1])
                .collect()
        }
        match self {
            Self::YesNo(labels) => differ(labels),
            Self::Graded(values) => differ(values),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_that_never_varies_is_absent_with_a_reason() {
        let yes_no = |yes: usize, no: usize| {
            Labels::YesNo([vec![true; yes], vec![false; no]].concat()).absence()
        };
        assert_eq!(yes_no(0, 100), Some(Absence::Never));
        assert_eq!(yes_no(100, 0), Some(Absence::Always));
        assert_eq!(yes_no(3, 100), Some(Absence::TooFew { found: 3 }));
        assert_eq!(yes_no(100, MIN_EACH), None);
        assert_eq!(
            Labels::Graded(vec![0.0; 50]).absence(),
            Some(Absence::Never)
        );
        assert_eq!(
            Labels::Graded(vec![2.0; 50]).absence(),
            Some(Absence::Always)
        );
        assert_eq!(
            Labels::Graded((0..50_u8).map(f32::from).collect()).absence(),
            None
        );
    }
}
