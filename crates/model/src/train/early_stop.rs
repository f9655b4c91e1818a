//! When more training no longer helps.

use serde::{Deserialize, Serialize};

/// Remembers the best loss and how long ago it was.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EarlyStop {
    /// Looks without a new best after which to stop; 0 is never.
    pub patience: u64,
    /// The lowest loss so far.
    #[serde(with = "super::exact::option")]
    pub best: Option<f64>,
    /// Step at which it was seen.
    pub best_at: u64,
    /// Looks since then.
    pub since: u64,
}

impl EarlyStop {
    /// Has seen nothing yet.
    pub fn new(patience: u64) -> Self {
        Self {
            patience,
            best: None,
            best_at: 0,
            since: 0,
        }
    }

    /// Looks at a loss; whether it is the best so far. A loss that is no number is not.
    pub fn look(&mut self, step: u64, loss: f64) -> bool {
        let is_best = loss.is_finite() && self.best.is_none_or(|best| loss < best);
        if is_best {
            (self.best, self.best_at, self.since) = (Some(loss), step, 0);
        } else {
            self.since += 1;
        }
        is_best
    }

    /// Whether patience has run out.
    pub fn is_over(&self) -> bool {
        self.patience > 0 && self.since >= self.patience
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_counts_from_the_best() {
        let mut stop = EarlyStop::new(2);
        assert!(stop.look(1, 3.0));
        assert!(!stop.look(2, 3.5) && !stop.is_over());
        assert!(stop.look(3, 2.0));
        assert!(!stop.look(4, f64::NAN) && !stop.is_over());
        assert!(!stop.look(5, 2.0) && stop.is_over());
        assert_eq!((stop.best, stop.best_at), (Some(2.0), 3));
    }

    #[test]
    fn without_patience_it_never_ends() {
        let mut stop = EarlyStop::new(0);
        (0..100).for_each(|step| {
            stop.look(step, 1.0);
        });
        assert!(!stop.is_over());
    }
}
