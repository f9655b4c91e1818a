//! Lists of numbers as points of a chart.

/// The last number, or none.
pub fn last(values: &[f64]) -> f64 {
    values.last().copied().unwrap_or(f64::NAN)
}

/// Numbers over their places, the first of which is `first`.
pub fn from(first: usize, values: &[f64]) -> Vec<(f64, f64)> {
    let places = values.iter().enumerate();
    places
        .map(|(at, value)| ((first + at) as f64, *value))
        .collect()
}

/// The same with gaps where a number is below `floor`: what is smaller has vanished.
pub fn above(floor: f64, first: usize, values: &[f64]) -> Vec<(f64, f64)> {
    let points = from(first, values).into_iter();
    let seen = |value: f64| if value < floor { f64::NAN } else { value };
    points.map(|(at, value)| (at, seen(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_vanished_is_a_gap() {
        assert_eq!(from(1, &[4.0, 5.0]), [(1.0, 4.0), (2.0, 5.0)]);
        let points = above(0.1, 0, &[1.0, 0.01]);
        assert_eq!(points[0], (0.0, 1.0));
        assert!(points[1].1.is_nan());
        assert!(last(&[]).is_nan());
    }
}
