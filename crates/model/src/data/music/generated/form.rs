//! Meter, chord rhythm and order of the phrases.

use rand::seq::IndexedRandom;

use super::GeneratedConfig;
use super::harmony::ENDING;
use crate::rng::Rng;

/// Steps of a beat: a quarter note of two eighths.
pub(super) const BEAT: usize = 2;
/// Bars of a phrase, what is tried first first.
const PHRASE_BARS: [usize; 3] = [4, 3, 2];
/// Chords that a phrase has at least: one and an ending.
const FEWEST_CHORDS: usize = ENDING + 1;

/// How beats are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meter {
    /// Three quarter notes to the bar.
    Three,
    /// Four quarter notes to the bar.
    Four,
}

impl Meter {
    /// Beats of a bar.
    pub const fn beats(self) -> usize {
        match self {
            Self::Three => 3,
            Self::Four => 4,
        }
    }

    /// Steps of a bar.
    pub const fn steps(self) -> usize {
        self.beats() * BEAT
    }

    /// Beats of the chords of a bar, one way per line.
    fn rhythms(self) -> &'static [&'static [usize]] {
        match self {
            Self::Three => &[&[3], &[2, 1], &[1, 1, 1]],
            Self::Four => &[&[2, 2], &[2, 1, 1], &[1, 1, 1, 1]],
        }
    }
}

/// Which music a phrase is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The first, with an end that asks for more.
    Question,
    /// The first, with an end that closes.
    Answer,
    /// Another one; each is new.
    Contrast,
}

/// The plan of a piece.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) meter: Meter,
    /// Steps of the chords of a phrase; the last one fills a bar.
    pub(super) rhythm: Vec<usize>,
    pub(super) parts: Vec<Part>,
    /// Steps that the last chord is held longer, where no number of bars gives the length.
    pub(super) held: usize,
}

impl Form {
    /// A form of a length that the configuration allows.
    pub(super) fn draw(config: &GeneratedConfig, rng: &mut Rng) -> Self {
        let (meter, bars, phrases) = size(config, rng);
        let rhythms: Vec<_> = meter
            .rhythms()
            .iter()
            .filter(|rhythm| (bars - 1) * rhythm.len() + 1 >= FEWEST_CHORDS)
            .collect();
        let rhythm = rhythms
            .choose(rng)
            .expect("two bars have four chords of a beat");
        let mut steps: Vec<usize> = rhythm
            .repeat(bars - 1)
            .iter()
            .map(|beats| beats * BEAT)
            .collect();
        steps.push(meter.steps());
        let length = phrases * bars * meter.steps();
        Self {
            meter,
            rhythm: steps,
            parts: order(phrases),
            held: config.min_steps.saturating_sub(length),
        }
    }
}

/// A meter, the bars of a phrase, and the number of phrases.
fn size(config: &GeneratedConfig, rng: &mut Rng) -> (Meter, usize, usize) {
    for bars in PHRASE_BARS {
        let mut sizes = Vec::new();
        for meter in [Meter::Three, Meter::Four] {
            let phrase = bars * meter.steps();
            let (least, most) = (config.min_steps.div_ceil(phrase), config.max_steps / phrase);
            sizes.extend((least.max(1)..=most).map(|phrases| (meter, bars, phrases)));
        }
        if let Some(size) = sizes.choose(rng) {
            return *size;
        }
    }
    let bars = PHRASE_BARS[PHRASE_BARS.len() - 1];
    let phrases = config.max_steps / (bars * Meter::Three.steps());
    (Meter::Three, bars, phrases.max(1))
}

/// The order of the phrases: the first comes back, and the last one closes.
fn order(phrases: usize) -> Vec<Part> {
    use Part::{Answer, Contrast, Question};
    match phrases {
        1 => vec![Answer],
        2 => vec![Question, Answer],
        3 => vec![Question, Contrast, Answer],
        _ => {
            let mut parts = vec![Question, Answer];
            while parts.len() < phrases {
                let left = phrases - parts.len();
                match left {
                    1 => parts.push(Answer),
                    3 => parts.extend([Contrast, Question, Answer]),
                    _ => parts.extend([Contrast, Answer]),
                }
            }
            parts
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;

    #[test]
    fn every_order_ends_with_an_answer_and_has_its_length() {
        for phrases in 1..40 {
            let parts = order(phrases);
            assert_eq!(parts.len(), phrases);
            assert_eq!(parts[phrases - 1], Part::Answer);
        }
    }

    #[test]
    fn forms_have_the_length_that_was_asked_for() {
        let mut rng = seeded(1);
        for (min_steps, max_steps) in [(16, 16), (17, 23), (48, 128), (4096, 4096)] {
            let config = GeneratedConfig {
                min_steps,
                max_steps,
                ..GeneratedConfig::default()
            };
            for _ in 0..50 {
                let form = Form::draw(&config, &mut rng);
                let phrase: usize = form.rhythm.iter().sum();
                let steps = phrase * form.parts.len() + form.held;
                assert!((min_steps..=max_steps).contains(&steps), "{steps}");
                assert!(form.rhythm.len() >= FEWEST_CHORDS);
            }
        }
    }
}
