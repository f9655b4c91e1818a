//! The phrases of a piece: one that is heard twice with two endings, and others between.

use super::harmony::{Chord, Ending, ending};
use super::key::Key;
use super::phrase::{Between, Wanted, voice};
use super::voicing::{Demand, Voicing};
use crate::rng::Rng;

/// A phrase: its chords and their notes.
#[derive(Clone)]
pub(super) struct Phrase {
    pub(super) chords: Vec<Chord>,
    pub(super) voicings: Vec<Voicing>,
}

impl Phrase {
    pub(super) fn first(&self) -> (Chord, Voicing) {
        (self.chords[0], self.voicings[0])
    }

    pub(super) fn last(&self) -> (Chord, Voicing) {
        let last = self.chords.len() - 1;
        (self.chords[last], self.voicings[last])
    }
}

/// The first phrase with an end that closes, found so that it can begin again after itself.
pub(super) fn first_phrase(
    key: Key,
    start: &[usize],
    parts: usize,
    rng: &mut Rng,
) -> Option<Phrase> {
    let degrees = closed(key, start, rng);
    let wanted = wanted(key, &degrees, Ending::Closed);
    let voicings = voice(key, &wanted, parts, Between::default(), rng)?;
    Some(phrase(&wanted, voicings))
}

/// The first phrase again, with an end that asks for more and leads to its beginning.
pub(super) fn question(
    key: Key,
    answer: &Phrase,
    start: &[usize],
    parts: usize,
    rng: &mut Rng,
) -> Option<Phrase> {
    let kept = start.len();
    let last = start[kept - 1];
    let degrees = [start, &ending(key.mode, last, Ending::Open, rng)].concat();
    let wanted = wanted(key, &degrees, Ending::Open);
    let between = Between {
        before: Some((answer.chords[kept - 1], answer.voicings[kept - 1])),
        after: Some(answer.first()),
    };
    let end = voice(key, &wanted[kept..], parts, between, rng)?;
    let voicings = [&answer.voicings[..kept], &end].concat();
    Some(phrase(&wanted, voicings))
}

/// Another phrase between two; its end asks for more.
pub(super) fn contrast(
    key: Key,
    mut degrees: Vec<usize>,
    parts: usize,
    between: Between,
    rng: &mut Rng,
) -> Option<Phrase> {
    let last = *degrees.last()?;
    degrees.extend(ending(key.mode, last, Ending::Open, rng));
    let wanted = wanted(key, &degrees, Ending::Open);
    let voicings = voice(key, &wanted, parts, between, rng)?;
    Some(phrase(&wanted, voicings))
}

/// The degrees of a phrase with an end that closes.
fn closed(key: Key, start: &[usize], rng: &mut Rng) -> Vec<usize> {
    let last = start[start.len() - 1];
    [start, &ending(key.mode, last, Ending::Closed, rng)].concat()
}

/// The chords of a phrase; at the end the bass takes roots, and the melody closes on the tonic.
fn wanted(key: Key, degrees: &[usize], ending: Ending) -> Vec<Wanted> {
    let last = degrees.len() - 1;
    let of_chord = |(at, degree): (usize, &usize)| Wanted {
        chord: Chord::new(key, *degree),
        demand: Demand {
            root_below: at == last || (at + 1 == last && ending == Ending::Closed),
            root_above: at == last && ending == Ending::Closed,
        },
    };
    degrees.iter().enumerate().map(of_chord).collect()
}

fn phrase(wanted: &[Wanted], voicings: Vec<Voicing>) -> Phrase {
    Phrase {
        chords: wanted.iter().map(|wanted| wanted.chord).collect(),
        voicings,
    }
}

#[cfg(test)]
mod tests {
    use super::super::harmony::{DOMINANT, TONIC};
    use super::super::key::{Mode, OCTAVE};
    use super::*;
    use crate::rng::seeded;

    #[test]
    fn question_and_answer_begin_alike_and_end_differently() {
        let key = Key {
            tonic: 0,
            mode: Mode::Major,
        };
        let start = [TONIC, 5, 3, 0];
        let mut rng = seeded(4);
        let answer = first_phrase(key, &start, 4, &mut rng).unwrap();
        let question = (0..50).find_map(|_| question(key, &answer, &start, 4, &mut rng));
        let question = question.unwrap();
        assert_eq!(answer.voicings[..4], question.voicings[..4]);
        assert_eq!(answer.last().0.degree, TONIC);
        assert_eq!(question.last().0.degree, DOMINANT);
        let (_, close) = answer.last();
        assert_eq!((close[0] % OCTAVE, close[3] % OCTAVE), (0, 0));
    }
}
