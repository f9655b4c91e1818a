//! The log as a table for other programs.

use std::fmt::Write as _;

use super::point::LogPoint;

/// First line of the file.
const HEADER: &str = "iteration,epoch,train_nats,val_nats,val_bpc,chars_per_second";

/// The log as comma-separated values with a header.
///
/// # Units
/// As in [`LogPoint`]; `val_bpc` is `val_nats` in bits. A loss that was not measured is an empty
/// field. Numbers have as many digits as it takes to read the same number back.
pub fn csv(points: &[LogPoint]) -> String {
    let mut text = format!("{HEADER}\n");
    for point in points {
        let optional =
            |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let _infallible = writeln!(
            text,
            "{},{},{},{},{},{}",
            point.iteration,
            point.epoch,
            point.train_nats,
            optional(point.val_nats),
            optional(point.val_bpc()),
            point.chars_per_second,
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::point::fake::point;
    use super::*;

    #[test]
    fn numbers_keep_all_their_digits_and_what_was_not_measured_is_empty() {
        let text = csv(&[point(7, 1.5, None), point(8, 0.1 + 0.2, Some(2.999))]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], HEADER);
        assert!(lines[1].ends_with(",1.5,,,3333.3333333333335"), "{text}");
        assert!(lines[2].contains(",0.30000000000000004,2.999,"), "{text}");
        assert_eq!(csv(&[]), format!("{HEADER}\n"));
    }
}
