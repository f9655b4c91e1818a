//! All of it together: a piece.

use rand::RngExt;

use super::figure::{Figures, Span};
use super::form::{Form, Meter, Part};
use super::harmony::{ENDING, TONIC, walk};
use super::key::Key;
use super::leading::has_parallels;
use super::phrase::Between;
use super::phrases::{Phrase, contrast, first_phrase, question};
use super::voicing::range;
use super::{GeneratedConfig, GeneratedError};
use crate::data::music::{Frame, LOWEST, Roll};
use crate::rng::Rng;

/// Pieces that are begun before it is given up.
const ATTEMPTS: usize = 1_000;

/// A piece with its parts apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its key.
    pub key: Key,
    /// Its meter.
    pub meter: Meter,
    /// The MIDI note of each part at each step, the lowest part first.
    pub voices: Vec<Vec<u8>>,
}

impl Piece {
    /// Its piano roll.
    pub fn roll(&self) -> Roll {
        let steps = self.voices.first().map_or(0, Vec::len);
        let key = |step: usize| move |voice: &Vec<u8>| usize::from(voice[step] - LOWEST);
        (0..steps)
            .map(|step| Frame::of_keys(self.voices.iter().map(key(step))))
            .collect()
    }

    /// Whether all parts keep to their ranges and apart, and no two go in parallel.
    fn is_good(&self) -> bool {
        let parts = self.voices.len();
        let steps = self.voices.first().map_or(0, Vec::len);
        let at = |step: usize| -> Vec<u8> { self.voices.iter().map(|voice| voice[step]).collect() };
        (0..steps).all(|step| {
            let notes = at(step);
            let is_in_range = (0..parts).all(|part| range(parts, part).contains(&notes[part]));
            let is_apart = notes.is_sorted_by(|a, b| a < b);
            is_in_range && is_apart && (step == 0 || !has_parallels(&at(step - 1), &notes))
        })
    }
}

/// A piece within the configuration.
///
/// # Errors
/// A configuration that cannot be worked with; in principle that no piece obeyed the rules.
pub fn compose(config: &GeneratedConfig, rng: &mut Rng) -> Result<Piece, GeneratedError> {
    config.check()?;
    for _ in 0..ATTEMPTS {
        if let Some(piece) = attempt(config, rng).filter(Piece::is_good) {
            return Ok(piece);
        }
    }
    let attempts = ATTEMPTS;
    Err(GeneratedError::NoPiece { attempts })
}

fn attempt(config: &GeneratedConfig, rng: &mut Rng) -> Option<Piece> {
    let key = Key::draw(rng);
    let parts = rng.random_range(config.min_parts..=config.max_parts);
    let form = Form::draw(config, rng);
    let figures = Figures::draw(parts, rng);
    let chords = form.rhythm.len();
    let start = walk(key.mode, TONIC, chords - ENDING, rng);
    let answer = first_phrase(key, &start, parts, rng)?;
    let question = question(key, &answer, &start, parts, rng)?;
    let mut phrases: Vec<Phrase> = Vec::with_capacity(form.parts.len());
    for part in &form.parts {
        let phrase = match part {
            Part::Question => question.clone(),
            Part::Answer => answer.clone(),
            Part::Contrast => {
                let between = Between {
                    before: phrases.last().map(Phrase::last),
                    after: Some(answer.first()),
                };
                // The way to its first chord is that of any chord after the one before it.
                let from = phrases
                    .last()
                    .map_or(TONIC, |phrase| phrase.last().0.degree);
                let mut degrees = walk(key.mode, from, chords - ENDING + 1, rng);
                degrees.remove(0);
                contrast(key, degrees, parts, between, rng)?
            }
        };
        phrases.push(phrase);
    }
    let (spans, mut voices) = lay_out(&form, &phrases, parts);
    figures.apply(key, &spans, &mut voices);
    for voice in &mut voices {
        let last = *voice.last()?;
        voice.extend(vec![last; form.held]);
    }
    Some(Piece {
        key,
        meter: form.meter,
        voices,
    })
}

