//! One note: partials that decay.
//!
//! A struck string sounds as a sum of sine waves, the partials. They lie a little above the whole
//! multiples of the lowest, as a string is stiff; the higher ones are weaker and die sooner. Most
//! keys have more than one string, tuned almost alike: what they do together dies fast, what they
//! do against each other dies slowly. So every partial is two sine waves here.
//!
//! # Source
//! Fletcher and Rossing 1998, The Physics of Musical Instruments, chapter 12: stiffness, strike
//! position and double decay. The numbers are our own, chosen by ear and by spectrum.

use std::f64::consts::{PI, TAU};

/// The frequency of the note A4, and its MIDI number.
const A4: (f64, f64) = (440.0, 69.0);
/// Semitones of an octave.
const OCTAVE: f64 = 12.0;
/// The most partials of a note.
const PARTIALS: usize = 16;
/// The highest frequency of a partial, and the largest share of the sample rate.
const HIGHEST: f64 = 9_000.0;
const HIGHEST_SHARE: f64 = 0.45;
/// Stiffness of the string of middle C, and the semitones that double it.
const STIFFNESS: f64 = 3.5e-4;
const STIFFNESS_DOUBLES: f64 = 9.0;
/// The number of middle C.
const MIDDLE_C: f64 = 60.0;
/// Partials fall as this power of their number; low strings are brighter.
const TILT: f64 = 1.45;
/// Where the hammer strikes, as a share of the string: partials with a node there are missing.
const STRIKE: f64 = 1.0 / 8.6;
/// Seconds in which the lowest partial of middle C falls to 1/e, and the semitones that halve it.
const DECAY: f64 = 2.4;
const DECAY_HALVES: f64 = 20.0;
/// How much faster each further partial dies.
const DAMPING: f64 = 0.35;
/// Of the two waves of a partial: the share of the slow one, how much longer it lasts, and how far
/// it is out of tune.
const SLOW_SHARE: f64 = 0.35;
const SLOW_LONGER: f64 = 3.2;
const DETUNING: f64 = 1.000_35;
/// Seconds of the rise at the beginning.
const ATTACK: f64 = 0.006;
/// Seconds in which the damper makes 1/e of a note, and seconds after which nothing is left.
const RELEASE: f64 = 0.07;
pub(super) const RELEASE_END: f64 = 0.45;
/// Semitones above middle C that halve the loudness, as the ear is keener there.
const LOUDNESS_HALVES: f64 = 40.0;

/// A decaying sine wave, turned from sample to sample.
struct Wave {
    now: (f64, f64),
    turn: (f64, f64),
}

impl Wave {
    /// A wave of a frequency in Hz that falls to 1/e in `decay` seconds.
    fn new(amplitude: f64, frequency: f64, decay: f64, rate: f64) -> Self {
        let (sin, cos) = (TAU * frequency / rate).sin_cos();
        let fall = (-1.0 / (decay * rate)).exp();
        Self {
            now: (amplitude, 0.0),
            turn: (fall * cos, fall * sin),
        }
    }

    /// Adds the wave to samples; it begins at 0, on its way up.
    fn add(mut self, samples: &mut [f32]) {
        let (cos, sin) = self.turn;
        for sample in samples {
            *sample += self.now.1 as f32;
            let (x, y) = self.now;
            self.now = (x * cos - y * sin, x * sin + y * cos);
        }
    }
}

/// The frequency of a MIDI note in Hz, in equal temperament.
pub(super) fn frequency(note: u8) -> f64 {
    A4.0 * ((f64::from(note) - A4.1) / OCTAVE).exp2()
}

