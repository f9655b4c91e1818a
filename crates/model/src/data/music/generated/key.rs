//! Which notes there are.

use std::fmt;

use rand::seq::IndexedRandom;

use crate::rng::Rng;

/// Semitones of an octave.
pub(super) const OCTAVE: u8 = 12;
/// Notes of a scale.
pub(super) const DEGREES: usize = 7;
/// The sixth and the seventh note of a scale, counted from 0.
const SIXTH: usize = 5;
const SEVENTH: usize = 6;
/// Semitones of the sixth and the seventh note where they lead up to the tonic.
const RAISED: [u8; 2] = [9, 11];
/// Names of the twelve tones.
const NAMES: [&str; OCTAVE as usize] = [
    "C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B",
];

/// Which tones lie between a tonic and its octave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// With a large third and a leading tone.
    Major,
    /// With a small third and a small sixth; dominants borrow the leading tone.
    Minor,
    /// With a small third and a large sixth; dominants borrow the leading tone.
    Dorian,
}

impl Mode {
    /// Semitones above the tonic.
    const fn scale(self) -> [u8; DEGREES] {
        match self {
            Self::Major => [0, 2, 4, 5, 7, 9, 11],
            Self::Minor => [0, 2, 3, 5, 7, 8, 10],
            Self::Dorian => [0, 2, 3, 5, 7, 9, 10],
        }
    }
}

/// A tonic and a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The tonic, in semitones above C.
    pub tonic: u8,
    /// What lies above it.
    pub mode: Mode,
}

/// Keys of at most one accidental: few enough that each is heard often.
const KEYS: [Key; 6] = [
    Key::of(0, Mode::Major),
    Key::of(7, Mode::Major),
    Key::of(5, Mode::Major),
    Key::of(9, Mode::Minor),
    Key::of(4, Mode::Minor),
    Key::of(2, Mode::Dorian),
];

impl Key {
    const fn of(tonic: u8, mode: Mode) -> Self {
        Self { tonic, mode }
    }

    /// One of the keys that pieces are in.
    pub(super) fn draw(rng: &mut Rng) -> Self {
        *KEYS.choose(rng).expect("there are keys")
    }

    /// The tone class of a degree, counted from 0 and going on above the octave.
    pub(super) fn tone(self, degree: usize, raised: bool) -> u8 {
        let degree = degree % DEGREES;
        let above = match degree {
            SIXTH if raised => RAISED[0],
            SEVENTH if raised => RAISED[1],
            _ => self.mode.scale()[degree],
        };
        (self.tonic + above) % OCTAVE
    }

    /// The tone class a semitone below the tonic.
    pub(super) fn leading_tone(self) -> u8 {
        (self.tonic + RAISED[1]) % OCTAVE
    }

    /// The number of a note in the scale, so that neighbours differ by one; none outside of it.
    pub(super) fn place(self, note: u8, raised: bool) -> Option<i32> {
        let octave = i32::from(note + OCTAVE - self.tonic) / i32::from(OCTAVE);
        let tone = note % OCTAVE;
        let degree = (0..DEGREES).find(|degree| self.tone(*degree, raised) == tone)?;
        Some(octave * DEGREES as i32 + degree as i32)
    }

    /// The note that has this number in the scale.
    pub(super) fn note(self, place: i32, raised: bool) -> u8 {
        let (octave, degree) = (
            place.div_euclid(DEGREES as i32),
            place.rem_euclid(DEGREES as i32) as usize,
        );
        let above = (self.tone(degree, raised) + OCTAVE - self.tonic) % OCTAVE;
        (octave * i32::from(OCTAVE) + i32::from(self.tonic) + i32::from(above) - i32::from(OCTAVE))
            as u8
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = match self.mode {
            Mode::Major => "major",
            Mode::Minor => "minor",
            Mode::Dorian => "dorian",
        };
        write!(f, "{} {mode}", NAMES[usize::from(self.tonic)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_notes_are_inverse() {
        for key in KEYS {
            for raised in [false, true] {
                let notes: Vec<u8> = (30..90)
                    .filter(|note| key.place(*note, raised).is_some())
                    .collect();
                let places: Vec<i32> = notes
                    .iter()
                    .filter_map(|note| key.place(*note, raised))
                    .collect();
                assert!(
                    places.windows(2).all(|pair| pair[1] == pair[0] + 1),
                    "{key}"
                );
                let back: Vec<u8> = places
                    .iter()
                    .map(|place| key.note(*place, raised))
                    .collect();
                assert_eq!(back, notes, "{key}");
            }
        }
    }

    #[test]
    fn raised_tones_lead_to_the_tonic() {
        let a_minor = Key::of(9, Mode::Minor);
        assert_eq!(a_minor.tone(6, false), 7);
        assert_eq!(a_minor.tone(6, true), 8);
        assert_eq!(a_minor.tone(5, true), 6);
        assert_eq!(a_minor.leading_tone(), 8);
        assert_eq!(a_minor.to_string(), "A minor");
    }
}
