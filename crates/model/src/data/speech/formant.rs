//! Vowels: the resonances of a mouth, and how they move from one vowel to the next.

use std::f32::consts::{PI, TAU};

use super::SAMPLE_RATE;

/// Samples a second in the mouth. Below half of it a man's mouth has eight resonances.
pub(super) const TRACT_RATE: f32 = 2.0 * SAMPLE_RATE as f32;
/// The three lowest resonances, which make a vowel, in Hz.
pub(super) type Formants = [f32; 3];
/// Places of the vowels in [`MEN`] and [`WOMEN`].
pub(super) const A: usize = 0;
pub(super) const E: usize = 1;
pub(super) const I: usize = 2;
pub(super) const O: usize = 3;
pub(super) const U: usize = 4;
/// What 33 men said in "hod", "head", "heed", "hawed" and "who'd".
///
/// # Source
/// Peterson and Barney 1952, Control methods used in a study of the vowels, table II. English has
/// no pure e and o as in Spanish or Italian; these are the open ones.
pub(super) const MEN: [Formants; 5] = [
    [730.0, 1090.0, 2440.0],
    [530.0, 1840.0, 2480.0],
    [270.0, 2290.0, 3010.0],
    [570.0, 840.0, 2410.0],
    [300.0, 870.0, 2240.0],
];
/// What 28 women said, from the same table.
pub(super) const WOMEN: [Formants; 5] = [
    [850.0, 1220.0, 2810.0],
    [610.0, 2330.0, 2990.0],
    [310.0, 2790.0, 3310.0],
    [590.0, 920.0, 2710.0],
    [370.0, 950.0, 2670.0],
];
/// How much higher women's resonances are than men's: the mean over both tables.
pub(super) const WOMEN_HIGHER: f32 = 1.15;
/// Widths of the formants in Hz.
///
/// # Source
/// The defaults of the synthesiser KLSYN88 (Klatt and Klatt 1990), for all vowels alike.
const WIDTHS: [f32; 3] = [60.0, 90.0, 150.0];
/// Width of all higher resonances, in Hz: the fourth's of the same.
const HIGH_WIDTH: f32 = 200.0;
/// The fourth resonance of a man's mouth and the distance of the following, in Hz: a tube of
/// 17.5 cm, closed at one end, has 500, 1500, 2500 and so on (Fant 1960).
const FOURTH: f32 = 3_500.0;
const SPACING: f32 = 1_000.0;
/// Share of [`TRACT_RATE`] above which resonances are left out: the rate's own mirror images stand
/// for them, as in Klatt's synthesiser.
const HIGHEST: f32 = 0.49;
/// Samples between two settings of the formants: one millisecond.
const BLOCK: usize = 16;

/// One resonance: y = g x + b y₁ + c y₂, where y₁ and y₂ are the last two answers.
///
/// # Source
/// Klatt 1980, Software for a cascade/parallel formant synthesizer, equations 1 and 2.
#[derive(Clone, Debug, Default)]
struct Resonator {
    /// g, b and c.
    weights: [f32; 3],
    /// y₁ and y₂.
    last: [f32; 2],
}

impl Resonator {
    /// Sets frequency and width, in Hz; sounds of 0 Hz are left as they are.
    fn tune(&mut self, frequency: f32, width: f32) {
        let radius = (-PI * width / TRACT_RATE).exp();
        let near = 2.0 * radius * (TAU * frequency / TRACT_RATE).cos();
        let far = -radius * radius;
        self.weights = [1.0 - near - far, near, far];
    }

    /// Lets a sound through.
    fn filter(&mut self, samples: &mut [f32]) {
        let [gain, near, far] = self.weights;
        for sample in samples {
            let answer = gain * *sample + near * self.last[0] + far * self.last[1];
            self.last = [answer, self.last[0]];
            *sample = answer;
        }
    }
}