/// The samples of a note that is held for `held` samples and then damped.
pub(super) fn tone(note: u8, held: usize, sample_rate: u32) -> Vec<f32> {
    let rate = f64::from(sample_rate);
    let above = f64::from(note) - MIDDLE_C;
    let lowest = frequency(note);
    let stiffness = STIFFNESS * (above / STIFFNESS_DOUBLES).exp2();
    let decay = DECAY * (-above / DECAY_HALVES).exp2();
    let gain = (-above / LOUDNESS_HALVES).exp2();
    let mut samples = vec![0.0; held + (RELEASE_END * rate) as usize];
    let mut waves = Vec::new();
    for number in 1..=PARTIALS {
        let n = number as f64;
        let frequency = n * lowest * (1.0 + stiffness * n * n).sqrt();
        if frequency > HIGHEST.min(HIGHEST_SHARE * rate) {
            break;
        }
        let amplitude = n.powf(-TILT) * (PI * n * STRIKE).sin().abs() / (PI * STRIKE).sin();
        waves.push((amplitude, frequency, decay / (1.0 + DAMPING * (n - 1.0))));
    }
    let energy: f64 = waves
        .iter()
        .map(|(amplitude, ..)| amplitude * amplitude)
        .sum();
    let gain = gain / energy.sqrt().max(f64::MIN_POSITIVE);
    for (amplitude, frequency, decay) in waves {
        let (fast, slow) = (1.0 - SLOW_SHARE, SLOW_SHARE);
        Wave::new(gain * amplitude * fast, frequency, decay, rate).add(&mut samples);
        let longer = decay * SLOW_LONGER;
        Wave::new(gain * amplitude * slow, frequency * DETUNING, longer, rate).add(&mut samples);
    }
    shape(&mut samples, held, rate);
    samples
}

/// Lets a note rise at its beginning and die after it was let go, both without a corner.
fn shape(samples: &mut [f32], held: usize, rate: f64) {
    let rise = |part: f64| (0.5 - 0.5 * (PI * part.min(1.0)).cos()) as f32;
    let attack = ATTACK * rate;
    for (at, sample) in samples.iter_mut().enumerate().take(attack as usize) {
        *sample *= rise(at as f64 / attack);
    }
    let (release, left) = (RELEASE * rate, (samples.len() - held) as f64);
    for (at, sample) in samples[held..].iter_mut().enumerate() {
        let at = at as f64;
        // Beginning like a bell curve, so that the damper does not come down as a corner.
        let fall = (-at * at / (release * (at + release))).exp() as f32;
        *sample *= fall * rise((left - at) / attack);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 44_100;

    fn peak(samples: &[f32]) -> f32 {
        samples
            .iter()
            .fold(0.0, |peak, sample| peak.max(sample.abs()))
    }

    /// The strength of a frequency in samples: one term of a Fourier transform.
    fn strength(samples: &[f32], frequency: f64) -> f64 {
        let turn = TAU * frequency / f64::from(RATE);
        let sum = samples
            .iter()
            .enumerate()
            .fold((0.0, 0.0), |sum, (at, sample)| {
                let (sin, cos) = (turn * at as f64).sin_cos();
                let sample = f64::from(*sample);
                (sum.0 + sample * cos, sum.1 + sample * sin)
            });
        sum.0.hypot(sum.1) / samples.len() as f64
    }

    #[test]
    fn a_note_has_its_pitch_and_its_overtones() {
        for note in [40, 60, 81] {
            let samples = tone(note, RATE as usize, RATE);
            let lowest = frequency(note);
            let off = strength(&samples, lowest * 1.45);
            assert!(strength(&samples, lowest) > 30.0 * off, "{note}");
            assert!(
                strength(&samples, 2.0 * lowest * 1.0007) > 5.0 * off,
                "{note}"
            );
        }
        assert!((frequency(69) - 440.0).abs() < 1e-9);
    }

    #[test]
    fn notes_begin_and_end_in_silence_and_without_a_jump() {
        for note in [21, 45, 60, 75, 90, 108] {
            let held = RATE as usize / 3;
            let samples = tone(note, held, RATE);
            assert!(samples[0].abs() < 1e-6 && samples[samples.len() - 1].abs() < 1e-6);
            let jumps: Vec<f32> = samples
                .windows(2)
                .map(|pair| (pair[1] - pair[0]).abs())
                .collect();
            let body = peak(&jumps[1_000..held - 1_000]);
            assert!(peak(&jumps[..300]) <= 1.1 * body, "{note}");
            assert!(peak(&jumps[held - 1_000..]) <= 1.1 * body, "{note}");
        }
    }

    #[test]
    fn held_notes_ring_on_and_others_are_damped() {
        let long = tone(60, 2 * RATE as usize, RATE);
        let second = RATE as usize;
        let (early, late) = (
            peak(&long[..second / 2]),
            peak(&long[3 * second / 2..2 * second]),
        );
        assert!(late > 0.2 * early && late < 0.9 * early, "{early} {late}");
        let damped = &long[2 * second + second / 4..];
        assert!(peak(damped) < 0.05 * late, "{}", peak(damped) / late);
    }

    #[test]
    fn the_highest_key_has_a_partial_at_every_rate() {
        assert!(peak(&tone(108, 1_000, 16_000)) > 0.01);
    }
}
