//! Where numbers stand along the axes.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;

/// From this ratio of last to first iteration on, the axis is logarithmic: a loss falls as much
/// from 100 to 200 iterations as from 1,000 to 2,000.
const LOG_RATIO: f64 = 10.0;
/// The axis goes on after the last iteration by this share, so that a mark there is whole.
const ROOM: f64 = 0.015;
/// Losses are given this share of their span above.
const ABOVE: f64 = 0.05;
/// And this share below, where labels stand.
const BELOW: f64 = 0.12;
/// The smallest span of losses, in nats: below it noise would look like a mountain.
const MIN_SPAN: f64 = 0.1;
/// From this span of losses on, labels are whole numbers.
const WHOLE_FROM: f64 = 20.0;
/// And from this one on they have tenths; below, hundredths.
const TENTHS_FROM: f64 = 1.0;
/// Pixels between two labels at least.
const LABEL_DISTANCE: f64 = 46.0;
/// From here on, iterations are written in thousands.
const THOUSAND: f64 = 1e3;
/// And from here on in millions.
const MILLION: f64 = 1e6;

/// The axis of iterations.
#[derive(Clone)]
pub struct Across {
    is_log: bool,
    first: u64,
    last: u64,
    ticks: Vec<u64>,
}

impl Across {
    /// An axis for these iterations on a picture of this width, in pixels.
    pub fn new(iterations: impl Iterator<Item = u64>, width: i32) -> Self {
        let (first, last) = iterations.fold((u64::MAX, 1), |(first, last), iteration| {
            let iteration = iteration.max(1);
            (first.min(iteration), last.max(iteration))
        });
        let first = first.min(last);
        let is_log = last as f64 / first as f64 >= LOG_RATIO;
        let labels = (f64::from(width) / LABEL_DISTANCE).max(2.0);
        let ticks = if is_log {
            log_ticks(first, last, labels)
        } else {
            linear_ticks(first, last, labels)
        };
        Self {
            is_log,
            first,
            last,
            ticks,
        }
    }

    /// What is written below the axis, where `noun` is what it counts: "iterations".
    pub fn caption(&self, noun: &str) -> String {
        if self.is_log {
            format!("{noun}, logarithmic")
        } else {
            noun.to_owned()
        }
    }

    fn place(&self, iteration: u64) -> f64 {
        let iteration = iteration.max(1) as f64;
        if self.is_log {
            iteration.ln()
        } else {
            iteration
        }
    }
}

impl Ranged for Across {
    type FormatOption = NoDefaultFormatting;
    type ValueType = u64;

