//! Made-up voices: who they are and how they say a word of two vowels.

use std::ops::Range;

use rand::RngExt;

use super::formant::{Formants, Glide, MEN, WOMEN, WOMEN_HIGHER, smooth, through_mouth};
use super::glottis::{Glottis, SOURCE_RATE};
use super::halve::halved;
use crate::rng::{Rng, normal};

/// A kind of voice: the formants it is made from and what its speakers may have.
struct Kind {
    formants: &'static [Formants; 5],
    /// By how much its upper resonances are above a man's.
    higher: f32,
    /// Pitch at the beginning of a word, in Hz.
    pitch: Range<f32>,
    /// By how much a speaker's formants are above the kind's: short mouths are higher.
    size: Range<f32>,
}
/// The kinds, one speaker of each in turn. Peterson and Barney 1952 measured a mean pitch of 132 Hz
/// for men and 223 Hz for women; the highest size makes a child's mouth of a woman's.
const KINDS: [Kind; 2] = [
    Kind {
        formants: &MEN,
        higher: 1.0,
        pitch: 90.0..160.0,
        size: 0.88..1.08,
    },
    Kind {
        formants: &WOMEN,
        higher: WOMEN_HIGHER,
        pitch: 165.0..250.0,
        size: 0.92..1.18,
    },
];
/// How long the vocal cords of a speaker open and close, as shares of the period, and the strength
/// of the breath: around Rosenberg's, from pressed to soft.
const OPENING: Range<f32> = 0.36..0.46;
const CLOSING: Range<f32> = 0.14..0.22;
const BREATH: Range<f32> = 0.1..0.8;

/// Seconds from the first to the last sound of a word.
const VOICED: Range<f32> = 0.35..0.6;
/// Seconds of silence before the word, and as much again after it.
const SILENCE: Range<f32> = 0.0..0.06;
/// Seconds of the way from one vowel to the other.
const TRANSITION: Range<f32> = 0.06..0.12;
/// Where the middle of that way lies, as a share of the word.
const MIDDLE: Range<f32> = 0.4..0.6;
/// Seconds in which the voice sets in and dies away: slow enough not to click.
const ATTACK: Range<f32> = 0.02..0.05;
const RELEASE: Range<f32> = 0.05..0.1;
/// By how much pitch and formants are off from one time to the next.
const PITCH_OFF: Range<f32> = 0.93..1.07;
const FORMANT_OFF: Range<f32> = 0.97..1.03;
/// Noise of the room against the whole recording, in dB.
const NOISE: Range<f32> = -38.0..-32.0;
/// The highest sample, in dB against 1: some stand near the microphone, some far away.
const PEAK: Range<f32> = -14.0..-1.5;
/// Less than any recording's loudness, so that nothing is divided by zero.
const QUIETEST: f32 = 1e-9;

/// Somebody's voice.
pub(super) struct Voice {
    glottis: Glottis,
    /// The vowels, this mouth's size included.
    vowels: [Formants; 5],
    /// By how much its upper resonances are above a man's.
    higher: f32,
}

impl Voice {
    /// The voice of speaker `number`; the kinds take turns.
    pub(super) fn new(number: usize, rng: &mut Rng) -> Self {
        let kind = &KINDS[number % KINDS.len()];
        let mut draw = |range: &Range<f32>| rng.random_range(range.clone());
        let size = draw(&kind.size);
        Self {
            glottis: Glottis {
                pitch: draw(&kind.pitch),
                opening: draw(&OPENING),
                closing: draw(&CLOSING),
                breath: draw(&BREATH),
            },
            vowels: kind.formants.map(|vowel| vowel.map(|f| f * size)),
            higher: kind.higher * size,
        }
    }

    /// Says two vowels, given by their places in the table, never twice alike.
    pub(super) fn say(&self, vowels: [usize; 2], rng: &mut Rng) -> Vec<f32> {
        let mut draw = |range: Range<f32>| rng.random_range(range);
        let [before, voiced, after] = [draw(SILENCE), draw(VOICED), draw(SILENCE)];
        let (attack, release) = (draw(ATTACK), draw(RELEASE));
        let [from, to] = vowels.map(|vowel| self.vowels[vowel].map(|f| f * draw(FORMANT_OFF)));
        let length = draw(TRANSITION);
        let glide = Glide {
            from,
            to,
            begin: before + voiced * draw(MIDDLE) - length / 2.0,
            length,
        };
        let glottis = Glottis {
            pitch: self.glottis.pitch * draw(PITCH_OFF),
            ..self.glottis
        };
        let (noise, peak) = (draw(NOISE), draw(PEAK));
        let loudness = |n: usize| {
            let since = n as f32 / SOURCE_RATE - before;
            smooth(since / attack) * smooth((voiced - since) / release)
        };
        let count = ((before + voiced + after) * SOURCE_RATE) as usize;
        let loudness: Vec<f32> = (0..count).map(loudness).collect();
        let mut sound = halved(&glottis.sound(&loudness, rng));
        through_mouth(&mut sound, &glide, self.higher);
        recorded(halved(&sound), noise, peak, rng)
    }
}

