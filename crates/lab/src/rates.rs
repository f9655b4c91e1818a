//! How step sizes fall while a network learns.

use std::f64::consts::PI;

/// The share of a rate that is left when `done`, 0 to 1, of the training is done: all of it up to
/// `from`, then evenly less down to `end`.
pub fn evenly(done: f64, from: f64, end: f64) -> f64 {
    let falls = ((done - from) / (1.0 - from)).clamp(0.0, 1.0);
    1.0 - (1.0 - end) * falls
}

/// The same along half a wave of a cosine, from the beginning on.
pub fn cosine(done: f64, end: f64) -> f64 {
    end + (1.0 - end) * (1.0 + (PI * done).cos()) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_fall_from_one_to_their_end() {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(near(evenly(0.5, 0.5, 0.1), 1.0) && near(evenly(0.75, 0.5, 0.1), 0.55));
        assert!(near(evenly(1.0, 0.0, 0.1), 0.1) && near(evenly(2.0, 0.5, 0.1), 0.1));
        assert!(near(cosine(0.0, 0.01), 1.0) && near(cosine(1.0, 0.01), 0.01));
        assert!(near(cosine(0.5, 0.0), 0.5));
    }
}
