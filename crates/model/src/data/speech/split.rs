//! Which recordings are learnt from, chosen by, and looked at once.

use std::collections::BTreeSet;

use rand::RngExt;

use super::{Recording, SpeechError};
use crate::rng::Rng;

/// Recordings with an index below this are the test part.
pub const TEST_INDICES: u32 = 5;

/// Share of the other indices that choices are made by, unless said otherwise: of the data set's 45,
/// five (4.5 rounded up), as many as are tested.
pub const DEFAULT_VALIDATION_SHARE: f64 = 0.1;

/// The usual split, as places in the list of recordings.
///
/// Index 0 to 4 of every digit and speaker is the test part. Of the other indices a seeded share is
/// validation: the same indices for all digits and speakers, so that every digit and speaker has its
/// share of every part.
///
/// All speakers are in all parts. That is how this data set is used, and it means that a result says
/// how well *known* voices are understood; of strangers it says nothing.
///
/// # Source
/// The README of the Free Spoken Digit Dataset (Jakobovski): 0 to 4 are tested, 5 to 49 trained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpeechSplit {
    /// What is learnt from.
    pub train: Vec<usize>,
    /// What choices are made by.
    pub validation: Vec<usize>,
    /// What is looked at once, at the end.
    pub test: Vec<usize>,
    /// The indices that are validation, in order.
    pub validation_indices: Vec<u32>,
}

impl SpeechSplit {
    /// Splits recordings, with the validation indices drawn from `rng`.
    ///
    /// A share above zero takes one index at least; zero takes none, and leaves the validation part
    /// empty.
    ///
    /// # Errors
    /// A share that is none, or a part without recordings.
    pub fn new(
        recordings: &[Recording],
        validation_share: f64,
        rng: &mut Rng,
    ) -> Result<Self, SpeechError> {
        if !(0.0..1.0).contains(&validation_share) {
            return Err(SpeechError::BadShare {
                value: validation_share,
            });
        }
        let indices = recordings.iter().map(|recording| recording.index);
        let indices: BTreeSet<u32> = indices.filter(|index| *index >= TEST_INDICES).collect();
        let mut left: Vec<u32> = indices.into_iter().collect();
        let wanted = (validation_share * left.len() as f64).round() as usize;
        let wanted = wanted.max(usize::from(validation_share > 0.0));
        let wanted = wanted.min(left.len().saturating_sub(1));
        let mut validation_indices: Vec<u32> = (0..wanted)
            .map(|_| left.swap_remove(rng.random_range(0..left.len())))
            .collect();
        validation_indices.sort_unstable();
        let mut split = Self {
            train: Vec::new(),
            validation: Vec::new(),
            test: Vec::new(),
            validation_indices,
        };
        for (place, recording) in recordings.iter().enumerate() {
            if recording.index < TEST_INDICES {
                split.test.push(place);
            } else if split.validation_indices.contains(&recording.index) {
                split.validation.push(place);
            } else {
                split.train.push(place);
            }
        }
        let must_validate = validation_share > 0.0;
        for (part, indices, places, is_needed) in [
            ("training", "from 5 on", &split.train, true),
            ("validation", "from 5 on", &split.validation, must_validate),
            ("the test", "0 to 4", &split.test, true),
        ] {
            if is_needed && places.is_empty() {
                return Err(SpeechError::EmptyPart { part, indices });
            }
        }
        Ok(split)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;

    fn recordings(indices: u32) -> Vec<Recording> {
        let all = (0..10).flat_map(|digit| (0..indices).map(move |index| (digit, index)));
        all.map(|(digit, index)| Recording {
            digit,
            speaker: "theo".into(),
            index,
            samples: vec![0.0],
        })
        .collect()
    }

    #[test]
    fn every_digit_has_its_share_of_every_part() {
        let all = recordings(50);
        let share = DEFAULT_VALIDATION_SHARE;
        let split = SpeechSplit::new(&all, share, &mut seeded(1)).unwrap();
        let sizes = [&split.train, &split.validation, &split.test].map(Vec::len);
        assert_eq!(sizes, [400, 50, 50]);
        assert!(split.test.iter().all(|place| all[*place].index < 5));
        assert_eq!(split.validation_indices.len(), 5);
        assert!(split.validation_indices.is_sorted());
        let same = SpeechSplit::new(&all, share, &mut seeded(1)).unwrap();
        let other = SpeechSplit::new(&all, share, &mut seeded(2)).unwrap();
        assert_eq!(split, same);
        assert_ne!(split.validation, other.validation);
        assert_eq!(split.test, other.test);
    }

    #[test]
    fn small_shares_and_small_sets() {
        let split = SpeechSplit::new(&recordings(50), 0.0, &mut seeded(1)).unwrap();
        assert!(split.validation.is_empty());
        let split = SpeechSplit::new(&recordings(7), 0.01, &mut seeded(1)).unwrap();
        assert_eq!((split.train.len(), split.validation.len()), (10, 10));
        let error = SpeechSplit::new(&recordings(6), 0.1, &mut seeded(1)).unwrap_err();
        assert!(error.to_string().contains("for validation"), "{error}");
        let error = SpeechSplit::new(&recordings(5), 0.1, &mut seeded(1)).unwrap_err();
        assert!(error.to_string().contains("for training"), "{error}");
        for share in [-0.1, 1.0, f64::NAN] {
            let error = SpeechSplit::new(&recordings(50), share, &mut seeded(1)).unwrap_err();
            assert!(matches!(error, SpeechError::BadShare { .. }), "{error}");
        }
    }
}
