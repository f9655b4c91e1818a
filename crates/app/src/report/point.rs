//! One line of a training log.

use std::f64::consts::LN_2;

use serde::{Deserialize, Serialize};

/// What was known of a run after some iterations.
///
/// # Units
/// Losses are nats per character: the mean of −ln p(the character that came).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogPoint {
    /// Updates made so far; the first is 1.
    pub iteration: u64,
    /// How often the training text has been read, fractions included.
    pub epoch: f64,
    /// Running mean of the training loss, in nats per character.
    pub train_nats: f64,
    /// Loss on the validation text, in nats per character, where it was measured.
    pub val_nats: Option<f64>,
    /// Characters trained on per second.
    pub chars_per_second: f64,
}

impl LogPoint {
    /// Loss on the validation text in bits per character.
    pub fn val_bpc(&self) -> Option<f64> {
        self.val_nats.map(to_bits)
    }
}

/// The lowest validation loss of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// When it was measured.
    pub iteration: u64,
    /// The loss, in nats per character.
    pub val_nats: f64,
}

impl Best {
    /// The best of a log, the earlier one of two equals; nothing where nothing was measured.
    pub fn of(points: &[LogPoint]) -> Option<Self> {
        points
            .iter()
            .filter_map(|point| {
                Some(Self {
                    iteration: point.iteration,
                    val_nats: point.val_nats.filter(|loss| loss.is_finite())?,
                })
            })
            .min_by(|a, b| a.val_nats.total_cmp(&b.val_nats))
    }
}

/// Nats as bits: divided by ln 2.
pub fn to_bits(nats: f64) -> f64 {
    nats / LN_2
}

/// Among how many equally likely characters a loss is a guess: e to its power.
pub fn to_choices(nats: f64) -> f64 {
    nats.exp()
}

#[cfg(test)]
pub mod fake {
    //! Logs for tests.

    use super::LogPoint;

    /// A point with these losses.
    pub fn point(iteration: u64, train_nats: f64, val_nats: Option<f64>) -> LogPoint {
        LogPoint {
            iteration,
            epoch: iteration as f64 / 1043.0,
            train_nats,
            val_nats,
            chars_per_second: 1e4 / 3.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fake::point;
    use super::*;

    #[test]
    fn the_best_is_the_first_of_the_lowest_that_are_numbers() {
        let points = [
            point(1, 3.0, None),
            point(2, 3.0, Some(f64::NAN)),
            point(3, 3.0, Some(2.0)),
            point(4, 3.0, Some(2.0)),
            point(5, 3.0, Some(2.5)),
        ];
        assert_eq!(Best::of(&points).map(|best| best.iteration), Some(3));
        assert_eq!(Best::of(&points[..2]), None);
    }

    #[test]
    fn ln_2_nats_are_one_bit_and_two_choices() {
        assert_eq!(point(1, 0.0, Some(LN_2)).val_bpc(), Some(1.0));
        assert!((to_choices(LN_2) - 2.0).abs() < 1e-12);
    }
}
