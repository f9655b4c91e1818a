//! How good it is to go from one voicing to the next, and what is forbidden.

use super::harmony::{Chord, DOMINANT, TONIC};
use super::key::{Key, OCTAVE};
use super::voicing::MIN_PARTS;

/// Semitones of the intervals that two parts must not move in side by side, octaves off.
const UNISON: u8 = 0;
const FIFTH: u8 = 7;
/// Semitones of a tritone, which nobody sings.
const TRITONE: u8 = 6;
/// Semitones of a whole tone: the widest step.
const WHOLE_TONE: u8 = 2;
/// The widest leap of the highest part and of those between.
const WIDEST_HIGH: u8 = 9;
const WIDEST_INNER: u8 = 7;
/// The last of the leaps in the table below; of those above it the bass takes only the octave.
const WIDEST_LISTED: usize = 7;
/// What leaps of 0 to 7 semitones cost the parts. The highest one should not stand still for long.
const HIGH: [f32; WIDEST_LISTED + 1] = [0.7, 0.0, 0.0, 0.6, 0.8, 1.3, 9.0, 1.8];
const INNER: [f32; WIDEST_LISTED + 1] = [0.0, 0.1, 0.2, 0.9, 1.1, 1.8, 9.0, 2.6];
const BASS: [f32; WIDEST_LISTED + 1] = [0.8, 0.1, 0.1, 0.4, 0.4, 0.4, 9.0, 0.5];
/// What wider leaps cost.
const WIDE: f32 = 3.0;
const BASS_OCTAVE: f32 = 0.9;
/// Costs: all in one direction, the outer parts in one, a part above where its neighbour was, an
/// open fifth or octave that the outer parts run into, a leading tone that does not resolve.
const ALL_ALIKE: f32 = 3.0;
const OUTER_ALIKE: f32 = 0.6;
const OVERLAP: f32 = 1.5;
const RUN_INTO: f32 = 4.0;
const UNRESOLVED: f32 = 3.0;

/// Whether two parts, or more, go from a unison, octave or fifth into another of the same kind.
pub(super) fn has_parallels(before: &[u8], after: &[u8]) -> bool {
    (1..before.len()).any(|high| {
        (0..high).any(|low| {
            let moves = before[low] != after[low] && before[high] != after[high];
            let was = class(before[low], before[high]);
            moves && was == class(after[low], after[high]) && matches!(was, UNISON | FIFTH)
        })
    })
}

/// The interval between two notes without octaves.
pub(super) fn class(a: u8, b: u8) -> u8 {
    a.abs_diff(b) % OCTAVE
}

/// What it costs to go from one voicing to the next; none if it is forbidden.
pub(super) fn cost(key: Key, from: (Chord, &[u8]), to: (Chord, &[u8])) -> Option<f32> {
    let ((chord, before), (next, after)) = (from, to);
    if has_parallels(before, after) {
        return None;
    }
    let last = before.len() - 1;
    let mut cost = 0.0;
    for (part, (a, b)) in before.iter().zip(after).enumerate() {
        cost += melodic(key, *a, *b, part, last)?;
        if part < last && *b > before[part + 1] {
            cost += OVERLAP;
        }
        if part > 0 && *b < before[part - 1] {
            cost += OVERLAP;
        }
        let is_leading = chord.degree == DOMINANT && a % OCTAVE == key.leading_tone();
        if is_leading && next.degree == TONIC && *b != a + 1 {
            if part == last {
                return None;
            }
            cost += UNRESOLVED;
        }
    }
    Some(cost + directions(before, after))
}

/// What the way of one part costs.
fn melodic(key: Key, a: u8, b: u8, part: usize, last: usize) -> Option<f32> {
    let leap = a.abs_diff(b);
    // From the small sixth to the raised seventh: three semitones that look like a step.
    let into_leading = [a, b].map(|note| note % OCTAVE);
    let sixth = (key.leading_tone() + OCTAVE - 3) % OCTAVE;
    let is_augmented =
        leap == 3 && into_leading.contains(&sixth) && into_leading.contains(&key.leading_tone());
    if leap == TRITONE || is_augmented {
        return None;
    }
    let (listed, widest) = match part {
        0 => (&BASS, OCTAVE),
        _ if part == last => (&HIGH, WIDEST_HIGH),
        _ => (&INNER, WIDEST_INNER),
    };
    match usize::from(leap) {
        near if near <= WIDEST_LISTED => Some(listed[near]),
        _ if part == 0 && leap == OCTAVE => Some(BASS_OCTAVE),
        _ if part > 0 && leap <= widest => Some(WIDE),
        _ => None,
    }
}

/// What the directions of the parts cost together.
fn directions(before: &[u8], after: &[u8]) -> f32 {
    let last = before.len() - 1;
    let way = |part: usize| after[part].cmp(&before[part]);
    let all_alike = way(0).is_ne() && (1..=last).all(|part| way(part) == way(0));
    let outer_alike = way(0).is_ne() && way(0) == way(last);
    let mut cost = 0.0;
    if all_alike && before.len() > MIN_PARTS {
        cost += ALL_ALIKE;
    }
    if outer_alike {
        cost += OUTER_ALIKE;
        let is_open = matches!(class(after[0], after[last]), UNISON | FIFTH);
        if is_open && after[last].abs_diff(before[last]) > WHOLE_TONE {
            cost += RUN_INTO;
        }
    }
    cost
}

#[cfg(test)]
mod tests {
    use super::super::key::Mode;
    use super::*;

    const A_MINOR: Key = Key {
        tonic: 9,
        mode: Mode::Minor,
    };

    fn go(degrees: [usize; 2], before: &[u8], after: &[u8]) -> Option<f32> {
        let [a, b] = degrees.map(|degree| Chord::new(A_MINOR, degree));
        cost(A_MINOR, (a, before), (b, after))
    }

    #[test]
    fn parallels_are_found_at_any_distance() {
        assert!(has_parallels(&[48, 55], &[50, 57]));
        assert!(has_parallels(&[48, 67], &[50, 69]));
        assert!(has_parallels(&[48, 60, 64], &[50, 62, 65]));
        assert!(has_parallels(&[48, 52, 60], &[47, 52, 71]));
        assert!(!has_parallels(&[48, 55], &[48, 57]));
        assert!(!has_parallels(&[48, 55], &[48, 55]));
        assert!(!has_parallels(&[48, 52], &[50, 54]));
        assert!(!has_parallels(&[48, 55], &[50, 58]));
    }

    #[test]
    fn the_leading_tone_of_the_highest_part_goes_up() {
        assert!(go([4, 0], &[52, 68], &[57, 69]).is_some());
        assert!(go([4, 0], &[52, 68], &[57, 64]).is_none());
    }

    #[test]
    fn nobody_sings_a_tritone_or_an_augmented_second() {
        assert!(go([3, 4], &[50, 65], &[52, 71]).is_none());
        assert!(go([3, 4], &[50, 65], &[52, 68]).is_none());
    }

    #[test]
    fn contrary_motion_and_steps_are_cheaper() {
        let contrary = go([0, 3], &[57, 64], &[50, 65]).unwrap();
        let similar = go([0, 3], &[57, 64], &[62, 65]).unwrap();
        let leap = go([0, 3], &[57, 64], &[53, 69]).unwrap();
        assert!(contrary < similar && contrary < leap);
    }
}
