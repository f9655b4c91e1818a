//! Sequences with one symbol that counts.

use rand::RngExt;
use reverie_model::rng::Rng;
use serde::{Deserialize, Serialize};

/// One of `n_cues` symbols, then distractors from `n_distractors` others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecallTask {
    /// Symbols that may come first, and so the answers.
    pub n_cues: usize,
    /// Symbols that may come later.
    pub n_distractors: usize,
}

/// Some sequences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// `[B, T]`, row by row.
    pub symbols: Vec<u32>,
    /// The first of each, `[B]`.
    pub answers: Vec<u32>,
}

impl Default for RecallTask {
    fn default() -> Self {
        Self {
            n_cues: 4,
            n_distractors: 4,
        }
    }
}

impl RecallTask {
    /// V, all symbols: cues first.
    pub fn n_symbols(&self) -> usize {
        self.n_cues + self.n_distractors
    }

    /// `count` sequences of `steps` symbols.
    pub fn draw(&self, count: usize, steps: usize, rng: &mut Rng) -> Batch {
        let mut batch = Batch {
            symbols: Vec::with_capacity(count * steps),
            answers: Vec::with_capacity(count),
        };
        for _ in 0..count {
            let answer = rng.random_range(0..self.n_cues as u32);
            batch.answers.push(answer);
            batch.symbols.push(answer);
            for _ in 1..steps {
                let distractor = rng.random_range(0..self.n_distractors as u32);
                batch.symbols.push(self.n_cues as u32 + distractor);
            }
        }
        batch
    }
}

#[cfg(test)]
mod tests {
    use reverie_model::rng::seeded;

    use super::*;

    #[test]
    fn the_first_symbol_is_the_answer_and_no_other_is_one() {
        let task = RecallTask::default();
        let batch = task.draw(50, 7, &mut seeded(1));
        for (row, answer) in batch.symbols.chunks(7).zip(&batch.answers) {
            assert_eq!(row[0], *answer);
            assert!(*answer < 4 && row[1..].iter().all(|symbol| (4..8).contains(symbol)));
        }
    }
}