/// The chords in time, and the notes of each part at each step.
fn lay_out(form: &Form, phrases: &[Phrase], parts: usize) -> (Vec<Span>, Vec<Vec<u8>>) {
    let mut spans = Vec::new();
    let mut voices = vec![Vec::new(); parts];
    let mut start = 0;
    for phrase in phrases {
        let (mut slot, mut bar) = (0, 0);
        for (at, (chord, steps)) in phrase.chords.iter().zip(&form.rhythm).enumerate() {
            let is_last = at + 1 == phrase.chords.len();
            spans.push(Span {
                chord: *chord,
                start,
                end: start + steps,
                slot: (!is_last).then_some(slot),
            });
            for (voice, note) in voices.iter_mut().zip(phrase.voicings[at]) {
                voice.extend(vec![note; *steps]);
            }
            start += steps;
            bar += steps;
            slot += 1;
            if bar == form.meter.steps() {
                (slot, bar) = (0, 0);
            }
        }
    }
    (spans, voices)
}

#[cfg(test)]
mod tests {
    use super::super::form::BEAT;
    use super::super::key::OCTAVE;
    use super::*;
    use crate::rng::seeded;

    fn pieces(count: usize) -> Vec<Piece> {
        let mut rng = seeded(5);
        let config = GeneratedConfig::default();
        (0..count)
            .map(|_| compose(&config, &mut rng).unwrap())
            .collect()
    }

    /// Fifths and octaves in parallel, counted without the help of the code under test.
    fn parallels(voices: &[Vec<u8>]) -> usize {
        let mut found = 0;
        for (high, a) in voices.iter().enumerate() {
            for b in &voices[..high] {
                for t in 1..a.len() {
                    let gap = |t: usize| (i32::from(a[t]) - i32::from(b[t])).rem_euclid(12);
                    let moved = a[t] != a[t - 1] && b[t] != b[t - 1];
                    found += usize::from(moved && gap(t) == gap(t - 1) && [0, 7].contains(&gap(t)));
                }
            }
        }
        found
    }

    #[test]
    fn voices_keep_apart_in_their_ranges_and_out_of_parallels() {
        for piece in pieces(60) {
            let parts = piece.voices.len();
            assert!((2..=4).contains(&parts));
            assert_eq!(parallels(&piece.voices), 0, "{}", piece.key);
            for (part, voice) in piece.voices.iter().enumerate() {
                assert!(voice.iter().all(|note| range(parts, part).contains(note)));
            }
            assert!(piece.roll().iter().all(|frame| frame.count() == parts));
        }
    }

    #[test]
    fn every_piece_closes_from_the_dominant_to_the_tonic() {
        for piece in pieces(60) {
            let steps = piece.voices[0].len();
            let tonic = piece.key.tonic;
            let bass = &piece.voices[0];
            assert_eq!(bass[steps - 1] % OCTAVE, tonic);
            assert_eq!(piece.voices.last().unwrap()[steps - 1] % OCTAVE, tonic);
            let before = steps - piece.meter.steps() - 1;
            let dominant = (tonic + 7) % OCTAVE;
            // A figure may lead from the dominant to the tonic; its chord begins on the beat.
            let beats = [before, before - 1, before - 3, before - 5];
            assert!(beats.iter().any(|step| bass[*step] % OCTAVE == dominant));
        }
    }

    #[test]
    fn chords_begin_on_beats_with_notes_of_their_key() {
        for piece in pieces(40) {
            let raised_or_not = |note: &u8| {
                [false, true]
                    .iter()
                    .any(|raised| piece.key.place(*note, *raised).is_some())
            };
            assert!(piece.voices.iter().flatten().all(raised_or_not));
            let roll = piece.roll();
            // What changes on a weak eighth is a figure: never all parts of three or more.
            if piece.voices.len() > 2 {
                for step in (1..roll.len()).step_by(BEAT) {
                    assert!(!roll[step].and(roll[step - 1]).is_silent());
                }
            }
        }
    }

    #[test]
    fn the_first_phrase_comes_back() {
        let config = GeneratedConfig {
            min_steps: 64,
            max_steps: 64,
            ..GeneratedConfig::default()
        };
        let mut rng = seeded(3);
        for _ in 0..10 {
            let piece = compose(&config, &mut rng).unwrap();
            let roll = piece.roll();
            // Two phrases of four bars: the first chords are the same.
            assert_eq!(roll.len(), 64);
            assert_eq!(roll[..2], roll[32..34]);
        }
    }

    #[test]
    fn most_attempts_succeed() {
        let mut rng = seeded(8);
        let config = GeneratedConfig::default();
        let good = (0..100)
            .filter(|_| attempt(&config, &mut rng).is_some_and(|piece| piece.is_good()))
            .count();
        assert!(good > 50, "{good}");
    }
}
