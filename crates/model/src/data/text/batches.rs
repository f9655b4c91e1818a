//! A stream of symbols as rows that a network reads side by side.
//!
//! | | rows | every transition | state |
//! |---|---|---|---|
//! | [`TrainBatches`] | equal; what does not fill a chunk is left out | once an epoch at most | row `b` of a chunk goes on where row `b` of the one before ended |
//! | [`EvalBatches`] | equal but for one step | exactly once | the same |

use std::ops::Range;

use super::TextError;

/// One piece of every row: what the network reads, and what it should have said.
///
/// # Shapes
/// `inputs` and `targets` are `[B, T]`, one row after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Rows, B.
    pub batch: usize,
    /// Steps of a row, T.
    pub steps: usize,
    /// What is read.
    pub inputs: Vec<u32>,
    /// What follows it in the text.
    pub targets: Vec<u32>,
    /// Steps of each row that count, from its first; the others are padding.
    pub valid: Vec<usize>,
}

impl Chunk {
    /// What one row reads.
    pub fn input_row(&self, row: usize) -> &[u32] {
        &self.inputs[row * self.steps..][..self.steps]
    }

    /// What one row should have said.
    pub fn target_row(&self, row: usize) -> &[u32] {
        &self.targets[row * self.steps..][..self.steps]
    }

    /// Transitions that count.
    pub fn transitions(&self) -> usize {
        self.valid.iter().sum()
    }

    /// Whether every step of every row counts, so that no mask is needed.
    pub fn is_full(&self) -> bool {
        self.transitions() == self.inputs.len()
    }

    /// 1 where a step counts and 0 where it is padding.
    ///
    /// # Shapes
    /// `[B, T]`, one row after the other.
    pub fn mask(&self) -> Vec<f32> {
        let row = |valid: usize| (0..self.steps).map(move |step| f32::from(step < valid));
        self.valid.iter().flat_map(|valid| row(*valid)).collect()
    }

    /// Rows of the stream, each the transitions of one range; shorter ones are filled up with the
    /// stream's first symbol, which counts for nothing.
    fn cut(symbols: &[u32], rows: &[Range<usize>]) -> Self {
        let steps = rows.iter().map(Range::len).max().unwrap_or(0);
        let mut chunk = Self {
            batch: rows.len(),
            steps,
            inputs: Vec::with_capacity(rows.len() * steps),
            targets: Vec::with_capacity(rows.len() * steps),
            valid: rows.iter().map(Range::len).collect(),
        };
        for (n, row) in rows.iter().enumerate() {
            let filled = (n + 1) * steps;
            chunk.inputs.extend(&symbols[row.clone()]);
            chunk.inputs.resize(filled, symbols[0]);
            chunk.targets.extend(&symbols[row.start + 1..row.end + 1]);
            chunk.targets.resize(filled, symbols[0]);
        }
        chunk
    }
}

/// Batches to learn from, in the order of the text.
///
/// The stream is cut into B rows of equal length; chunk `i` holds the steps `i * T` to
/// `(i + 1) * T` of all of them, so the state of each row is carried from chunk to chunk. Symbols
/// that do not fill a chunk are left out at the end of the stream.
///
/// # Source
/// `CharSplitLMMinibatchLoader` of Karpathy's char-rnn (2015). Targets are the flat stream moved by
/// one, so the last target of a row is the first symbol of the next row. Where the last of all has
/// none to follow it char-rnn takes the first of the text; here one symbol more is asked for, and
/// the last target is the one that truly follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainBatches {
    symbols: Vec<u32>,
    /// Where each row begins.
    starts: Vec<usize>,
    steps: usize,
    chunks: usize,
}

impl TrainBatches {
    /// Lays a stream out in `batch` rows that are read `steps` symbols at a time.
    ///
    /// # Errors
    /// No row or no step, or fewer than `batch * steps + 1` symbols.
    pub fn new(symbols: Vec<u32>, batch: usize, steps: usize) -> Result<Self, TextError> {
        if batch == 0 || steps == 0 {
            return Err(TextError::EmptyBatch { batch, steps });
        }
        let transitions = symbols.len().saturating_sub(1);
        let chunks = transitions / batch.saturating_mul(steps);
        if chunks == 0 {
            return Err(TextError::TooShortToTrain {
                characters: symbols.len(),
                batch,
                steps,
            });
        }
        let row_length = steps * chunks;
        Ok(Self {
            symbols,
            starts: (0..batch).map(|row| row * row_length).collect(),
            steps,
            chunks,
        })
    }

    /// Rows that begin at these places of a stream and are each `chunks` chunks long.
    ///
    /// # Panics
    /// A row or its last target lies outside the stream, or there is nothing to read.
    pub fn of_rows(symbols: Vec<u32>, starts: Vec<usize>, steps: usize, chunks: usize) -> Self {
        assert!(!starts.is_empty() && steps * chunks > 0, "rows of nothing");
        let end = starts
            .iter()
            .max()
            .map_or(0, |start| start + steps * chunks);
        assert!(end < symbols.len(), "rows up to {end} of {}", symbols.len());
        Self {
            symbols,
            starts,
            steps,
            chunks,
        }
    }

