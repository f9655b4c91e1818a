//! The same music higher and lower, so that there is more to learn from.

use std::ops::RangeInclusive;

use super::{KEYS, Roll};

/// Transposed copies of some sequences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transposed {
    /// The copies: all of the first sequence from the lowest to the highest, then the next.
    pub rolls: Vec<Roll>,
    /// Copies that were asked for and left out, as a note would leave the piano, or as nothing
    /// sounds in them and they would be no other music.
    pub skipped: u64,
}

/// Copies each sequence, higher by each number of semitones of the range.
///
/// 0 semitones is the sequence itself, so `-6..=6` gives it and up to twelve others. A copy in
/// which any note would leave the piano is left out as a whole, and so is one of silence.
pub fn transpose(rolls: &[Roll], semitones: RangeInclusive<i32>) -> Transposed {
    let (low, high) = (*semitones.start(), *semitones.end());
    if semitones.is_empty() {
        return Transposed::default();
    }
    let asked = (i64::from(high) - i64::from(low) + 1) as u64;
    // No note stays on the piano beyond these.
    let most = KEYS as i32 - 1;
    let mut copies = Vec::new();
    for roll in rolls {
        let is_silent = roll.iter().all(|frame| frame.is_silent());
        let useful = |by: &i32| *by == 0 || !is_silent;
        copies.extend(
            (low.max(-most)..=high.min(most))
                .filter(useful)
                .filter_map(|by| shifted(roll, by)),
        );
    }
    Transposed {
        skipped: asked * rolls.len() as u64 - copies.len() as u64,
        rolls: copies,
    }
}

/// A sequence higher by so many semitones, or lower; none where a note would leave the piano.
pub fn shifted(roll: &Roll, semitones: i32) -> Option<Roll> {
    roll.iter().map(|frame| frame.shifted(semitones)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::Frame;
    use super::*;

    fn roll(notes: &[u8]) -> Roll {
        let frame = |&note: &u8| Frame::of_notes([note]).unwrap();
        notes.iter().map(frame).collect()
    }

    #[test]
    fn copies_come_in_order_and_what_leaves_the_piano_is_counted() {
        let rolls = [roll(&[22, 60]), roll(&[107])];
        let copies = transpose(&rolls, -2..=1);
        let want = [
            roll(&[21, 59]),
            roll(&[22, 60]),
            roll(&[23, 61]),
            roll(&[105]),
            roll(&[106]),
            roll(&[107]),
            roll(&[108]),
        ];
        assert_eq!(copies.rolls, want);
        assert_eq!(copies.skipped, 1);
    }

    #[test]
    fn silence_is_not_multiplied() {
        let silence = vec![Frame::SILENT; 3];
        let copies = transpose(std::slice::from_ref(&silence), -6..=6);
        assert_eq!((copies.rolls, copies.skipped), (vec![silence], 12));
    }

    #[test]
    fn any_range_ends() {
        let rolls = [roll(&[21]), roll(&[108]), vec![Frame::SILENT]];
        let copies = transpose(&rolls, i32::MIN..=i32::MAX);
        assert_eq!(copies.rolls.len(), 88 + 88 + 1);
        assert_eq!(copies.skipped, 3 * (1 << 32) - 177);
        let empty = RangeInclusive::new(3, 2);
        assert_eq!(transpose(&rolls, empty), Transposed::default());
        assert!(transpose(&rolls, 200..=300).rolls.is_empty());
    }

    proptest! {
        #[test]
        fn a_copy_is_the_same_music(keys in vec(0..88usize, 1..9), by in -90..90i32) {
            let roll: Roll = keys.iter().map(|&key| Frame::of_keys([key])).collect();
            let Some(copy) = shifted(&roll, by) else {
                let stays = |&key: &usize| (0..88).contains(&(key as i32 + by));
                prop_assert!(!keys.iter().all(stays));
                return Ok(());
            };
            prop_assert_eq!(shifted(&copy, -by), Some(roll));
        }
    }
}
