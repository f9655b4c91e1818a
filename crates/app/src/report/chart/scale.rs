//! From numbers to places along an axis, and which numbers are written there.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;

/// Share of the span that is left free at either end.
const ROOM: f64 = 0.04;
/// Pixels between two labels at least.
const LABEL_DISTANCE: f64 = 46.0;
/// From here on, numbers are written in thousands.
const THOUSAND: f64 = 1e3;
/// And from here on in millions.
const MILLION: f64 = 1e6;
/// Decades that a logarithmic axis shows at most; smaller numbers are left out.
const MOST_DECADES: f64 = 40.0;

/// An axis as it is asked for.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What it counts, with its unit.
    pub label: String,
    /// Whether steps are factors.
    pub is_log: bool,
    /// What it shows at least.
    within: Option<(f64, f64)>,
    /// Whether it shows nothing else.
    is_cut: bool,
    /// Whether it counts, so that only whole numbers are written.
    is_whole: bool,
}

impl Axis {
    /// An axis whose steps are differences.
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            is_log: false,
            within: None,
            is_cut: false,
            is_whole: false,
        }
    }

    /// An axis whose steps are factors; numbers of 0 or less are not drawn.
    pub fn log(label: impl Into<String>) -> Self {
        Self {
            is_log: true,
            ..Self::new(label)
        }
    }

    /// Writes whole numbers only.
    pub fn whole(self) -> Self {
        Self {
            is_whole: true,
            ..self
        }
    }

    /// Shows at least this range.
    pub fn with(self, low: f64, high: f64) -> Self {
        Self {
            within: Some((low, high)),
            ..self
        }
    }

    /// Shows this range and nothing else; lines end at its edge.
    pub fn only(self, low: f64, high: f64) -> Self {
        Self {
            is_cut: true,
            ..self.with(low, high)
        }
    }

    /// The number's place, if it has one.
    pub(super) fn place(&self, number: f64) -> Option<f64> {
        let place = match self.is_log {
            true if number <= 0.0 => return None,
            true => number.log10(),
            false => number,
        };
        place.is_finite().then_some(place)
    }

    /// The scale that holds all these numbers on so many pixels.
    pub(super) fn scale(&self, numbers: impl Iterator<Item = f64>, pixels: i32) -> Scale {
        let given = self.within.map(|(low, high)| [low, high]);
        let numbers: Box<dyn Iterator<Item = f64>> = match self.is_cut {
            true => Box::new(std::iter::empty()),
            false => Box::new(numbers),
        };
        let places = numbers
            .chain(given.into_iter().flatten())
            .filter_map(|number| self.place(number));
        let (mut low, mut high) = places.fold((f64::MAX, f64::MIN), |(low, high), place| {
            (low.min(place), high.max(place))
        });
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if self.is_log {
            low = low.max(high - MOST_DECADES);
        }
        // One number alone would have no span.
        let least = 1e-9 * low.abs().max(high.abs()).max(1e-3);
        if high - low < least {
            let half = if low == 0.0 { 0.5 } else { low.abs() * 0.05 };
            (low, high) = (low - half, high + half);
        }
        let room = if self.is_cut {
            0.0
        } else {
            (high - low) * ROOM
        };
        let range = low - room..high + room;
        let labels = (f64::from(pixels) / LABEL_DISTANCE).max(2.0);
        let ticks = match self.is_log {
            true => log_ticks(&range, labels),
            false => linear_ticks(&range, labels, if self.is_whole { 1.0 } else { 0.0 }),
        };
        Scale {
            range,
            ticks,
            is_log: self.is_log,
        }
    }
}

/// Two scales with the same middles as before on which a unit takes the same number of pixels: the one
/// with more room shows more.
pub(super) fn even(axes: [&Axis; 2], scales: [Scale; 2], pixels: [i32; 2]) -> [Scale; 2] {
    let span = |scale: &Scale| scale.range.end - scale.range.start;
    let unit = |at: usize| span(&scales[at]) / f64::from(pixels[at].max(1));
    let unit = unit(0).max(unit(1));
    [0, 1].map(|at| {
        let range = &scales[at].range;
        let middle = f64::midpoint(range.start, range.end);
        let half = unit * f64::from(pixels[at]) / 2.0;
        let axis = axes[at].clone().only(middle - half, middle + half);
        axis.scale(std::iter::empty(), pixels[at])
    })
}

