//! Numbers and lists in sentences.

use crate::report::number::{NOTHING, fixed};

/// Digits of a loss after the point, as in the paper.
pub const DIGITS: usize = 2;
/// Seconds of a minute, and minutes of an hour.
const SIXTY: u64 = 60;

/// A loss as the paper writes it.
pub fn nats(value: f64) -> String {
    fixed(Some(value), DIGITS)
}

/// A difference with its sign, `+0.06` or `−0.33`; what rounds to nothing has none.
pub fn signed(value: f64) -> String {
    if !value.is_finite() {
        return NOTHING.to_owned();
    }
    let size = nats(value.abs());
    match () {
        () if size == nats(0.0) => size,
        () if value < 0.0 => format!("−{size}"),
        () => format!("+{size}"),
    }
}

/// A loss in hundredths, so that two losses are equal here where a reader sees equal digits.
pub fn hundredths(value: f64) -> i64 {
    // Saturates, which orders what is beyond any loss.
    (value * 100.0).round() as i64
}

/// `a`, `a and b`, `a, b and c`.
pub fn listed<S: AsRef<str>>(items: &[S]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match items.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// A learning rate with three digits: `4.56·10⁻⁴`.
pub fn rate(value: f64) -> String {
    if !value.is_finite() || value <= 0.0 {
        return NOTHING.to_owned();
    }
    let written = format!("{value:.2e}");
    let Some((digits, power)) = written.split_once('e') else {
        return written;
    };
    format!("{digits}·10{}", raised(power))
}

fn raised(power: &str) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    power
        .chars()
        .map(|c| match c.to_digit(10) {
            Some(digit) => DIGITS[digit as usize],
            None => '⁻',
        })
        .collect()
}

/// A time of any length: `8.5 s`, `12 min 5 s`, `3 h 20 min`.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return NOTHING.to_owned();
    }
    if seconds < 10.0 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    let (hours, minutes, rest) = (
        whole / (SIXTY * SIXTY),
        whole / SIXTY % SIXTY,
        whole % SIXTY,
    );
    match (hours, minutes) {
        (0, 0) => format!("{rest} s"),
        (0, _) => format!("{minutes} min {rest} s"),
        _ => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_has_a_sign_unless_it_is_nothing() {
        let written = [0.061, -0.329, 0.004, -0.004, f64::NAN].map(signed);
        assert_eq!(written, ["+0.06", "−0.33", "0.00", "0.00", NOTHING]);
    }

    #[test]
    fn lists_are_english() {
        assert_eq!(listed::<&str>(&[]), "");
        assert_eq!(listed(&["a"]), "a");
        assert_eq!(listed(&["a", "b"]), "a and b");
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
    }

    #[test]
    fn rates_have_powers_of_ten() {
        assert_eq!(rate(0.000_456), "4.56·10⁻⁴");
        assert_eq!(rate(12.0), "1.20·10¹");
        assert_eq!(rate(0.0), NOTHING);
    }

    #[test]
    fn times_have_two_units_at_most() {
        let written = [0.04, 59.4, 725.0, 12_000.0, f64::NAN].map(duration);
        assert_eq!(
            written,
            ["0.0 s", "59 s", "12 min 5 s", "3 h 20 min", NOTHING]
        );
    }
}