    /// Chunks of one epoch; at least one.
    pub fn n_chunks(&self) -> usize {
        self.chunks
    }

    /// Rows, B.
    pub fn batch(&self) -> usize {
        self.starts.len()
    }

    /// Steps of a chunk, T.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Symbols of the stream that no chunk reads.
    pub fn left_out(&self) -> usize {
        self.symbols.len() - self.batch() * self.steps * self.chunks
    }

    /// The chunk of one iteration, counted from 0 through all epochs.
    ///
    /// The chunk after the last of an epoch is its first again. So the
    /// number of iterations done is all that a run must remember to be resumed.
    pub fn chunk(&self, iteration: usize) -> Chunk {
        let at = iteration % self.chunks * self.steps;
        let rows: Vec<Range<usize>> = self
            .starts
            .iter()
            .map(|start| start + at..start + at + self.steps)
            .collect();
        Chunk::cut(&self.symbols, &rows)
    }

    /// The chunks of one epoch.
    pub fn chunks(&self) -> impl Iterator<Item = Chunk> {
        (0..self.chunks).map(|at| self.chunk(at))
    }
}

/// Batches to measure by: every symbol but the first is predicted exactly once.
///
/// The transitions are cut into B rows that differ by one step at most, and are read from the first
/// chunk to the last with the state of each row carried along. The last chunk may be shorter; its
/// last step may be padding in some rows, see [`Chunk::valid`]. A text of fewer transitions than
/// rows leaves rows that hold nothing but padding.
///
/// More rows are faster and make the result a little worse, as each row starts without knowing what
/// stands before it; one row is exact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvalBatches {
    symbols: Vec<u32>,
    /// The transitions of each row; no row is longer than the first.
    rows: Vec<Range<usize>>,
    steps: usize,
}

impl EvalBatches {
    /// Lays a stream out in `batch` rows that are read `steps` symbols at a time.
    ///
    /// # Errors
    /// No row or no step, or fewer than two symbols.
    pub fn new(symbols: Vec<u32>, batch: usize, steps: usize) -> Result<Self, TextError> {
        if batch == 0 || steps == 0 {
            return Err(TextError::EmptyBatch { batch, steps });
        }
        if symbols.len() < 2 {
            return Err(TextError::TooShortToEvaluate {
                characters: symbols.len(),
            });
        }
        let transitions = symbols.len() - 1;
        // The first rows have one more where they do not come out even.
        let (length, longer) = (transitions / batch, transitions % batch);
        let row = |row: usize| {
            let start = row * length + row.min(longer);
            start..start + length + usize::from(row < longer)
        };
        Ok(Self {
            symbols,
            rows: (0..batch).map(row).collect(),
            steps,
        })
    }

    /// Rows of a stream, given by their transitions and all of one length.
    ///
    /// # Panics
    /// Rows of different lengths, outside the stream, or of nothing.
    pub fn of_rows(symbols: Vec<u32>, rows: Vec<Range<usize>>, steps: usize) -> Self {
        let length = rows.first().map_or(0, Range::len);
        let is_inside = |row: &Range<usize>| row.len() == length && row.end < symbols.len();
        assert!(
            length * steps > 0 && rows.iter().all(is_inside),
            "rows of {length} of {}",
            symbols.len()
        );
        Self {
            symbols,
            rows,
            steps,
        }
    }

    /// Chunks of the whole text; at least one.
    pub fn n_chunks(&self) -> usize {
        self.rows[0].len().div_ceil(self.steps)
    }

    /// Rows, B.
    pub fn batch(&self) -> usize {
        self.rows.len()
    }

    /// Transitions of all rows; of a whole text, one fewer than it has symbols.
    pub fn transitions(&self) -> usize {
        self.rows.iter().map(Range::len).sum()
    }

    /// One chunk, counted from 0.
    ///
    /// # Panics
    /// The chunk is not below [`n_chunks`](Self::n_chunks).
    pub fn chunk(&self, at: usize) -> Chunk {
        assert!(at < self.n_chunks(), "chunk {at} of {}", self.n_chunks());
        let rows: Vec<Range<usize>> = self
            .rows
            .iter()
            .map(|row| {
                let Range { start, end } = *row;
                let from = (start + at * self.steps).min(end);
                from..(from + self.steps).min(end)
            })
            .collect();
        Chunk::cut(&self.symbols, &rows)
    }

