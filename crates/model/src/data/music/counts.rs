//! How many notes sound at once, and how many after that.

use rand::RngExt as _;
use serde::{Deserialize, Serialize};

use super::Roll;
use crate::rng::Rng;

/// Steps that all counts together weigh in a row of the chain, so that what rarely occurs leads to
/// something that occurs.
const PRIOR: f64 = 5.0;

/// How many notes sound at once in some pieces, as a first-order Markov chain:
/// p(n_t | n_{t−1}) = (c(n_{t−1}, n_t) + 5 π(n_t)) / (c(n_{t−1}) + 5), where c counts pairs of steps
/// and π is the share of steps at which n notes sound.
///
/// # Source
/// Our own: a network that draws each key by itself leaves the number of notes to chance, and one
/// that hears more notes than it has learnt from expects still more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteCounts {
    /// Pieces by the number of notes of their first step.
    first: Vec<u64>,
    /// Pairs of steps by the number of notes of the first, then of the second.
    next: Vec<Vec<u64>>,
}

impl NoteCounts {
    /// Those of some pieces.
    pub fn of(rolls: &[Roll]) -> Self {
        let counted = rolls.iter().flatten().map(|frame| frame.count());
        let Some(most) = counted.max() else {
            return Self::default();
        };
        let mut counts = Self {
            first: vec![0; most + 1],
            next: vec![vec![0; most + 1]; most + 1],
        };
        for roll in rolls {
            let mut notes = roll.iter().map(|frame| frame.count());
            let Some(mut before) = notes.next() else {
                continue;
            };
            counts.first[before] += 1;
            for now in notes {
                counts.next[before][now] += 1;
                before = now;
            }
        }
        counts
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Most notes that sound at once; 0 where nothing was counted.
    pub fn most(&self) -> usize {
        self.first.len().saturating_sub(1)
    }

    /// Chances of 0, 1, … [`most`](Self::most) notes after a step with `before`, or at the first step.
    pub fn chances(&self, before: Option<usize>) -> Vec<f64> {
        let row = match before {
            Some(notes) => self.next.get(notes.min(self.most())),
            None => Some(&self.first),
        };
        let Some(row) = row else {
            return Vec::new();
        };
        let shares = (0..row.len()).map(|notes| {
            let steps: u64 = self.next.iter().map(|row| row[notes]).sum();
            (steps + self.first[notes]) as f64
        });
        let shares: Vec<f64> = shares.collect();
        let steps: f64 = shares.iter().sum();
        let all = row.iter().sum::<u64>() as f64 + PRIOR;
        let chance = |(count, share): (&u64, f64)| (*count as f64 + PRIOR * share / steps) / all;
        row.iter().zip(shares).map(chance).collect()
    }

    /// Draws a number of notes; 0 where nothing was counted.
    pub fn draw(&self, before: Option<usize>, rng: &mut Rng) -> usize {
        let mut left = rng.random::<f64>();
        let chances = self.chances(before);
        let drawn = chances.iter().position(|chance| {
            left -= chance;
            left < 0.0
        });
        drawn.unwrap_or(self.most())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Frame;
    use super::*;
    use crate::rng::seeded;

    fn roll(counts: &[usize]) -> Roll {
        counts.iter().map(|&n| Frame::of_keys(0..n)).collect()
    }

    #[test]
    fn pairs_of_steps_are_counted_within_a_piece() {
        let counts = NoteCounts::of(&[roll(&[2, 2, 1]), roll(&[1, 2]), Roll::new()]);
        assert_eq!(counts.most(), 2);
        assert_eq!(counts.first, [0, 1, 1]);
        assert_eq!(counts.next, [[0, 0, 0], [0, 0, 1], [0, 1, 1]]);
        // 5 steps: none with 0, two with 1, three with 2.
        let after_two = counts.chances(Some(2));
        let want = [0.0, (1.0 + 5.0 * 0.4) / 7.0, (1.0 + 5.0 * 0.6) / 7.0];
        for (got, want) in after_two.iter().zip(want) {
            assert!((got - want).abs() < 1e-12, "{after_two:?}");
        }
        assert_eq!(counts.chances(Some(50)), after_two);
    }

    #[test]
    fn as_many_are_drawn_as_were_counted() {
        let mut rng = seeded(1);
        let rolls: Vec<Roll> = (0..20)
            .map(|i| roll(&[i % 4, 3, 4, 3, 3, i % 3, 0, 1]))
            .collect();
        let counts = NoteCounts::of(&rolls);
        let (mut before, mut notes) = (None, 0);
        let steps = 20_000;
        for _ in 0..steps {
            let now = counts.draw(before, &mut rng);
            notes += now;
            before = Some(now);
        }
        let ours = notes as f64 / f64::from(steps);
        let all: usize = rolls.iter().flatten().map(|frame| frame.count()).sum();
        let theirs = all as f64 / 160.0;
        assert!((ours / theirs - 1.0).abs() < 0.15, "{ours} for {theirs}");
    }

    #[test]
    fn nothing_counted_is_silence() {
        let none = NoteCounts::of(&[Roll::new()]);
        assert!(none.is_empty());
        assert_eq!(none.draw(Some(3), &mut seeded(1)), 0);
    }
}