/// From one vowel to another.
#[derive(Clone, Debug)]
pub(super) struct Glide {
    /// The vowels.
    pub from: Formants,
    pub to: Formants,
    /// When the first begins to change, and how long it takes, in seconds.
    pub begin: f32,
    pub length: f32,
}

impl Glide {
    /// The formants at a time in seconds; they move evenly in octaves.
    fn at(&self, seconds: f32) -> Formants {
        let share = smooth((seconds - self.begin) / self.length);
        std::array::from_fn(|n| self.from[n] * (self.to[n] / self.from[n]).powf(share))
    }
}

/// From 0 to 1 without a corner at either end.
pub(super) fn smooth(share: f32) -> f32 {
    let share = share.clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}

/// Makes vowels of the sound of the vocal cords, at [`TRACT_RATE`]: all resonances one after the
/// other.
///
/// `higher` is by how much this mouth's upper resonances are above a man's.
pub(super) fn through_mouth(samples: &mut [f32], glide: &Glide, higher: f32) {
    let mut low: [Resonator; 3] = Default::default();
    for (number, block) in samples.chunks_mut(BLOCK).enumerate() {
        let formants = glide.at((number * BLOCK) as f32 / TRACT_RATE);
        for (n, resonator) in low.iter_mut().enumerate() {
            resonator.tune(formants[n], WIDTHS[n]);
            resonator.filter(block);
        }
    }
    let mut frequency = FOURTH * higher;
    while frequency < HIGHEST * TRACT_RATE {
        let mut resonator = Resonator::default();
        resonator.tune(frequency, HIGH_WIDTH);
        resonator.filter(samples);
        frequency += SPACING * higher;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the spectrum of a click through the mouth has its peaks, in steps of 10 Hz.
    fn peaks(formants: Formants) -> Vec<f32> {
        let glide = Glide {
            from: formants,
            to: formants,
            begin: 0.0,
            length: 0.1,
        };
        let mut click = vec![0.0; 1200];
        click[0] = 1.0;
        through_mouth(&mut click, &glide, 1.0);
        let power = |frequency: f32| {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, x) in click.iter().enumerate() {
                let (sin, cos) = (TAU * frequency * n as f32 / TRACT_RATE).sin_cos();
                (re, im) = (re + x * cos, im + x * sin);
            }
            re * re + im * im
        };
        let powers: Vec<f32> = (0..325).map(|n| power(10.0 * n as f32)).collect();
        let is_peak = |n: &usize| powers[*n] > powers[*n - 1] && powers[*n] > powers[*n + 1];
        let places = (1..324).filter(is_peak);
        places.map(|n| 10.0 * n as f32).collect()
    }

    #[test]
    fn a_mouth_resounds_at_its_formants() {
        for formants in MEN {
            let found = peaks(formants);
            assert_eq!(found.len(), 3, "{found:?}");
            for (found, formant) in found.iter().zip(formants) {
                assert!((found - formant).abs() < 25.0, "{found} {formant}");
            }
        }
    }

    #[test]
    fn women_are_higher_by_the_mean_of_the_table() {
        let ratios = |n: usize| (0..3).map(move |k| WOMEN[n][k] / MEN[n][k]);
        let mean = (0..5).flat_map(ratios).sum::<f32>() / 15.0;
        assert!((mean - WOMEN_HIGHER).abs() < 0.005, "{mean}");
    }

    #[test]
    fn a_glide_begins_and_ends_where_it_should() {
        let glide = Glide {
            from: MEN[A],
            to: MEN[I],
            begin: 0.2,
            length: 0.1,
        };
        assert_eq!(glide.at(0.2), MEN[A]);
        for (end, formant) in glide.at(0.31).into_iter().zip(MEN[I]) {
            assert!((end - formant).abs() < 0.5, "{end} {formant}");
        }
        let middle = glide.at(0.25)[1];
        assert!((middle - (1090.0f32 * 2290.0).sqrt()).abs() < 1.0);
    }
}