    /// All chunks in order.
    pub fn chunks(&self) -> impl Iterator<Item = Chunk> {
        (0..self.n_chunks()).map(|at| self.chunk(at))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stream(n: u32) -> Vec<u32> {
        (0..n).collect()
    }

    #[test]
    fn rows_go_on_from_chunk_to_chunk() {
        let batches = TrainBatches::new(stream(14), 2, 3).unwrap();
        assert_eq!((batches.n_chunks(), batches.left_out()), (2, 2));
        let first = batches.chunk(0);
        assert_eq!(first.inputs, [0, 1, 2, 6, 7, 8]);
        assert_eq!(first.targets, [1, 2, 3, 7, 8, 9]);
        assert!(first.is_full());
        let second = batches.chunk(1);
        assert_eq!(second.input_row(0), [3, 4, 5]);
        assert_eq!(second.target_row(0), [4, 5, 6], "the first of the next row");
        assert_eq!(second.target_row(1), [10, 11, 12]);
        assert_eq!(batches.chunk(2), first, "the next epoch");
    }

    #[test]
    fn one_symbol_more_than_a_batch_is_enough() {
        let batches = TrainBatches::new(stream(7), 2, 3).unwrap();
        assert_eq!((batches.n_chunks(), batches.left_out()), (1, 1));
        assert_eq!(batches.chunk(0).targets, [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn too_little_text_says_what_is_needed() {
        let error = TrainBatches::new(stream(6), 2, 3).unwrap_err().to_string();
        assert!(
            error.contains("6 characters") && error.contains("needs 7"),
            "{error}"
        );
        assert!(TrainBatches::new(vec![], 1, 1).is_err());
        assert!(TrainBatches::new(stream(6), usize::MAX, 2).is_err());
        let error = EvalBatches::new(stream(1), 2, 3).unwrap_err().to_string();
        assert!(
            error.contains("1 characters") && error.contains("at least 2"),
            "{error}"
        );
    }

    #[test]
    fn batches_of_nothing_are_refused() {
        for (batch, steps) in [(0, 3), (3, 0)] {
            let error = TrainBatches::new(stream(9), batch, steps).unwrap_err();
            assert!(matches!(error, TextError::EmptyBatch { .. }), "{error}");
            let error = EvalBatches::new(stream(9), batch, steps).unwrap_err();
            assert!(matches!(error, TextError::EmptyBatch { .. }), "{error}");
        }
    }

    #[test]
    fn the_last_chunk_is_short_and_masked() {
        // Ten transitions: rows of four, three and three.
        let batches = EvalBatches::new(stream(11), 3, 3).unwrap();
        assert_eq!((batches.n_chunks(), batches.transitions()), (2, 10));
        let first = batches.chunk(0);
        assert_eq!(first.inputs, [0, 1, 2, 4, 5, 6, 7, 8, 9]);
        assert!(first.is_full());
        let last = batches.chunk(1);
        assert_eq!((last.steps, last.valid.clone()), (1, vec![1, 0, 0]));
        assert_eq!(
            (last.inputs.clone(), last.targets.clone()),
            (vec![3, 0, 0], vec![4, 0, 0])
        );
        assert_eq!(last.mask(), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn more_rows_than_transitions_leave_rows_of_padding() {
        let batches = EvalBatches::new(stream(3), 4, 5).unwrap();
        let only = batches.chunk(0);
        assert_eq!((batches.n_chunks(), only.steps), (1, 1));
        assert_eq!(only.valid, [1, 1, 0, 0]);
    }

    #[test]
    #[should_panic(expected = "chunk 1 of 1")]
    fn a_chunk_beyond_the_last_is_a_bug() {
        EvalBatches::new(stream(3), 1, 5).unwrap().chunk(1);
    }

    proptest! {
        #[test]
        fn every_transition_is_measured_once(n in 2u32..200, batch in 1usize..9, steps in 1usize..9) {
            let batches = EvalBatches::new(stream(n), batch, steps).unwrap();
            let mut seen = vec![0; n as usize];
            for chunk in batches.chunks() {
                prop_assert_eq!(chunk.inputs.len(), chunk.batch * chunk.steps);
                prop_assert_eq!(chunk.mask().len(), chunk.inputs.len());
                for row in 0..batch {
                    let valid = chunk.valid[row];
                    for (input, target) in chunk.input_row(row)[..valid].iter().zip(chunk.target_row(row)) {
                        prop_assert_eq!(*target, input + 1);
                        seen[*target as usize] += 1;
                    }
                }
            }
            prop_assert_eq!(seen[0], 0);
            prop_assert!(seen[1..].iter().all(|count| *count == 1), "{:?}", seen);
        }

        #[test]
        fn rows_of_an_epoch_joined_are_the_stream(n in 2u32..300, batch in 1usize..7, steps in 1usize..9) {
            let Ok(batches) = TrainBatches::new(stream(n), batch, steps) else {
                prop_assert!((n as usize) <= batch * steps);
                return Ok(());
            };
            let chunks: Vec<Chunk> = batches.chunks().collect();
            let joined: Vec<u32> = (0..batch)
                .flat_map(|row| chunks.iter().flat_map(move |chunk| chunk.input_row(row).to_vec()))
                .collect();
            prop_assert_eq!(&joined, &stream(joined.len() as u32));
            prop_assert_eq!(joined.len() + batches.left_out(), n as usize);
            prop_assert!(chunks.iter().all(|c| c.is_full() && c.steps == steps));
            prop_assert!(chunks.iter().all(|c| c.inputs.iter().zip(&c.targets).all(|(i, t)| i + 1 == *t)));
        }
    }
}
