//! What was taken for what.

use serde::{Deserialize, Serialize};

/// How often each class was taken for each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// `counts[what it is][what it was taken for]`.
    pub counts: Vec<Vec<usize>>,
}

impl Confusion {
    /// Nothing noted yet, of so many classes.
    pub fn new(classes: usize) -> Self {
        Self {
            counts: vec![vec![0; classes]; classes],
        }
    }

    /// Notes one answer.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn note(&mut self, is: usize, taken_for: usize) {
        self.counts[is][taken_for] += 1;
    }

    /// Number of answers.
    pub fn total(&self) -> usize {
        self.counts.iter().flatten().sum()
    }

    /// Number of right answers.
    pub fn right(&self) -> usize {
        self.counts
            .iter()
            .enumerate()
            .map(|(class, row)| row[class])
            .sum()
    }

    /// Share of right answers; zero where there are none at all.
    pub fn accuracy(&self) -> f64 {
        self.right() as f64 / self.total().max(1) as f64
    }

    /// Share of right answers for each class.
    pub fn recalls(&self) -> Vec<f64> {
        let rows = self.counts.iter().enumerate();
        rows.map(|(class, row)| row[class] as f64 / row.iter().sum::<usize>().max(1) as f64)
            .collect()
    }

    /// Which class was taken for which other, how often, the most frequent first.
    pub fn mistakes(&self) -> Vec<(usize, usize, usize)> {
        let classes = self.counts.len();
        let pairs = (0..classes).flat_map(|is| (0..classes).map(move |other| (is, other)));
        let mut found: Vec<_> = pairs
            .filter(|(is, other)| is != other && self.counts[*is][*other] > 0)
            .map(|(is, other)| (is, other, self.counts[is][other]))
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
        let mut confusion = Confusion::new(10);
        assert_eq!(confusion.accuracy(), 0.0);
        for (is, taken_for) in [(3, 3), (3, 8), (3, 8), (9, 5), (1, 1)] {
            confusion.note(is, taken_for);
        }
        assert_eq!((confusion.right(), confusion.total()), (2, 5));
        assert!((confusion.accuracy() - 0.4).abs() < 1e-12);
        assert_eq!(confusion.mistakes(), [(3, 8, 2), (9, 5, 1)]);
        assert_eq!(confusion.recalls()[1], 1.0);
        assert!((confusion.recalls()[3] - 1.0 / 3.0).abs() < 1e-12);
    }
}
