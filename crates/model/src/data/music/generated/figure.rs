//! Notes between the chords.

use rand::RngExt;

use super::form::BEAT;
use super::harmony::Chord;
use super::key::{Key, OCTAVE};
use super::leading::{class, has_parallels};
use super::voicing::{MAX_PARTS, range};
use crate::rng::Rng;

/// How often the parts have figures, the bass first: the highest one sings most.
const LIKELY: [f64; MAX_PARTS] = [0.35, 0.3, 0.3, 0.75];
/// The intervals in which two figures may meet: thirds and sixths.
const SWEET: [u8; 4] = [3, 4, 8, 9];
/// Bits of a mask: chords of a bar.
const SLOTS: usize = 4;
/// Places of a scale between the ends of a third and of a fourth.
const THIRD: i32 = 2;
const FOURTH: i32 = 3;

/// The figures of a piece: for each part the chords of a bar after which it moves, and whether its
/// neighbour notes lie above. Chosen once, so that they come back in every bar.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    slots: [[bool; SLOTS]; MAX_PARTS],
    above: [bool; MAX_PARTS],
}

impl Figures {
    pub(super) fn draw(parts: usize, rng: &mut Rng) -> Self {
        let mut figures = Self {
            slots: [[false; SLOTS]; MAX_PARTS],
            above: [false; MAX_PARTS],
        };
        for part in 0..parts {
            // The highest part has the last odds, however many there are.
            let likely = LIKELY[if part + 1 == parts {
                MAX_PARTS - 1
            } else {
                part
            }];
            figures.above[part] = rng.random_bool(0.5);
            for slot in &mut figures.slots[part] {
                *slot = rng.random_bool(likely);
            }
            // A melody without any figure would be a row of chords.
            figures.slots[part][0] |= part + 1 == parts;
        }
        figures
    }

    /// Puts figures into the voices of a piece.
    ///
    /// `voices` has the notes of each part at each step, the lowest part first, and `spans` the
    /// chords with the steps they begin and end at and their number in the bar. The last chord of a
    /// phrase has no number, as there the music rests.
    pub(super) fn apply(&self, key: Key, spans: &[Span], voices: &mut [Vec<u8>]) {
        let parts = voices.len();
        // From the highest part down: where two figures do not go together, the melody has its way.
        for part in (0..parts).rev() {
            for pair in spans.windows(2) {
                let (span, next) = (pair[0], pair[1]);
                let Some(slot) = span.slot else { continue };
                if !self.slots[part][slot % SLOTS] {
                    continue;
                }
                let (from, to) = (voices[part][span.start], voices[part][next.start]);
                let notes = self.between(key, span, part, from, to);
                let first = span.end - notes.len();
                // A figure never takes the beginning of a chord.
                if notes.is_empty() || first <= span.start {
                    continue;
                }
                let before = voices[part][first..span.end].to_vec();
                voices[part][first..span.end].copy_from_slice(&notes);
                if !is_good(voices, part, first, span.end) {
                    voices[part][first..span.end].copy_from_slice(&before);
                }
            }
        }
    }

    /// The notes that lead from one chord's note to the next one's, an eighth each.
    fn between(&self, key: Key, span: Span, part: usize, from: u8, to: u8) -> Vec<u8> {
        let raised = span.chord.raised;
        let (Some(a), Some(b)) = (key.place(from, raised), key.place(to, raised)) else {
            return Vec::new();
        };
        let (way, length) = ((b - a).signum(), span.end - span.start);
        match (b - a).abs() {
            0 => vec![key.note(if self.above[part] { a + 1 } else { a - 1 }, raised)],
            THIRD => vec![key.note(a + way, raised)],
            FOURTH if length > BEAT => {
                vec![key.note(a + way, raised), key.note(a + 2 * way, raised)]
            }
            // Away from the goal and over it: only where there is time.
            1 if length > BEAT => vec![key.note(a - way, raised), from],
            _ => chord_tone(span.chord, from, to).into_iter().collect(),
        }
    }
}

/// A chord in time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) chord: Chord,
    /// Its first step.
    pub(super) start: usize,
    /// The step after its last.
    pub(super) end: usize,
    /// Its number in the bar, unless a phrase ends on it.
    pub(super) slot: Option<usize>,
}

/// A tone of the chord between two notes that are far apart, the nearest to the middle.
fn chord_tone(chord: Chord, from: u8, to: u8) -> Option<u8> {
    let (low, high) = (from.min(to) + 1, from.max(to));
    let middle = (u16::from(from) + u16::from(to)) / 2;
    (low..high)
        .filter(|note| chord.tones.contains(&(note % OCTAVE)))
        .min_by_key(|note| u16::from(*note).abs_diff(middle))
}

/// Whether the steps from `first` to `end` obey the rules, after a figure was put into one part.
fn is_good(voices: &[Vec<u8>], part: usize, first: usize, end: usize) -> bool {
    let parts = voices.len();
    let at = |step: usize| -> Vec<u8> { voices.iter().map(|voice| voice[step]).collect() };
    let is_clean = (first..=end).all(|step| !has_parallels(&at(step - 1), &at(step)));
    let is_clear = (first..end).all(|step| {
        let notes = at(step);
        let is_apart = notes.is_sorted_by(|a, b| a < b);
        let is_in_range = range(parts, part).contains(&notes[part]);
        let goes_together = (0..parts).all(|other| {
            let moved = voices[other][step] != voices[other][step - 1];
            other == part || !moved || SWEET.contains(&class(notes[other], notes[part]))
        });
        is_apart && is_in_range && goes_together
    });
    is_clean && is_clear
}

#[cfg(test)]
mod tests {
    use super::super::key::Mode;
    use super::*;

    const C_MAJOR: Key = Key {
        tonic: 0,
        mode: Mode::Major,
    };

    /// Figures in every chord of the highest of two parts.
    fn busy() -> Figures {
        Figures {
            slots: [
                [false; SLOTS],
                [true; SLOTS],
                [false; SLOTS],
                [false; SLOTS],
            ],
            above: [true; MAX_PARTS],
        }
    }

    fn run(length: usize, low: [u8; 2], high: [u8; 2]) -> Vec<u8> {
        let span = |start, slot| Span {
            chord: Chord::new(C_MAJOR, 0),
            start,
            end: start + length,
            slot,
        };
        let spans = [span(0, Some(0)), span(length, None)];
        let voice = |notes: [u8; 2]| notes.map(|note| vec![note; length]).concat();
        let mut voices = [voice(low), voice(high)];
        busy().apply(C_MAJOR, &spans, &mut voices);
        assert_eq!(voices[0], voice(low));
        voices[1].clone()
    }

    #[test]
    fn thirds_are_filled_on_the_weak_eighth() {
        assert_eq!(run(2, [48, 53], [76, 72]), [76, 74, 72, 72]);
        assert_eq!(run(4, [48, 53], [76, 72]), [76, 76, 76, 74, 72, 72, 72, 72]);
    }

    #[test]
    fn fourths_are_filled_where_there_is_time() {
        assert_eq!(run(4, [48, 53], [72, 77])[..4], [72, 72, 74, 76]);
        assert_eq!(run(2, [48, 53], [72, 77])[..2], [72, 76]);
    }

    #[test]
    fn a_note_that_stays_has_a_neighbour() {
        assert_eq!(run(2, [48, 52], [72, 72]), [72, 74, 72, 72]);
    }

    #[test]
    fn a_figure_that_makes_parallels_is_left_out() {
        // The passing note would lead down into the fifth together with the bass, from a fifth.
        assert_eq!(run(2, [55, 53], [76, 72]), [76, 76, 72, 72]);
    }
}
