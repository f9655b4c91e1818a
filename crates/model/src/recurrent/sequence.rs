//! What a recurrent network reads, in the forms that are cheap for each reader.

use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor, TensorData};

/// What a cell reads in one step.
#[derive(Clone, Debug)]
pub enum Input {
    /// Numbers of symbols, `[B]`: a one-hot vector each, of which only the row it picks is computed.
    Symbols(Tensor<1, Int>),
    /// Features, `[B, D]`.
    Dense(Tensor<2>),
}

/// Inputs or outputs over time.
///
/// An unrolled cell wants single steps, a fused operation wants everything at once; both ask for
/// the form they need, and nothing is copied where it has that form already.
#[derive(Clone, Debug)]
pub enum Sequence {
    /// Numbers of symbols, `[T, B]`.
    Symbols(Tensor<2, Int>),
    /// T steps of `[B, D]`.
    Steps(Vec<Tensor<2>>),
    /// `[T, B, D]`: what a fused operation reads and writes.
    ByTime(Tensor<3>),
    /// `[B, T, D]`.
    Whole(Tensor<3>),
    /// Sequences of different lengths side by side, the longest first. What stands behind the end of
    /// one is read by nobody, costs nothing where the processor computes, and is zero in outputs.
    Ragged {
        /// `[T, B, D]`.
        steps: Tensor<3>,
        /// Steps of each, falling, between 1 and T.
        lengths: Arc<[usize]>,
    },
}

impl Sequence {
    /// Symbols that lie row by row, `[B, T]`.
    ///
    /// # Panics
    /// If they are not as many as `batch` rows of equal length need, or there are none.
    pub fn of_symbols(rows: &[u32], batch: usize, device: &Device) -> Self {
        assert!(batch > 0 && !rows.is_empty() && rows.len().is_multiple_of(batch));
        let steps = rows.len() / batch;
        let by_time = (0..steps).flat_map(|t| (0..batch).map(move |b| rows[b * steps + t] as i32));
        let data = TensorData::new(by_time.collect::<Vec<i32>>(), [steps, batch]);
        Self::Symbols(Tensor::from_data(data, device))
    }

    /// `[T, B, D]`, with lengths where the sequences have different ones.
    ///
    /// # Panics
    /// If there is not one length for each sequence, or they do not fall from at most T to at least 1.
    pub fn by_time(steps: Tensor<3>, lengths: Option<Arc<[usize]>>) -> Self {
        let Some(lengths) = lengths else {
            return Self::ByTime(steps);
        };
        let [time, batch, _] = steps.dims();
        assert_eq!(lengths.len(), batch, "one length for each sequence");
        let falls = lengths.windows(2).all(|pair| pair[0] >= pair[1]);
        let fits = lengths.first().is_some_and(|&longest| longest <= time);
        let is_full = lengths.last().is_some_and(|&shortest| shortest > 0);
        assert!(falls && fits && is_full, "{lengths:?} of {time} steps");
        match lengths.last() == Some(&time) {
            true => Self::ByTime(steps),
            false => Self::Ragged { steps, lengths },
        }
    }

    /// Steps of each sequence, where they are different.
    pub fn lengths(&self) -> Option<Arc<[usize]>> {
        match self {
            Self::Ragged { lengths, .. } => Some(lengths.clone()),
            _ => None,
        }
    }

    /// Number of steps.
    pub fn steps(&self) -> usize {
        match self {
            Self::Symbols(symbols) => symbols.dims()[0],
            Self::Steps(steps) => steps.len(),
            Self::ByTime(steps) | Self::Ragged { steps, .. } => steps.dims()[0],
            Self::Whole(whole) => whole.dims()[1],
        }
    }

    /// Number of sequences side by side.
    ///
    /// # Panics
    /// If there are no steps.
    pub fn batch(&self) -> usize {
        match self {
            Self::Symbols(symbols) => symbols.dims()[1],
            Self::Steps(steps) => steps[0].dims()[0],
            Self::ByTime(steps) | Self::Ragged { steps, .. } => steps.dims()[1],
            Self::Whole(whole) => whole.dims()[0],
        }
    }

    /// One input a step.
    pub fn into_inputs(self) -> Vec<Input> {
        match self {
            Self::Symbols(symbols) => symbols
                .iter_dim(0)
                .map(|step| Input::Symbols(step.squeeze_dim(0)))
                .collect(),
            dense => dense.into_steps().into_iter().map(Input::Dense).collect(),
        }
    }

