//! Choosing a learning rate.

use rand::RngExt as _;

use super::MusicConfig;
use crate::rng::seeded;

/// Bits that keep these draws apart from those of the networks.
const STREAM: u64 = 0x7261_7465;

/// The learning rates that are tried: draws from exp U(low, high), the same for every cell and set.
///
/// # Source
/// Chung et al. 2014, section 4.2: ten draws from exp U(−12, −6).
pub fn rates(config: &MusicConfig, seed: u64) -> Vec<f64> {
    if config.rates == 1 {
        return vec![config.rate];
    }
    let mut rng = seeded(seed ^ STREAM);
    let (low, high) = (config.rate_low, config.rate_high);
    (0..config.rates)
        .map(|_| (low + (high - low) * rng.random::<f64>()).exp())
        .collect()
}

/// The number of the lowest loss, the first of several; none where none is a number.
pub fn best(losses: &[f64]) -> Option<usize> {
    let sound = losses
        .iter()
        .enumerate()
        .filter(|(_, loss)| loss.is_finite());
    sound
        .min_by(|a, b| a.1.total_cmp(b.1))
        .map(|(number, _)| number)
}

/// Which of some candidates go on when the worse half is dropped: the better half, rounded up, in the
/// order they stand in.
///
/// # Source
/// Jamieson and Talwalkar 2016 (arXiv 1502.07943), algorithm 1 with η = 2.
pub fn halve(losses: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..losses.len()).collect();
    // What is not a number is worse than every number.
    let key = |i: usize| {
        if losses[i].is_nan() {
            f64::INFINITY
        } else {
            losses[i]
        }
    };
    order.sort_by(|&a, &b| key(a).total_cmp(&key(b)));
    order.truncate(losses.len().div_ceil(2));
    order.sort_unstable();
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::music::config::tests::config;

    #[test]
    fn rates_lie_where_they_should_and_are_always_the_same() {
        let config = MusicConfig {
            rates: 1000,
            ..config()
        };
        let found = rates(&config, 1);
        assert_eq!(found, rates(&config, 1));
        assert_ne!(found, rates(&config, 2));
        let logs: Vec<f64> = found.iter().map(|rate| rate.ln()).collect();
        assert!(logs.iter().all(|log| (-12.0..=-6.0).contains(log)));
        let mean = logs.iter().sum::<f64>() / 1000.0;
        assert!((mean + 9.0).abs() < 0.2, "{mean}");
    }

    #[test]
    fn one_rate_is_not_drawn() {
        assert_eq!(rates(&config(), 5), [0.01]);
    }

    #[test]
    fn the_better_half_goes_on() {
        assert_eq!(halve(&[3.0, f64::NAN, 1.0, 2.0, 9.0]), [0, 2, 3]);
        assert_eq!(halve(&[3.0, 1.0]), [1]);
        assert_eq!(halve(&[3.0]), [0]);
        assert_eq!(best(&[3.0, f64::NAN, 1.0, 1.0]), Some(2));
        assert_eq!(best(&[f64::NAN]), None);
    }
}
