//! Made-up words of two vowels, spoken by made-up voices.
//!
//! Nothing has to be downloaded to hear them. Every word is also there backwards: both hold the
//! same sounds, and only their order tells them apart.

use super::Recording;
use super::formant::{A, E, I, O, U};
use super::voice::Voice;
use crate::rng::Rng;

/// The words, in the order of their labels; each is followed by itself backwards.
pub const WORDS: [&str; 10] = [
    "a-i", "i-a", "a-u", "u-a", "e-o", "o-e", "i-u", "u-i", "a-o", "o-a",
];
/// The two vowels of each word.
const VOWELS: [[usize; 2]; 10] = [
    [A, I],
    [I, A],
    [A, U],
    [U, A],
    [E, O],
    [O, E],
    [I, U],
    [U, I],
    [A, O],
    [O, A],
];

/// Words by voices that do not exist: every speaker says every one of [`WORDS`] `times` times.
///
/// A recording's `digit` is the word's place in [`WORDS`]. Recordings last 0.35 to 0.72 seconds,
/// and no sample is above 0.85. The same generator gives the same words.
pub fn generated_words(speakers: usize, times: u32, rng: &mut Rng) -> Vec<Recording> {
    let mut recordings = Vec::new();
    for number in 0..speakers {
        let voice = Voice::new(number, rng);
        for (digit, vowels) in (0..).zip(VOWELS) {
            for index in 0..times {
                recordings.push(Recording {
                    digit,
                    speaker: format!("voice{number}"),
                    index,
                    samples: voice.say(vowels, rng),
                });
            }
        }
    }
    recordings
}

#[cfg(test)]
mod tests {
    use super::super::SAMPLE_RATE;
    use super::super::voice::power;
    use super::*;
    use crate::rng::seeded;

    #[test]
    fn words_are_named_after_their_vowels_and_followed_by_their_reversal() {
        for (word, [first, second]) in WORDS.iter().zip(VOWELS) {
            let name = |vowel: usize| &"aeiou"[vowel..=vowel];
            assert_eq!(*word, format!("{}-{}", name(first), name(second)));
        }
        for pair in VOWELS.chunks(2) {
            assert_eq!([pair[0][1], pair[0][0]], pair[1]);
        }
    }

    #[test]
    fn everybody_says_everything_and_the_seed_decides_how() {
        let words = generated_words(1, 2, &mut seeded(5));
        assert_eq!(words.len(), 20);
        assert_eq!(words, generated_words(1, 2, &mut seeded(5)));
        assert_ne!(words, generated_words(1, 2, &mut seeded(6)));
        let last = &words[19];
        assert_eq!((words[0].digit, words[0].index), (0, 0));
        assert_eq!((last.digit, last.index), (9, 1));
        assert_eq!(last.speaker, "voice0");
        assert!(generated_words(0, 2, &mut seeded(5)).is_empty());
        assert!(generated_words(2, 0, &mut seeded(5)).is_empty());
    }

    #[test]
    fn recordings_are_as_long_and_as_loud_as_promised() {
        for Recording { samples, .. } in generated_words(2, 1, &mut seeded(7)) {
            let seconds = samples.len() as f32 / SAMPLE_RATE as f32;
            assert!((0.349..0.722).contains(&seconds), "{seconds}");
            assert!(samples.iter().all(|x| x.is_finite()));
            let peak = samples.iter().fold(0.0f32, |most, x| most.max(x.abs()));
            assert!(peak > 0.19 && peak < 0.85, "{peak}");
            // A click would be a jump out of the silence at an end.
            let ends = [samples[0], samples[samples.len() - 1]];
            assert!(ends.iter().all(|x| x.abs() < 0.15 * peak), "{ends:?}");
        }
    }

    /// Mean frequency of a sound in Hz, by size.
    fn brightness(samples: &[f32]) -> f32 {
        let frequencies = (1..39).map(|n| 100.0 * n as f32);
        let sizes = frequencies.map(|frequency| (frequency, power(samples, frequency).sqrt()));
        let add = |(a, b): (f32, f32), (frequency, size)| (a + frequency * size, b + size);
        let (weighted, all) = sizes.fold((0.0, 0.0), add);
        weighted / all
    }

    #[test]
    fn a_word_and_its_reversal_brighten_in_opposite_ways() {
        for pair in generated_words(2, 1, &mut seeded(3)).chunks(2) {
            let [word, reversal] = [&pair[0].samples, &pair[1].samples].map(|samples| {
                let (first, second) = samples.split_at(samples.len() / 2);
                brightness(second) - brightness(first)
            });
            assert!(
                word * reversal < 0.0,
                "{}: {word} {reversal}",
                pair[0].digit
            );
        }
    }
}