    /// T steps of `[B, D]`.
    ///
    /// # Panics
    /// For symbols, which have no features.
    pub fn into_steps(self) -> Vec<Tensor<2>> {
        match self {
            Self::Symbols(_) => panic!("symbols have no features to take apart"),
            Self::Steps(steps) => steps,
            Self::ByTime(steps) | Self::Ragged { steps, .. } => {
                steps.iter_dim(0).map(|step| step.squeeze_dim(0)).collect()
            }
            Self::Whole(whole) => whole.iter_dim(1).map(|step| step.squeeze_dim(1)).collect(),
        }
    }

    /// `[B, T, D]`.
    ///
    /// # Panics
    /// For symbols, which have no features.
    pub fn into_whole(self) -> Tensor<3> {
        match self {
            Self::Whole(whole) => whole,
            Self::ByTime(steps) | Self::Ragged { steps, .. } => steps.swap_dims(0, 1),
            other => Tensor::stack(other.into_steps(), 1),
        }
    }

    /// `[T, B, D]`.
    ///
    /// # Panics
    /// For symbols, which have no features.
    pub fn into_by_time(self) -> Tensor<3> {
        match self {
            Self::ByTime(steps) | Self::Ragged { steps, .. } => steps,
            Self::Whole(whole) => whole.swap_dims(0, 1),
            other => Tensor::stack(other.into_steps(), 0),
        }
    }

    /// `[T·B, D]`, all sequences of the first step, then all of the second: what a read-out wants.
    ///
    /// # Panics
    /// For symbols, which have no features.
    pub fn into_rows(self) -> Tensor<2> {
        match self {
            Self::ByTime(steps) | Self::Ragged { steps, .. } => {
                let [time, batch, width] = steps.dims();
                steps.reshape([time * batch, width])
            }
            other => Tensor::cat(other.into_steps(), 0),
        }
    }

    /// The features of both, side by side.
    ///
    /// # Panics
    /// For symbols, which have no features, and for sequences of different length.
    pub fn beside(self, other: Self) -> Self {
        match (self, other) {
            (Self::ByTime(one), Self::ByTime(two)) => Self::ByTime(Tensor::cat(vec![one, two], 2)),
            (
                Self::Ragged { steps, lengths },
                Self::Ragged {
                    steps: two,
                    lengths: of_two,
                },
            ) => {
                assert_eq!(lengths, of_two, "sequences of the same lengths");
                let steps = Tensor::cat(vec![steps, two], 2);
                Self::Ragged { steps, lengths }
            }
            (one, two) => {
                let (one, two) = (one.into_steps(), two.into_steps());
                assert_eq!(one.len(), two.len(), "sequences of one length");
                let pairs = one.into_iter().zip(two);
                Self::Steps(
                    pairs
                        .map(|(one, two)| Tensor::cat(vec![one, two], 1))
                        .collect(),
                )
            }
        }
    }

    /// The last step first; each within its own length where lengths differ.
    pub fn reversed(self) -> Self {
        match self {
            Self::Symbols(symbols) => Self::Symbols(symbols.flip([0])),
            Self::ByTime(steps) => Self::ByTime(steps.flip([0])),
            Self::Ragged { steps, lengths } => {
                let steps = turned(steps, &lengths);
                Self::Ragged { steps, lengths }
            }
            dense => {
                let mut steps = dense.into_steps();
                steps.reverse();
                Self::Steps(steps)
            }
        }
    }

    /// Does the same to every step; symbols stay as they are.
    pub fn map(self, change: impl FnMut(Tensor<2>) -> Tensor<2>) -> Self {
        match self {
            Self::Symbols(symbols) => Self::Symbols(symbols),
            Self::Ragged { steps, lengths } => {
                let steps = steps.iter_dim(0).map(|step| step.squeeze_dim(0));
                let steps = Tensor::stack(steps.map(change).collect(), 0);
                Self::Ragged { steps, lengths }
            }
            dense => Self::Steps(dense.into_steps().into_iter().map(change).collect()),
        }
    }
}

/// `[T, B, D]` with every sequence turned round within its length.
fn turned(steps: Tensor<3>, lengths: &[usize]) -> Tensor<3> {
    let [time, batch, width] = steps.dims();
    let from = |step: usize, row: usize| match step < lengths[row] {
        true => lengths[row] - 1 - step,
        false => step,
    };
    let rows = (0..time).flat_map(|step| (0..batch).map(move |row| (step, row)));
    let rows: Vec<i32> = rows
        .map(|(step, row)| (from(step, row) * batch + row) as i32)
        .collect();
    let device = steps.device().without_autodiff();
    let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [time * batch]), &device);
    let flat: Tensor<2> = steps.reshape([time * batch, width]);
    flat.select(0, rows).reshape([time, batch, width])
}