    fn map(&self, iteration: &u64, limit: (i32, i32)) -> i32 {
        if self.first == self.last {
            return limit.0.midpoint(limit.1);
        }
        let (first, last) = (self.place(self.first), self.place(self.last));
        let end = last + (last - first) * ROOM;
        RangedCoordf64::from(first..end).map(&self.place(*iteration), limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, _hint: Hint) -> Vec<u64> {
        self.ticks.clone()
    }

    fn range(&self) -> Range<u64> {
        self.first..self.last
    }
}

impl ValueFormatter<u64> for Across {
    fn format(iteration: &u64) -> String {
        short(*iteration as f64)
    }
}

/// 1, 2 and 5 times the powers of ten, or fewer of them.
fn log_ticks(first: u64, last: u64, labels: f64) -> Vec<u64> {
    let per_decade = labels / (last as f64 / first as f64).log10();
    let steps: &[u64] = if per_decade >= 4.5 {
        &[1, 2, 5]
    } else if per_decade >= 2.5 {
        &[1, 3]
    } else {
        &[1]
    };
    let every = (1.0 / per_decade).ceil().max(1.0) as usize;
    (0..=u64::MAX.ilog10())
        .step_by(every)
        .flat_map(|power| {
            steps
                .iter()
                .map(move |step| step.checked_mul(10_u64.pow(power)))
        })
        .flatten()
        .filter(|tick| (first..=last).contains(tick))
        .collect()
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn linear_ticks(first: u64, last: u64, labels: f64) -> Vec<u64> {
    let wanted = ((last - first) as f64 / labels).ceil().max(1.0) as u64;
    let power = 10_u64.pow(wanted.ilog10());
    let step = [1, 2, 5, 10]
        .iter()
        .map(|times| power.saturating_mul(*times))
        .find(|step| *step >= wanted)
        .unwrap_or(wanted);
    (first.div_ceil(step)..=last / step)
        .map(|index| index * step)
        .collect()
}

/// A number below an axis in few characters: `500`, `2k`, `1.5M`.
pub fn short(number: f64) -> String {
    if number >= MILLION {
        format!("{}M", number / MILLION)
    } else if number >= THOUSAND {
        format!("{}k", number / THOUSAND)
    } else {
        number.to_string()
    }
}

/// Losses from the lowest to the highest, with some room.
///
/// # Units
/// Nats per character.
pub fn span(losses: impl Iterator<Item = f64>) -> Range<f64> {
    let (low, high) = losses.fold((f64::MAX, f64::MIN), |(low, high), loss| {
        (low.min(loss), high.max(loss))
    });
    let missing = (MIN_SPAN - (high - low)).max(0.0) / 2.0;
    let (low, high) = (low - missing, high + missing);
    let length = high - low;
    low - length * BELOW..high + length * ABOVE
}

/// What is written beside a line for a loss: as many digits as tell the lines of this span apart,
/// the same number everywhere.
pub fn loss_label(loss: f64, span: &Range<f64>) -> String {
    let length = span.end - span.start;
    let digits = if length >= WHOLE_FROM {
        0
    } else if length >= TENTHS_FROM {
        1
    } else {
        2
    };
    let label = format!("{loss:.digits$}");
    // Lines at zero come with either sign.
    if label
        .trim_start_matches('-')
        .chars()
        .all(|c| matches!(c, '0' | '.'))
    {
        return label.trim_start_matches('-').to_owned();
    }
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(first: u64, last: u64, width: i32) -> Vec<String> {
        let across = Across::new([first, last].into_iter(), width);
        across.ticks.iter().map(Across::format).collect()
    }

    #[test]
    fn a_long_run_is_logarithmic_with_round_numbers() {
        let expected = ["10", "20", "50", "100", "200", "500", "1k", "2k"];
        assert_eq!(labels(10, 2000, 1000), expected);
        assert_eq!(labels(10, 2000, 360), ["10", "30", "100", "300", "1k"]);
    }

    #[test]
    fn a_short_run_is_linear_with_round_numbers() {
        let expected = ["500", "600", "700", "800", "900", "1k"];
        assert_eq!(labels(500, 1000, 360), expected);
        assert_eq!(labels(3, 3, 1000), ["3"]);
        assert_eq!(labels(1, 2, 1000), ["1", "2"]);
    }

    #[test]
    fn labels_of_any_run_fit_the_picture() {
        for first in [1, 9, 1000, 123_456] {
            for factor in [1, 2, 9, 10, 99, 12_345, 1_000_000_000_000] {
                for width in [360, 1000] {
                    let found = labels(first, first * factor, width);
                    let most = width as usize / LABEL_DISTANCE as usize + 2;
                    assert!(
                        (1..=most).contains(&found.len()),
                        "{first} {factor}: {found:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn equal_losses_have_room() {
        let range = span([2.0, 2.0].into_iter());
        assert!(range.start < 1.95 && range.end > 2.05, "{range:?}");
    }

    #[test]
    fn labels_of_losses_have_the_digits_that_their_span_needs() {
        assert_eq!(loss_label(2.0, &(1.0..4.5)), "2.0");
        assert_eq!(loss_label(0.1 + 0.2, &(0.2..0.4)), "0.30");
        assert_eq!(loss_label(12.0, &(0.0..30.0)), "12");
        assert_eq!(loss_label(-1e-17, &(-1.0..3.0)), "0.0");
    }
}
