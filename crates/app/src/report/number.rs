//! Numbers as people write them.

/// Stands for a number that there is not.
pub const NOTHING: &str = "–";
/// Digits in a group.
const GROUP: usize = 3;

/// A count with commas: `1,234,567`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(GROUP) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 iteration`, `2,000 iterations`.
pub fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

/// A number with this many digits after the point.
pub fn fixed(value: Option<f64>, digits: usize) -> String {
    match value {
        Some(value) if value.is_finite() => format!("{value:.digits$}"),
        _ => NOTHING.to_owned(),
    }
}

/// A number of at least 0 as a whole one with commas.
pub fn whole(value: f64) -> String {
    if value.is_finite() && value >= 0.0 {
        // Saturates, which is as good as any other answer beyond 2^64.
        grouped(value.round() as u64)
    } else {
        NOTHING.to_owned()
    }
}

/// A share in `[0, 1]` as per cent.
pub fn percent(share: Option<f64>) -> String {
    match share {
        Some(share) if share.is_finite() => format!("{:.0}\u{a0}%", share * 100.0),
        _ => NOTHING.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_a_comma_every_three_digits() {
        let written = [0, 12, 999, 1000, 123_456, 1_234_567].map(grouped);
        assert_eq!(written, ["0", "12", "999", "1,000", "123,456", "1,234,567"]);
        assert_eq!(counted(1, "word"), "1 word");
        assert_eq!(counted(2000, "word"), "2,000 words");
    }

    #[test]
    fn what_is_not_a_number_is_a_dash() {
        assert_eq!(fixed(Some(f64::NAN), 3), NOTHING);
        assert_eq!(fixed(None, 3), NOTHING);
        assert_eq!(whole(f64::INFINITY), NOTHING);
        assert_eq!(percent(Some(f64::NAN)), NOTHING);
        assert_eq!(percent(Some(0.638)), "64\u{a0}%");
    }
}
