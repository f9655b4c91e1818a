//! White keys, black keys, octaves: what a keyboard looks like.

use reverie_model::data::music::{Frame, KEYS, LOWEST};

/// Keys of an octave.
const OCTAVE: usize = 12;
/// Which keys of an octave are black, from C.
const BLACK: [usize; 5] = [1, 3, 6, 8, 10];
/// The number of the octave that MIDI note 0 is in.
const FIRST_OCTAVE: i32 = -1;
/// Keys shown beyond the lowest and the highest that sound, and keys shown at least.
const BEYOND: usize = 2;
const FEWEST_KEYS: usize = 24;
/// The lowest key shown and how many.
pub(super) fn shown(roll: &[Frame]) -> (usize, usize) {
    let all = roll.iter().fold(Frame::SILENT, |all, frame| all.or(*frame));
    let middle = KEYS / 2;
    let low = all.keys().next().unwrap_or(middle).saturating_sub(BEYOND);
    let high = (all.keys().last().unwrap_or(middle) + BEYOND).min(KEYS - 1);
    let missing = FEWEST_KEYS.saturating_sub(high - low + 1);
    let low = low.saturating_sub(missing / 2);
    let high = (high + missing - missing / 2).min(KEYS - 1);
    (low, high - low + 1)
}

/// Whether a key, counted from 0, is black.
pub(super) fn is_black(key: usize) -> bool {
    BLACK.contains(&((key + usize::from(LOWEST)) % OCTAVE))
}

/// Whether a key is the highest of its octave, so that a line is above it.
pub(super) fn ends_octave(key: usize) -> bool {
    (key + usize::from(LOWEST) + 1).is_multiple_of(OCTAVE)
}

/// Whether no black key is between a white key and the next above.
pub(super) fn has_white_above(key: usize) -> bool {
    !is_black(key) && !is_black(key + 1)
}

/// The name of the octave that begins with a key.
pub(super) fn octave_name(key: usize) -> Option<String> {
    let note = key + usize::from(LOWEST);
    note.is_multiple_of(OCTAVE)
        .then(|| format!("C{}", (note / OCTAVE) as i32 + FIRST_OCTAVE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_their_names() {
        assert_eq!(octave_name(39).as_deref(), Some("C4"));
        assert_eq!(octave_name(3).as_deref(), Some("C1"));
        assert_eq!(octave_name(40), None);
        assert!(is_black(40) && !is_black(39));
        assert!(ends_octave(38) && has_white_above(38) && !has_white_above(39));
    }

    #[test]
    fn no_row_is_too_low_and_all_keys_fit() {
        assert_eq!(shown(&[Frame::SILENT]).1, FEWEST_KEYS);
        assert_eq!(shown(&[Frame::of_keys([0, 87])]), (0, KEYS));
        let (lowest, keys) = shown(&[Frame::of_keys([0])]);
        assert_eq!(lowest, 0);
        assert!(keys >= FEWEST_KEYS / 2);
    }
}
