//! Which chord follows which, and how a phrase ends.

use rand::RngExt;
use rand::seq::IndexedRandom;

use super::key::{DEGREES, Key, Mode};
use crate::rng::Rng;

/// Degrees of the scale that chords stand on, counted from 0.
pub(super) const TONIC: usize = 0;
const SUPERTONIC: usize = 1;
const MEDIANT: usize = 2;
const SUBDOMINANT: usize = 3;
pub(super) const DOMINANT: usize = 4;
const SUBMEDIANT: usize = 5;
const SUBTONIC: usize = 6;
/// Degrees from a chord's root to its third and to its fifth.
const THIRD: usize = 2;
const FIFTH: usize = 4;
/// Semitones of a fifth that is too small.
const DIMINISHED: u8 = 6;
/// Chords of a closing cadence, and of every ending that is compared with it.
pub(super) const ENDING: usize = 3;
/// How often a walk is begun anew if it does not lead to its ending.
const WALKS: usize = 200;

/// A triad of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chord {
    /// The degree of its root.
    pub(super) degree: usize,
    /// The tone classes of root, third and fifth.
    pub(super) tones: [u8; 3],
    /// Whether the sixth and the seventh note of the scale are raised while it sounds.
    pub(super) raised: bool,
}

impl Chord {
    pub(super) fn new(key: Key, degree: usize) -> Self {
        let raised = degree == DOMINANT && key.mode != Mode::Major;
        let tones = [0, THIRD, FIFTH].map(|above| key.tone(degree + above, raised));
        Self {
            degree: degree % DEGREES,
            tones,
            raised,
        }
    }

    /// Whether its fifth is too small for it to stand on its root.
    pub(super) fn is_diminished(self) -> bool {
        (self.tones[2] + super::key::OCTAVE - self.tones[0]) % super::key::OCTAVE == DIMINISHED
    }
}

/// How a phrase ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// On the dominant: something will follow.
    Open,
    /// From the dominant to the tonic.
    Closed,
}

/// What may follow a chord, and how often it does.
fn followers(mode: Mode, degree: usize) -> &'static [(usize, u32)] {
    match (mode, degree) {
        (Mode::Major, TONIC) => &[
            (SUBDOMINANT, 3),
            (DOMINANT, 2),
            (SUBMEDIANT, 3),
            (SUPERTONIC, 1),
        ],
        (Mode::Major, MEDIANT) => &[(SUBMEDIANT, 3), (SUBDOMINANT, 2)],
        (_, SUPERTONIC) => &[(DOMINANT, 1)],
        (Mode::Major, SUBDOMINANT) => &[(DOMINANT, 3), (TONIC, 2), (SUPERTONIC, 1)],
        (_, DOMINANT) => &[(TONIC, 3), (SUBMEDIANT, 1)],
        (Mode::Major, SUBMEDIANT) => &[(SUBDOMINANT, 3), (SUPERTONIC, 2), (MEDIANT, 1)],
        (Mode::Minor, TONIC) => &[
            (SUBDOMINANT, 3),
            (SUBMEDIANT, 3),
            (DOMINANT, 2),
            (SUBTONIC, 1),
        ],
        (Mode::Dorian, TONIC) => &[(SUBDOMINANT, 3), (SUBTONIC, 3), (MEDIANT, 1), (DOMINANT, 1)],
        (_, MEDIANT) => &[(SUBDOMINANT, 2), (SUBMEDIANT, 1), (SUBTONIC, 2)],
        (_, SUBDOMINANT) => &[(DOMINANT, 3), (TONIC, 2), (SUBTONIC, 1)],
        (_, SUBMEDIANT) => &[(SUBDOMINANT, 3), (SUBTONIC, 2)],
        (_, _) => &[(MEDIANT, 2), (TONIC, 1)],
    }
}

fn draw(weighted: &[(usize, u32)], rng: &mut Rng) -> usize {
    let all = weighted.iter().map(|(_, weight)| weight).sum();
    let mut left = rng.random_range(0..all);
    for &(degree, weight) in weighted {
        if left < weight {
            return degree;
        }
        left -= weight;
    }
    TONIC
}

/// The degrees before the ending of a phrase, beginning with `first`.
///
/// # Panics
/// If there is not even the first.
pub(super) fn walk(mode: Mode, first: usize, chords: usize, rng: &mut Rng) -> Vec<usize> {
    assert!(chords > 0, "a walk of no chords");
    let mut degrees = vec![first];
    while degrees.len() < chords {
        degrees.push(draw(followers(mode, degrees[degrees.len() - 1]), rng));
    }
    degrees
}

/// The last chords of a phrase, after a chord on degree `before`.
pub(super) fn ending(mode: Mode, before: usize, ending: Ending, rng: &mut Rng) -> Vec<usize> {
    let follows = |from: usize, to: usize| {
        let found = followers(mode, from)
            .iter()
            .any(|(degree, _)| *degree == to);
        // A prepared cadence may come after any chord but itself.
        found || (from != to && matches!(to, SUBDOMINANT | SUPERTONIC) && from != DOMINANT)
    };
    for _ in 0..WALKS {
        let preparation = *[SUBDOMINANT, SUBDOMINANT, SUPERTONIC]
            .choose(rng)
            .expect("there are preparations");
        let degrees = match ending {
            Ending::Closed => vec![preparation, DOMINANT, TONIC],
            Ending::Open => {
                let middle = draw(followers(mode, before), rng);
                vec![middle, preparation, DOMINANT]
            }
        };
        let mut last = before;
        let is_good = degrees.iter().all(|degree| {
            let good = follows(last, *degree);
            last = *degree;
            good
        });
        if is_good {
            return degrees;
        }
    }
    match ending {
        Ending::Closed => vec![SUBDOMINANT, DOMINANT, TONIC],
        Ending::Open => vec![TONIC, SUBDOMINANT, DOMINANT],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;

    const C_MAJOR: Key = Key {
        tonic: 0,
        mode: Mode::Major,
    };
    const A_MINOR: Key = Key {
        tonic: 9,
        mode: Mode::Minor,
    };

    #[test]
    fn chords_have_the_tones_of_their_key() {
        assert_eq!(Chord::new(C_MAJOR, TONIC).tones, [0, 4, 7]);
        assert_eq!(Chord::new(C_MAJOR, SUPERTONIC).tones, [2, 5, 9]);
        assert_eq!(Chord::new(A_MINOR, DOMINANT).tones, [4, 8, 11]);
        assert!(Chord::new(A_MINOR, SUPERTONIC).is_diminished());
        assert!(!Chord::new(A_MINOR, SUBTONIC).is_diminished());
    }

    #[test]
    fn no_chord_follows_itself_in_a_walk() {
        let mut rng = seeded(1);
        for mode in [Mode::Major, Mode::Minor, Mode::Dorian] {
            let degrees = walk(mode, TONIC, 500, &mut rng);
            assert!(degrees.windows(2).all(|pair| pair[0] != pair[1]));
            assert!(mode != Mode::Major || !degrees.contains(&SUBTONIC));
        }
    }

    #[test]
    fn phrases_end_on_the_tonic_or_on_the_dominant() {
        let mut rng = seeded(2);
        for before in 0..SUBTONIC {
            let closed = ending(Mode::Major, before, Ending::Closed, &mut rng);
            assert_eq!(
                (closed.len(), &closed[1..]),
                (ENDING, &[DOMINANT, TONIC][..])
            );
            let open = ending(Mode::Major, before, Ending::Open, &mut rng);
            assert_eq!((open.len(), open[2]), (ENDING, DOMINANT));
        }
    }
}