/// What a microphone hears: some noise with it, and as loud as it happens to be. `noise` is in dB
/// against the sound, `peak` in dB against 1.
fn recorded(mut sound: Vec<f32>, noise: f32, peak: f32, rng: &mut Rng) -> Vec<f32> {
    let power = sound.iter().map(|x| x * x).sum::<f32>() / sound.len().max(1) as f32;
    let deviation = power.sqrt() * from_decibels(noise);
    let draws = normal(rng, sound.len());
    for (sample, draw) in sound.iter_mut().zip(draws) {
        *sample += deviation * draw;
    }
    let highest = sound.iter().fold(QUIETEST, |most, x| most.max(x.abs()));
    let scale = from_decibels(peak) / highest;
    sound.into_iter().map(|x| x * scale).collect()
}

/// The factor that a number of decibels stands for.
fn from_decibels(decibels: f32) -> f32 {
    10f32.powf(decibels / 20.0)
}

/// Power of a sound at a frequency in Hz, in frames of 12.5 ms: so short that single puffs do not
/// show. For tests.
#[cfg(test)]
pub(super) fn power(samples: &[f32], frequency: f32) -> f32 {
    const FRAME: usize = 100;
    let wave: [(f32, f32); FRAME] = std::array::from_fn(|n| {
        let turn = std::f32::consts::TAU * n as f32;
        let window = 0.5 - 0.5 * (turn / FRAME as f32).cos();
        let (sin, cos) = (turn * frequency / super::SAMPLE_RATE as f32).sin_cos();
        (window * cos, window * sin)
    });
    let frame = |frame: &[f32]| {
        let (mut re, mut im) = (0.0, 0.0);
        for (x, (cos, sin)) in frame.iter().zip(wave) {
            (re, im) = (re + x * cos, im + x * sin);
        }
        re * re + im * im
    };
    samples.windows(FRAME).step_by(23).map(frame).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;

    /// Hz by which a peak may be beside its formant: a formant is up to 3 % off every time, and the
    /// puffs have more power in low frequencies.
    const BESIDE: f32 = 60.0;
    /// Hz to either side in which a peak is looked for; the nearest formants are 270 apart.
    const AROUND: i32 = 130;

    /// Where a sound is loudest near a formant, in Hz.
    fn peak(samples: &[f32], formant: f32) -> f32 {
        let near = (-AROUND..=AROUND).step_by(10);
        let heard = near.map(|distance| {
            let frequency = formant + distance as f32;
            (frequency, power(samples, frequency))
        });
        let loudest = heard.max_by(|a, b| a.1.total_cmp(&b.1));
        loudest.unwrap().0
    }

    #[test]
    fn spoken_vowels_have_the_formants_of_the_table() {
        for table in [MEN, WOMEN] {
            let voice = Voice {
                glottis: Glottis {
                    pitch: 90.0,
                    opening: 0.4,
                    closing: 0.16,
                    breath: 0.2,
                },
                vowels: table,
                higher: 1.0,
            };
            for (vowel, formants) in table.iter().enumerate() {
                let said = voice.say([vowel, vowel], &mut seeded(2));
                for formant in &formants[..2] {
                    let found = peak(&said, *formant);
                    assert!((found - formant).abs() < BESIDE, "{found}, not {formant}");
                }
            }
        }
    }

    #[test]
    fn the_room_is_as_loud_as_asked() {
        let sine: Vec<f32> = (0..8000).map(|n| (0.2 * n as f32).sin()).collect();
        let heard = recorded(sine.clone(), -20.0, 0.0, &mut seeded(1));
        let peak = heard.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        assert!((peak - 1.0).abs() < 1e-6);
        let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
        let share =
            product(&heard, &sine).powi(2) / product(&heard, &heard) / product(&sine, &sine);
        assert!((share - 1.0 / 1.01).abs() < 1e-3, "{share}");
    }
}
