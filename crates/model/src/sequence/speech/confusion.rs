//! What was said, and what was understood.

use serde::{Deserialize, Serialize};

use crate::data::speech::N_DIGITS;

/// How often each digit was taken for each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// `counts[said][understood]`.
    pub counts: [[usize; N_DIGITS]; N_DIGITS],
}

impl Confusion {
    /// Notes one answer.
    ///
    /// # Panics
    /// If one of them is no digit.
    pub fn note(&mut self, said: usize, understood: usize) {
        self.counts[said][understood] += 1;
    }

    /// Number of answers.
    pub fn total(&self) -> usize {
        self.counts.iter().flatten().sum()
    }

    /// Number of right answers.
    pub fn right(&self) -> usize {
        (0..N_DIGITS).map(|digit| self.counts[digit][digit]).sum()
    }

    /// Share of right answers; zero where there are none at all.
    pub fn accuracy(&self) -> f64 {
        self.right() as f64 / self.total().max(1) as f64
    }

    /// Share of the recordings of each digit that were understood.
    pub fn recalls(&self) -> [f64; N_DIGITS] {
        std::array::from_fn(|digit| {
            let all: usize = self.counts[digit].iter().sum();
            self.counts[digit][digit] as f64 / all.max(1) as f64
        })
    }

    /// Which digit was taken for which other, how often, the most frequent first.
    pub fn mistakes(&self) -> Vec<(usize, usize, usize)> {
        let pairs = (0..N_DIGITS).flat_map(|said| (0..N_DIGITS).map(move |other| (said, other)));
        let mut found: Vec<_> = pairs
            .filter(|(said, other)| said != other && self.counts[*said][*other] > 0)
            .map(|(said, other)| (said, other, self.counts[said][other]))
            .collect();
        found.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted() {
        let mut confusion = Confusion::default();
        assert_eq!(confusion.accuracy(), 0.0);
        for (said, understood) in [(3, 3), (3, 8), (3, 8), (9, 5), (1, 1)] {
            confusion.note(said, understood);
        }
        assert_eq!((confusion.right(), confusion.total()), (2, 5));
        assert!((confusion.accuracy() - 0.4).abs() < 1e-12);
        assert_eq!(confusion.mistakes(), [(3, 8, 2), (9, 5, 1)]);
        assert_eq!(confusion.recalls()[1], 1.0);
        assert!((confusion.recalls()[3] - 1.0 / 3.0).abs() < 1e-12);
    }
}
