//! Which notes the parts take of a chord.

use std::ops::RangeInclusive;

use rand::RngExt;
use rand::seq::SliceRandom;

use super::harmony::Chord;
use super::key::{Key, OCTAVE};
use crate::rng::Rng;

/// The fewest parts of a piece.
pub const MIN_PARTS: usize = 2;
/// The most parts of a piece.
pub const MAX_PARTS: usize = 4;
/// Voicings of a chord that are looked at.
const CANDIDATES: usize = 60;
/// The widest gap between two neighbours, and between the lowest two.
const WIDEST_GAP: u8 = OCTAVE;
const WIDEST_LOW_GAP: u8 = 19;
/// The narrowest gap above the bass, where close notes sound thick.
const NARROWEST_LOW_GAP: u8 = 3;
/// Costs, in steps of a voice, roughly: a bass on the third, a doubled third, a doubled fifth, no
/// fifth, a semitone away from the middle of the highest part, and what chance adds at most.
const BASS_ON_THIRD: f32 = 0.9;
const DOUBLED_THIRD: f32 = 1.2;
const DOUBLED_FIFTH: f32 = 0.5;
const NO_FIFTH: f32 = 0.6;
const OFF_MIDDLE: f32 = 0.06;
const CHANCE: f32 = 0.6;

/// The notes of the parts, the lowest first; those of parts that there are not are 0.
pub(super) type Voicing = [u8; MAX_PARTS];

/// What a chord's voicing has to be beside good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Demand {
    /// The bass takes the root.
    pub(super) root_below: bool,
    /// The highest part takes the root.
    pub(super) root_above: bool,
}

/// The range of a part, counted from the lowest.
pub(super) fn range(parts: usize, part: usize) -> RangeInclusive<u8> {
    match (parts, part) {
        (2, 0) => 45..=64,
        (2, _) => 62..=81,
        (3, 0) => 43..=60,
        (3, 1) => 55..=72,
        (3, _) => 64..=81,
        (_, 0) => 40..=59,
        (_, 1) => 50..=66,
        (_, 2) => 57..=73,
        (_, _) => 63..=81,
    }
}

/// Some voicings of a chord, with what each costs by itself.
pub(super) fn candidates(
    key: Key,
    chord: Chord,
    parts: usize,
    demand: Demand,
    rng: &mut Rng,
) -> Vec<(Voicing, f32)> {
    let mut found = Vec::new();
    extend(key, chord, parts, demand, 0, [0; MAX_PARTS], &mut found);
    found.shuffle(rng);
    found.truncate(CANDIDATES);
    found
        .into_iter()
        .map(|voicing| {
            let chance = rng.random::<f32>() * CHANCE;
            (voicing, cost(chord, &voicing[..parts]) + chance)
        })
        .collect()
}

/// Adds all voicings whose first parts are given.
fn extend(
    key: Key,
    chord: Chord,
    parts: usize,
    demand: Demand,
    part: usize,
    voicing: Voicing,
    found: &mut Vec<Voicing>,
) {
    if part == parts {
        if is_complete(key, chord, &voicing[..parts]) {
            found.push(voicing);
        }
        return;
    }
    for note in range(parts, part) {
        let Some(tone) = chord.tones.iter().position(|tone| *tone == note % OCTAVE) else {
            continue;
        };
        let is_allowed = match part {
            0 if chord.is_diminished() => tone == 1,
            0 if demand.root_below => tone == 0,
            0 => tone < 2,
            _ if part + 1 == parts && demand.root_above => tone == 0,
            _ => true,
        };
        let is_spaced = part == 0 || {
            let gap = note.saturating_sub(voicing[part - 1]);
            match part {
                1 if parts > MIN_PARTS => (NARROWEST_LOW_GAP..=WIDEST_LOW_GAP).contains(&gap),
                // Two parts alone may be further apart than two of many.
                1 => (NARROWEST_LOW_GAP..=WIDEST_LOW_GAP + OCTAVE / 2).contains(&gap),
                _ => (1..=WIDEST_GAP).contains(&gap),
            }
        };
        if is_allowed && is_spaced {
            let mut next = voicing;
            next[part] = note;
            extend(key, chord, parts, demand, part + 1, next, found);
        }
    }
}

