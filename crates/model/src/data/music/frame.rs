//! Which keys of a piano sound at one time step.

use serde::{Deserialize, Serialize};

/// Keys of a piano: the width of a frame.
pub const KEYS: usize = 88;
/// The MIDI number of the lowest key, A0.
pub const LOWEST: u8 = 21;
/// The MIDI number of the highest key, C8.
pub const HIGHEST: u8 = 108;

/// The keys that sound at one time step: 88 bits, the lowest key first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct Frame(u128);

/// A piano roll: one frame for each time step.
pub type Roll = Vec<Frame>;

impl Frame {
    /// A frame in which nothing sounds.
    pub const SILENT: Self = Self(0);

    /// The frame in which these MIDI notes sound.
    ///
    /// # Errors
    /// The first note that no key of a piano has.
    pub fn of_notes(notes: impl IntoIterator<Item = u8>) -> Result<Self, u8> {
        notes.into_iter().try_fold(Self::SILENT, |frame, note| {
            if !(LOWEST..=HIGHEST).contains(&note) {
                return Err(note);
            }
            Ok(frame.with(usize::from(note - LOWEST)))
        })
    }

    /// The frame of these keys, counted from 0.
    ///
    /// # Panics
    /// If there is no such key.
    pub fn of_keys(keys: impl IntoIterator<Item = usize>) -> Self {
        keys.into_iter().fold(Self::SILENT, Self::with)
    }

    /// The same with one key more.
    ///
    /// # Panics
    /// If there is no such key.
    #[must_use]
    pub fn with(self, key: usize) -> Self {
        assert!(key < KEYS, "key {key} of {KEYS}");
        Self(self.0 | 1 << key)
    }

    /// Whether this key, counted from 0, sounds.
    pub fn has(self, key: usize) -> bool {
        key < KEYS && self.0 >> key & 1 == 1
    }

    /// How many keys sound.
    pub fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether nothing sounds.
    pub fn is_silent(self) -> bool {
        self.0 == 0
    }

    /// The keys that sound, counted from 0, the lowest first.
    pub fn keys(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let key = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (key < KEYS).then_some(key)
        })
    }

    /// The MIDI notes that sound, the lowest first.
    pub fn notes(self) -> impl Iterator<Item = u8> {
        self.keys().map(|key| key as u8 + LOWEST)
    }

    /// Keys that sound in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Keys that sound in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Keys that sound here and not there.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Higher by so many semitones, or lower; none where a key would leave the piano.
    pub fn shifted(self, semitones: i32) -> Option<Self> {
        let by = semitones.unsigned_abs();
        if self.is_silent() {
            return Some(self);
        }
        if by as usize >= KEYS {
            return None;
        }
        let moved = if semitones < 0 {
            self.0 >> by
        } else {
            self.0 << by
        };
        let moved = Self(moved & ((1 << KEYS) - 1));
        (moved.count() == self.count()).then_some(moved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_in_and_come_out() {
        let frame = Frame::of_notes([60, 21, 108, 60]).unwrap();
        assert_eq!(frame.notes().collect::<Vec<_>>(), [21, 60, 108]);
        assert_eq!(frame.keys().collect::<Vec<_>>(), [0, 39, 87]);
        assert_eq!(frame.count(), 3);
        assert!(frame.has(39) && !frame.has(40) && !frame.has(500));
        assert_eq!(Frame::of_notes([60, 20]), Err(20));
        assert_eq!(Frame::of_notes([109]), Err(109));
        assert!(Frame::SILENT.keys().next().is_none());
    }

    #[test]
    fn what_leaves_the_piano_is_not_shifted() {
        let frame = Frame::of_notes([30, 100]).unwrap();
        let notes = |frame: Option<Frame>| frame.map(|frame| frame.notes().collect::<Vec<_>>());
        assert_eq!(notes(frame.shifted(8)), Some(vec![38, 108]));
        assert_eq!(notes(frame.shifted(9)), None);
        assert_eq!(notes(frame.shifted(-9)), Some(vec![21, 91]));
        assert_eq!(notes(frame.shifted(-10)), None);
        assert_eq!(frame.shifted(200), None);
        assert_eq!(Frame::SILENT.shifted(200), Some(Frame::SILENT));
    }
}