/// An axis as it is drawn; its numbers are places, which on a logarithmic one are exponents of 10.
#[derive(Clone, Debug)]
pub struct Scale {
    range: Range<f64>,
    ticks: Vec<f64>,
    is_log: bool,
}

impl Scale {
    /// Whether a place is on it.
    pub fn holds(&self, place: f64) -> bool {
        (self.range.start..=self.range.end).contains(&place)
    }

    /// From which share of the way between two places on, and up to which, the way is on it; the first
    /// is larger where it never is.
    pub fn shares(&self, from: f64, to: f64) -> (f64, f64) {
        let way = to - from;
        if way == 0.0 {
            return if self.holds(from) {
                (0.0, 1.0)
            } else {
                (1.0, 0.0)
            };
        }
        let ends = [self.range.start, self.range.end].map(|end| (end - from) / way);
        (ends[0].min(ends[1]).max(0.0), ends[0].max(ends[1]).min(1.0))
    }

    /// What is written at a place.
    pub fn words(&self, place: f64) -> String {
        if self.is_log {
            return factor(place);
        }
        let step = match self.ticks.as_slice() {
            [first, second, ..] => second - first,
            _ => self.range.end - self.range.start,
        };
        number(place, step)
    }
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, place: &f64, limit: (i32, i32)) -> i32 {
        RangedCoordf64::from(self.range.clone()).map(place, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, _hint: Hint) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

impl ValueFormatter<f64> for Scale {
    fn format(place: &f64) -> String {
        place.to_string()
    }
}

/// Multiples of 1, 2 or 5 times a power of ten that is not below `least`.
fn linear_ticks(range: &Range<f64>, labels: f64, least: f64) -> Vec<f64> {
    let wanted = ((range.end - range.start) / labels).max(least);
    let power = 10_f64.powf(wanted.log10().floor());
    let times = [1.0, 2.0, 5.0, 10.0];
    let step = times.map(|times| times * power);
    let step = step.into_iter().find(|step| *step >= wanted * 0.999);
    let step = step.unwrap_or(10.0 * power);
    let first = (range.start / step).ceil() as i64;
    let last = (range.end / step).floor() as i64;
    (first..=last).map(|index| index as f64 * step).collect()
}

/// Powers of ten, with 2 and 5 times them or 3 times them where there is room; where a part of a decade
/// would have fewer than three of them, places that are even in numbers.
fn log_ticks(range: &Range<f64>, labels: f64) -> Vec<f64> {
    let per_decade = labels / (range.end - range.start);
    let every = (1.0 / per_decade).ceil().max(1.0) as i64;
    let steps: &[f64] = match per_decade {
        many if many >= 4.5 => &[1.0, 2.0, 5.0],
        some if some >= 2.5 => &[1.0, 3.0],
        _ => &[1.0],
    };
    let (first, last) = (range.start.floor() as i64, range.end.ceil() as i64);
    let ticks: Vec<f64> = (first..=last)
        .filter(|power| power.rem_euclid(every) == 0)
        .flat_map(|power| steps.iter().map(move |step| power as f64 + step.log10()))
        .filter(|place| range.contains(place))
        .collect();
    if ticks.len() >= 3 || range.end - range.start >= 1.0 {
        return ticks;
    }
    let numbers = 10_f64.powf(range.start)..10_f64.powf(range.end);
    let even = linear_ticks(&numbers, labels, 0.0).into_iter();
    even.filter(|number| *number > 0.0)
        .map(f64::log10)
        .collect()
}

/// A number that is written where the next one is a step away.
fn number(value: f64, step: f64) -> String {
    let (value, step, unit) = match value.abs().max(step) {
        size if size >= MILLION => (value / MILLION, step / MILLION, "M"),
        size if size >= 10.0 * THOUSAND => (value / THOUSAND, step / THOUSAND, "k"),
        _ => (value, step, ""),
    };
    if step < 1e-4 && step > 0.0 {
        return format!("{value:.1e}");
    }
    let digits = (-step.log10() - 1e-9).ceil().clamp(0.0, 5.0) as usize;
    let words = format!("{value:.digits$}");
    let is_zero = words.chars().all(|c| matches!(c, '-' | '0' | '.'));
    match is_zero {
        true => "0".to_owned(),
        false => words + unit,
    }
}

/// A number on a logarithmic axis, from its exponent.
fn factor(exponent: f64) -> String {
    let power = (exponent + 1e-9).floor();
    // As many digits as places have that are even in numbers.
    let times = (10_f64.powf(exponent - power) * 1e3).round() / 1e3;
    let value = times * 10_f64.powf(power);
    if times.fract() != 0.0 && (-3.0..6.0).contains(&power) {
        let digits = (3.0 - power).max(0.0) as usize;
        let words = format!("{value:.digits$}");
        return match words.contains('.') {
            true => words.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => words,
        };
    }
    if (-3.0..0.0).contains(&power) {
        let digits = -power as usize;
        format!("{value:.digits$}")
    } else if (0.0..6.0).contains(&power) {
        super::super::curve::axis::short(value.round())
    } else {
        format!("{times}e{power}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(axis: &Axis, low: f64, high: f64) -> Vec<String> {
        let scale = axis.scale([low, high].into_iter(), 300);
        let ticks = scale.ticks.iter();
        ticks.map(|tick| scale.words(*tick)).collect()
    }

    #[test]
    fn labels_are_round_and_have_the_digits_they_need() {
        let axis = Axis::new("x");
        assert_eq!(
            words(&axis, 0.0, 1.0),
            ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(words(&axis, -1.0, 1.0), ["-1.0", "-0.5", "0", "0.5", "1.0"]);
        assert_eq!(
            words(&axis, 0.0, 40_000.0),
            ["0", "10k", "20k", "30k", "40k"]
        );
    }

    #[test]
    fn logarithmic_labels_are_powers_of_ten() {
        let axis = Axis::log("x");
        assert_eq!(words(&axis, 0.01, 100.0), ["0.01", "0.1", "1", "10", "100"]);
        assert_eq!(words(&axis, 1e-30, 1.0).len(), 7);
        assert_eq!(factor(-12.0), "1e-12");
    }

    #[test]
    fn less_than_a_decade_has_labels_too() {
        let axis = Axis::log("x");
        assert_eq!(
            words(&axis, 1.0, 2.0),
            ["1", "1.2", "1.4", "1.6", "1.8", "2"]
        );
        assert_eq!(
            words(&axis, 0.13, 0.17),
            ["0.13", "0.14", "0.15", "0.16", "0.17"]
        );
        assert_eq!(words(&axis, 2e-5, 3e-5)[..2], ["2e-5", "2.2e-5"]);
        for (low, high) in [(0.12, 0.34), (1.0, 1.01), (3e7, 4e7), (0.9, 9.0)] {
            let words = words(&axis, low, high);
            assert!((2..12).contains(&words.len()), "{words:?}");
            let mut once = words.clone();
            once.dedup();
            assert_eq!(once, words);
        }
    }

    #[test]
    fn what_is_counted_has_whole_labels() {
        assert_eq!(words(&Axis::new("seed").whole(), 0.0, 2.0), ["0", "1", "2"]);
    }

    #[test]
    fn any_numbers_make_a_scale() {
        for numbers in [
            vec![],
            vec![0.0],
            vec![-3.0],
            vec![f64::NAN],
            vec![1e300, -1e300],
        ] {
            for axis in [Axis::new("x"), Axis::log("x")] {
                let scale = axis.scale(numbers.iter().copied(), 300);
                assert!(scale.range.start < scale.range.end, "{numbers:?}");
                assert!(scale.ticks.len() < 20, "{numbers:?}");
            }
        }
    }

    #[test]
    fn an_axis_that_is_cut_shows_nothing_else() {
        let scale = Axis::new("x").only(0.0, 1.0).scale([7.0].into_iter(), 300);
        assert_eq!(scale.range, 0.0..1.0);
    }
}