/// How many parts take each tone of a chord.
fn counts(chord: Chord, notes: &[u8]) -> [usize; 3] {
    chord
        .tones
        .map(|tone| notes.iter().filter(|note| **note % OCTAVE == tone).count())
}

/// Whether the chord can be told from the notes, and no leading tone is doubled.
fn is_complete(key: Key, chord: Chord, notes: &[u8]) -> bool {
    let [roots, thirds, _] = counts(chord, notes);
    let leading = key.leading_tone();
    let leading = notes
        .iter()
        .filter(|note| **note % OCTAVE == leading)
        .count();
    let is_named = match notes.len() {
        // Two parts on the root are an octave: bare, but good for an end.
        MIN_PARTS => roots > 0 || thirds > 0,
        _ => roots > 0 && thirds > 0,
    };
    is_named && leading < 2
}

fn cost(chord: Chord, notes: &[u8]) -> f32 {
    let [_, thirds, fifths] = counts(chord, notes);
    let middle = range(notes.len(), notes.len() - 1);
    let middle = (f32::from(*middle.start()) + f32::from(*middle.end())) / 2.0;
    let highest = f32::from(notes[notes.len() - 1]);
    let mut cost = OFF_MIDDLE * (highest - middle).abs();
    if notes[0] % OCTAVE == chord.tones[1] {
        cost += BASS_ON_THIRD;
    }
    cost += DOUBLED_THIRD * thirds.saturating_sub(1) as f32;
    cost += DOUBLED_FIFTH * fifths.saturating_sub(1) as f32;
    match notes.len() {
        // Of two parts one takes the third, or it is no chord.
        MIN_PARTS if thirds != 1 => cost += 2.0 * DOUBLED_THIRD,
        MIN_PARTS => {}
        _ if fifths == 0 => cost += NO_FIFTH,
        _ => {}
    }
    cost
}

#[cfg(test)]
mod tests {
    use super::super::harmony::{DOMINANT, TONIC};
    use super::super::key::Mode;
    use super::*;
    use crate::rng::seeded;

    const C_MAJOR: Key = Key {
        tonic: 0,
        mode: Mode::Major,
    };

    fn all(degree: usize, parts: usize, demand: Demand) -> Vec<Voicing> {
        let chord = Chord::new(C_MAJOR, degree);
        let found = candidates(C_MAJOR, chord, parts, demand, &mut seeded(1));
        found.into_iter().map(|(voicing, _)| voicing).collect()
    }

    #[test]
    fn every_chord_has_voicings_in_the_ranges() {
        for parts in MIN_PARTS..=MAX_PARTS {
            // The seventh chord of major is never used.
            for degree in 0..6 {
                let found = all(degree, parts, Demand::default());
                assert!(
                    found.len() > 3,
                    "{parts} parts on {degree}: {}",
                    found.len()
                );
                for voicing in found {
                    let notes = &voicing[..parts];
                    assert!(notes.is_sorted_by(|a, b| a < b), "{notes:?}");
                    let in_range = |(part, note)| range(parts, part).contains(note);
                    assert!(notes.iter().enumerate().all(in_range), "{notes:?}");
                }
            }
        }
    }

    #[test]
    fn no_voicing_doubles_the_leading_tone() {
        for voicing in all(DOMINANT, MAX_PARTS, Demand::default()) {
            let leading = voicing.iter().filter(|note| *note % OCTAVE == 11).count();
            assert_eq!(leading, 1, "{voicing:?}");
        }
    }

    #[test]
    fn a_close_has_the_root_above_and_below() {
        let demand = Demand {
            root_below: true,
            root_above: true,
        };
        for parts in MIN_PARTS..=MAX_PARTS {
            let found = all(TONIC, parts, demand);
            assert!(!found.is_empty());
            for voicing in found {
                assert_eq!((voicing[0] % OCTAVE, voicing[parts - 1] % OCTAVE), (0, 0));
            }
        }
    }
}
